"""Vectors, ids and metadata on disk, filtered before ranking; ``docs/store.md`` says how.

engine.py            what every store promises
columns.py           metadata as arrays
filters.py           a filter as a tree, as a mask, as SQL
filter_binding.py    a filter meets a table's columns
filter_text.py       a filter as people type it
analysis_columns.py  the columns of an analysis
"""
