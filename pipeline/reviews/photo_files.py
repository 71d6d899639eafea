"""Photos in a folder or zip, decoded in a process of its own and made small pictures of our own.

Pictures of strangers may be damaged, far larger than they look, or made to break what decodes them.
Names are listed and pictures decoded in a process with limits of time and memory
(:mod:`pipeline.isolation`). No byte of them goes further: what comes back is a small JPEG that was
made anew, turned upright, without what a camera writes beside the picture, such as its place.
"""

from __future__ import annotations

import io
import os
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.settings import read_memory_mb, read_seconds
from pipeline.isolation.budget import Budget
from pipeline.isolation.pool import run_isolated

if TYPE_CHECKING:
    from PIL import Image

MAX_PHOTOS = 20_000  # of an analysis
MAX_BYTES = 25_000_000  # of a photo
MAX_PIXELS = 50_000_000
SHORT_SIDE, LONG_SIDE = 240, 640  # pixels of the pictures that are made, at most
FORMATS = ("JPEG", "PNG", "WEBP")
SUFFIXES = (".jpg", ".jpeg", ".jpe", ".png", ".webp")
_MAX_NAMES = 200_000  # of files in a folder or zip
_QUALITY = 82
_MAX_SMALL_BYTES = 1_000_000  # of a picture that is made
_JPEG = b"\xff\xd8\xff"
_BATCH = 64  # photos that a process is given at once
_NOT_READ = "it can't be read within the limits of time and memory"


def list_photos(place: Path) -> list[str]:
    """Names of the photos in a folder or zip by their suffixes, in order: paths with "/".

    Links are not followed, and what is packed with a password is left out.

    Raises:
        InputError: there is no such folder or zip, it is damaged, or has too many files.
    """
    if place.is_dir():
        return sorted(_names_in_folder(place))
    if not place.is_file():
        raise InputError("There is no folder or zip '{place}'", place=place)
    return run_isolated(_names_in_zip, place, label=place.name, budget=Budget.for_file(place))


def shrink_photos(
    place: Path, names: Sequence[str], *, progress: Progress | None = None
) -> Iterator[tuple[str, bytes | str]]:
    """Make small pictures of photos: each name with a JPEG, or with why there is none.

    Args:
        place: the folder or zip.
        names: of :func:`list_photos`.
        progress: called with the number of photos that are done.

    Raises:
        InputError: the folder or zip can't be opened any more.
    """
    for start in range(0, len(names), _BATCH):
        batch = list(names[start : start + _BATCH])
        yield from zip(batch, _shrink_batch(place, batch), strict=True)
        if progress:
            progress(min(start + _BATCH, len(names)), len(names))


def remake_picture(data: bytes) -> bytes | None:
    """A small picture of :func:`shrink_photos`, made anew; None where it is no such picture.

    To be called in a process with limits, as the picture may be a stranger's.
    """
    if len(data) > _MAX_SMALL_BYTES or not data.startswith(_JPEG):
        return None
    made = _shrink_one(partial(io.BytesIO, data))
    return made if isinstance(made, bytes) else None


def _shrink_batch(place: Path, names: list[str]) -> list[bytes | str]:
    """As :func:`_shrink`; one that kills the process costs only itself."""
    budget = Budget(read_seconds() * (1 + len(names) / 4), read_memory_mb())
    try:
        return run_isolated(_shrink, place, names, label="The photos", budget=budget)
    except InputError:
        if not place.exists():
            raise
        if len(names) == 1:
            return [_NOT_READ]
        return [made for name in names for made in _shrink_batch(place, [name])]


def _names_in_folder(folder: Path) -> Iterator[str]:
    count = 0
    for path, _folders, files in os.walk(folder):  # which does not follow links
        count += len(files)
        if count > _MAX_NAMES:
            raise _too_many(folder)
        for file in files:
            whole = Path(path, file)
            if file.lower().endswith(SUFFIXES) and not whole.is_symlink() and whole.is_file():
                yield whole.relative_to(folder).as_posix()


def _names_in_zip(place: Path) -> list[str]:
    with _open_zip(place) as archive:
        members = archive.infolist()
        if len(members) > _MAX_NAMES:
            raise _too_many(place)
        names = {
            member.filename
            for member in members
            if member.filename.lower().endswith(SUFFIXES) and not member.flag_bits & 1
        }
    return sorted(name for name in names if "__MACOSX/" not in name)


def _shrink(place: Path, names: list[str]) -> list[bytes | str]:
    """For each photo a small JPEG, or why there is none."""
    if place.is_dir():
        root = place.resolve()
        return [_shrink_one(partial(_open_in_folder, root, name)) for name in names]
    with _open_zip(place) as archive:
        return [_shrink_one(partial(archive.open, name)) for name in names]


def _open_in_folder(root: Path, name: str) -> IO[bytes]:
    path = (root / name).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise OSError("it lies outside the folder")
    return path.open("rb")


def _shrink_one(open_file: Callable[[], IO[bytes]]) -> bytes | str:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with open_file() as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            return f"it has more than {MAX_BYTES // 1_000_000} MB"
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    return _too_many_pixels()
                image.draft("RGB", (2 * SHORT_SIDE, 2 * SHORT_SIDE))  # decodes large JPEGs small
                upright = ImageOps.exif_transpose(image)
                small = _fit(upright)
        made = io.BytesIO()
        small.save(made, "JPEG", quality=_QUALITY)
        return made.getvalue()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _too_many_pixels()
    except MemoryError:
        raise
    except Exception:  # each decoder raises its own errors for damaged files
        return "it is damaged, or no JPEG, PNG or WebP picture"


def _fit(image: Image.Image) -> Image.Image:
    """A picture in RGB, on white where it is transparent, no larger than the limits."""
    from PIL import Image

    scale = min(SHORT_SIDE / min(image.size), LONG_SIDE / max(image.size), 1.0)
    size = max(round(image.width * scale), 1), max(round(image.height * scale), 1)
    if image.mode != "RGB":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    small = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
    if small.mode == "RGB":
        return small
    paper = Image.new("RGB", size, "white")
    paper.paste(small, mask=small.getchannel("A"))
    return paper


def _too_many_pixels() -> str:
    return f"it has more than {MAX_PIXELS // 1_000_000} million pixels"


def _too_many(place: Path) -> InputError:
    return InputError(
        "'{place}' has more than {n} files: choose a smaller one",
        place=place.name,
        n=f"{_MAX_NAMES:,}",
    )


def _open_zip(place: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(place)
    except FileNotFoundError as error:
        raise InputError("There is no folder or zip '{place}'", place=place) from error
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError("{name} is no zip, or it is damaged", name=place.name) from error
