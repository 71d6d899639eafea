"""What the page "Similar hotels" shows."""
