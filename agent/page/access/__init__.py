"""Who may come in to the page, by which name, and how much they may bring."""
