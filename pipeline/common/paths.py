"""Where the program keeps files of its own."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).parent.parent
PROJECT = PACKAGE.parent  # where app.py and sample_data lie
DATA = PACKAGE / "data"  # words, lines and reference vectors that come with the program
SAMPLE = PROJECT / "sample_data" / "hotel_reviews.csv"
SAMPLE_VECTORS = PROJECT / "sample_data" / "vectors.npz"

CACHE_VARIABLE = "POLYGUEST_CACHE"
DATA_VARIABLE = "POLYGUEST_DATA"


def cache_folder(name: str) -> Path:
    """A folder of the user's cache directory, made when missing; ``POLYGUEST_CACHE`` moves it.

    Everything in it can be deleted at any time: it is built again when needed.
    """
    root = os.environ.get(CACHE_VARIABLE) or platformdirs.user_cache_dir("polyguest", False)
    folder = Path(root) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder(name: str) -> Path:
    """A folder of the user's data directory, made when missing; ``POLYGUEST_DATA`` moves it.

    What lies in it is the user's: nothing of it is deleted unasked.
    """
    root = os.environ.get(DATA_VARIABLE) or platformdirs.user_data_dir("polyguest", False)
    folder = Path(root) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
