"""Heads: small networks on the encoder's frozen vectors, for likeness and for polarity."""
