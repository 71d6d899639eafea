"""Related words of the open analysis."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.insights import related_words as insight
from pipeline.insights.attributes import review_attributes
from pipeline.jobs.requests import LearnWordsRequest
from tests.support.word_corpus import group_of, word_analysis
from ui.session import related_words as service
from ui.session.related_words import has_enough_sentences, related_words, word_vectors
from ui.session.view import View

pytestmark = pytest.mark.unit


class Worker:
    """A worker that has done nothing yet."""

    def __init__(self):
        self.jobs = []

    def submit(self, request, *, rows):
        self.jobs.append((request, rows))
        return SimpleNamespace(finished=False)


@pytest.fixture
def worker(monkeypatch):
    worker = Worker()
    monkeypatch.setattr(service, "worker", lambda: worker)
    return worker


@pytest.fixture
def view(file_cache):
    analysis = word_analysis()
    return View(1, Path("/folder"), analysis, review_attributes(analysis))


def enough(monkeypatch, count):
    monkeypatch.setattr(insight, "MIN_SENTENCES", count)
    monkeypatch.setattr(service, "MIN_SENTENCES", count)


def test_few_sentences_offer_nothing(view, worker):
    assert not has_enough_sentences(view)
    assert word_vectors(view) == {} and related_words(view, "lift") == []
    assert worker.jobs == []


def test_enough_sentences_are_learnt_once_and_then_offered(view, worker, monkeypatch):
    enough(monkeypatch, 500)
    monkeypatch.setattr(service, "_MIN_SCORE", -1.0)
    assert related_words(view, "lift") == [] and word_vectors(view) == {}
    assert worker.jobs == [(LearnWordsRequest(Path("/folder")), 630)]
    insight.learn_word_vectors(view.original, min_sentences=500)  # as the worker does
    assert word_vectors(view) == {}
    view.learning.finished = True
    found = related_words(view, "Lift")
    assert len(found) == 5 and set(found) <= group_of("lift")
    assert len(worker.jobs) == 1


@pytest.mark.parametrize("query", ['"lift"', "-lift", "the", "lift was out of order", "", "xyzzy"])
def test_what_nothing_is_offered_for(view, worker, monkeypatch, query):
    enough(monkeypatch, 500)
    insight.learn_word_vectors(view.original, min_sentences=500)
    assert word_vectors(view)
    assert related_words(view, query) == []


def test_a_worker_that_can_not_learn_is_asked_once(view, worker, monkeypatch):
    enough(monkeypatch, 500)
    monkeypatch.setattr(insight, "_FORMAT", "never learnt")
    word_vectors(view)
    view.learning.finished = True
    assert word_vectors(view) == {} and word_vectors(view) == {}
    assert len(worker.jobs) == 1
