"""A search store with fewer dimensions: smaller, made anew, and ranked by the exact vectors."""

import os
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.storage import load_analysis, save_state
from pipeline.cli.main import main
from pipeline.common.errors import InputError
from pipeline.embedding.reduction import fit_reduction
from pipeline.library import cross_hits, cross_search
from pipeline.library.catalogue import Catalogue
from pipeline.library.entry import foreign_entry, write_entry
from pipeline.library.exact_vectors import map_exact_vectors
from pipeline.library.search_store import has_current_store, load_search_store, update_search_store
from pipeline.library.stored_passages import analysis_fingerprint
from pipeline.library.verification import mend_store
from pipeline.search.query import parse_query
from pipeline.stores.local import LocalStore, open_store
from tests.pipeline.library.test_cross_search import encode, made
from tests.support.fake_encoder import FakeEncoder

QUERIES = ("the pool was good", "staff number 7", 'good "staff of Rose"', "朝食")


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(tmp_path_factory.mktemp("cache")))
        return made(150, unit="sentence")


@pytest.fixture
def catalogue(tmp_path, analysis):
    found = Catalogue(tmp_path / "analyses")
    found.add(analysis, name="Rose")
    return found


@pytest.fixture
def folder(catalogue):
    return catalogue.path(catalogue.find("Rose").token)


def choose(catalogue, folder, reduction):
    catalogue.set_reduction(folder.name, reduction)
    assert update_search_store(folder) and not update_search_store(folder)


def ask(catalogue, typed="pool", **options):
    return cross_search.search_all(catalogue, parse_query(typed), encode, top=15, **options)


def kept(folder):
    with closing(open_store(folder / "store")) as store:
        return store.fingerprint


@pytest.mark.parametrize("reduction", ["pca8", "prefix20", "pca63"])
def test_hits_and_scores_are_those_of_all_dimensions(catalogue, folder, reduction):
    update_search_store(folder)
    exact = [ask(catalogue, typed).hits for typed in QUERIES]
    choose(catalogue, folder, reduction)
    found = [ask(catalogue, typed).hits for typed in QUERIES]
    for hits, wanted in zip(found, exact, strict=True):
        assert [hit.review for hit in hits] == [hit.review for hit in wanted]
        np.testing.assert_allclose(
            [hit.score for hit in hits], [hit.score for hit in wanted], atol=1e-5
        )


def test_few_candidates_are_still_ranked_exactly(catalogue, folder, monkeypatch):
    update_search_store(folder)
    scores = {hit.review: hit.score for hit in ask(catalogue, "noise number 9").hits}
    monkeypatch.setattr(cross_hits, "_CANDIDATES", 1)
    choose(catalogue, folder, "pca3")  # a bad map to the candidates
    hits = ask(catalogue, "noise number 9").hits
    assert len(hits) == 15
    for hit in hits:
        assert scores.get(hit.review, hit.score) == pytest.approx(hit.score, abs=1e-5)


def test_the_store_is_made_anew_and_never_mixed(catalogue, folder, analysis):
    update_search_store(folder)
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    whole = kept(folder)
    catalogue.set_reduction(folder.name, "pca8")
    assert not has_current_store(folder) and load_search_store(folder) is None
    assert [entry.name for entry in ask(catalogue).pending] == ["Rose"]
    assert update_search_store(folder)
    fewer = kept(folder)
    assert (whole.dimension, fewer.dimension) == (64, 8) and whole.space != fewer.space
    with pytest.raises(InputError, match="another dimension and space"):
        open_store(folder / "store", analysis_fingerprint(analysis))
    for path, content in before.items():  # the analysis itself stays as it is
        assert path.name == "entry.json" or path.read_bytes() == content
    other = fit_reduction("prefix8", analysis.search_index.vectors)
    assert analysis_fingerprint(analysis, other) != fewer
    choose(catalogue, folder, "")
    assert kept(folder) == whole and load_search_store(folder).exact is None


def test_an_edit_writes_only_the_rows_that_changed(catalogue, folder, monkeypatch):
    choose(catalogue, folder, "pca8")
    analysis = load_analysis(folder)
    edit = {"do": "rename", "topic": analysis.topics[1].key, "name": "Bathing"}
    save_state(apply_edit(analysis, edit, encoder=FakeEncoder()), folder)
    written = []
    upsert = LocalStore.upsert
    monkeypatch.setattr(
        LocalStore,
        "upsert",
        lambda self, ids, *rest: written.extend(ids) or upsert(self, ids, *rest),
    )
    assert update_search_store(folder)
    assert sorted(map(int, written)) == np.flatnonzero(analysis.assignments == 1).tolist()


def test_more_dimensions_than_there_are_leave_all(catalogue, folder):
    choose(catalogue, folder, "pca300")
    assert kept(folder).dimension == 64 and load_search_store(folder).reduction is None
    assert ask(catalogue).hits


def test_exact_vectors_are_mapped_and_checked(catalogue, folder, analysis):
    choose(catalogue, folder, "pca8")
    store = load_search_store(folder)
    assert isinstance(store.exact, np.memmap)
    np.testing.assert_array_equal(store.exact, analysis.searched_passages.raw)
    with pytest.raises(ValueError, match="of another analysis"):
        map_exact_vectors(folder, "other")
    vectors = folder / "vectors.npz"
    os.utime(vectors, (1, 1))  # a copy
    assert ask(catalogue).hits and not mend_store(folder)
    data = bytearray(vectors.read_bytes())
    data[len(data) // 2] ^= 255
    vectors.write_bytes(data)
    assert [entry.name for entry in ask(catalogue).damaged] == ["Rose"]
    with pytest.raises(InputError, match=r"damaged.*vectors.npz"):
        update_search_store(folder)


def test_the_choice_is_kept_in_the_entry(catalogue, folder, tmp_path):
    catalogue.set_reduction(folder.name, "pca8")
    assert catalogue.rename(folder.name, "Garden").reduction == "pca8"
    with pytest.raises(InputError, match="'sum8' names no reduction"):
        catalogue.set_reduction(folder.name, "sum8")
    strange = replace(catalogue.find("Garden"), reduction="pca8; rm")
    (tmp_path / "strange").mkdir()
    write_entry(tmp_path / "strange", strange)
    assert foreign_entry(tmp_path / "strange", "t").reduction == ""
    write_entry(tmp_path / "strange", replace(strange, reduction="prefix64"))
    assert foreign_entry(tmp_path / "strange", "t").reduction == "prefix64"


def test_the_command_chooses_and_undoes(catalogue, monkeypatch, capsys):
    monkeypatch.setenv("POLYGUEST_DATA", str(catalogue.folder.parent))
    assert main(["analyses", "dimensions", "Rose", "8"]) == 0
    assert "Rose: the search store keeps 8 dimensions (pca)" in capsys.readouterr().out
    assert catalogue.find("Rose").reduction == "pca8"
    assert main(["analyses", "dimensions", "Rose", "16", "--by", "prefix"]) == 0
    assert "keeps 16 dimensions (prefix)" in capsys.readouterr().out
    assert main(["analyses", "dimensions", "Rose", "all"]) == 0
    said = capsys.readouterr().out
    assert "keeps all dimensions" in said and ", was " in said
    assert catalogue.find("Rose").reduction == ""
    assert main(["analyses", "dimensions", "Rose", "0"]) == 2
