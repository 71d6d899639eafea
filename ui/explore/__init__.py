"""The page Explore: the map and what belongs to it."""
