"""What the analyst can do: one file per tool, plain functions returning typed results."""
