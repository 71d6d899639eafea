"""Makes anew what the project ships of the bundled model: ``python -m benchmarks.ship``.

Run it after a change to ``pipeline/data/parallel/``, to ``sample_data/hotel_reviews.csv`` or to
the bundled model; a test fails until it was.
"""

from benchmarks.data import SAMPLE
from pipeline.encoder import load_encoder
from pipeline.parallel import write_shipped
from pipeline.reviews import read_reviews
from pipeline.vectors import write_sample_vectors

if __name__ == "__main__":
    encoder = load_encoder()
    print(write_shipped(encoder))
    print(write_sample_vectors(encoder, read_reviews(SAMPLE / "hotel_reviews.csv").texts))
