"""Reviews from tables: column roles, values, cleaning, units."""
