"""What nobody may be looked for by."""
