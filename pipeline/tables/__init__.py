"""Reading of exported files into tables: unpacking, encoding, dialect, header, rows, report."""
