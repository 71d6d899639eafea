"""The search box, its hits and its tools."""
