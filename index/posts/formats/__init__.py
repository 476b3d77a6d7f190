"""What each platform puts into its exports."""
