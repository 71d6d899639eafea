"""Topics -> names a person can read. Provisional: the topic's most telling words."""

from __future__ import annotations

from collections.abc import Sequence

_WORDS = 3


def name_topics(
    keywords: Sequence[dict[str, list[str]]], sizes: Sequence[dict[str, int]]
) -> list[str]:
    """A name for each topic, no two alike.

    English words where English reviews are among the topic's, else those of its largest language.

    Args:
        keywords: for each topic, language -> words, the most telling first.
        sizes: for each topic, language -> number of reviews.
    """
    names: list[str] = []
    for topic, (words, size) in enumerate(zip(keywords, sizes, strict=True)):
        by_size = sorted(words, key=lambda code: (code != "en", -size.get(code, 0), code))
        best = next((words[code] for code in by_size if len(words[code]) >= _WORDS), None)
        best = best or (words[by_size[0]] if by_size else [])
        name = ", ".join(best[:_WORDS]) or f"Topic {topic + 1}"
        name = name[0].upper() + name[1:]
        more = iter(best[_WORDS:])
        while name in names:
            word = next(more, None)
            name = f"{name}, {word}" if word else f"{name} ({topic + 1})"
        names.append(name)
    return names
