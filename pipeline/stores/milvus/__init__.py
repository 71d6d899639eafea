"""Vector stores in Milvus."""
