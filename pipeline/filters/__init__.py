"""Filters over columns: typed text, expression trees, NumPy masks and SQL."""
