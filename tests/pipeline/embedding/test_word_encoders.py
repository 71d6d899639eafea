"""Texts as means of word vectors learnt from the corpus: plain, and by smooth inverse frequency."""

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding.corpus_models import is_corpus_model, make_corpus_model
from pipeline.embedding.word_vectors import Word2VecSettings, train_word_vectors
from tests.support.word_corpus import PLACES, sentences

WORDS = sorted(map(tuple, sentences(240)))
TEXTS = [" ".join(words) for words in WORDS]
GROUPS = np.array([next(n for n, own in enumerate(PLACES) if {*own} & {*words}) for words in WORDS])


@pytest.fixture(scope="module")
def fitted():
    names = ("word2vec@20", "sif@20")
    return {name: make_corpus_model(name).fit(TEXTS, ["en"] * len(TEXTS)) for name in names}


@pytest.mark.parametrize("name", ["word2vec@20", "sif@20"])
def test_texts_about_the_same_are_near(fitted, name):
    encoder = fitted[name]
    vectors = encoder.encode_documents(TEXTS)
    assert vectors.dtype == np.float32 and vectors.shape == (240, 20) and encoder.dimension == 20
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    nearest = (vectors @ vectors.T - 2 * np.eye(240)).argmax(axis=1)
    assert (GROUPS[nearest] == GROUPS).mean() > 0.95
    (query,) = encoder.encode_queries(["Brunch with delicious pancakes!"])
    assert (GROUPS[np.argsort(-vectors @ query)[:20]] == 1).all()


def test_weights_and_the_common_direction_are_those_of_the_paper(fitted):
    from pipeline.text.tokenise import tokenise_texts

    bags = [[word.key for word in words] for words in tokenise_texts(TEXTS, "en")]
    learnt = train_word_vectors(bags, settings=Word2VecSettings(vector_size=20, min_count=2))
    vector_of = dict(zip(learnt.words, learnt.vectors.astype(float), strict=True))
    count_of = dict(zip(learnt.words, learnt.counts.tolist(), strict=True))
    total = sum(count_of.values())

    def mean(bag, weight):
        known = [word for word in bag if word in vector_of]
        return sum(weight(word) * vector_of[word] for word in known) / len(known)

    plain = np.array([mean(bag, lambda word: 1.0) for bag in bags])
    plain /= np.linalg.norm(plain, axis=1, keepdims=True)
    np.testing.assert_allclose(fitted["word2vec@20"].encode_documents(TEXTS), plain, atol=1e-5)
    sif = np.array([mean(bag, lambda word: 1e-3 / (1e-3 + count_of[word] / total)) for bag in bags])
    common = np.linalg.svd(sif, full_matrices=False)[2][0]
    sif -= np.outer(sif @ common, common)
    sif /= np.linalg.norm(sif, axis=1, keepdims=True)
    np.testing.assert_allclose(fitted["sif@20"].encode_documents(TEXTS), sif, atol=1e-4)


@pytest.mark.parametrize("name", ["word2vec@20", "sif@20"])
def test_what_has_no_known_word_has_the_vector_of_zeros(fitted, name):
    found = fitted[name].encode_queries(["", "👍 10/10", "zyzzyva", "プール", "the of and", "lift"])
    assert not found[:5].any() and np.isfinite(found).all()
    assert np.linalg.norm(found[5]) == pytest.approx(1, abs=1e-5)
    assert fitted[name].encode_documents([]).shape == (0, 20)


def test_texts_that_say_all_the_same_have_nothing_left_in_sif():
    texts = [f"{'pool ' * n}" for n in range(1, 31)]
    found = make_corpus_model("sif@5").fit(texts, ["en"] * 30).encode_documents(texts)
    assert not found.any()


def test_the_fingerprint_has_corpus_method_dimension_and_seed(fitted):
    def fit(name="sif@20", seed=0, texts=TEXTS, language="en"):
        return make_corpus_model(name, seed=seed).fit(texts, [language] * len(texts))

    again = fit(texts=TEXTS[::-1])  # the order of a file's rows is nothing that matters
    assert again.fingerprint == fitted["sif@20"].fingerprint
    np.testing.assert_array_equal(
        again.encode_documents(TEXTS), fitted["sif@20"].encode_documents(TEXTS)
    )
    others = [fit(seed=1), fit(texts=TEXTS[:-1]), fit("sif@21"), fit(language="de")]
    prints = {each.fingerprint for each in [again, fitted["word2vec@20"], *others]}
    assert len(prints) == 6


def test_every_language_is_split_by_its_own_tokeniser():
    japanese = ["温泉がとても気持ちよかったです", "温泉の湯がぬるくて残念でした"] * 2
    texts = [f"{text}{'。' * n}" for n in range(4) for text in japanese[:2]]
    texts += [f"The pool was clean and warm, day {n}" for n in "abcdefghijklmnop"]
    encoder = make_corpus_model("word2vec@8").fit(texts, ["ja"] * 8 + ["en"] * 16)
    found = encoder.encode_queries(["温泉", "pools"])  # unsplit neither would be a known word
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_small_corpus_is_refused_and_names_are_known():
    with pytest.raises(InputError, match="at least 20 different texts; there are 1"):
        make_corpus_model("sif").fit(["same"] * 30, ["en"] * 30)
    with pytest.raises(InputError, match="No word occurs 2 times"):
        texts = [chr(97 + n) * 5 for n in range(25)]
        make_corpus_model("word2vec").fit(texts, ["en"] * 25)
    names = ("tfidf", "word2vec", "sif", "sif@50", "sif@0", "glove")
    assert [is_corpus_model(name) for name in names] == [True] * 4 + [False] * 2
