"""The analyses that a user keeps, and the search over all of them."""
