"""From a question to passages, a summary without a model, and a checked answer with one."""

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.answers.ask import model_answer, summary_answer
from pipeline.answers.chat import ChatModel
from pipeline.answers.citations import check_answer, cited_numbers, split_answer
from pipeline.answers.mmr import select_diverse
from pipeline.answers.passages import gather_evidence
from pipeline.answers.prompt import NO_ANSWER
from pipeline.common.http_client import Service
from pipeline.search.space import EncodedQueries
from tests.support.analyses import review_file
from tests.support.chat_server import chat_server
from tests.support.fake_encoder import FakeEncoder


@pytest.fixture(scope="module")
def analysis():
    reviews = review_file(3, {"pool": 50, "breakfast": 40, "noise": 6})
    settings = Settings(topic_count=3, unit="review", space="raw", with_map=False, model="fake")
    return analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)


@pytest.fixture(scope="module")
def encode(analysis):
    encoder = FakeEncoder()

    def encoded(texts: list[str]) -> EncodedQueries:
        return analysis.search_space.encode_queries(encoder.encode_queries(texts), texts)

    return encoded


@pytest.fixture(scope="module")
def evidence(analysis, encode):
    return gather_evidence(analysis, "loud music street night noise", encode, count=5)


def test_what_answers_comes_first_and_what_repeats_it_later():
    relevance = np.array([0.9, 0.89, 0.5, 0.1])
    similarity = np.eye(4)
    similarity[0, 1] = similarity[1, 0] = 0.99
    assert select_diverse(relevance, similarity, count=3).tolist() == [0, 2, 1]
    assert select_diverse(relevance, similarity, count=9, weight=1.0).tolist() == [0, 1, 2, 3]
    assert len(select_diverse(np.zeros(0), np.zeros((0, 0)), count=3)) == 0


def test_passages_are_numbered_and_of_the_matter(evidence, analysis):
    assert [passage.number for passage in evidence.passages] == [1, 2, 3, 4, 5]
    assert all("noise" in passage.text for passage in evidence.passages)
    assert len({passage.review_id for passage in evidence.passages}) == 5
    first = evidence.passages[0].to_dict()
    assert analysis.ids.index(first["review_id"]) == evidence.passages[0].review


def test_filters_hold(analysis, encode):
    allowed = np.zeros(len(analysis.units), bool)
    allowed[-3:] = True
    found = gather_evidence(analysis, "loud music street night noise", encode, allowed=allowed)
    assert 0 < len(found.passages) <= 3


def test_without_a_model_passages_are_counted_and_quoted(evidence):
    answer = summary_answer(evidence)
    assert answer.is_answered and answer.checked is None
    assert "reviews are likely to speak of this" in answer.text
    cited = {each["number"] for each in answer.to_dict()["citations"]}
    assert cited and cited <= {1, 2, 3, 4, 5}


@pytest.mark.parametrize("question", ["", "!!!", "zebra xylophone quarks"])
def test_what_no_review_says_is_not_answered(analysis, encode, question):
    found = gather_evidence(analysis, question, encode)
    answer = summary_answer(found)
    assert not answer.is_answered and answer.text == NO_ANSWER
    assert answer.to_dict()["passages"] == answer.to_dict()["citations"] == []


def test_an_answer_streams_and_is_checked(analysis, encode, evidence):
    with chat_server() as server:
        server.pieces = ["Loud music in the street", " at night [1][99]. ", "Unicorns [2]."]
        chat = ChatModel(Service(server.url, attempts=1), "small")
        seen: list[str] = []
        answer = model_answer(evidence, chat, analysis, encode, on_piece=seen.append)
        sent = server.asked[0][2]["messages"]
    assert seen == list(server.pieces)
    assert answer.is_answered and answer.model == "small"
    first, second = answer.checked.sentences
    assert first.cited == (1,) and first.unknown == (99,) and first.is_supported
    assert second.cited == (2,) and not second.is_supported
    record = answer.to_dict()
    assert [(each["number"], each["exists"]) for each in record["citations"]] == [
        (1, True),
        (2, True),
        (99, False),
    ]
    assert evidence.passages[0].text in sent[1]["content"]


def test_a_model_that_finds_no_answer_says_so(analysis, encode, evidence):
    for text in (NO_ANSWER, "The hotel is wonderful in every way."):
        checked = check_answer(text, evidence.passages, analysis, encode)
        assert checked.is_refusal and not checked.cited


def test_the_model_is_not_asked_without_passages(analysis, encode):
    found = gather_evidence(analysis, "zebra xylophone quarks", encode)
    with chat_server() as server:
        chat = ChatModel(Service(server.url, attempts=1), "small")
        assert not model_answer(found, chat, analysis, encode).is_answered
        assert server.asked == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a [1][2]", (1, 2)),
        ("a [3, 1; 2]", (3, 1, 2)),
        ("a [4-6] [5]", (4, 5, 6)),
        ("a [1–2]", (1, 2)),
        ("a [6-4]", (6,)),
        ("in [2024] of [x] and (1)", ()),
        ("a [1-9999]", ()),
    ],
)
def test_citations_are_read(text, numbers):
    assert cited_numbers(text) == numbers


def test_a_citation_belongs_to_the_sentence_before_it():
    assert split_answer("The pool is warm. [1] Some call it cold. [2][3]") == [
        "The pool is warm. [1]",
        "Some call it cold. [2][3]",
    ]
    assert split_answer("プールは温かいです[1]。狭いという声もあります[2]。") == [
        "プールは温かいです[1]。",
        "狭いという声もあります[2]。",
    ]
