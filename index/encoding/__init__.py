"""The encoder: one pass a post."""
