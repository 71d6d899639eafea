"""The map as a file."""

import base64
import hashlib
import io
import json
import re

import pytest
from PIL import Image

from pipeline.common.errors import InputError
from pipeline.figures.colours import SHAPES, topic_colour, topic_shape
from tests.support.exported import documents, guests
from tests.support.naughty import NAUGHTY


def data_of(html):
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    return json.loads(found[1])


def test_html_holds_every_text_and_nothing_from_elsewhere():
    html = documents(guests()).map_html().decode()
    data = data_of(html)
    assert len(data["text"]) == len(data["x"]) == 180 and "朝食" in "".join(data["text"])
    assert [topic["name"] for topic in data["topics"]] == ["Noise", "Breakfast", "Pool"]
    assert data["hotels"][data["hotel"][3]] == "Hotel Madrid" and data["day"][0] == "2025-01-01"
    assert data["mark"][1] == "5\xa0/\xa05" and all(0 <= x <= 1 for x in data["x"])
    assert "http" not in html.replace("http-equiv", "") and "src=" not in html
    assert html == documents(guests()).map_html().decode()


def test_only_its_own_script_may_run():
    html = documents(guests()).map_html().decode()
    scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
    assert len(scripts) == 1 and not re.search(r"\son\w+=", html.split("<script")[0])
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert f"script-src &#39;sha256-{digest}&#39;" in html or f"'sha256-{digest}'" in html
    assert "innerHTML" not in scripts[0]


def test_hostile_texts_stay_data():
    texts = [f"</script><script>alert(1)</script>{text}" for text in NAUGHTY[:180]]
    hotels = ["</script>", "<!--", "\u2028"]
    analysis = guests(texts=texts, hotels=hotels, topics=("</script>", "<b>", "&lt;"))
    html = documents(analysis).map_html().decode()
    assert len(re.findall("<script", html)) == 2 and len(re.findall("</script", html)) == 2
    data = data_of(html)
    assert data["text"][0].startswith("</script><script>alert(1)")
    assert data["topics"][0]["name"] == "</script>"


def test_chosen_reviews_only():
    data = data_of(documents(guests(), hotels=["Hotel Oslo"]).map_html().decode())
    assert data["hotels"] == ["Hotel Oslo"] and len(data["text"]) == 60


def test_pictures():
    made = documents(guests())
    image = Image.open(io.BytesIO(made.map_image()))
    assert image.format == "PNG" and 3_400 < max(image.size) < 5_000  # 30 cm at 300 dots per inch
    colours = image.convert("RGB").resize((60, 60)).getcolors(4_000)
    assert len(colours) > 20  # it is drawn, not blank
    svg = made.map_image(form="svg", colour="rating").decode()
    assert svg.startswith("<svg") and "<script" not in svg
    assert made.map_image() == documents(guests()).map_image()
    assert made.map_image(form="pdf")[:5] == b"%PDF-"


def test_pictures_and_pages_have_the_shapes_of_the_screen():
    analysis = guests()
    data = data_of(documents(analysis).map_html().decode())
    symbols = [topic["symbol"] for topic in data["topics"]]
    assert symbols == [topic_shape(topic) for topic in analysis.topics] and len(set(symbols)) == 3
    assert set(data["marks"]) == set(SHAPES) and len(data["contours"]) >= 1
    assert [name["text"] for name in data["names"]] == ["Noise", "Breakfast", "Pool"]
    svg = documents(analysis).map_image(form="svg").decode()
    drawn = [base64.b64decode(own).decode() for own in re.findall(r"svg\+xml;base64,([^\"]+)", svg)]
    for topic in analysis.topics:  # on the map and in the legend
        assert sum(topic_colour(topic) in picture for picture in drawn) == 2


def test_hostile_names_on_a_picture():
    hotels = [text for text in NAUGHTY if text.strip() and len(text) < 200][:60]
    analysis = guests(hotels=hotels, topics=("#panic()", "<b>", "\u202eabc"))
    for colour in ("topic", "hotel"):
        assert documents(analysis).map_image(colour=colour)[:4] == b"\x89PNG"


def test_without_a_map():
    with pytest.raises(InputError, match="made without a map"):
        documents(guests(coordinates=None)).map_html()
