"""Posts of any export, validated."""
