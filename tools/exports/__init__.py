"""Any result as a file to take away: a table for spreadsheets, data for programs, Markdown to read."""
