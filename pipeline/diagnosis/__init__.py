"""Checks of an installation: what is there, what is missing, and what to do about it."""
