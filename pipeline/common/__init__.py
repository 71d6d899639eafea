"""What every package uses: errors, settings, paths, files, arrays, progress."""
