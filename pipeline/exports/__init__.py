"""What a user takes away of an analysis: workbook, report, and the map as a file."""
