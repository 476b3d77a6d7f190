"""Results that are figures, as HTML: each kind in the order in which somebody asks."""
