"""The files of invented reviews that come with the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.common.paths import SAMPLE


@dataclass(frozen=True)
class Sample:
    """A file of invented reviews.

    Attributes:
        path: the file.
        rows: how many reviews it has.
    """

    path: Path
    rows: int


HOTELS = Sample(SAMPLE, 789)
RESORTS = Sample(SAMPLE.with_name("resort_group.csv"), 425)
RYOKAN = Sample(SAMPLE.with_name("ryokan.csv"), 254)
PLATFORMS = Sample(SAMPLE.with_name("four_platforms.xlsx"), 290)
SAMPLES = (HOTELS, RESORTS, RYOKAN, PLATFORMS)


def is_sample(path: Path) -> bool:
    """Whether a file is one of the samples."""
    return any(path == sample.path for sample in SAMPLES)
