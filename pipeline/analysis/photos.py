"""Photos of reviews, kept in the folder of the analysis: vectors, and small pictures to show.

``photos.npz`` has a vector for each photo and where its picture stands in ``photos.bin``; both are
replaced together. A photo belongs to the review with its id, as long as the cell of that review
still names it: so photos stay with their reviews when topics are edited, files are added, or the
file is analysed again, and never go to a review of another file.
"""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.manifest import replace_analysis_files
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.transaction import complete_replacement, current_file
from pipeline.common.translation import gettext_noop as N_
from pipeline.reviews.photo_references import PhotoNames

log = logging.getLogger(__name__)

VECTORS_FILE, PICTURES_FILE = "photos.npz", "photos.bin"
PHOTO_FILES = (VECTORS_FILE, PICTURES_FILE)  # in an analysis' folder
_KEY = "photos-1"  # the form of the files
_DIGEST_BYTES = 16
_NO_MODEL = N_(
    "These photos came with a file, made by a model that is not known here: add them again with "
    "the command 'photos', or name that model in the setting POLYGUEST_MODELS and import again"
)
DAMAGED = N_("The photos of this analysis are damaged: add them again with the command 'photos'")


@dataclass(frozen=True)
class NewPhotos:
    """Photos that are to be kept.

    Attributes:
        column, model, fingerprint, names, reviews, vectors: see :class:`Photos`.
        pictures: a small JPEG of each.
    """

    column: str
    model: str
    fingerprint: str
    names: tuple[str, ...]
    reviews: np.ndarray
    vectors: np.ndarray
    pictures: tuple[bytes, ...]


@dataclass(frozen=True)
class Photos:
    """The photos of an analysis.

    Attributes:
        folder: that has their pictures.
        column: of the file that names them.
        model: name of the model of their vectors; "" where it is not known on this computer.
        fingerprint: of that model.
        names: of the photos in the folder or zip that they came from.
        reviews: int64 (p,), number of each photo's review.
        vectors: float32 (p, d), rows of length 1.
        places: int64 (p, 2), where each picture begins and ends in the file of pictures.
        digests: uint8 (p, 16), digest of each picture.
    """

    folder: Path
    column: str
    model: str
    fingerprint: str
    names: tuple[str, ...]
    reviews: np.ndarray
    vectors: np.ndarray
    places: np.ndarray
    digests: np.ndarray

    def __len__(self) -> int:
        return len(self.names)

    def check_model(self) -> None:
        """Check that the model is known.

        Raises:
            InputError: it is not.
        """
        if not self.model:
            raise InputError(_NO_MODEL)

    def picture(self, photo: int) -> bytes:
        """A photo's small picture, JPEG.

        Raises:
            InputError: it is not what was written.
        """
        start, end = self.places[photo].tolist()
        try:
            with current_file(self.folder, PICTURES_FILE).open("rb") as file:
                file.seek(start)
                data = file.read(end - start)
        except OSError as error:
            raise InputError(DAMAGED) from error
        if _digest(data) != self.digests[photo].tobytes():
            raise InputError(DAMAGED)
        return data

    def nearest(
        self, query: np.ndarray, *, top: int, allowed: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The photos most like a query: their numbers, int64 (k,), and cosines, float32 (k,).

        Args:
            query: float32 (d,), of length 1, from the same model.
            top: how many.
            allowed: bool (n,), reviews that pass the filters; all when left out.
        """
        cosines = self.vectors @ query
        photos = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed[self.reviews])
        best = photos[np.argsort(-cosines[photos], kind="stable")[:top]]
        return best, cosines[best]


def save_photos(folder: Path, analysis: Analysis, photos: NewPhotos) -> None:
    """Keep photos with an analysis, in place of those that it had.

    Raises:
        InputError: the folder can't be written.
    """
    about = {
        "column": photos.column,
        "model": photos.model,
        "fingerprint": photos.fingerprint,
        "names": photos.names,
        "ids": [analysis.ids[row] for row in photos.reviews.tolist()],
    }
    ends = np.cumsum([0, *map(len, photos.pictures)])
    digests = np.frombuffer(b"".join(map(_digest, photos.pictures)), np.uint8)

    def write(scratch: Path) -> tuple[str, ...]:
        with (scratch / PICTURES_FILE).open("wb") as file:
            file.writelines(photos.pictures)
        save_arrays(
            scratch / VECTORS_FILE,
            key=_KEY,
            about=np.frombuffer(json.dumps(about).encode("ascii"), np.uint8),
            vectors=photos.vectors.astype(np.float16),
            places=np.stack([ends[:-1], ends[1:]], axis=1).astype(np.int64),
            digests=digests.reshape(-1, _DIGEST_BYTES),
        )
        return ()

    replace_analysis_files(folder, write)


def remove_photos(folder: Path) -> None:
    """Remove the photos of an analysis, if it has any.

    Raises:
        InputError: the folder can't be written.
    """
    replace_analysis_files(folder, lambda _scratch: PHOTO_FILES)


def damaged_photos(folder: Path, analysis: Analysis) -> bool:
    """Whether the photos of an analysis are not what was written; reads all of them."""
    try:
        photos = load_photos(folder, analysis)
        if photos is not None:
            for photo in range(len(photos)):
                photos.picture(photo)
    except InputError:
        return True
    return False


def has_photos(folder: Path) -> bool:
    """Whether an analysis folder has photos."""
    return current_file(folder, VECTORS_FILE).is_file()


def load_photos(folder: Path, analysis: Analysis) -> Photos | None:
    """The photos of an analysis; None without any.

    Those whose review is gone, or no longer names them, are left out.

    Args:
        folder: that has the photos.
        analysis: whose they are.

    Raises:
        InputError: they are damaged.
    """
    try:
        complete_replacement(folder, wait=0)
    except OSError:
        log.info("a replacement in %s can't be completed", folder)
    if not has_photos(folder):
        return None
    try:
        return _load(folder, analysis)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(DAMAGED) from error


def _load(folder: Path, analysis: Analysis) -> Photos:
    arrays = load_arrays(current_file(folder, VECTORS_FILE), key=_KEY)
    if arrays is None:
        raise ValueError("the file is damaged")
    about = json.loads(arrays["about"].tobytes())
    column, names, ids = str(about["column"]), about["names"], about["ids"]
    vectors, places, digests = (arrays[name] for name in ("vectors", "places", "digests"))
    count = len(names)
    if not (
        len(ids) == count
        and vectors.ndim == 2
        and len(vectors) == count
        and vectors.dtype == np.float16
        and places.shape == (count, 2)
        and digests.shape == (count, _DIGEST_BYTES)
        and digests.dtype == np.uint8
        and bool((places[:, 0] >= 0).all() and (places[:, 1] >= places[:, 0]).all())
        and all(isinstance(each, str) for each in (*names, *ids))
        and np.isfinite(vectors).all()
    ):
        raise ValueError("the parts don't fit together")
    rows = _rows(analysis, column, names, ids)
    kept = np.flatnonzero(rows >= 0)
    return Photos(
        folder=folder,
        column=column,
        model=str(about["model"]),
        fingerprint=str(about["fingerprint"]),
        names=tuple(names[photo] for photo in kept.tolist()),
        reviews=rows[kept],
        vectors=vectors[kept].astype(np.float32),
        places=places[kept],
        digests=digests[kept],
    )


def _rows(analysis: Analysis, column: str, names: list[str], ids: list[str]) -> np.ndarray:
    """The number of each photo's review, -1 where it is gone or names the photo no more."""
    rows = np.full(len(names), -1, np.int64)
    if column not in analysis.frame.columns:
        return rows
    numbers = {identifier: number for number, identifier in enumerate(analysis.ids)}
    cells = analysis.frame[column].astype(str).tolist()
    known = PhotoNames(dict.fromkeys(names))
    for photo, (name, identifier) in enumerate(zip(names, ids, strict=True)):
        number = numbers.get(identifier, -1)
        if number >= 0 and name in known.find_all(cells[number]):
            rows[photo] = number
    return rows


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()
