"""Run, keep, extend and edit one analysis."""
