"""Names of topics, in every language of the interface, no two alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from pipeline.embedding.reference import load_lines
from pipeline.topics.aspects import aspect_groups, aspect_names
from pipeline.topics.polarity import COMPLAINT, PRAISE

_NAME_WORDS = 3
_MIN_REVIEWS = 5  # of a language in a topic, for its keywords to name the topic in it
# English words that name no topic (times, people, general praise), and so do words that mean them.
_UNINFORMATIVE = frozenset(
    "day days week weeks weekend month months year years morning evening afternoon night nights "
    "hour hours minute minutes time times today april thing things way bit lot people person man "
    "woman lady husband wife mother father son daughter friend friends couple room rooms hotel "
    "phone good bad great nice best worst better fantastic excellent perfect wonderful amazing "
    "superb lovely beautiful decent proper think thought find found check arrived arrive "
    "arrival book booked say said know want need make take give use used look see feel felt lose "
    "including experience review reviews luck someone moment reason recommend place places "
    "extremely".split()
)
# Language -> words for praise and for complaints.
_POLARITY_WORDS = {
    "ar": ("إشادة", "شكاوى"),
    "de": ("Lob", "Beschwerden"),
    "en": ("praise", "complaints"),
    "es": ("elogios", "quejas"),
    "fr": ("éloges", "plaintes"),
    "hi": ("तारीफ़", "शिकायतें"),
    "id": ("pujian", "keluhan"),
    "it": ("elogi", "lamentele"),
    "ja": ("好評", "苦情"),
    "ko": ("칭찬", "불만"),
    "nl": ("lof", "klachten"),
    "pl": ("pochwały", "skargi"),
    "pt": ("elogios", "reclamações"),
    "ru": ("похвала", "жалобы"),
    "th": ("คำชม", "ข้อร้องเรียน"),
    "tr": ("övgü", "şikâyetler"),
    "vi": ("khen", "phàn nàn"),
    "zh": ("好评", "投诉"),
}
_OUTLIER_TOPIC_NAMES = {
    "ar": "كل ما عدا ذلك",
    "de": "Alles andere",
    "en": "Everything else",
    "es": "Todo lo demás",
    "fr": "Tout le reste",
    "hi": "बाकी सब",
    "id": "Lain-lain",
    "it": "Tutto il resto",
    "ja": "その他",
    "ko": "그 밖의 것",
    "nl": "Al het andere",
    "pl": "Wszystko inne",
    "pt": "Todo o resto",
    "ru": "Всё остальное",
    "th": "อื่นๆ",
    "tr": "Diğer her şey",
    "vi": "Những điều khác",
    "zh": "其他",
}

_NUMBERED = re.compile(r" \(\d+\)$")  # of a name that was taken
_NAMELESS = re.compile(r"Topic \d+")
_PARTS = re.compile(r" · |[:：]")

Aspects = tuple[int, ...]  # one, or two that name a topic together


def outlier_topic_names() -> dict[str, str]:
    """The name of the topic of outliers: language -> name."""
    return dict(_OUTLIER_TOPIC_NAMES)


def topic_name_languages() -> tuple[str, ...]:
    """The languages in which every topic has a name."""
    return tuple(load_lines("aspects"))


def name_topics(
    keywords: Sequence[Mapping[str, Sequence[str]]],
    sizes: Sequence[Mapping[str, int]],
    *,
    aspects: Sequence[Sequence[Aspects]] | None = None,
    polarities: Sequence[int] | None = None,
    glosses: Sequence[Mapping[str, Sequence[str]]] | None = None,
    reserved: Sequence[str] = (),
) -> list[dict[str, str]]:
    """Name each topic: language -> name, unique in that language.

    A topic is named by the hotel aspect that matches it, or by the two that do. If none does, it is
    named by its most distinctive keywords: in English by English ones and by glosses of others, in
    another language by its own.

    Args:
        keywords: for each topic, language -> words, the most distinctive first.
        sizes: for each topic, language -> number of reviews.
        aspects: for each topic the aspects that may name it, from
            :func:`pipeline.topics.aspects.match_aspects`; may be empty.
        polarities: for each topic, from :func:`pipeline.topics.polarity.dominant_polarity`.
        glosses: for each topic, language -> the keywords in English, "" for unknown.
        reserved: names of other topics, which none of these may have.
    """
    languages = topic_name_languages()
    taken = {language: {name.casefold() for name in reserved} for language in languages}
    names: list[dict[str, str]] = []
    choices = choose_aspects(aspects or [()] * len(keywords), polarities)
    for topic, (words, size, choice) in enumerate(zip(keywords, sizes, choices, strict=True)):
        if choice:
            name = {language: _name_by_aspects(*choice, language) for language in languages}
        else:
            name = _name_by_keywords(words, size, glosses[topic] if glosses else {}, languages)
        for language in languages:
            name[language] = _make_unique(name[language], taken[language], topic)
            taken[language].add(name[language].casefold())
        names.append(name)
    return names


def name_polarity(name: str) -> int:
    """What a topic's or aspect's name says, in any language: 1 praise, -1 complaints, else 0.

    "Breakfast: complaints" says complaints, and so does the aspect "Bad smells".
    """
    polarities = _part_polarities()
    parts = [part.strip().casefold() for part in _PARTS.split(_NUMBERED.sub("", name))]
    found = {polarities.get(part, 0) for part in parts} - {0}
    return found.pop() if len(found) == 1 else 0


def without_judgement(name: str) -> str:
    """A topic's name without the praise or complaints that were added to it: "Breakfast"."""
    bare = _NUMBERED.sub("", name)
    words = "|".join(re.escape(word) for pair in _POLARITY_WORDS.values() for word in pair)
    stem = re.sub(rf"\s?[:：]\s?(?:{words})$", "", bare)
    return stem if stem and stem != bare else name


def rename_unjudged(
    names: Mapping[str, str], others: Sequence[Mapping[str, str]]
) -> dict[str, str]:
    """Names of a topic, language -> name, without praise and complaints, and unlike all others.

    Args:
        names: of the topic.
        others: of the other topics; where one has no name in a language, its English one counts.
    """
    return {
        language: _make_unique(
            without_judgement(name),
            {other.get(language, other.get("en", "")).casefold() for other in others},
            1,
        )
        for language, name in names.items()
    }


def has_number(name: str) -> bool:
    """Whether a name was taken or there was none, and so has a number: "Noise (2)", "Topic 7"."""
    return _NUMBERED.search(name) is not None or _NAMELESS.fullmatch(name) is not None


def name_subjects(name: str) -> frozenset[str]:
    """What a name is about, in lower case, without praise and complaints: {"noise", "pool"}."""
    judging = {word.casefold() for words in _POLARITY_WORDS.values() for word in words}
    parts = (part.strip().casefold() for part in _PARTS.split(_NUMBERED.sub("", name)))
    return frozenset(part for part in parts if part and part not in judging)


@cache
def _part_polarities() -> dict[str, int]:
    """Words for praise and complaints, and names of aspects that are either: 1 or -1."""
    found: dict[str, int] = {}
    for praise, complaints in _POLARITY_WORDS.values():
        found |= {praise.casefold(): PRAISE, complaints.casefold(): COMPLAINT}
    for language in topic_name_languages():
        for name, polarity in zip(aspect_names(language), aspect_groups()[1], strict=True):
            if polarity:
                found[name.casefold()] = polarity
    return found


def is_uninformative(
    keywords: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
) -> bool:
    """Whether a topic's most distinctive keywords are times, people and general praise."""
    english = _english_words(keywords, size, glosses, filtered=False)[:_NAME_WORDS]
    return sum(word not in _UNINFORMATIVE for word in english) < 2


def keyword_name(
    keywords: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
) -> str:
    """The English name of a topic by its keywords."""
    return _name_by_keywords(keywords, size, glosses, ["en"])["en"]


def choose_aspects(
    candidates: Sequence[Sequence[Aspects]], polarities: Sequence[int] | None = None
) -> list[tuple[Aspects, int] | None]:
    """For each topic the first aspects that agree with its polarity and name no other topic.

    Args:
        candidates, polarities: ``aspects`` and ``polarities`` of :func:`name_topics`.

    Returns:
        The aspects, and the polarity to be added to the name, 0 if the aspects have it themselves;
        None for a topic without.
    """
    taken: set[tuple[Aspects, int]] = set()
    choices = []
    for topic, of_topic in enumerate(candidates):
        choice = _first_free(of_topic, polarities[topic] if polarities else 0, taken)
        choices.append(choice)
        if choice:
            taken.add(choice)
    return choices


def _first_free(
    candidates: Sequence[Aspects], polarity: int, taken: set[tuple[Aspects, int]]
) -> tuple[Aspects, int] | None:
    aspect_polarities = aspect_groups()[1]
    for aspects in candidates:
        own = {aspect_polarities[aspect] for aspect in aspects} - {0}
        if polarity and -polarity in own:
            continue
        shown = 0 if own else polarity  # "Bad smells" needs no ": complaints"
        if not any((order, shown) in taken for order in (aspects, aspects[::-1])):
            return aspects, shown
    return None


def _name_by_aspects(aspects: Aspects, polarity: int, language: str) -> str:
    name = " · ".join(aspect_names(language)[aspect] for aspect in aspects)
    if not polarity:
        return name
    colon = "：" if language in ("ja", "zh") else " : " if language == "fr" else ": "
    return name + colon + _POLARITY_WORDS[language][0 if polarity == PRAISE else 1]


def _name_by_keywords(
    keywords: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
    languages: Sequence[str],
) -> dict[str, str]:
    english = _english_words(keywords, size, glosses)
    if not english:  # no keyword has a known meaning: the words of the largest language
        by_size = sorted(keywords, key=lambda code: (-size.get(code, 0), code))
        english = list(keywords[by_size[0]]) if by_size else []
    english_name = _join(english)
    names = {}
    for language in languages:
        own = _informative(
            keywords.get(language, ()), glosses.get(language, ()), minimum=_NAME_WORDS
        )
        too_few = len(own) < _NAME_WORDS or size.get(language, 0) < _MIN_REVIEWS
        names[language] = english_name if too_few or language == "en" else _join(own)
    return names


def _english_words(
    keywords: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
    *,
    filtered: bool = True,
) -> list[str]:
    """English keywords and glosses, by their rank in all languages; uninformative ones filtered."""
    votes: dict[str, float] = {}
    for language in sorted(keywords):
        words = keywords[language] if language == "en" else glosses.get(language, ())
        weight = size.get(language, 0) ** 0.5 * (1.0 if language == "en" else 0.6)
        for rank, word in enumerate(dict.fromkeys(word for word in words if word)):
            votes[word] = votes.get(word, 0.0) + weight / (rank + 2)
    ranked = sorted(votes, key=lambda word: (-votes[word], word))
    if filtered:
        ranked = _informative(ranked)
    distinct: list[str] = []
    for word in ranked:  # only one of "bus" and "buses"
        if not any(word.startswith(w[:4]) and w.startswith(word[:4]) for w in distinct):
            distinct.append(word)
    return distinct


def _informative(
    words: Sequence[str], glosses: Sequence[str] = (), *, minimum: int = 2
) -> list[str]:
    """Words that can name a topic; all words if there are fewer than the minimum."""
    meanings = [*glosses, *words[len(glosses) :]]
    kept = [
        word
        for word, meaning in zip(words, meanings, strict=False)
        if meaning not in _UNINFORMATIVE
    ]
    return kept if len(kept) >= minimum else list(words)


def _join(words: Sequence[str]) -> str:
    name = ", ".join(words[:_NAME_WORDS])
    return name[:1].upper() + name[1:]


def _make_unique(name: str, taken: set[str], topic: int) -> str:
    name = name or f"Topic {topic + 1}"
    number, unique = topic + 1, name
    while unique.casefold() in taken:
        unique = f"{name} ({number})"
        number += 1
    return unique
