"""The steps of the schema, in the order of their numbers; a released step stays as it is."""
