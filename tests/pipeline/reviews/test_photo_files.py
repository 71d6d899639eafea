"""Photos of strangers: made small and plain, or named with what is wrong with them."""

import io
import struct
import zipfile
import zlib

import pytest

from pipeline.common.errors import InputError
from pipeline.reviews.photo_files import (
    LONG_SIDE,
    MAX_BYTES,
    SHORT_SIDE,
    list_photos,
    shrink_photos,
)
from tests.support.tiny_clip import picture


def png_bomb():
    """A PNG that says it has 60,000 x 60,000 pixels, in a few bytes."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1_000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def with_place():
    """A photo that lies on its side, and says so and where it was taken."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 29.0)}
    return picture("red", (800, 400), exif=exif)


PHOTOS = {
    "good.jpg": with_place(),
    "deep/panorama.webp": picture("green", (4_000, 300), "WEBP"),
    "deep/clear.png": picture((0, 0, 0, 0), (50, 40), "PNG", mode="RGBA"),
    "grey.jpeg": picture(128, mode="L"),
    "print.jpg": picture((0, 0, 0, 0), mode="CMYK"),
    "bomb.png": png_bomb(),
    "cut.jpg": picture("blue", (900, 900))[:3_000],
    "animation.jpg": picture("blue", form="GIF"),
    "page.png": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "empty.jpg": b"",
    "large.jpg": picture("blue") + bytes(MAX_BYTES),
}
WRONG = {
    "bomb.png": "it has more than 50 million pixels",
    "large.jpg": "it has more than 25 MB",
} | dict.fromkeys(
    ("animation.jpg", "cut.jpg", "empty.jpg", "page.png"),
    "it is damaged, or no JPEG, PNG or WebP picture",
)


@pytest.fixture(scope="module", params=["folder", "zip"])
def place(request, tmp_path_factory):
    base = tmp_path_factory.mktemp("photos")
    if request.param == "zip":
        with zipfile.ZipFile(base / "photos.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in {**PHOTOS, "notes.txt": b"", "__MACOSX/._good.jpg": b""}.items():
                archive.writestr(name, data)
        return base / "photos.zip"
    for name, data in {**PHOTOS, "notes.txt": b""}.items():
        (base / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (base / "in" / name).write_bytes(data)
    (base / "secret.jpg").write_bytes(picture("blue"))
    (base / "in" / "link.jpg").symlink_to(base / "secret.jpg")
    (base / "in" / "up").symlink_to(base, target_is_directory=True)
    return base / "in"


def test_good_photos_become_small_pictures_and_bad_ones_are_named(place):
    from PIL import Image

    names = list_photos(place)
    assert names == sorted(PHOTOS)
    told = []
    made = dict(
        shrink_photos(place, names, progress=lambda done, total: told.append((done, total)))
    )
    assert told[-1] == (len(PHOTOS), len(PHOTOS))
    assert {name: why for name, why in made.items() if isinstance(why, str)} == WRONG
    small = {
        name: Image.open(io.BytesIO(data)) for name, data in made.items() if isinstance(data, bytes)
    }
    assert all((image.format, image.mode) == ("JPEG", "RGB") for image in small.values())
    assert not any(image.getexif() or "exif" in image.info for image in small.values())
    assert small["good.jpg"].size == (SHORT_SIDE, 2 * SHORT_SIDE)  # upright
    assert small["deep/panorama.webp"].size == (LONG_SIDE, LONG_SIDE * 300 // 4_000)
    assert small["deep/clear.png"].size == (50, 40)  # none is made larger
    assert small["deep/clear.png"].getpixel((40, 30)) == (255, 255, 255)


def test_what_lies_elsewhere_is_not_read(place):
    names = ["../secret.jpg", "link.jpg", "/etc/hostname"]
    assert all(isinstance(made, str) for _, made in shrink_photos(place, names))


@pytest.mark.parametrize(
    ("data", "said"),
    [(None, "There is no folder or zip"), (b"no zip", "is no zip, or it is damaged")],
)
def test_what_is_no_place_of_photos_is_said(tmp_path, data, said):
    if data is not None:
        (tmp_path / "photos.zip").write_bytes(data)
    with pytest.raises(InputError, match=said):
        list_photos(tmp_path / "photos.zip")
