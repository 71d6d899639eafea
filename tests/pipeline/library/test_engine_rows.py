"""Search stores whose rows are in an engine: PostgreSQL here, a real server."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_state
from pipeline.common.errors import InputError
from pipeline.database.connection import open_database
from pipeline.diagnosis import parts
from pipeline.filters.parser import parse_filter
from pipeline.library.catalogue import Catalogue
from pipeline.library.cross_search import search_all
from pipeline.library.database_home import DatabaseHome
from pipeline.library.search_store import has_current_store, update_search_store
from pipeline.library.verification import mend_store
from pipeline.reviews.read import read_reviews
from pipeline.search.query import parse_query
from pipeline.stores import engines
from pipeline.stores.engines import chosen_engine, close_engines, open_engine
from pipeline.stores.postgresql.connection import PostgresqlConnection
from pipeline.stores.postgresql.store import PostgresqlStore
from tests.support.fake_encoder import FakeEncoder
from tests.support.postgresql import new_database

pytestmark = pytest.mark.slow  # a database server

THINGS = ["pool", "noise", "staff", "breakfast"]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    lines = ["review_id,hotel,rating,language,review"]
    lines += [
        f"R{n},Rose,{1 + n % 5},{['en', 'ja', 'de'][n % 3]},the {THINGS[n % 4]} was number {n}"
        for n in range(90)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(tmp_path_factory.mktemp("cache")))
        reviews = read_reviews("\n".join(lines).encode(), name="Rose.csv")
        return analyse(reviews, Settings(topic_count=3, with_map=False), encoder=FakeEncoder())


@pytest.fixture(scope="module")
def address():
    return new_database()


@pytest.fixture
def engine(address, monkeypatch):
    monkeypatch.setenv("POLYGUEST_STORE", address)
    return open_engine(address)


@pytest.fixture
def catalogue(tmp_path, analysis):
    found = Catalogue(tmp_path / "analyses")
    found.add(analysis, name="Rose")
    return found


def folder(catalogue):
    return catalogue.path(catalogue.find("Rose").token)


def ask(catalogue, typed, **options):
    def encode(text, model):
        return FakeEncoder().encode_queries([text])[0]

    return search_all(catalogue, parse_query(typed), encode, **options)


def test_an_engine_gives_the_hits_that_sqlite_gives(catalogue, engine, monkeypatch):
    asked = [("the pool was number 8", ""), ("staff", "rating <= 2 and language = ja")]
    found = {}
    for setting in ("sqlite", engine.address):
        monkeypatch.setenv("POLYGUEST_STORE", setting)
        assert not has_current_store(folder(catalogue))  # another engine was chosen
        assert update_search_store(folder(catalogue)) and has_current_store(folder(catalogue))
        found[setting] = [
            ask(catalogue, text, top=30, where=parse_filter(where)).hits for text, where in asked
        ]
    assert not list(folder(catalogue).glob("store/store.sqlite*"))
    one, other = found.values()
    for hits, same in zip(one, other, strict=True):
        assert len(hits) >= 12
        assert [hit.review_id for hit in hits] == [hit.review_id for hit in same]
        np.testing.assert_allclose([h.score for h in hits], [h.score for h in same], atol=1e-5)
        assert [(h.text, h.topic, h.facts) for h in hits] == [
            (h.text, h.topic, h.facts) for h in same
        ]


def test_an_edit_writes_only_the_rows_that_changed(catalogue, engine, monkeypatch):
    rose = folder(catalogue)
    update_search_store(rose)
    analysis = load_analysis(rose)
    edit = {"do": "rename", "topic": analysis.topics[1].key, "name": "Bathing"}
    save_state(apply_edit(analysis, edit, encoder=FakeEncoder()), rose)
    assert not has_current_store(rose)
    written = []
    upsert = PostgresqlStore.upsert
    monkeypatch.setattr(
        PostgresqlStore,
        "upsert",
        lambda s, ids, *rest: written.extend(ids) or upsert(s, ids, *rest),
    )
    assert update_search_store(rose) and not update_search_store(rose)
    assert sorted(map(int, written)) == np.flatnonzero(analysis.assignments == 1).tolist()
    hits = ask(catalogue, "number 1", top=90, where=parse_filter("topic = Bathing")).hits
    assert {hit.topic for hit in hits} == {"Bathing"}
    # Another server that has a copy of the analysis finds the rows there, and writes none.
    elsewhere = Catalogue(catalogue.folder.parent / "elsewhere")
    shutil.copytree(rose, elsewhere.folder / rose.name, ignore=shutil.ignore_patterns("store"))
    written.clear()
    assert update_search_store(elsewhere.folder / rose.name) and not written
    assert [h.text for h in ask(elsewhere, "number 1").hits] == [
        h.text for h in ask(catalogue, "number 1").hits
    ]


def test_rows_of_somebody_else_are_noticed_and_made_anew(catalogue, engine):
    rose = folder(catalogue)
    update_search_store(rose)
    store = engine.open(rose.name)
    store.upsert(["0"], -store.get(["0"]).vectors, {"topic": ["Stolen"]}, ["other text"])
    store.set_stamp("other")
    found = ask(catalogue, "pool")
    assert [entry.name for entry in found.damaged] == ["Rose"] and not found.hits
    update_search_store(rose)
    assert not ask(catalogue, "number", where=parse_filter("topic = Stolen")).hits
    assert len(ask(catalogue, "number", top=200).hits) == 90 and not mend_store(rose)
    engine.delete(rose.name)
    assert mend_store(rose) and not has_current_store(rose)
    update_search_store(rose)
    assert len(ask(catalogue, "number", top=200).hits) == 90


def test_two_servers_that_write_at_once_leave_no_mixture(catalogue, engine):
    rose = folder(catalogue)

    def another_begins(done, total):
        engine.open(rose.name).set_stamp("being written, by another server")

    with pytest.raises(InputError, match="Another server is preparing this analysis"):
        update_search_store(rose, progress=another_begins)
    assert engine.open(rose.name).stamp == "" and not has_current_store(rose)
    update_search_store(rose)
    assert len(ask(catalogue, "number", top=200).hits) == 90


def test_an_engine_that_is_away_is_said_to_be_and_damages_nothing(catalogue, engine, monkeypatch):
    rose = folder(catalogue)
    update_search_store(rose)

    def gone(*_arguments, **_options):
        raise engine_error

    from pipeline.stores.engine import unavailable

    engine_error = unavailable(engine.address, OSError("connection refused"))
    with monkeypatch.context() as patch:
        patch.setattr(type(engine), "open", gone)
        with pytest.raises(InputError, match=r"connection refused.*POLYGUEST_STORE"):
            ask(catalogue, "pool")
        patch.setattr(type(engine), "delete", gone)
        catalogue.delete(rose.name)
        catalogue.remove(rose.name)  # what it can't delete now it deletes later
        assert rose.name in engine.names()
    assert catalogue.purge() == 0
    assert rose.name not in engine.names()
    assert not (catalogue.folder / "forgotten-stores").exists()


def test_removing_an_analysis_for_good_removes_its_rows(catalogue, engine):
    rose = folder(catalogue)
    update_search_store(rose)
    catalogue.delete(rose.name)
    assert rose.name in engine.names()
    catalogue.undelete(rose.name)
    assert has_current_store(rose) and ask(catalogue, "pool").hits
    catalogue.delete(rose.name)
    catalogue.purge(everything=True)
    assert rose.name not in engine.names()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("mysql://host", "'mysql' is no engine for vectors"),
        ("pinecone://host", "There is no engine for pinecone"),
        ("postgresql", "POLYGUEST_DATABASE is not set"),
        ("postgresql://nobody@127.0.0.1:1/none", "can't be used"),
        ("redis://127.0.0.1:1/0", "redis://127.0.0.1:1/0 can't be used"),
    ],
)
def test_a_setting_that_does_not_work_is_one_line(catalogue, monkeypatch, value, says):
    monkeypatch.setenv("POLYGUEST_STORE", value)
    with pytest.raises(InputError, match=says) as caught:
        update_search_store(folder(catalogue))
    assert "\n" not in str(caught.value)


def test_a_database_keeps_the_vectors_unless_the_setting_says_otherwise(
    database_address, monkeypatch
):
    monkeypatch.delenv("POLYGUEST_STORE", raising=False)
    close_engines()
    assert chosen_engine() == database_address
    assert chosen_engine() in engines._open
    monkeypatch.setenv("POLYGUEST_STORE", "sqlite")
    assert chosen_engine() == ""
    monkeypatch.setenv("POLYGUEST_STORE", "redis://host")
    assert chosen_engine() == "redis://host"
    monkeypatch.delenv("POLYGUEST_STORE")
    monkeypatch.delenv("POLYGUEST_DATABASE")
    assert chosen_engine() == ""


def test_a_database_without_pgvector_says_so_once_and_search_goes_on(
    database_address, tmp_path, monkeypatch, caplog, analysis
):
    monkeypatch.delenv("POLYGUEST_STORE", raising=False)
    close_engines()

    def need_pgvector(self, connection):  # what a server answers that has no such package
        real(self, _Without(connection))

    class _Without:
        def __init__(self, connection):
            self._connection = connection

        def execute(self, sql, *values):
            return self._connection.execute(sql.replace("'vector'", "'no-vector'"), *values)

    real = PostgresqlConnection._need_pgvector
    monkeypatch.setattr(PostgresqlConnection, "_need_pgvector", need_pgvector)
    home = DatabaseHome(open_database(database_address), tmp_path / "copies")
    catalogue = Catalogue(home)
    catalogue.add(analysis, name="Rose")
    rose = folder(catalogue)
    update_search_store(rose)
    assert has_current_store(rose) and (rose / "store").is_dir()
    assert ask(catalogue, "pool").hits
    lines = [line for line in caplog.messages if "stay on this server" in line]
    assert len(lines) == 1 and "has no pgvector: install that package" in lines[0]
    (finding,) = parts.check_engine()
    assert "each server keeps them itself" in finding.found and "pgvector" in finding.advice
    close_engines()
