"""Topic names in the languages of the interface."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.paths import PACKAGE_DATA
from pipeline.common.wording import short_name
from pipeline.topics.naming import name_polarity, rename_unjudged, without_judgement

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


def contradicted_topics(analysis: Analysis) -> list[int]:
    """Ids of the topics whose names say praise or complaints against what their reviews say.

    None where praise and complaints are not told.
    """
    judging = {
        topic.id: polarity
        for topic in analysis.topics
        if not topic.is_outlier
        and without_judgement(topic.name) != topic.name
        and (polarity := name_polarity(topic.name))
    }
    if not judging or analysis.topic_tally is None:
        return []
    tally = analysis.topic_tally
    return [topic for topic, polarity in judging.items() if tally.contradicts(topic, polarity)]


def keep_names_true(analysis: Analysis) -> Analysis:
    """Take praise and complaints out of names that are no longer true, after an edit or a new file.

    Names of the user's stay as they are, and none gets praise or complaints: a name doesn't change
    with every file.
    """
    topics = list(analysis.topics)
    for number in contradicted_topics(analysis):
        topic = topics[number]
        if not topic.named:
            others = [{**each.names, "en": each.name} for each in topics if each is not topic]
            names = rename_unjudged({**topic.names, "en": topic.name}, others)
            topics[number] = replace(topic, name=names["en"], names=names)
    changed = any(new is not old for new, old in zip(topics, analysis.topics, strict=True))
    return analysis.edited(topics=tuple(topics)) if changed else analysis


def localise_topic_names(analysis: Analysis, language: str) -> Analysis:
    """Name the topics in another language, for display; the result must not be saved.

    Names remain unique: topics that would share one keep their English names. What an earlier
    version called praise or complaints is not shown so where its reviews say the opposite.
    """
    analysis = keep_names_true(analysis)
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
