"""Charts; the only package that imports plotly."""
