"""A damaged search store is named, the others answer, and it is made anew."""

import json
import os
import shutil

import numpy as np
import pytest

from pipeline.cli.main import main
from pipeline.common.files import load_arrays, save_arrays, sealed
from pipeline.library.catalogue import Catalogue
from pipeline.library.cross_search import search_all
from pipeline.library.search_store import has_current_store, update_search_store
from pipeline.search.query import parse_query
from tests.pipeline.library.test_cross_search import encode, made
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Three analyses with their search stores."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(tmp_path_factory.mktemp("cache")))
        catalogue = Catalogue(tmp_path_factory.mktemp("data") / "analyses")
        for name in ("Rose", "Lily", "Iris"):
            catalogue.add(made(30, hotel=name), name=name)
        for entry in catalogue.entries():
            update_search_store(catalogue.path(entry.token))
        return catalogue.folder


@pytest.fixture
def catalogue(filled, tmp_path):
    shutil.copytree(filled, tmp_path / "analyses", copy_function=shutil.copy)
    return Catalogue(tmp_path / "analyses")


def ask(catalogue, typed="the pool was number 4"):
    return search_all(catalogue, parse_query(typed), encode, top=60)


def flip(path):
    data = bytearray(path.read_bytes())
    for place in np.random.default_rng(0).integers(0, len(data), 20):
        data[place] ^= 255
    path.write_bytes(data)


def flip_text(path):
    """Change one letter of a stored text: no library notices that."""
    data = path.read_bytes()
    at = data.index(b"pool of Rose number 4")
    path.write_bytes(data[:at] + b"c" + data[at + 1 :])


def same_size_and_time(damage):
    def act(path):
        about = path.stat()
        damage(path)
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))

    return act


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zeros(path):
    path.write_bytes(bytes(path.stat().st_size))


def folder_instead(path):
    path.unlink()
    path.mkdir()
    (path / "thing").touch()


def file_instead(path):
    shutil.rmtree(path)
    path.touch()


def other_model(path):
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"model": "no-such-model"}))


def arrays_of_another_shape(path):
    key = json.loads((path.parent / "searchable.json").read_text())["key"]
    arrays = load_arrays(path, key=key)
    save_arrays(path, key=key, **arrays | {"review_of": arrays["review_of"][:3]})
    manifest = path.parent / "searchable.json"
    values = json.loads(manifest.read_text()) | {"arrays": path.stat().st_size}
    values.pop("checksum")
    manifest.write_text(json.dumps(sealed(values)))


DAMAGES = {
    "manifest cut": ("searchable.json", cut),
    "manifest flipped": ("searchable.json", flip),
    "manifest of another model": ("searchable.json", other_model),
    "manifest a folder": ("searchable.json", folder_instead),
    "arrays cut": ("searchable.npz", cut),
    "arrays flipped": ("searchable.npz", flip),
    "arrays flipped, time as before": ("searchable.npz", same_size_and_time(flip)),
    "arrays gone": ("searchable.npz", lambda path: path.unlink()),
    "arrays a folder": ("searchable.npz", folder_instead),
    "arrays of another shape": ("searchable.npz", arrays_of_another_shape),
    "rows cut": ("store.sqlite", cut),
    "rows flipped": ("store.sqlite", flip),
    "rows zero": ("store.sqlite", zeros),
    "rows zero, time as before": ("store.sqlite", same_size_and_time(zeros)),
    "rows empty": ("store.sqlite", lambda path: path.write_bytes(b"")),
    "rows gone": ("store.sqlite", lambda path: path.unlink()),
    "rows a folder": ("store.sqlite", folder_instead),
    "one letter of a text": ("store.sqlite", flip_text),
    "index a file": ("index", file_instead),
    "index gone": ("index", shutil.rmtree),
    "index flipped": ("index/vectors-*.faiss", flip),
    "columns flipped": ("index/columns-*.npz", flip),
    "lock a folder": ("lock", folder_instead),
    "store a file": (".", file_instead),
}


@pytest.mark.parametrize("case", DAMAGES)
def test_the_others_answer_and_it_is_made_anew(catalogue, case):
    pattern, damage = DAMAGES[case]
    entry = catalogue.find("Rose")
    folder = catalogue.path(entry.token)
    right = ask(catalogue)
    assert {hit.analysis for hit in right.hits} == {"Rose", "Lily", "Iris"}
    (path,) = [folder / "store"] if pattern == "." else (folder / "store").glob(pattern)
    damage(path)
    found = ask(catalogue)
    assert {hit.analysis for hit in found.hits} >= {"Lily", "Iris"}
    if found.hits != right.hits:
        assert [e.name for e in found.pending] == ["Rose"]
        assert {hit.analysis for hit in found.hits} == {"Lily", "Iris"}
        assert not has_current_store(folder)
    if found.damaged:
        assert any("“Rose”" in note for note in found.notes)
    update_search_store(folder)
    mended = ask(catalogue)
    assert mended.hits == right.hits and not mended.pending and not mended.notes


def test_a_store_copied_with_other_times_is_not_damaged(catalogue):
    folder = catalogue.path(catalogue.find("Rose").token) / "store"
    recorded = json.loads((folder / "searchable.json").read_text())["rows"]["changed"]
    os.utime(folder / "store.sqlite", (1, 1))
    assert not ask(catalogue).damaged
    assert (folder / "store.sqlite").stat().st_mtime_ns == recorded  # not all of it is read again


def test_the_command_answers_from_all_analyses(catalogue, monkeypatch, capsys):
    monkeypatch.setattr("pipeline.embedding.registry.load_encoder", lambda model: FakeEncoder())
    monkeypatch.setenv("POLYGUEST_DATA", str(catalogue.folder.parent))
    rose, iris = (catalogue.path(catalogue.find(name).token) for name in ("Rose", "Iris"))
    flip(rose / "store" / "store.sqlite")
    assert main(["analyses", "search", "the pool was number 4", "--top", "60", "--json"]) == 0
    shown = capsys.readouterr()
    assert "The search store of “Rose” was damaged and is made anew." in shown.err
    hits = json.loads(shown.out)
    assert {hit["analysis"] for hit in hits} == {"Rose", "Lily", "Iris"}
    # An analysis that is itself damaged has no store; the others are searched.
    (iris / "analysis.json").write_text("{")
    assert main(["analyses", "search", "the pool was number 4", "--top", "60"]) == 0
    shown = capsys.readouterr()
    assert "“Iris” was not searched: The analysis in" in shown.err
    assert "Rose" in shown.out and "Lily" in shown.out
    assert main(["analyses", "search", "pool", "--in", "Iris"]) == 2
