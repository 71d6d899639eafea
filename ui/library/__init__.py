"""The page Analyses: the list, the search over all, import and export."""
