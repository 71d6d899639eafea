"""One hotel, or another group, against all others."""
