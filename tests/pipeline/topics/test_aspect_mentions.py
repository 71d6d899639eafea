"""Mentions of the aspects of the fixed list."""

import numpy as np
import pytest

from pipeline.embedding.embed import embed_documents
from pipeline.embedding.reference import is_shipped
from pipeline.topics.aspect_classes import NAME
from pipeline.topics.aspect_mentions import AspectMentions, find_aspect_classifier
from pipeline.topics.aspects import aspect_groups, aspect_keys, aspect_names

REMARKS = {
    "The Wi-Fi kept dropping out": "Wi-Fi and internet",
    "朝食の種類が多くて大満足でした": "Breakfast",
    "Die Klimaanlage war die ganze Nacht kaputt": "Temperature in the room",
    "El parking cuesta 25 euros al día": "Getting there and transport",
    "Из-за шума с улицы мы не спали": "Noise",
}


@pytest.fixture(scope="module")
def classifier(encoder):
    found = find_aspect_classifier(encoder.fingerprint)
    assert found is not None, "run `python -m benchmarks.ship`"
    return found


def test_remarks_mention_their_aspect_in_any_language(encoder, classifier):
    found = classifier.match(embed_documents(encoder, list(REMARKS)))
    assert broad_names(found.main_aspects(len(REMARKS))) == list(REMARKS.values())


def test_a_text_mentions_the_same_whatever_stands_beside_it(encoder, classifier):
    texts = list(REMARKS)
    together = classifier.match(embed_documents(encoder, texts)).main_aspects(len(texts))
    alone = [
        classifier.match(embed_documents(encoder, [text])).main_aspects(1)[0] for text in texts
    ]
    assert together.tolist() == alone


def test_the_clearest_mention_is_the_main_aspect():
    mentions = AspectMentions(np.array([0, 2, 2]), np.array([5, 7, 3]))
    assert mentions.main_aspects(4).tolist() == [5, -1, 7, -1]


def test_the_shipped_classifier_is_up_to_date(encoder):
    assert is_shipped(NAME, encoder), "run: python -m benchmarks.ship"


def test_another_model_has_no_classifier():
    assert find_aspect_classifier("unknown-model") is None


def test_keys_are_plain_and_unique():
    keys = aspect_keys()
    assert len(set(keys)) == len(keys) == len(aspect_names())
    assert all(key.replace("-", "").isalnum() and key.isascii() for key in keys)


def broad_names(aspects):
    return [aspect_names()[aspect_groups()[0][aspect]] for aspect in aspects]
