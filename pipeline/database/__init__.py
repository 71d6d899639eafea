"""The PostgreSQL database that several servers share, where one is set: connections and schema."""
