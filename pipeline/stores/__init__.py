"""Vectors, ids and metadata on disk, filtered before ranking; docs/stores.md says how."""
