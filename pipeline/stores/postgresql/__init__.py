"""Vector stores in PostgreSQL with pgvector."""
