"""Photos that are added to an analysis: those that its reviews name, and what they show."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.photos import NewPhotos
from pipeline.common.errors import InputError
from pipeline.common.progress import StageLog
from pipeline.common.wording import list_names, short_name
from pipeline.embedding.image_encoder import ImageEncoder
from pipeline.reviews.photo_files import FORMATS, MAX_PHOTOS, list_photos, shrink_photos
from pipeline.reviews.photo_references import (
    PhotoColumn,
    PhotoNames,
    count_named,
    find_photo_column,
)


@dataclass(frozen=True)
class NamedPhotos:
    """The photos that reviews name.

    Attributes:
        column: that names them.
        reviews: number of the review of each, ascending.
        names: of the photos; one may be of several reviews.
        there: number of photos that are there.
    """

    column: PhotoColumn
    reviews: list[int]
    names: list[str]
    there: int


def find_named_photos(analysis: Analysis, place: Path, column: str | None = None) -> NamedPhotos:
    """Find the photos of a folder or zip that reviews name.

    Args:
        analysis: of the reviews.
        place: the folder or zip.
        column: of the file, that names them; found when None.

    Raises:
        InputError: there is no such place or column, or nothing in it is named.
    """
    listed = list_photos(place)
    if not listed:
        raise InputError(
            "There is no picture in '{place}': give {formats} files",
            place=place,
            formats=", ".join(FORMATS),
        )
    names = PhotoNames(listed)
    columns = {str(name): analysis.frame[name].astype(str).tolist() for name in analysis.frame}
    if column is not None and column not in columns:
        raise InputError(
            "There is no column '{name}'; there are: {columns}",
            name=short_name(column),
            columns=list_names(columns),
        )
    if column is None:
        found = find_photo_column(columns, names)
    else:
        found = count_named(column, columns[column], names)
    if found is None or not found.named:
        named = {
            "place": place.name,
            "photos": list_names(listed, most=3),
            "columns": list_names(columns),
        }
        if column is None:
            raise InputError(
                "No column names the photos in '{place}', which are called {photos}: name the "
                "right one of {columns} with --column",
                **named,
            )
        raise InputError(
            "The column '{column}' does not name the photos in '{place}', which are called "
            "{photos}: name the right one of {columns} with --column",
            column=short_name(column),
            **named,
        )
    pairs = [
        (row, name) for row, cell in enumerate(columns[found.name]) for name in names.find_all(cell)
    ]
    return NamedPhotos(found, [row for row, _ in pairs], [name for _, name in pairs], len(listed))


@dataclass(frozen=True)
class ReadPhotos:
    """What became of photos that were read.

    Attributes:
        photos: that can be kept.
        unnamed: number of photos there that no review names.
        skipped: photo -> why it was left out.
        cut: whether there are more than an analysis takes.
    """

    photos: NewPhotos
    unnamed: int
    skipped: dict[str, str]
    cut: bool


def read_photos(
    place: Path, named: NamedPhotos, encoder: ImageEncoder, stages: StageLog
) -> ReadPhotos:
    """Read photos: a small picture of each, and a vector of what it shows.

    Args:
        place: the folder or zip with the photos.
        named: photos there.
        encoder: that makes their vectors.
        stages: is told how far it is.

    Raises:
        InputError: none of them can be read.
    """
    distinct = list(dict.fromkeys(named.names))
    wanted = distinct[:MAX_PHOTOS]
    skipped: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    with stages.stage("photos") as progress:
        for name, made in shrink_photos(place, wanted, progress=progress):
            if isinstance(made, bytes):
                pictures[name] = made
            else:
                skipped[name] = made
    if not pictures:
        first = next(iter(skipped))
        raise InputError(
            "None of {n} photos can be read; {photo}: {why}",
            n=f"{len(wanted):,}",
            photo=short_name(first),
            why=skipped[first],
        )
    with stages.stage("images") as progress, tempfile.TemporaryDirectory() as scratch:
        paths = [Path(scratch, f"{number}.jpg") for number in range(len(pictures))]
        for path, picture in zip(paths, pictures.values(), strict=True):
            path.write_bytes(picture)
        vectors = encoder.encode_images(paths, progress=progress)
    number_of = {name: number for number, name in enumerate(pictures)}
    kept = [pair for pair in zip(named.reviews, named.names, strict=True) if pair[1] in number_of]
    return ReadPhotos(
        NewPhotos(
            column=named.column.name,
            model=encoder.name,
            fingerprint=encoder.fingerprint,
            names=tuple(name for _, name in kept),
            reviews=np.array([row for row, _ in kept], np.int64),
            vectors=vectors[[number_of[name] for _, name in kept]],
            pictures=tuple(pictures[name] for _, name in kept),
        ),
        unnamed=named.there - len(distinct),
        skipped=skipped,
        cut=len(distinct) > MAX_PHOTOS,
    )
