"""Any file -> a table: what kind it is, its encoding, dialect, header and rows."""
