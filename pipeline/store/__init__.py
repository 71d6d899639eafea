"""Vectors, ids and metadata on disk, filtered before ranking; ``docs/store.md`` says how.

engine.py            what every store promises
columns.py           metadata as arrays
filters.py           a filter as a tree, as a mask, as SQL
filter_binding.py    a filter meets a table's columns
filter_text.py       a filter as people type it
analysis_columns.py  the columns of an analysis
analysis_store.py    an analysis put into a store
catalogue.py         the analyses that a user keeps
bundle.py            an analysis as one file
sqlite_file.py       tables and transactions
sqlite_store.py      the truth: rows in SQLite
segment.py           exact search over vectors in FAISS
faiss_index.py       FAISS's file as a checked cache
store.py             the store made of these
"""
