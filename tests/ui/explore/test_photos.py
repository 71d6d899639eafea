"""Photos on the page "Explore": found by a query, leading to their reviews, marked on the map."""

import json

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.photos import PICTURES_FILE
from pipeline.analysis.run import analyse
from pipeline.reviews.read import read_reviews
from tests.support.apptest import catalogue, new, press, session
from tests.support.command import run
from tests.support.tiny_clip import picture, save_tiny_clip

pytestmark = pytest.mark.slow  # loads PyTorch


@pytest.fixture(scope="module")
def page(tmp_path_factory, encoder):
    base = tmp_path_factory.mktemp("photos")
    clip = save_tiny_clip(base)
    rows = [
        f"The pool was warm {n},Oslo,{n}.jpg" if n % 3 else f"Loud bar {n},Lyon," for n in range(36)
    ]
    reviews = read_reviews("\n".join(["review,hotel,photo", *rows]).encode())
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False)
    analysis = analyse(reviews, settings, encoder=encoder)
    places = np.random.default_rng(0).normal(size=(36, 2)).astype(np.float32)
    analysis = analysis.edited(coordinates=places)
    token = catalogue().add(analysis, name="Pool", file="pool.csv").token
    (base / "photos").mkdir()
    for n in range(36):
        (base / "photos" / f"{n}.jpg").write_bytes(picture((7 * n, 255 - 7 * n, 90)))
    at = new()
    at.query_params["analysis"] = token
    at.run()
    at.switch_page("ui/pages/explore.py").run()
    assert not at.exception and "Photos" not in [head.value for head in at.header]
    done = run("photos", token, "--photos", base / "photos", "--model", clip)
    assert done.returncode == 0, done.stderr
    return at


def traces(at):
    figure = json.loads(at.get("plotly_chart")[0].proto.spec)
    return {trace["name"]: trace for trace in figure["data"]}


def test_photos_are_found_by_a_query_and_lead_to_their_reviews(page):
    page.run()
    assert not page.exception and "Photos" in [head.value for head in page.header]
    assert any(each.value.startswith("24 photos: search") for each in page.caption)
    assert "With photos (24)" in traces(page)
    page.text_input(key="query").set_value("a warm pool")
    press(page, "Search")
    alts = [image.proto.imgs[0].alt for image in page.image]
    assert len(alts) == 12
    assert alts[0].startswith("Photo 1 of 12, from the review Oslo") and len(set(alts)) == 12
    read = next(button for button in page.button if button.key.startswith("photo-"))
    read.click().run()
    assert not page.exception
    row = session(page).search.review
    assert row % 3 and session(page).view.original.texts[row].startswith("The pool")
    page.multiselect(key="hotels").set_value(["Lyon"]).run()
    assert "Photos" not in [head.value for head in page.header]
    page.multiselect(key="hotels").set_value([]).run()


def test_damaged_photos_are_said_and_stop_no_page(page):
    folder = catalogue().path(session(page).file.autosave.revision.token)
    data = (folder / PICTURES_FILE).read_bytes()
    (folder / PICTURES_FILE).write_bytes(bytes(len(data)))
    page.run()
    assert not page.exception
    assert any("add them again" in each.value for each in page.caption)
    (folder / PICTURES_FILE).write_bytes(data)
    assert np.isfinite(session(page).view.original.raw).all()


def test_without_the_libraries_it_is_said_before_a_search(page, monkeypatch):
    with monkeypatch.context() as absent:
        absent.setattr("pipeline.embedding.torch_library.has_torch", lambda: False)
        page.text_input(key="query").set_value("")
        press(page, "Search")
        said = [each.value.replace("\\", "") for each in page.caption]  # it is Markdown
        assert any("photos, need PyTorch" in each and "polyguest[models]" in each for each in said)
        assert not any("search, and those most like it" in each for each in said)
    page.run()
    assert any(each.value.startswith("24 photos: search") for each in page.caption)
