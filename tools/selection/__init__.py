"""Which posts, people and times a question is about."""
