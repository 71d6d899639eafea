"""Topics -> names a person can read, no two alike."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = 3
_ALSO = 0.8  # of the best aspect's score: then both are named


def name_topics(
    keywords: Sequence[dict[str, list[str]]],
    sizes: Sequence[dict[str, int]],
    aspects: Sequence[Sequence[tuple[str, float]]] | None = None,
) -> list[str]:
    """A name for each topic.

    The hotel aspect that fits it, or the two that fit it about as well; where none does, its most
    telling words: English ones, else those of its largest language.

    Args:
        keywords: for each topic, language -> words, the most telling first.
        sizes: for each topic, language -> number of reviews.
        aspects: for each topic, names of aspects with scores, best first; may be empty.
    """
    names: list[str] = []
    for topic, (words, size) in enumerate(zip(keywords, sizes, strict=True)):
        by_aspect = _aspect_names(aspects[topic] if aspects else ())
        name = next((name for name in by_aspect if name not in names), None)
        names.append(name or _by_keywords(topic, words, size, names))
    return names


def _aspect_names(aspects: Sequence[tuple[str, float]]) -> list[str]:
    """Names to try, best first."""
    if not aspects:
        return []
    (best, score), others = aspects[0], aspects[1:]
    pairs = [f"{best} · {other}" for other, _ in others]
    also = bool(others) and others[0][1] >= _ALSO * score
    return [*pairs[:1], best, *pairs[1:3]] if also else [best, *pairs[:3]]


def _by_keywords(
    topic: int, words: dict[str, list[str]], size: dict[str, int], taken: Sequence[str]
) -> str:
    by_size = sorted(words, key=lambda code: (code != "en", -size.get(code, 0), code))
    best = next((words[code] for code in by_size if len(words[code]) >= _WORDS), None)
    best = best or (words[by_size[0]] if by_size else [])
    name = ", ".join(best[:_WORDS]) or f"Topic {topic + 1}"
    name = name[0].upper() + name[1:]
    more = iter(best[_WORDS:])
    while name in taken:
        word = next(more, None)
        name = f"{name}, {word}" if word else f"{name} ({topic + 1})"
    return name
