"""What version 0.1.0 has kept and exported opens as it was left."""

import csv
import json
import shutil

import numpy as np
import pytest

from pipeline.embedding.registry import load_encoder_of_analysis
from pipeline.library.catalogue import Catalogue
from pipeline.library.checkout import checkout
from pipeline.library.search_store import update_search_store
from pipeline.search.evaluation import load_golden_set
from pipeline.search.saved import load_searches
from tests.support.command import ROOT

TOKEN = "3f7a2bc5c03c547f"
KEPT = ROOT / "tests" / "data" / "kept_0_1_0" / TOKEN


@pytest.fixture
def catalogue(tmp_path):
    shutil.copytree(KEPT, tmp_path / "data" / TOKEN)
    return Catalogue(tmp_path / "data")


def columns_of(folder):
    with (folder / "reviews.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in ("review_id", "topic", "language", "x")}


def as_it_was(analysis):
    then = json.loads((KEPT / "analysis.json").read_text("utf-8"))
    named = [topic["name"] for topic in then["topics"]]
    assert [topic.name for topic in analysis.topics] == named and "Kept name" in named
    assert len(analysis.texts) == 48 and len(analysis.edits) == 1
    saved = columns_of(KEPT)
    main = analysis.main_units
    assert list(analysis.ids) == saved["review_id"]
    assert analysis.languages.tolist() == saved["language"]
    assert [analysis.topic_of(unit).name for unit in main] == saved["topic"]
    assert [f"{x:.4f}" for x in np.asarray(analysis.coordinates)[main, 0]] == saved["x"]


def test_a_kept_analysis_opens(catalogue):
    (entry,) = catalogue.entries()
    assert (entry.token, entry.name, entry.file) == (TOKEN, "spring", "spring.csv")
    as_it_was(catalogue.open(TOKEN))
    folder = catalogue.path(TOKEN)
    assert [search.query for search in load_searches(folder)] == ["loud at night"]
    assert [len(each.relevant | each.irrelevant) for each in load_golden_set(folder)] == [2]


@pytest.mark.slow  # loads PyTorch
@pytest.mark.model
@pytest.mark.parametrize("precision", ["int8", "float32"])
def test_it_goes_on_in_float32_whatever_the_default_is(catalogue, monkeypatch, precision):
    monkeypatch.setenv("POLYGUEST_PRECISION", precision)
    analysis = catalogue.open(TOKEN)
    analysis.check_encoder(load_encoder_of_analysis(analysis.settings.model))


def test_it_is_taken_up_by_a_session_with_its_file(catalogue, tmp_path):
    _, entry, notes, files = checkout(catalogue, TOKEN, tmp_path / "own")
    assert entry.name == "spring" and len(files) == 1
    assert notes["files"][0]["name"] == "spring.csv" and notes["files"][0]["rows"] == 48


def test_its_search_store_is_filled(catalogue):
    folder = catalogue.path(TOKEN)
    update_search_store(folder)
    assert (folder / "store" / "store.sqlite").is_file()


def test_an_exported_analysis_is_imported(tmp_path):
    catalogue = Catalogue(tmp_path / "data")
    entry = catalogue.import_archive(KEPT.parent.with_suffix(".zip"))
    as_it_was(catalogue.open(entry.token))
    assert [search.name for search in load_searches(catalogue.path(entry.token))] == ["Loud"]
