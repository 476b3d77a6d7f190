"""What files are made of: folders, archives, packings, encodings, tables and documents."""
