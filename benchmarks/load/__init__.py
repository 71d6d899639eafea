"""Many visitors at once on a real server; see :mod:`benchmarks.load.__main__`."""
