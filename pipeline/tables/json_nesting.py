"""Nested JSON objects to flat rows: which list within them holds the reviews."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from pipeline.tables.formats import cell_text
from pipeline.tables.header_names import score_name
from pipeline.tables.header_subjects import is_about

Path: TypeAlias = tuple[str, ...]  # keys from an object to a list of objects within it

_MAX_DEPTH = 3  # to which objects are flattened
_MAX_PATH = 6  # levels at which lists are looked for
_MIN_TEXT = 12  # characters of a value that may be a review
_OBJECT_WEIGHT = 0.01  # of an object without text
_REPLY_WEIGHT = 0.1  # of lists of replies to reviews
_NAMED_WEIGHT = 3.0  # of values and lists whose key is a name of reviews


def find_rows(objects: Sequence[dict[str, Any]]) -> Path:
    """Find the list that holds the reviews within objects; () if the objects are the reviews.

    The list whose objects hold the most text, where keys that are names of reviews count more, and
    replies hardly.

    Args:
        objects: a sample of a file's objects.
    """
    text: dict[Path, float] = defaultdict(float)
    for item in objects:
        _weigh(item, (), 1.0, text, 0)
    # Without texts the longest list, and of equal ones that nearer to the root.
    return max(text, key=lambda path: (text[path], -len(path)), default=())


def _weigh(
    item: dict[str, Any], path: Path, weight: float, text: dict[Path, float], depth: int
) -> None:
    """Add up the text of an object at `path` and of the lists of objects within it."""
    if depth > _MAX_PATH:
        return
    text[path] += _OBJECT_WEIGHT * weight
    longest = 0.0
    for key, value in _fields(item):
        if isinstance(value, str):
            if len(value) >= _MIN_TEXT and "://" not in value[:10] and not is_about(key, "reply"):
                named = score_name(key, "text") >= 2
                longest = max(longest, len(value) * (_NAMED_WEIGHT if named else 1.0))
        elif _is_list_of_objects(value):
            last = key.rsplit(".", 1)[-1]
            inner = _NAMED_WEIGHT if score_name(last, "text") >= 2 else 1.0
            inner *= _REPLY_WEIGHT if is_about(last, "reply") else 1.0
            for child in value:
                if isinstance(child, dict):
                    _weigh(child, (*path, key), inner, text, depth + 1)
    text[path] += longest * weight


def _fields(item: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of an object and of the objects in it, under keys such as "result.reviews"."""
    return iter(flatten(item).items())


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(child, dict) for child in value[:20])


def expand(item: dict[str, Any], path: Path) -> Iterator[dict[str, Any]]:
    """Flatten the objects of the list at `path`, each with the plain values of those around it.

    What stands around reviews is the place that they are about: its values are called "hotels.name"
    in a list "hotels", else "place.name".
    """
    if not path:
        yield flatten(item)
        return
    for row, around in _rows(item, path, {}, ""):
        yield row | {
            key if "." in key and key not in row else f"place.{key}": value
            for key, value in around.items()
        }


def _rows(
    item: dict[str, Any], path: Path, around: dict[str, Any], prefix: str
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    flat = flatten(item)
    if not path:
        yield flat, around
        return
    plain = {prefix + key: v for key, v in flat.items() if not isinstance(v, (list, dict))}
    children = flat.get(path[0])
    for child in children if isinstance(children, list) else ():
        if isinstance(child, dict):
            yield from _rows(child, path[1:], around | plain, f"{path[0]}.")


def flatten(value: dict[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Flatten an object: {"reviewer": {"name": "A"}} to {"reviewer.name": "A"}, three deep."""
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        name = prefix + (cell_text(str(key)) or "column")
        if isinstance(inner, dict) and inner and depth < _MAX_DEPTH:
            flat.update(flatten(inner, f"{name}.", depth + 1))
        else:
            flat[name] = inner
    return flat
