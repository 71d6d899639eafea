"""Vectors, ids and metadata on disk, filtered before ranking; docs/store.md says how."""
