"""What is more, less or new between two periods."""
