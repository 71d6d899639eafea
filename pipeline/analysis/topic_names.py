"""The names of topics in the languages of the interface."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

from pipeline.analysis.analysis import Analysis
from pipeline.common.paths import PACKAGE_DATA

_PHRASES = PACKAGE_DATA / "aspects"


@cache
def topic_name_languages() -> tuple[str, ...]:
    """Languages that topics can be named in, by code; English first."""
    codes = {file.stem for file in _PHRASES.glob("*.txt")} - {"en"}
    return ("en", *sorted(codes))


def preferred_language(locale: str | None) -> str:
    """The language of names for a browser's locale, such as "pt-BR"; English for others."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in topic_name_languages() else "en"


def in_language(analysis: Analysis, language: str) -> Analysis:
    """The analysis with its topics called by their names in a language; for views, not to be kept.

    Names stay unique: where two topics would be called the same, they keep their English names.
    """
    names = [topic.name_in(language) for topic in analysis.topics]
    if names == [topic.name for topic in analysis.topics]:
        return analysis
    known = Counter(name.casefold() for name in names)
    known.update(topic.name.casefold() for topic in analysis.topics)
    topics = tuple(
        # Counted twice where both names are one.
        replace(topic, name=name)
        if known[name.casefold()] == 1 + (name.casefold() == topic.name.casefold())
        else topic
        for topic, name in zip(analysis.topics, names, strict=True)
    )
    return analysis.edited(topics=topics)
