"""Topic names in the languages of the interface."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.paths import PACKAGE_DATA
from pipeline.common.wording import short_name

_ASPECTS = PACKAGE_DATA / "aspects"


@cache
def topic_name_languages() -> tuple[str, ...]:
    """Codes of the languages that topics have names in; English first."""
    codes = {file.stem for file in _ASPECTS.glob("*.txt")} - {"en"}
    return ("en", *sorted(codes))


def preferred_language(locale: str | None) -> str:
    """The language of topic names for a browser's locale, such as "pt-BR"; English by default."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in topic_name_languages() else "en"


def require_language(code: str) -> str:
    """A language that topics have names in, as the user has asked for it: "pt", "pt-BR".

    Raises:
        InputError: they have none in it.
    """
    language = preferred_language(code)
    if language == "en" and not code.lower().startswith("en"):
        known = ", ".join(topic_name_languages())
        raise InputError(
            "There is no language '{code}' to choose; there are: {known}",
            code=short_name(code),
            known=known,
        )
    return language


def localise_topic_names(analysis: Analysis, language: str) -> Analysis:
    """Name the topics in another language, for display; the result must not be saved.

    Names remain unique: topics that would share one keep their English names.
    """
    if analysis.subtopics is not None and language != "en":
        analysis = analysis.edited(subtopics=analysis.subtopics.in_language(language))
    names = [topic.name_in(language) for topic in analysis.topics]
    if names == [topic.name for topic in analysis.topics]:
        return analysis
    counts = Counter(name.casefold() for name in names)
    counts.update(topic.name.casefold() for topic in analysis.topics)
    topics = tuple(
        # A name that is the same in both languages is counted twice.
        replace(topic, name=name)
        if counts[name.casefold()] == 1 + (name.casefold() == topic.name.casefold())
        else topic
        for topic, name in zip(analysis.topics, names, strict=True)
    )
    return analysis.edited(topics=topics)
