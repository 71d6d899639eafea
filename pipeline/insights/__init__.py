"""Insights from an analysis: what differs, what changed, what it costs, and how sure that is."""
