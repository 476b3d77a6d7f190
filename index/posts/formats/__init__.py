"""What each platform puts into its exports: one file a platform, which tells its exports by their content."""
