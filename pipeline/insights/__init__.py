"""What an analysis says beyond its topics: change, reliability, summaries."""
