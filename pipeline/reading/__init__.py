"""The parts of `pipeline.tables.read_table`: from the bytes of any export to records of cells.

sources (what kind of file, unpacked) -> encodings -> textlines -> dialect -> records -> header ->
body (rows kept and rejected). Spreadsheets and JSON lines enter at `records`.
"""
