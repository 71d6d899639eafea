"""Related words of the open analysis, learnt in the background where there are enough sentences."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.common.errors import InputError
from pipeline.embedding.word_vectors import WordVectors
from pipeline.insights.related_words import (
    MIN_SENTENCES,
    count_sentences,
    find_language,
    learnt_word_vectors,
)
from pipeline.jobs.requests import LearnWordsRequest
from ui.session.server import worker
from ui.session.view import View

_MOST_WORDS = 3  # of a query that related words are offered for
_OFFERED = 5
_MIN_SCORE = 0.3
_SIGNS = '"“”-:'  # of phrases, exclusions and names, which are searched as they stand


def has_enough_sentences(view: View) -> bool:
    """Whether a language of the analysis has enough sentences to learn from."""
    return max(count_sentences(view.original).values(), default=0) >= MIN_SENTENCES


def word_vectors(view: View) -> Mapping[str, WordVectors]:
    """The word vectors of the languages with enough sentences; none until they are learnt.

    The first call lets the worker learn them, once for the same reviews.
    """
    if view.words is None and not view.is_partial:
        view.words = _learnt(view)
    return view.words or {}


def related_words(view: View, query: str) -> list[str]:
    """Words that guests use like those of a short query, in its language."""
    words = query.split()
    if not 0 < len(words) <= _MOST_WORDS or any(sign in query for sign in _SIGNS):
        return []
    vectors = word_vectors(view)
    try:
        language, (keys,) = find_language(vectors, [query])
    except InputError:
        return []
    found = vectors[language].related(keys, top=_OFFERED)
    return [word for word, score in found if score >= _MIN_SCORE]


def _learnt(view: View) -> Mapping[str, WordVectors] | None:
    """The vectors; None while the worker learns them, none where it can't."""
    if not has_enough_sentences(view):
        return {}
    job = view.learning
    if job is not None and not job.finished:
        return None
    learnt = learnt_word_vectors(view.original)
    if learnt is None and job is None:
        request = LearnWordsRequest(view.folder)
        view.learning = worker().submit(request, rows=len(view.original.units))
        return None
    return learnt or {}
