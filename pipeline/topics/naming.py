"""Topics -> names a person can read, in every language of the interface, no two alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.embedding.reference import load_lines
from pipeline.topics.aspects import aspect_groups, aspect_names
from pipeline.topics.polarity import PRAISE

_WORDS = 3
_FEWEST_REVIEWS = 5  # of a language in a topic, for its words to name the topic in it
# English words, or what others mean, that name no topic: times, people, praise of nothing.
_EMPTY = frozenset(
    "day days week weeks weekend month months year years morning evening afternoon night nights "
    "hour hours minute minutes time times today april thing things way bit lot people person man "
    "woman lady husband wife mother father son daughter friend friends couple room rooms hotel "
    "phone good bad great nice best worst better fantastic excellent perfect wonderful amazing "
    "superb lovely beautiful decent proper think thought find found check arrived arrive "
    "arrival book booked say said know want need make take give use used look see feel felt lose "
    "including experience review reviews luck someone moment reason recommend place places "
    "extremely".split()
)
_SIDES = {
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
_OTHER = {
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


def outlier_topic_names() -> dict[str, str]:
    """Language -> what the reviews that fit nowhere are called."""
    return dict(_OTHER)


def topic_name_languages() -> tuple[str, ...]:
    """The languages that every topic has a name in."""
    return tuple(load_lines("aspects"))


def name_topics(
    keywords: Sequence[Mapping[str, Sequence[str]]],
    sizes: Sequence[Mapping[str, int]],
    *,
    aspects: Sequence[Sequence[tuple[int, ...]]] | None = None,
    sides: Sequence[int] | None = None,
    glosses: Sequence[Mapping[str, Sequence[str]]] | None = None,
    taken: Sequence[str] = (),
) -> list[dict[str, str]]:
    """For each topic: language -> its name, unlike all others in that language.

    The hotel aspect that fits it, or the two that do; where none does, its most telling words: in
    English the English ones and what those of other languages mean, in another language its own.

    Args:
        keywords: for each topic, language -> words, the most telling first.
        sizes: for each topic, language -> number of reviews.
        aspects: for each topic the aspects that may name it, of
            :func:`pipeline.topics.aspects.match_aspects`; may be empty.
        sides: for each topic 1 where it praises, -1 where it complains, else 0; of
            :func:`pipeline.topics.polarity.dominant_polarity`.
        glosses: for each topic, language -> the keywords in English, "" for unknown.
        taken: names of other topics, that none of these may have.
    """
    languages = topic_name_languages()
    chosen_before: set[tuple[tuple[int, ...], int]] = set()
    others = {name.casefold() for name in taken}
    used = {language: set(others) for language in languages}
    names: list[dict[str, str]] = []
    for topic, (words, size) in enumerate(zip(keywords, sizes, strict=True)):
        side = sides[topic] if sides else 0
        chosen = _choose(aspects[topic] if aspects else (), side, chosen_before)
        if chosen:
            chosen_before.add(chosen)
            name = {language: _by_aspects(*chosen, language) for language in languages}
        else:
            name = _by_keywords(words, size, glosses[topic] if glosses else {}, languages)
        name = {language: _unlike(name[language], used[language], topic) for language in languages}
        for language in languages:
            used[language].add(name[language].casefold())
        names.append(name)
    return names


def is_uninformative(
    words: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
) -> bool:
    """Whether a topic's most telling words are times, people and praise of nothing."""
    english = _in_english(words, size, glosses, all_of_them=True)[:_WORDS]
    return sum(word not in _EMPTY for word in english) < 2


def _choose(
    aspects: Sequence[tuple[int, ...]], side: int, taken: set[tuple[tuple[int, ...], int]]
) -> tuple[tuple[int, ...], int] | None:
    """The first aspects that say nothing against the topic's side and name no other topic."""
    signs = aspect_groups()[1]
    for chosen in aspects:
        said = {signs[aspect] for aspect in chosen} - {0}
        if side and -side in said:
            continue
        shown = 0 if said else side  # "Bad smells" needs no ": complaints"
        if not any((order, shown) in taken for order in (chosen, chosen[::-1])):
            return chosen, shown
    return None


def _by_aspects(aspects: tuple[int, ...], side: int, language: str) -> str:
    name = " · ".join(aspect_names(language)[aspect] for aspect in aspects)
    if not side:
        return name
    colon = "：" if language in ("ja", "zh") else " : " if language == "fr" else ": "
    return name + colon + _SIDES[language][0 if side == PRAISE else 1]


def _by_keywords(
    words: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
    languages: Sequence[str],
) -> dict[str, str]:
    english = _in_english(words, size, glosses)
    if not english:  # nothing has a meaning we know: the largest language's own words
        by_size = sorted(words, key=lambda code: (-size.get(code, 0), code))
        english = list(words[by_size[0]]) if by_size else []
    fallback = _sentence(english)
    names = {}
    for language in languages:
        own = _telling(words.get(language, ()), glosses.get(language, ()), fewest=_WORDS)
        few = len(own) < _WORDS or size.get(language, 0) < _FEWEST_REVIEWS
        names[language] = fallback if few or language == "en" else _sentence(own)
    return names


def _in_english(
    words: Mapping[str, Sequence[str]],
    size: Mapping[str, int],
    glosses: Mapping[str, Sequence[str]],
    *,
    all_of_them: bool = False,
) -> list[str]:
    """English words, those first that most languages' words come to."""
    votes: dict[str, float] = {}
    for language in sorted(words):
        meant = words[language] if language == "en" else glosses.get(language, ())
        weight = size.get(language, 0) ** 0.5 * (1.0 if language == "en" else 0.6)
        for place, word in enumerate(dict.fromkeys(word for word in meant if word)):
            votes[word] = votes.get(word, 0.0) + weight / (place + 2)
    ranked = sorted(votes, key=lambda word: (-votes[word], word))
    if not all_of_them:
        ranked = _telling(ranked)
    distinct: list[str] = []
    for word in ranked:  # "bus, buses" says one thing
        if not any(word.startswith(w[:4]) and w.startswith(word[:4]) for w in distinct):
            distinct.append(word)
    return distinct


def _telling(words: Sequence[str], glosses: Sequence[str] = (), *, fewest: int = 2) -> list[str]:
    """Words that a topic may be named by; all of them where these are too few."""
    meant = [*glosses, *words[len(glosses) :]]
    told = [word for word, gloss in zip(words, meant, strict=False) if gloss not in _EMPTY]
    return told if len(told) >= fewest else list(words)


def _sentence(words: Sequence[str]) -> str:
    name = ", ".join(words[:_WORDS])
    return name[:1].upper() + name[1:]


def _unlike(name: str, used: set[str], topic: int) -> str:
    name = name or f"Topic {topic + 1}"
    number, unlike = topic + 1, name
    while unlike.casefold() in used:
        unlike = f"{name} ({number})"
        number += 1
    return unlike
