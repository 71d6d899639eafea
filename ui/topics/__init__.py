"""The page Topics: cards, changes, adding a file."""
