"""Photos in exports and backups: they come back, and nothing that is no photo does."""

import io
import json
import zipfile

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.photos import (
    PHOTO_FILES,
    PICTURES_FILE,
    VECTORS_FILE,
    NewPhotos,
    has_photos,
    load_photos,
    save_photos,
)
from pipeline.analysis.run import analyse
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays, save_arrays
from pipeline.library.backup import restore_backup, write_backup
from pipeline.library.catalogue import Catalogue
from pipeline.library.verification import find_damage
from pipeline.reviews.read import read_reviews
from tests.support.fake_encoder import FakeEncoder
from tests.support.tiny_clip import picture

HUB, PATH = "sentence-transformers/clip-ViT-B-32", "/models/clip"
NAMES = ("a/red.jpg", "green.jpg", "a/red.jpg")


@pytest.fixture(scope="module")
def analysis(file_cache):
    pictures = ["a/red.jpg", "green.jpg;red.jpg", *[""] * 10]
    rows = [f"the {('pool', 'noise')[n % 2]} was number {n},{p}" for n, p in enumerate(pictures)]
    reviews = read_reviews("\n".join(["review,pictures", *rows]).encode())
    settings = Settings(topic_count=2, with_map=False)
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


def new_photos(model=HUB, pictures=None):
    red, green = picture("red"), picture("green")
    return NewPhotos(
        column="pictures",
        model=model,
        fingerprint="f" * 16,
        names=NAMES,
        reviews=np.array([0, 1, 1]),
        vectors=np.eye(3, 8, dtype=np.float32),
        pictures=tuple(pictures or (red, green, red)),
    )


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path / "analyses")


def kept(catalogue, analysis, photos):
    token = catalogue.add(analysis, name="With photos").token
    save_photos(catalogue.path(token), analysis, photos)
    return catalogue.path(token)


def photos_in(folder, analysis):
    found = load_photos(folder, analysis)
    return found, [found.picture(number) for number in range(len(found))]


def decoded(data):
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(data)), np.int16)


@pytest.mark.parametrize(("model", "imported_model"), [(HUB, HUB), (PATH, "")])
def test_photos_come_back_from_an_export(catalogue, analysis, tmp_path, model, imported_model):
    folder = kept(catalogue, analysis, new_photos(model))
    assert find_damage(folder) == []
    catalogue.export(folder.name, tmp_path / "out.zip")
    entry = catalogue.import_archive(tmp_path / "out.zip")
    new = catalogue.path(entry.token)
    (before, pictures), (after, made) = photos_in(folder, analysis), photos_in(new, analysis)
    assert after.names == before.names == NAMES and after.reviews.tolist() == [0, 1, 1]
    assert (after.vectors == before.vectors).all() and after.fingerprint == before.fingerprint
    assert after.model == imported_model
    for one, other in zip(pictures, made, strict=True):
        assert np.abs(decoded(one) - decoded(other)).mean() < 1
    if not imported_model:
        with pytest.raises(InputError, match="POLYGUEST_MODELS"):
            after.check_model()


def test_photos_come_back_from_a_backup(catalogue, analysis, tmp_path):
    folder = kept(catalogue, analysis, new_photos())
    write_backup(catalogue, tmp_path / "backup.zip")
    elsewhere = Catalogue(tmp_path / "elsewhere")
    (restored,) = restore_backup(elsewhere, tmp_path / "backup.zip")
    assert restored.is_new and restored.problem == ""
    assert photos_in(elsewhere.path(restored.entry.token), analysis)[0].names == NAMES
    (again,) = restore_backup(elsewhere, tmp_path / "backup.zip")
    assert not again.is_new
    data = (folder / PICTURES_FILE).read_bytes()
    (folder / PICTURES_FILE).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert find_damage(folder) == ["photos are not what was written"]


@pytest.mark.parametrize(
    "wrong",
    [
        b"no picture",
        b"\xff\xd8\xff and no more",
        picture("red", form="PNG"),
        b"<svg onload='alert(1)'/>",
        picture("red") + bytes(2_000_000),
    ],
)
def test_what_is_no_small_picture_is_refused(catalogue, analysis, tmp_path, wrong):
    folder = kept(catalogue, analysis, new_photos(pictures=(picture("red"), wrong, wrong)))
    catalogue.export(folder.name, tmp_path / "out.zip")
    before = sorted(catalogue.folder.iterdir())
    with pytest.raises(InputError, match="its photos are damaged"):
        catalogue.import_archive(tmp_path / "out.zip")
    assert sorted(catalogue.folder.iterdir()) == before


def test_no_byte_of_a_strangers_picture_is_kept(catalogue, analysis, tmp_path):
    hidden = picture("red", exif=b"Exif\x00\x00 taken at home") + b"<script>"
    photos = new_photos(pictures=(hidden, picture("green", (3_000, 2_000)), hidden))
    folder = kept(catalogue, analysis, photos)
    catalogue.export(folder.name, tmp_path / "out.zip")
    entry = catalogue.import_archive(tmp_path / "out.zip")
    new = catalogue.path(entry.token)
    data = (new / PICTURES_FILE).read_bytes()
    assert b"taken at home" not in data and b"<script>" not in data
    assert decoded(photos_in(new, analysis)[1][1]).shape == (240, 360, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"places": np.array([[0, 100], [0, 100], [0, 100]])},
        {"places": np.array([[0, 10**12], [0, 1], [0, 1]])},
        {"vectors": np.full((3, 8), np.nan, np.float16)},
        {"vectors": np.zeros((2, 8), np.float16)},
        {"digests": np.zeros((3, 16), np.uint8)},
        {"about": {"model": "x" * 2_000}},
        {"about": None},
        {},
    ],
)
def test_parts_that_do_not_fit_together_are_refused(catalogue, analysis, tmp_path, change):
    folder = kept(catalogue, analysis, new_photos())
    arrays = load_arrays(folder / VECTORS_FILE, key="photos-1")
    if "about" in change:
        about = json.loads(arrays["about"].tobytes())
        about = {} if change["about"] is None else about | change["about"]
        change = {"about": np.frombuffer(json.dumps(about).encode(), np.uint8)}
    save_arrays(folder / VECTORS_FILE, key="photos-1" if change else "x", **arrays | change)
    catalogue.export(folder.name, tmp_path / "out.zip")
    with pytest.raises(InputError, match="its photos are damaged"):
        catalogue.import_archive(tmp_path / "out.zip")


def test_pictures_without_vectors_are_left_out(catalogue, analysis, tmp_path):
    folder = kept(catalogue, analysis, new_photos())
    catalogue.export(folder.name, tmp_path / "out.zip")
    with (
        zipfile.ZipFile(tmp_path / "out.zip") as whole,
        zipfile.ZipFile(tmp_path / "part.zip", "w") as part,
    ):
        assert set(PHOTO_FILES) <= set(whole.namelist())
        for name in whole.namelist():
            if name != VECTORS_FILE:
                part.writestr(whole.getinfo(name), whole.read(name))
    entry = catalogue.import_archive(tmp_path / "part.zip")
    assert not has_photos(catalogue.path(entry.token))
