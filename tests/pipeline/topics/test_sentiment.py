"""Sentiment of texts: praise, complaint, or neither."""

import numpy as np
import pytest

from pipeline.embedding.embed import embed_documents
from pipeline.topics.polarity import COMPLAINT, PRAISE
from pipeline.topics.sentiment import (
    NEITHER,
    find_sentiment_classifier,
    sentiment_accuracy,
    sentiment_languages,
)

PRAISES = ("The room was spotless and the staff were lovely", "朝食がとても美味しかった")
COMPLAINTS = ("Someone else's toenails were under the pillow", "Der Aufzug war tagelang kaputt")
FACTS = ("We arrived on Tuesday", "Nous sommes venus en train")


@pytest.fixture(scope="module")
def classifier(encoder):
    found = find_sentiment_classifier(encoder.fingerprint)
    assert found is not None, "run `python -m benchmarks.ship`"
    return found


def test_praise_complaints_and_neither(encoder, classifier):
    raw = embed_documents(encoder, [*PRAISES, *COMPLAINTS, *FACTS])
    assert classifier.classify(raw).tolist() == [1, 1, -1, -1, 0, 0]
    assert (PRAISE, COMPLAINT, NEITHER) == (1, -1, 0)


def test_a_text_has_the_same_sentiment_in_every_file(encoder, classifier, monkeypatch):
    raw = np.repeat(embed_documents(encoder, [*PRAISES, *COMPLAINTS]), 3, axis=0)
    scores = classifier.scores(raw)
    monkeypatch.setattr("pipeline.topics.sentiment._BLOCK", 2)
    np.testing.assert_allclose(classifier.scores(raw), scores, atol=1e-5)
    np.testing.assert_allclose(classifier.scores(raw[:1]), scores[:1], atol=1e-5)


def test_a_model_without_heads_is_not_judged():
    assert find_sentiment_classifier("unknown-model") is None


def test_languages_that_were_measured():
    rows = sentiment_accuracy()
    assert len(rows) >= 20 and len({row.language for row in rows}) == len(rows)
    assert all(0.5 <= row.right <= 1 and 0 < row.judged <= 1 for row in rows)
    assert "en" in sentiment_languages() and "und" not in sentiment_languages()


def test_a_language_that_is_measured_to_be_poor_is_left_out(monkeypatch, tmp_path):
    from pipeline.topics import sentiment as module

    table = tmp_path / "table.csv"
    table.write_text(
        "language,source,reviews,right,judged,complaints,true_complaints\n"
        "de,reviews,100,0.95,0.8,0.3,0.3\nen,reviews,100,0.6,0.8,0.3,0.1\n"
    )
    monkeypatch.setattr(module, "ACCURACY_FILE", table)
    for function in (module.sentiment_accuracy, module.sentiment_languages):
        function.cache_clear()
    try:
        assert "de" in sentiment_languages() and "en" not in sentiment_languages()
    finally:
        for function in (module.sentiment_accuracy, module.sentiment_languages):
            function.cache_clear()
