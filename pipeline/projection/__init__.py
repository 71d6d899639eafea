"""Vectors -> coordinates of the map."""
