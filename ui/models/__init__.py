"""The page that compares models on one's own reviews."""
