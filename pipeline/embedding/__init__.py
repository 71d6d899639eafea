"""Texts -> vectors: encoders, the bundled model, the vector cache, the neutral space."""
