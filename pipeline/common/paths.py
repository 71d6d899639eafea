"""Files that come with the program, and its cache folders."""

from __future__ import annotations

from pathlib import Path

from pipeline.common.settings import cache_root

PACKAGE = Path(__file__).parent.parent
PROJECT = PACKAGE.parent  # where app.py and sample_data lie
PACKAGE_DATA = PACKAGE / "data"  # words, lines and reference vectors that come with the program
SAMPLE = PROJECT / "sample_data" / "hotel_reviews.csv"
SAMPLE_VECTORS = PROJECT / "sample_data" / "vectors.npz"


def cache_folder(name: str) -> Path:
    """A folder of the cache directory, made when missing.

    Everything in it can be deleted at any time: it is built again when needed.
    """
    folder = cache_root() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
