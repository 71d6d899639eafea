"""Photos on the command line: kept with an analysis, searched, removed."""

import json
import zipfile

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.photos import PHOTO_FILES, load_photos
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.errors import InputError
from pipeline.reviews.read import read_reviews
from tests.support.command import run
from tests.support.fake_encoder import FakeEncoder
from tests.support.tiny_clip import picture, save_tiny_clip

COLOURS = ("red", "green", "blue", "white", "yellow", "black")
SETTINGS = Settings(topic_count=2, unit="review", space="raw", with_map=False, model="fake")


def analysed(names, folder):
    rows = [
        f"R{n},{'The pool was warm' if n % 2 else 'Loud music at night'} number {n},{name}"
        for n, name in enumerate(names)
    ]
    reviews = read_reviews("\n".join(["id,review,pictures", *rows]).encode())
    save_analysis(analyse(reviews, SETTINGS, encoder=FakeEncoder(), use_cache=False), folder)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return save_tiny_clip(tmp_path_factory.mktemp("model"))


@pytest.fixture
def folder(tmp_path, file_cache):
    names = ["red.jpg", "green.jpg;red.jpg", "", "broken.png", "white.jpg", "", "", "gone.jpg"]
    analysed([*names, *[""] * 8], tmp_path / "analysis")
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for colour in COLOURS:
            archive.writestr(f"summer/{colour}.jpg", picture(colour))
        archive.writestr("broken.png", b"no picture")
    return tmp_path / "analysis"


@pytest.mark.slow  # computes for seconds
def test_photos_are_kept_searched_and_removed(folder, clip, tmp_path):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = run("photos", folder, "--photos", tmp_path / "photos.zip", "--model", clip)
    assert done.returncode == 0, done.stderr
    assert "4 of the 5 cells of 'pictures' name a photo there" in done.stdout
    assert "left out: broken.png: it is damaged" in done.stdout
    assert "left out: 3 photos that no review names" in done.stdout
    assert "4 photos of 3 reviews kept with the analysis" in done.stdout
    assert {name: (folder / name).read_bytes() for name in before} == before

    found = run("search-photos", folder, "a red door", "--top", "3", "--json")
    assert found.returncode == 0, found.stderr
    records = json.loads(found.stdout)
    assert [list(record) for record in records] == [
        ["rank", "photo", "similarity", "review_id", "language", "topic", "text"]
    ] * 3
    analysis = load_analysis(folder)
    photos = load_photos(folder, analysis)
    from pipeline.embedding.image_encoder import load_image_encoder

    query = load_image_encoder(str(clip)).encode_query(["a red door"])[0]
    order = np.argsort(-(photos.vectors @ query), kind="stable")[:3]
    assert [record["photo"] for record in records] == [photos.names[photo] for photo in order]
    assert [record["review_id"] for record in records] == [
        analysis.ids[photos.reviews[photo]] for photo in order
    ]
    assert photos.picture(0).startswith(b"\xff\xd8") and photos.picture(0) == photos.picture(2)
    assert run("photos", folder, "--remove").stdout == "the photos are removed\n"
    assert {path.name for path in folder.iterdir()} == set(before)
    none = run("search-photos", folder, "a red door")
    assert none.returncode == 2 and "has no photos" in none.stderr


@pytest.mark.slow  # computes for seconds
def test_photos_stay_with_their_reviews_and_go_to_no_other(folder, clip, tmp_path):
    assert (
        run("photos", folder, "--photos", tmp_path / "photos.zip", "--model", clip).returncode == 0
    )
    # Another file with the same ids, of whose reviews one names a photo that it had.
    analysed(["green.jpg", "red.jpg", *[""] * 14], folder)
    photos = load_photos(folder, load_analysis(folder))
    assert [(photos.names[n], int(photos.reviews[n])) for n in range(len(photos))] == [
        ("summer/red.jpg", 1)
    ]
    for name in PHOTO_FILES:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(bytes(len(data)))
        with pytest.raises(InputError, match="photos of this analysis are damaged"):
            load_photos(folder, load_analysis(folder)).picture(0)
        (folder / name).write_bytes(data)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Give --photos FOLDER or ZIP and --model"),
        (["--photos", "nowhere", "--model", "m"], "There is no folder or zip 'nowhere'"),
        (["--photos", "{}", "--column", "hotel", "--model", "m"], "There is no column 'hotel'"),
        (["--photos", "{}", "--column", "review", "--model", "m"], "does not name the photos"),
        (["--photos", "{}", "--model", "no/model"], "neither a folder nor in the local"),
    ],
)
def test_what_can_not_be_kept_is_one_line_and_leaves_nothing(folder, tmp_path, options, said):
    given = [each.format(tmp_path / "photos.zip") for each in options]
    done = run("photos", folder, *given)
    assert done.returncode == 2 and said in done.stderr and "\n" not in done.stderr.strip()
    assert not any((folder / name).exists() for name in PHOTO_FILES)
