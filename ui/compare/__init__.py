"""Groups of reviews compared: what differs, and what it costs in marks."""
