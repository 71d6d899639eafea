"""The parts of `pipeline.tables.read_table`: from the bytes of any export to a table.

sources (what kind of file, unpacked) -> encodings, profiles -> textlines -> dialect -> records,
parsing -> header -> body, footers (rows kept and rejected). Workbooks, JSON lines and Parquet files
(formats) come in as records.
"""
