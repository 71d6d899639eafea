"""How well models do on a user's own data, and what they cost."""
