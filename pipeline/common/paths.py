"""Files that come with the program, and its cache folders."""

from __future__ import annotations

import logging
from pathlib import Path

from pipeline.common.rights import keep_private
from pipeline.common.settings import cache_root

PACKAGE = Path(__file__).parent.parent
PROJECT = PACKAGE.parent  # where app.py and sample_data lie
PACKAGE_DATA = PACKAGE / "data"  # words, lines and reference vectors that come with the program
SAMPLE = PROJECT / "sample_data" / "hotel_reviews.csv"
SAMPLE_VECTORS = PROJECT / "sample_data" / "vectors.npz"

log = logging.getLogger(__name__)

_reported: set[Path] = set()  # cache roots of which it was said that they can't be written


def cache_folder(name: str) -> Path:
    """A folder of the cache directory, made when missing.

    Everything in it can be deleted at any time: it is built again when needed. Where it can't be
    made, that is said once; nothing is found in it then, and writing to it fails.
    """
    folder = cache_root() / name
    try:
        keep_private(folder)
    except OSError as error:
        report_unusable_cache(folder, error)
    return folder


def report_unusable_cache(path: Path, error: Exception) -> None:
    """Say that a cache can't be written and is done without: one line for each cache folder."""
    if cache_root() not in _reported:
        _reported.add(cache_root())
        why = error.strerror if isinstance(error, OSError) else error
        log.error("the cache %s can't be used (%s): going on without it", path, why)
    log.info("the cache %s can't be used", path, exc_info=error)
