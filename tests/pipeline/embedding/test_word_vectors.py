import sys
from dataclasses import asdict

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.word_vectors import Word2VecSettings, WordVectors, train_word_vectors
from tests.support.word_corpus import PLACES, group_of, sentences

SETTINGS = Word2VecSettings(vector_size=20, epochs=8)


@pytest.fixture(scope="module")
def vectors():
    return train_word_vectors(sentences(), settings=SETTINGS)


@pytest.fixture(scope="module")
def gensim_model():
    from gensim.models import Word2Vec

    return Word2Vec(sentences(), **asdict(SETTINGS))


def test_vectors_and_related_words_are_gensims(vectors, gensim_model):
    theirs = gensim_model.wv
    assert vectors.words == tuple(theirs.index_to_key)
    assert np.array_equal(vectors.vectors, theirs.get_normed_vectors())
    for (word, score), (their_word, their_score) in zip(
        vectors.related(["elevator"]), theirs.most_similar("elevator"), strict=True
    ):
        assert word == their_word
        assert score == pytest.approx(their_score, abs=1e-6)


def test_analogies_are_gensims(vectors, gensim_model):
    ours = vectors.analogy(["lift"], ["button"], ["eggs"], top=5)
    theirs = gensim_model.wv.most_similar(positive=["lift", "eggs"], negative=["button"], topn=5)
    assert [word for word, _ in ours] == [word for word, _ in theirs]
    assert [score for _, score in ours] == pytest.approx([score for _, score in theirs], abs=1e-6)


def test_words_among_the_same_words_are_related(vectors):
    for word, *_ in PLACES:
        assert {found for found, _ in vectors.related([word], top=8)} <= group_of(word)


def test_the_same_corpus_and_seed_give_the_same_vectors(vectors):
    again = train_word_vectors(sentences(), settings=SETTINGS)
    assert np.array_equal(again.vectors, vectors.vectors)
    other = train_word_vectors(
        sentences(), settings=Word2VecSettings(**asdict(SETTINGS) | {"seed": 1})
    )
    assert not np.array_equal(other.vectors, vectors.vectors)


def test_saved_and_loaded_without_pickle(vectors, tmp_path):
    path = tmp_path / "words.npz"
    vectors.save(path, key="k")
    with np.load(path, allow_pickle=False) as arrays:
        assert not any(arrays[name].dtype.hasobject for name in arrays.files)
    loaded = WordVectors.load(path, key="k")
    assert loaded.related(["lift"]) == vectors.related(["lift"])
    assert loaded.sentences == 900
    assert WordVectors.load(path, key="other") is None
    path.write_bytes(path.read_bytes()[:-40])
    assert WordVectors.load(path, key="k") is None


def test_gensim_reads_the_text_format(vectors, tmp_path):
    from gensim.models import KeyedVectors

    path = tmp_path / "words.txt"
    path.write_text("".join(vectors.to_word2vec_text()), "utf-8")
    loaded = KeyedVectors.load_word2vec_format(str(path), binary=False)
    assert loaded.index_to_key == list(vectors.spellings)
    assert np.abs(loaded.vectors - vectors.vectors).max() < 1e-5


def test_a_mean_of_several_words_leaves_them_out(vectors):
    found = [word for word, _ in vectors.related(["lift", "elevator"], top=3)]
    assert not {"lift", "elevator"}.intersection(found)


def test_an_unknown_word_says_what_there_is(vectors):
    with pytest.raises(InputError, match="'elevador'.*did you mean elevator"):
        vectors.related(["elevador"])
    with pytest.raises(InputError, match="'xyz' is too rare.*vector$"):
        vectors.related(["xyz"])


def test_texts_that_are_too_few():
    with pytest.raises(InputError, match="No word occurs 5 times"):
        train_word_vectors([["a", "b"]])


@pytest.mark.parametrize("wrong", [{"sg": 2}, {"window": 0}, {"seed": -1}, {"vector_size": 0}])
def test_settings_that_make_no_sense(wrong):
    with pytest.raises(InputError):
        Word2VecSettings(**wrong)


def test_without_gensim_one_line_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "gensim.models.word2vec", None)
    with pytest.raises(InputError, match="need the package gensim: install it"):
        train_word_vectors(sentences(60))
