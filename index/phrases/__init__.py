"""Key phrases of posts."""
