"""Queries -> ranked reviews; docs/search.md says how."""
