"""Vectors -> topics: clustering, their number, names, keywords and typical reviews."""
