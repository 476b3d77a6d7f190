"""Where an index keeps facts, vectors and people."""
