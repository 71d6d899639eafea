"""How much of a question a text speaks of, token by token."""

import numpy as np
import pytest

from pipeline.answers.coverage import find_coverage
from pipeline.answers.faq_file import faq_of_table
from pipeline.answers.faq_index import build_faq_index
from pipeline.embedding.encoder import TokenEncoder
from pipeline.jobs.worker import Worker
from pipeline.tables.read import read_table
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def cover(encoder):
    return find_coverage(encoder)


def test_tokens_stand_for_words_and_have_vectors(encoder):
    assert isinstance(encoder, TokenEncoder)
    loud, none = encoder.encode_query_tokens(["Loud music, at night!", "?!"])
    assert "".join(loud.tokens).replace("▁", " ").split() == ["Loud", "music", "at", "night"]
    assert loud.vectors.shape == (len(loud.tokens), encoder.dimension)
    assert none.tokens == () and none.vectors.shape == (0, encoder.dimension)
    assert encoder.tokenize(["Loud music, at night!"]) == [loud.tokens]
    alone = encoder.encode_query_tokens(["Loud music, at night!"])[0].vectors
    assert np.array_equal(loud.vectors, alone)


@pytest.mark.parametrize(
    "question", ["Does the gym have a squat rack?", "¿Hay una jaula de sentadillas en el gimnasio?"]
)
def test_a_text_that_speaks_of_the_fact_covers_more_than_one_on_the_matter(cover, question):
    fact = "Our gym has a squat rack and dumbbells up to 40 kilos."
    matter = "Our gym is on the first floor and open day and night."
    other = "Breakfast is served from seven to ten."
    shares = cover(question, [other, matter, fact])
    assert shares.shape == (3,) and shares[2] > shares[1] > shares[0]
    assert cover("?!", [fact]).tolist() == [0.0] and cover(question, ["!"]).tolist() == [0.0]


def test_the_worker_says_the_same(encoder, cover):
    worker = Worker(lambda answer: None, load=lambda name: encoder)
    request = {"do": "cover", "model": "m", "question": "Is there a pool?", "texts": ["A pool"]}
    answer = worker._answer_texts(request)
    assert answer["shares"] == cover("Is there a pool?", ["A pool"]).tolist()


def test_another_model_is_asked_for_vectors_alone():
    encoder = FakeEncoder()
    assert find_coverage(encoder) is None
    worker = Worker(lambda answer: None, load=lambda name: encoder)
    request = {"do": "cover", "model": "m", "question": "a", "texts": ["b"]}
    assert worker._answer_texts(request)["shares"] is None


def test_entries_that_are_not_compared_have_no_probability(encoder, cover):
    rows = [f"What is rule number {n}?,Rule {n}" for n in range(12)]
    faq = faq_of_table(read_table("\n".join(["question,answer", *rows]).encode()))
    index = build_faq_index(faq, encoder)
    asked = ["What is rule number 7?"]
    raw = encoder.encode_queries(asked)
    (chances,) = index.covered_probabilities(index.space.encode(raw, asked), asked, cover)
    assert (chances > 0).sum() == 9 and np.isclose(chances.sum(), 1)
    (found,) = index.match(asked, raw, top=12, cover=cover)
    assert found[0].entry == 7 and len(found) == 8
