"""The page Start: upload, reading options, columns, rejected rows."""
