"""A table -> reviews: which column is what, values, cleaning, units."""
