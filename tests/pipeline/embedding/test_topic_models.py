import numpy as np
import pytest
from sklearn.metrics import v_measure_score

from pipeline.embedding.topic_models import (
    bags_of_words,
    lda_shares,
    lda_topics,
    lsa_topics,
    lsa_vectors,
)
from tests.support.word_corpus import PLACES, sentences

BAGS = sentences(120)
LABELS = np.arange(120) % len(PLACES)


def test_bags_hold_content_words_in_every_language():
    bags = bags_of_words(
        ["The pools were clean.", "プールがとてもきれいでした", ""], np.array(["en", "ja", "en"])
    )
    assert bags[0] == ["pool", "clean"]
    assert "プール" in bags[1]
    assert bags[2] == []


def test_lda_finds_groups_of_words():
    shares = lda_shares(BAGS, 3, seed=1)
    assert shares.shape == (120, 3)
    assert np.allclose(shares.sum(axis=1), 1)
    assert v_measure_score(LABELS, shares.argmax(axis=1)) > 0.9
    assert np.array_equal(shares.argmax(axis=1), lda_topics(BAGS, 3, seed=1))


def test_lsa_is_a_truncated_svd_of_tf_idf():
    from gensim.corpora import Dictionary
    from gensim.matutils import corpus2dense
    from gensim.models import TfidfModel

    dictionary = Dictionary(BAGS)
    dictionary.filter_extremes(no_below=2, no_above=0.5, keep_n=None)
    corpus = [dictionary.doc2bow(bag) for bag in BAGS]
    dense = corpus2dense(TfidfModel(corpus)[corpus], len(dictionary)).T
    left, values, _ = np.linalg.svd(dense, full_matrices=False)
    projected = left[:, :3] * values[:3]
    projected /= np.linalg.norm(projected, axis=1, keepdims=True)
    ours = lsa_vectors(BAGS, 3)
    assert np.abs(ours @ ours.T - projected @ projected.T).max() < 1e-4
    assert v_measure_score(LABELS, lsa_topics(BAGS, 3, dimension=3)) > 0.9


@pytest.mark.parametrize("method", [lda_topics, lsa_topics])
def test_texts_without_known_words(method):
    assert len(method([["a"], ["b"], []], 1)) == 3
