"""Object stores for contents of files: a folder that servers share, or a bucket of S3.

``POLYGUEST_OBJECTS`` names one. An object is written whole or not at all, under the digest of its
bytes, and never changed. The client of S3 is an extra (``polyguest[s3]``); it finds credentials,
region and address in the environment variables of AWS, which are neither read nor shown here.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.files import atomic_write
from pipeline.common.rights import keep_private

_BLOCK = 2**20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MAX_MARK = 1000  # bytes
_S3_OPTIONS = {
    "connect_timeout": 10,
    "read_timeout": 60,
    "retries": {"max_attempts": 3, "mode": "standard"},
}


class ObjectStore(Protocol):
    """A place that keeps contents under their digests; thread-safe.

    All functions raise :class:`InputError` where it can't be reached, refuses, or has no room.

    Attributes:
        address: without credentials.
    """

    address: str

    def put(self, digest: str, path: Path) -> None:
        """Write the contents of a file; they are there when this returns."""

    def blocks(self, digest: str) -> Iterator[bytes]:
        """The contents under a digest, in blocks."""

    def delete(self, digest: str) -> None:
        """Delete contents, which may be gone already."""

    def digests(self) -> Iterator[tuple[str, datetime]]:
        """What there is, and since when."""

    def mark(self, name: str, text: str | None = None) -> str:
        """A short text under a name; "" where there is none. Written first where one is given."""


class FolderObjects:
    """Objects as files of a folder, an :class:`ObjectStore`.

    Args:
        folder: made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = folder.as_uri()

    def put(self, digest: str, path: Path) -> None:
        """Write contents."""
        with self._refusals(), path.open("rb") as source:
            keep_private(self._folder)
            with atomic_write(self._path(digest)) as file:
                while block := source.read(_BLOCK):
                    file.write(block)

    def blocks(self, digest: str) -> Iterator[bytes]:
        """The contents under a digest."""
        with self._refusals(), self._path(digest).open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    def delete(self, digest: str) -> None:
        """Delete contents."""
        with self._refusals():
            self._path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[tuple[str, datetime]]:
        """What there is."""
        with self._refusals():
            for path in self._folder.glob("??/*"):
                if _DIGEST.fullmatch(path.name):
                    with contextlib.suppress(FileNotFoundError):
                        yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def mark(self, name: str, text: str | None = None) -> str:
        """A short text."""
        with self._refusals():
            if text is not None:
                keep_private(self._folder)
                with atomic_write(self._folder / name, "w", encoding="utf-8") as file:
                    file.write(text)
            with contextlib.suppress(FileNotFoundError):
                return (self._folder / name).read_text("utf-8")[:_MAX_MARK]
        return ""

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _unusable(self.address, error.strerror or str(error)) from error


class BucketObjects:
    """Objects of a bucket of S3, by fsspec, an :class:`ObjectStore`.

    Args:
        root: bucket and prefix.

    Raises:
        InputError: the packages for it are missing.
    """

    def __init__(self, root: str) -> None:
        self.address = f"s3://{root}"
        self._root = root
        try:
            import s3fs
        except ImportError as error:
            raise InputError(
                "{name} is set, but the packages for it are missing: install polyguest[s3]",
                name=variables.OBJECTS.name,
            ) from error
        self._files = s3fs.S3FileSystem(
            config_kwargs=_S3_OPTIONS, use_listings_cache=False, skip_instance_cache=True
        )

    def put(self, digest: str, path: Path) -> None:
        """Write contents."""
        with self._refusals():
            self._files.put_file(str(path), self._path(digest))

    def blocks(self, digest: str) -> Iterator[bytes]:
        """The contents under a digest."""
        with (
            self._refusals(),
            self._files.open(self._path(digest), "rb", cache_type="none") as file,
        ):
            while block := file.read(_BLOCK * 4):
                yield block

    def delete(self, digest: str) -> None:
        """Delete contents."""
        with self._refusals(), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(digest))

    def digests(self) -> Iterator[tuple[str, datetime]]:
        """What there is."""
        with self._refusals():
            for path, facts in self._files.find(self._root, detail=True).items():
                name, at = path.rpartition("/")[2], facts.get("LastModified")
                if _DIGEST.fullmatch(name) and isinstance(at, datetime):
                    yield name, at

    def mark(self, name: str, text: str | None = None) -> str:
        """A short text."""
        path = f"{self._root}/{name}"
        with self._refusals():
            if text is not None:
                self._files.pipe_file(path, text.encode())
            with contextlib.suppress(FileNotFoundError):
                return bytes(self._files.cat_file(path)).decode("utf-8", "replace")[:_MAX_MARK]
            # A bucket that is not there is another thing than an object that is not.
            if not self._files.exists(self._root.split("/")[0]):
                raise _unusable(self.address, "there is no such bucket")
        return ""

    def _path(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:  # into which s3fs translates most of what S3 says
            missing = isinstance(error, FileNotFoundError)
            problem = "there is no such bucket, or no such object" if missing else error
            raise _unusable(self.address, problem) from error
        except Exception as error:
            from botocore.exceptions import BotoCoreError, ClientError

            if not isinstance(error, (BotoCoreError, ClientError)):
                raise
            raise _unusable(self.address, error) from error


def open_objects() -> ObjectStore | None:
    """The object store that ``POLYGUEST_OBJECTS`` names; None where it names none.

    Raises:
        InputError: it names no such place, or the packages for it are missing.
    """
    address = settings.objects_address()
    return _open(address) if address else None


@lru_cache(maxsize=4)
def _open(address: str) -> ObjectStore:
    parts = urlsplit(address)
    if parts.scheme == "file":
        return FolderObjects(Path(url2pathname(parts.path)))
    return BucketObjects(f"{parts.netloc}{parts.path}".rstrip("/"))


def _unusable(address: str, problem: object) -> InputError:
    problem = " ".join(str(problem).split())[:300] or type(problem).__name__
    return InputError(
        "The object store {address} can't be used: {problem}", address=address, problem=problem
    )
