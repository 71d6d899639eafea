"""Hotels like a hotel: by the words of their texts, by meaning, or by what guests talk about."""
