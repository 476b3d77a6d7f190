"""A campaign on one page, put together from what the other tools find."""
