"""The question reader: what it learns from, its training, and how well it reads."""
