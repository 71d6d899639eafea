"""Photos in a real browser: an exported analysis with photos is imported, and they are searched."""

import re

import numpy as np
import pytest

from pipeline.analysis.add_photos import find_named_photos, read_photos
from pipeline.analysis.analysis import Settings
from pipeline.analysis.photos import save_photos
from pipeline.analysis.run import analyse
from pipeline.common.progress import StageLog
from pipeline.embedding.image_encoder import load_image_encoder
from pipeline.library.catalogue import Catalogue
from pipeline.reviews.read import read_reviews
from tests.support.tiny_clip import picture, save_tiny_clip

pytestmark = pytest.mark.slow  # loads PyTorch

PHOTOS = 6


@pytest.fixture
def exported(tmp_path, tiny_model, encoder):
    """An exported analysis of eighteen reviews, a third of them with a photo.

    The model of the photos is not that of the texts.
    """
    save_tiny_clip(tiny_model.parent)
    rows = [
        f"The pool was warm {n},Oslo,{n}.jpg" if n < PHOTOS else f"Loud bar {n},Lyon,"
        for n in range(18)
    ]
    reviews = read_reviews("\n".join(["review,hotel,photo", *rows]).encode(), name="pool.csv")
    settings = Settings(topic_count=2, unit="review", space="raw", with_map=False)
    made = analyse(reviews, settings, encoder=encoder)
    places = np.random.default_rng(0).normal(size=(18, 2)).astype(np.float32)
    catalogue = Catalogue(tmp_path / "analyses")
    token = catalogue.add(made.edited(coordinates=places), name="With photos").token
    (tmp_path / "photos").mkdir()
    for n in range(PHOTOS):
        (tmp_path / "photos" / f"{n}.jpg").write_bytes(picture((40 * n, 255 - 40 * n, 90)))
    named = find_named_photos(made, tmp_path / "photos")
    images = load_image_encoder(str(tiny_model))
    read = read_photos(tmp_path / "photos", named, images, StageLog())
    save_photos(catalogue.path(token), made, read.photos)
    catalogue.export(token, tmp_path / "with photos.zip")
    return tmp_path / "with photos.zip"


def test_photos_come_with_an_import_and_are_found_by_words(visitors, exported):
    guest = visitors()
    page = guest.page
    guest.open()
    page.get_by_role("link", name="Analyses", exact=True).click()
    page.get_by_role("heading", name="Import").wait_for()
    page.locator("input[type=file]").last.set_input_files(exported)
    page.get_by_text("is in the list").wait_for()
    page.get_by_test_id("stButton").filter(has_text=re.compile("Open$")).first.click()
    guest.wait_for_map()
    page.get_by_text(f"{PHOTOS} photos: search").wait_for()
    assert [f"With photos ({PHOTOS})", PHOTOS] in guest.traces()
    guest.search("a warm pool")
    page.get_by_text(re.compile(f"Of {PHOTOS} photos, the most alike first")).wait_for()
    guest.settle()
    images = page.locator(".st-key-photos img")
    assert images.count() == PHOTOS
    page.wait_for_function(
        "[...document.querySelectorAll('.st-key-photos img')].every(i => i.naturalWidth > 0)"
    )
    assert images.first.get_attribute("alt").startswith(f"Photo 1 of {PHOTOS}, from the review")
    page.locator(".st-key-photos").get_by_role("button", name="Read").first.click()
    page.get_by_role("dialog").get_by_text("The pool was warm").first.wait_for()
