"""What changed from one time to another."""
