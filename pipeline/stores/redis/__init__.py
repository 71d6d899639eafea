"""Vector stores in Redis or Valkey: with its search module, or beside an index of FAISS."""
