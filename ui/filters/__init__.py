"""The filter bar and the filters by column."""
