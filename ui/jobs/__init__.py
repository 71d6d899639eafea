"""What the server is asked for and by whom."""
