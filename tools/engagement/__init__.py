"""Groups of posts by what is measured of their engagement."""
