"""Names in posts."""
