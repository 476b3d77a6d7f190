"""Results as documents to hand on: one file that holds all it shows."""
