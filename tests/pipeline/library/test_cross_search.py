"""Cross search: search stores are filled, updated after edits, and searched together."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_state
from pipeline.cli.main import main
from pipeline.common.errors import InputError
from pipeline.filters.parser import parse_filter
from pipeline.library.catalogue import Catalogue
from pipeline.library.cross_search import search_all
from pipeline.library.search_store import has_current_store, load_search_store, update_search_store
from pipeline.reviews.read import read_reviews
from pipeline.search.hybrid import search_reviews
from pipeline.search.query import parse_query
from pipeline.stores.local import LocalStore
from tests.support.command import ROOT
from tests.support.fake_encoder import FakeEncoder
from tests.support.naughty import NAUGHTY

pytestmark = pytest.mark.slow  # processes of its own, or many files

THINGS = ["pool", "noise", "staff", "breakfast"]


def made(count, *, hotel="Rose", columns="review_id,hotel,rating,language,review", unit="review"):
    lines = [columns]
    for n in range(count):
        cells = {
            "review_id": f"{hotel[0]}{n}",
            "hotel": hotel,
            "rating": str(1 + n % 5),
            "language": ["en", "ja", "de"][n % 3],
            "review": f"{THINGS[n % 4]} of {hotel} number {n}",  # too short to show its language
        }
        lines.append(",".join(cells[name] for name in columns.split(",")))
    reviews = read_reviews("\n".join(lines).encode(), name=f"{hotel}.csv")
    settings = Settings(topic_count=3, with_map=False, unit=unit)
    return analyse(reviews, settings, encoder=FakeEncoder())


def encode(text, model):
    return FakeEncoder().encode_queries([text])[0]


@pytest.fixture(scope="module")
def analyses(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(tmp_path_factory.mktemp("cache")))
        return made(120), made(90, hotel="Lily", columns="review_id,language,review")


@pytest.fixture
def catalogue(tmp_path, analyses):
    found = Catalogue(tmp_path / "analyses")
    for analysis, name in zip(analyses, ("Rose", "Lily"), strict=True):
        found.add(analysis, name=name)
    return found


def folder(catalogue, name):
    return catalogue.path(catalogue.find(name).token)


def update_all(catalogue):
    for entry in catalogue.entries():
        update_search_store(catalogue.path(entry.token))


def ask(catalogue, typed, **options):
    return search_all(catalogue, parse_query(typed), encode, **options)


def test_hits_of_all_analyses_are_merged(catalogue, analyses):
    assert len(ask(catalogue, "pool").pending) == 2
    update_all(catalogue)
    found = ask(catalogue, "noise of Lily number 5", top=10)
    assert not found.pending and len(found.hits) == 10
    assert (found.hits[0].analysis, found.hits[0].review_id) == ("Lily", "L5")
    assert {hit.analysis for hit in found.hits} == {"Rose", "Lily"}
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    rose = next(hit for hit in found.hits if hit.analysis == "Rose")
    assert rose.facts["hotel"] == "Rose" and rose.facts["rating"] in "12345"
    one = ask(catalogue, "pool", only=[catalogue.find("Rose").token])
    assert {hit.analysis for hit in one.hits} == {"Rose"}


@pytest.mark.parametrize("unit", ["review", "sentence"])
def test_the_order_equals_the_open_analysis(tmp_path, cache, unit):
    analysis = made(150, unit=unit)
    catalogue = Catalogue(tmp_path / "analyses")
    catalogue.add(analysis, name="one")
    update_all(catalogue)
    for typed in ("the pool was good", "staff number 7", "朝食"):
        query = parse_query(typed)
        vector = analysis.search_space.encode_queries(encode(query.text, "")[None], [query.text])
        (wanted,) = search_reviews(analysis.search_index, [query], vector, top=15, hybrid=False)
        found = ask(catalogue, typed, top=15)
        assert [hit.review for hit in found.hits] == wanted.reviews.tolist()
        np.testing.assert_allclose([h.score for h in found.hits], wanted.scores, atol=1e-4)


def test_filters_come_first_and_an_analysis_without_the_column_has_no_hits(catalogue):
    update_all(catalogue)
    found = ask(catalogue, "pool", where=parse_filter("rating <= 1 and language = ja"))
    assert {(hit.analysis, hit.facts["rating"], hit.language) for hit in found.hits} == {
        ("Rose", "1", "ja")
    }
    assert len(found.hits) == 8
    assert any("does not fit “Lily”" in note for note in found.notes)
    with pytest.raises(InputError, match="stars"):
        ask(catalogue, "pool", where=parse_filter("stars <= 1"))


def test_phrases_and_exclusions_apply(catalogue):
    update_all(catalogue)
    hits = ask(catalogue, '"staff of Rose" -number -nothing').hits
    assert not hits
    hits = ask(catalogue, 'good "staff of Rose"', top=50).hits
    assert len(hits) == 30 and all("staff of Rose" in hit.text for hit in hits)
    assert all("pool" not in hit.text for hit in ask(catalogue, "number -pool", top=50).hits)


def test_an_edit_writes_only_the_rows_that_changed(catalogue, monkeypatch):
    update_all(catalogue)
    rose = folder(catalogue, "Rose")
    analysis = load_analysis(rose)
    topic = analysis.topics[1]
    edit = {"do": "rename", "topic": topic.key, "name": "Bathing"}
    save_state(apply_edit(analysis, edit, encoder=FakeEncoder()), rose)
    assert not has_current_store(rose) and has_current_store(folder(catalogue, "Lily"))
    written = []
    upsert = LocalStore.upsert

    def record(self, ids, *rest):
        written.extend(ids)
        return upsert(self, ids, *rest)

    monkeypatch.setattr(LocalStore, "upsert", record)
    assert update_search_store(rose) and not update_search_store(rose)
    assert sorted(map(int, written)) == np.flatnonzero(analysis.assignments == 1).tolist()
    hits = ask(catalogue, "number 1", top=100, where=parse_filter("topic = Bathing")).hits
    assert {hit.topic for hit in hits} == {"Bathing"} and len(hits) == topic.reviews


def test_the_store_is_rebuilt_when_the_analysis_is_replaced(catalogue, analyses):
    update_all(catalogue)
    token = catalogue.find("Rose").token
    from pipeline.analysis.storage import save_analysis

    with catalogue.locked():
        catalogue.replace(token, analyses[1], lambda path: save_analysis(analyses[1], path))
    assert [entry.token for entry in ask(catalogue, "pool").pending] == [token]
    update_all(catalogue)
    assert all("Lily" in hit.text for hit in ask(catalogue, "pool", top=100).hits)


def test_the_store_moves_with_the_analysis(catalogue, tmp_path):
    update_all(catalogue)
    token = catalogue.find("Rose").token
    catalogue.delete(token)
    assert {hit.analysis for hit in ask(catalogue, "pool").hits} == {"Lily"}
    catalogue.undelete(token)
    assert {hit.analysis for hit in ask(catalogue, "pool").hits} == {"Lily", "Rose"}
    catalogue.export(token, tmp_path / "one.zip")
    assert not has_current_store(
        catalogue.path(catalogue.import_archive(tmp_path / "one.zip").token)
    )
    catalogue.delete(token)
    catalogue.purge(everything=True)
    assert not list(catalogue.folder.rglob(f"*{token}*"))


def test_damage_is_found_and_repaired(catalogue):
    update_all(catalogue)
    rose = folder(catalogue, "Rose")
    for name in ("searchable.json", "searchable.npz"):
        (rose / "store" / name).write_bytes(b"{}")
        assert load_search_store(rose) is None
        # A manifest may look right although the arrays are damaged.
        (rose / "store" / "searchable.json").unlink(missing_ok=True)
        update_search_store(rose)
        assert load_search_store(rose) is not None
    shutil.rmtree(rose / "store" / "index")
    assert len(ask(catalogue, "pool", top=300).hits) == 210


KILLED = """
import sys
from pathlib import Path
from pipeline.library.search_store import update_search_store
print("ready", flush=True)
update_search_store(Path(sys.argv[1]))
print("done", flush=True)
"""


def test_kill_9_while_it_is_filled_loses_nothing(tmp_path, cache):
    catalogue = Catalogue(tmp_path / "analyses")
    rose = catalogue.path(catalogue.add(made(3000), name="Rose").token)
    kept = {path.name: path.read_bytes() for path in rose.iterdir() if path.is_file()}
    for attempt in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(rose)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.15 + 0.2 * attempt)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    update_search_store(rose)
    assert has_current_store(rose)
    assert len(ask(catalogue, "pool", top=5000).hits) == 3000
    assert kept == {path.name: path.read_bytes() for path in rose.iterdir() if path.is_file()}


def test_naughty_strings_as_query_and_as_cells(tmp_path, cache):
    texts = [text.replace("\0", "") for text in NAUGHTY]
    rows = [[f"id {n}", text or "-", f"the pool {n} {text}"] for n, text in enumerate(texts)]
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["review_id", "hotel", "review"], *rows])
    data = out.getvalue().encode("utf-8", "replace")
    reviews = read_reviews(data, name="naughty.csv")
    analysis = analyse(reviews, Settings(topic_count=2, with_map=False), encoder=FakeEncoder())
    catalogue = Catalogue(tmp_path / "analyses")
    catalogue.add(analysis, name=texts[7])
    update_all(catalogue)
    for text in texts[:: max(len(texts) // 60, 1)]:
        ask(catalogue, text)
        ask(catalogue, "pool", where=parse_filter('hotel = "' + text.replace('"', '""') + '"'))


def test_command_line(catalogue, monkeypatch, capsys, encoder):
    monkeypatch.setattr("pipeline.embedding.registry.load_encoder", lambda model: FakeEncoder())
    monkeypatch.setenv("POLYGUEST_DATA", str(catalogue.folder.parent))
    assert main(["analyses", "search", "the pool of Rose", "--top", "3", "--json"]) == 0
    records = json.loads(capsys.readouterr().out)
    assert [record["rank"] for record in records] == [1, 2, 3]
    assert set(records[0]) >= {"analysis", "review_id", "language", "topic", "text", "score"}
    assert main(["analyses", "search", "staff", "--in", "Lily", "--language", "ja"]) == 0
    out = capsys.readouterr().out
    assert " ja  Lily  L" in out and "Rose" not in out
    assert main(["analyses", "search", "staff", "--in", "Nowhere"]) == 2
    assert main(["analyses", "search", "  "]) == 2
    assert main(["analyses", "search", "staff", "--filter", "rating <"]) == 2


def test_hits_in_other_languages_from_two_analyses(tmp_path, cache, encoder):
    catalogue = Catalogue(tmp_path / "analyses")
    others = ["The pool was clean", "部屋がきれいでした", "早餐很好吃", "Das Personal war nett"] * 5
    for name, said in (("Tokyo", "夜に音楽がうるさい"), ("Shanghai", "晚上音乐很吵")):
        lines = [f"{text} {n}" for n, text in enumerate(others)]
        data = "review\n" + "\n".join([*lines[:7], said, *lines[7:]])
        reviews = read_reviews(data.encode(), name="r.csv")
        settings = Settings(topic_count=2, with_map=False)
        catalogue.add(analyse(reviews, settings, encoder=encoder), name=name)
    update_all(catalogue)
    found = search_all(
        catalogue,
        parse_query("Loud music at night"),
        lambda text, model: encoder.encode_queries([text])[0],
    )
    assert {(hit.analysis, hit.text) for hit in found.hits[:2]} == {
        ("Tokyo", "夜に音楽がうるさい"),
        ("Shanghai", "晚上音乐很吵"),
    }
