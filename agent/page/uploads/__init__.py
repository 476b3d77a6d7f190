"""Posts that visitors bring, and the indexes that they can choose from."""
