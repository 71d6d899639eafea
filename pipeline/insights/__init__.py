"""Insights from an analysis: summaries, drift and reliability of its topics."""
