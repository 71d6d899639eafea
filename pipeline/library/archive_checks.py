"""Checks of an imported analysis: the type, shape and range of every field.

``load_analysis`` trusts what the program has written. An archive may come from a stranger, whose
fields must neither stop a page later nor lead it elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from pipeline.analysis.analysis import Analysis, Batch, InitialTopics, Settings
from pipeline.common.errors import InputError
from pipeline.embedding.registry import is_known_model
from pipeline.reviews.passages import Passages
from pipeline.reviews.units import Units
from pipeline.topics.assigner import TopicAssigner
from pipeline.topics.clustering import Candidate
from pipeline.topics.space import TopicSpace
from pipeline.topics.subtopics import Subtopics
from pipeline.topics.topic import Topic

_MAX_NUMBER = 2**53  # above it, JSON's numbers lose digits
_MAX_DEPTH = 50
_MAX_NAME = 1_000  # characters of a topic's name or a fingerprint
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,4}")
_FILE = dict.fromkeys(("rows_read", "rows_kept", "rows_known", "rows_rejected", "unfit"), int)
# What pages and commands read of the report; the rest is any JSON.
_REPORT = {
    "topics": int,
    "edits_lost": int,
    "early": {"reviews": int, "of": int, "steps": list[int]},
    "added": [{"name": str, **_FILE}],
    "offers": [{"name": str, "reviews": int, "units": list[str]}],
}
_AGREEMENT = {"before": float | None, "after": float | None}
_EDITS: dict[str, dict[str, Any]] = {
    "rename": {"topic": str, "name": str},
    "hide": {"topic": str, "hidden": bool},
    "merge": {"topics": list[str]},
    "split": {"topic": str, "parts": int},
    "move": {"to": str, "units": list[str]},
    "example": {},
}
_OPTIONAL = {"key": str, "name": str | None, "phrase": str | None, "units": list[str] | None}


def check_imported(analysis: Analysis) -> None:
    """Check every field of an analysis that came from elsewhere.

    Raises:
        InputError: a field is not of its type, shape or range, or names an unknown model.
    """
    checks: dict[str, Callable[[Analysis], bool]] = {
        "settings": lambda a: _has_types(a.settings) and (a.settings.topic_count or 1) >= 1,
        "reviews": _has_reviews,
        "table": _has_table,
        "files": _has_batches,
        "units": lambda a: _has_units(a.units, a.texts),
        "vectors": _has_vectors,
        "topics": _has_topics,
        "sub-topics": lambda a: a.subtopics is None or _has_subtopics(a.subtopics),
        "map": _has_map,
        "passages": lambda a: a.passages is None or _has_passages(a.passages, a),
        "edits": lambda a: all(_is_edit(edit) for edit in (*a.edits, *a.undone)),
        "numbers of topics": lambda a: all(map(_has_types, a.candidates)),
        "report": lambda a: _is_report(a.report),
    }
    for what, check in checks.items():
        try:
            is_right = check(analysis)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, RecursionError):
            is_right = False
        if not is_right:
            raise InputError(
                "The file can't be imported: its parts don't fit together ({what})",
                what=what,
            )
    if not is_known_model(analysis.settings.model):
        raise InputError(
            "The file can't be imported: it was made by another model than the bundled one; if you "
            "trust it, name that model in the setting POLYGUEST_MODELS"
        )


def conforms(value: object, hint: object) -> bool:
    """Whether a JSON value is of a type: a type hint, {key: hint} for an object, or [hint]."""
    if isinstance(hint, dict):
        return isinstance(value, dict) and all(
            key in value and conforms(value[key], inner) for key, inner in hint.items()
        )
    if isinstance(hint, list):
        return isinstance(value, list) and all(conforms(each, hint[0]) for each in value)
    inner = get_args(hint)
    kind = get_origin(hint) or hint
    if kind in (Union, UnionType):
        return any(conforms(value, each) for each in inner)
    if kind is dict:
        return isinstance(value, dict) and all(
            conforms(key, inner[0]) and conforms(each, inner[1]) for key, each in value.items()
        )
    if kind is list:
        return isinstance(value, list) and all(conforms(each, inner[0]) for each in value)
    if kind is str:
        return isinstance(value, str) and _is_unicode(value)
    if kind is float:
        return type(value) in (int, float) and _is_number(value)
    if kind is int:
        return type(value) is int and _is_number(value)
    return type(value) is kind  # bool, None


def _has_types(item: Settings | Batch | Topic | Candidate) -> bool:
    """Whether the fields of a dataclass are of their types."""
    hints = get_type_hints(type(item))
    return all(conforms(getattr(item, field.name), hints[field.name]) for field in fields(item))


def _has_reviews(analysis: Analysis) -> bool:
    n, ratings, days = len(analysis.texts), analysis.ratings, analysis.days
    return (
        n > 0
        and all(conforms(text, str) for text in (*analysis.texts, *analysis.ids))
        and len(set(analysis.ids)) == n
        and all(map(_LANGUAGE.fullmatch, set(analysis.languages.tolist())))
        and (days is None or (days.shape == (n,) and _are_days(days)))
        and (ratings is None or _are_ratings(ratings.marks, ratings.highest, n))
        and conforms(analysis.encoder, str)
        and 0 < len(analysis.encoder) <= _MAX_NAME
    )


def _are_days(days: np.ndarray) -> bool:
    known = days[~np.isnat(days)]
    first, last = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")
    return bool(((known >= first) & (known <= last)).all())


def _are_ratings(marks: np.ndarray, highest: np.ndarray, n: int) -> bool:
    given = ~np.isnan(marks)
    return (
        marks.shape == highest.shape == (n,)
        and bool(np.isfinite(marks[given]).all() and np.isfinite(highest[given]).all())
        and bool((highest[given] > 0).all() and (marks[given] >= 0).all())
    )


def _has_table(analysis: Analysis) -> bool:
    frame = analysis.frame
    names = list(frame.columns)
    return (
        len(frame) == len(analysis.texts)
        and all(conforms(name, str) for name in names)
        and len(set(names)) == len(names)
        and all(isinstance(cell, str) for name in names for cell in frame[name].tolist())
        and conforms(analysis.columns, dict[str, str | None])
        and all(name is None or name in names for name in analysis.columns.values())
    )


def _has_batches(analysis: Analysis) -> bool:
    batches = analysis.batches
    return (
        len(batches) > 0
        and all(map(_has_types, batches))
        and all(batch.known >= 0 for batch in batches)
        and _are_ids(analysis.batch, len(analysis.texts), len(batches))
        and np.bincount(analysis.batch, minlength=len(batches)).tolist()
        == [batch.reviews for batch in batches]
    )


def _has_units(units: Units, texts: Sequence[str]) -> bool:
    m, lengths = len(units), np.array([len(text) for text in texts])
    end = int(lengths.max()) + 1
    return (
        all(_are_ids(array, m, end) for array in (units.starts, units.ends))
        and _are_ids(units.review, m, len(texts))
        and np.array_equal(np.unique(units.review), np.arange(len(texts)))
        and bool((np.diff(units.review) >= 0).all())
        and bool((units.starts <= units.ends).all())
        and bool((units.ends <= lengths[units.review]).all())
    )


def _has_vectors(analysis: Analysis) -> bool:
    m, d = len(analysis.units), len(analysis.space.center)
    space, detector = analysis.assigner.space, analysis.assigner.outlier_detector
    return (
        d > 0
        and _are_numbers(analysis.raw, (m, d), np.float32)
        and _are_numbers(analysis.space.center, (d,))
        and _is_basis(analysis.space.removed, d)
        and _has_space(space, d)
        and (
            detector is None
            or (
                _are_numbers(detector.mean, (d,))
                and _are_numbers(detector.whitener, (d, d))
                and _are_numbers(detector.scales, (3, 2))
                and math.isfinite(detector.threshold)
            )
        )
    )


def _is_basis(removed: np.ndarray, d: int) -> bool:
    """Whether these are orthonormal vectors, float (r, d)."""
    r = len(removed)
    return _are_numbers(removed, (r, d)) and bool(
        np.allclose(removed @ removed.T, np.eye(r), atol=0.01)
    )


def _has_space(space: TopicSpace, d: int) -> bool:
    p = _width(space.components.axes)
    sets, marks = space.landmarks.shape[:2]
    return (
        _are_numbers(space.components.mean, (d,))
        and _are_numbers(space.components.axes, (d, p))
        and _are_numbers(space.landmarks, (sets, marks, p))
        and (
            marks == 0
            or (
                marks > 1
                and sets > 0
                and _are_numbers(space.bandwidths, (sets,))
                and bool((space.bandwidths > 0).all())
                and _are_numbers(space.projection, (sets * marks, _width(space.projection)))
            )
        )
    )


def _has_topics(analysis: Analysis) -> bool:
    m, n, assigner, initial = (
        len(analysis.units),
        len(analysis.texts),
        analysis.assigner,
        analysis.initial,
    )
    found = InitialTopics(
        analysis.assignments, analysis.topics, assigner.centroids, assigner.centroid_topics
    )
    return _is_grouping(found, assigner, m, n) and (
        initial is None or _is_grouping(initial, assigner, m, n)
    )


def _is_grouping(found: InitialTopics, assigner: TopicAssigner, m: int, n: int) -> bool:
    """Whether topics fit m units of n reviews; every topic has a unit."""
    topics, space = found.topics, assigner.space
    q = _width(space.projection if space.landmarks.shape[1] else space.components.axes)
    return (
        _are_ids(found.assignments, m, len(topics))
        and len(np.unique(found.assignments)) == len(topics)
        and _are_numbers(found.centroids, (len(found.centroids), q))
        and _are_ids(found.centroid_topics, len(found.centroids), len(topics))
        and all(_is_topic(topic, number, m, n) for number, topic in enumerate(topics))
        and len({topic.key for topic in topics}) == len(topics)
        and sum(topic.is_outlier for topic in topics) <= 1
    )


def _is_topic(topic: Topic, number: int, m: int, n: int) -> bool:
    return (
        _has_types(topic)
        and topic.id == number
        and len(topic.name) <= _MAX_NAME
        and 0 <= topic.reviews <= n
        and all(0 <= count <= n for count in topic.languages.values())
        and all(
            len(glosses) == len(topic.keywords.get(code, ()))
            for code, glosses in topic.glosses.items()
        )
        and 0 <= topic.colour < _MAX_NAME
        and (topic.stability is None or 0 <= topic.stability <= 1)
        and all(
            set(kinds) <= {"closest", "different"} and all(0 <= unit < m for unit in chosen)
            for kinds in topic.typical.values()
            for chosen in kinds.values()
        )
    )


def _has_subtopics(subtopics: Subtopics) -> bool:
    """Whether sub-topics have names; the numbers were checked when they were read."""
    return all(
        len(name) <= _MAX_NAME and _is_unicode(name) and _is_unicode(code)
        for names in subtopics.names
        for code, name in names.items()
    )


def _has_map(analysis: Analysis) -> bool:
    places = analysis.coordinates
    return places is None or _are_numbers(places, (len(analysis.units), 2))


def _has_passages(passages: Passages, analysis: Analysis) -> bool:
    """Whether passages lie within the texts of an analysis, with vectors of its model."""
    lengths = np.array([len(text) for text in analysis.texts])
    p, end = len(passages), int(lengths.max()) + 1
    points = vars(analysis).get("passage_points")
    return (
        _are_ids(passages.unit, p, len(analysis.units))
        and _are_ids(passages.ends, p, end)
        and _are_ids(passages.starts, p, end)
        and bool((passages.starts <= passages.ends).all())
        and bool((passages.ends <= lengths[passages.review]).all())
        and _are_numbers(passages.raw, (p, analysis.raw.shape[1]), np.float16)
        and (points is None or _are_numbers(points, points.shape, np.float16))
    )


def _is_edit(edit: object) -> bool:
    if not isinstance(edit, dict) or not _is_plain(edit):
        return False
    required = _EDITS.get(edit["do"])
    optional = {key: hint for key, hint in _OPTIONAL.items() if key in edit}
    return required is not None and conforms(edit, optional | required)


def _is_report(report: object) -> bool:
    if not isinstance(report, dict) or not _is_plain(report):
        return False
    known = {key: hint for key, hint in _REPORT.items() if key in report}
    return conforms(report, {**known, "agreement_with_language": _AGREEMENT})


def _is_plain(value: object, depth: int = 0) -> bool:
    """Whether JSON can be written again, and not too deeply nested."""
    if depth > _MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(_is_unicode(key) and _is_plain(v, depth + 1) for key, v in value.items())
    if isinstance(value, list):
        return all(_is_plain(each, depth + 1) for each in value)
    if isinstance(value, str):
        return _is_unicode(value)
    return isinstance(value, bool | NoneType) or _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and abs(value) < _MAX_NUMBER  # NaN is not


def _is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8."""
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _are_numbers(array: np.ndarray, shape: tuple[int, ...], dtype: type | None = None) -> bool:
    """Whether these are finite floating-point numbers of a shape."""
    return bool(
        array.shape == shape
        and array.dtype.kind == "f"
        and (dtype is None or array.dtype == dtype)
        and np.isfinite(array).all()
    )


def _are_ids(array: np.ndarray, length: int, end: int) -> bool:
    """Whether these are ``length`` integers from 0 to below ``end``."""
    integers = array.shape == (length,) and array.dtype.kind == "i"
    return bool(integers and (array >= 0).all() and (array < end).all())


def _width(array: np.ndarray) -> int:
    return array.shape[1] if array.ndim == 2 else -1
