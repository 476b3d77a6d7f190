"""What posts are about: groups of them, with names and quotations."""
