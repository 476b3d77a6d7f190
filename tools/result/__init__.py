"""What tools return, and how it is put into words."""
