"""Filters over columns: as typed, as a tree, as a mask and as SQL."""
