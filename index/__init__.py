"""Posts in, searchable knowledge out. Knows nothing of tools or language models."""
