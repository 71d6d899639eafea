"""Photos in an imported file: checked, and each made anew, before any of them is kept."""

from __future__ import annotations

from pathlib import Path

from pipeline.analysis.analysis import Analysis
from pipeline.analysis.photos import PICTURES_FILE, NewPhotos, Photos, load_photos, save_photos
from pipeline.common.errors import InputError
from pipeline.embedding.registry import is_hub_name, is_known_model
from pipeline.library.archive_checks import conforms
from pipeline.reviews.photo_files import MAX_PHOTOS, remake_picture

_MAX_NAME = 1_000  # characters of a model's name and of a photo's
_MAX_DIMENSION = 8_192


def rewrite_photos(source: Path, analysis: Analysis, target: Path) -> None:
    """Write the photos of a stranger's folder anew.

    A model that this computer does not know is forgotten: its name may be a path, which would be
    opened when the photos are searched. To be called in a process with limits.

    Args:
        source: the folder with the photos, and nothing else that is read.
        analysis: checked already; photos that its reviews don't name are left out.
        target: the folder to write to.

    Raises:
        InputError: they are not what the program writes.
    """
    try:
        photos = load_photos(source, analysis)
        pictures = [] if photos is None or not _are_plain(photos) else _remake(photos)
    except InputError:  # which says how photos are added
        photos, pictures = None, []
    if photos is None or len(pictures) != len(photos):
        raise InputError("The file can't be imported: its photos are damaged")
    if not pictures:
        return
    model = photos.model if is_known_model(photos.model) or is_hub_name(photos.model) else ""
    kept = NewPhotos(
        column=photos.column,
        model=model,
        fingerprint=photos.fingerprint,
        names=photos.names,
        reviews=photos.reviews,
        vectors=photos.vectors,
        pictures=tuple(pictures),
    )
    save_photos(target, analysis, kept)


def _remake(photos: Photos) -> list[bytes]:
    """Each picture made anew, up to the first that is none."""
    made: dict[bytes, bytes] = {}  # a photo of several reviews is made once
    pictures = []
    for number, digest in enumerate(map(bytes, photos.digests)):
        if digest not in made:
            picture = remake_picture(photos.picture(number))
            if picture is None:
                break
            made[digest] = picture
        pictures.append(made[digest])
    return pictures


def _are_plain(photos: Photos) -> bool:
    """Whether names and sizes are such as the program writes."""
    lengths = photos.places[:, 1] - photos.places[:, 0]
    words = (photos.column, photos.model, photos.fingerprint, *photos.names)
    return (
        len(set(photos.names)) <= MAX_PHOTOS
        and 0 < photos.vectors.shape[1] <= _MAX_DIMENSION
        and int(lengths.sum()) <= (photos.folder / PICTURES_FILE).stat().st_size
        and all(conforms(word, str) and len(word) <= _MAX_NAME for word in words)
    )
