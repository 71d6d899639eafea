"""Words of dates in many languages: names of months, and phrases such as "3 months ago".

Both come from the Unicode CLDR (:mod:`pipeline.reviews.cldr_words`) and are shipped in a file,
which is read when the first such word is met. A few phrases that booking sites and maps write, and
CLDR doesn't, are listed here.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import regex

from pipeline.common.paths import PACKAGE_DATA

_FILE = PACKAGE_DATA / "date_words.csv"

UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
# Whole phrases: the unit has a form of its own.
_PHRASES = {
    "year": "일 년 전|قبل عام|منذ عام|setahun lalu|setahun yang lalu|{0} éve|{0} ปีที่แล้ว|"
    "{0} years back|{0} साल पहले|{0} yr ago|{0} yrs ago",
    "month": "한 달 전|{0}달 전|sebulan lalu|sebulan yang lalu|{0} hónapja|{0}月前|{0}か月前|"
    "{0} महीने पहले|{0} महीना पहले|{0} mos ago",
    "week": "일주일 전|{0}주일 전|seminggu lalu|seminggu yang lalu|{0} hete|{0}周前|{0}週前|"
    "{0}星期前|{0}礼拜前|{0} हफ़्ते पहले|{0} हफ्ते पहले|{0} wks ago",
    "day": "sehari lalu|sehari yang lalu|{0} napja",
    "hour": "sejam lalu|sejam yang lalu|{0} órája|{0}小时前|{0} hrs ago",
    "minute": "{0} perce|{0} mins ago",
}  # fmt: skip
_TWO_YEARS = "قبل عامين|منذ عامين"
_ONE_WORDS = (
    "a an one ein eine einem einen einer un une una uno um uma een ett en et bir одну одна один "
    "egy o jeden jedna jednu jednim jednog jednoj eden một yksi satu isang isa 한 ένα έναν μία μια "
    "एक একটি یک واحد واحدة אחד אחת หนึ่ง"
)
_HAN_NUMBER = regex.compile(
    r"[一二两兩三四五六七八九十](?=\s*(?:年|个月|個月|か月|月|周|週|天|日|小时|小時|时|時))"
)
_HAN_DIGITS = {c: str(i) for i, c in enumerate("一二三四五六七八九十", 1)} | {"两": "2", "兩": "2"}
_DOTTED = regex.compile(r"(?<=[\u0e00-\u0e7f])\.")  # ก.พ.
_WORDS = regex.compile(r"[\p{L}\p{M}]+")
_TOKENS = regex.compile(r"[\p{L}\p{M}]+|\d+")
# Accents of Latin and Greek letters, and the vowel signs and hamza of Arabic ones: in other scripts
# the marks make a different letter.
_MARKS = regex.compile(r"(?<=[a-zα-ω])[\u0300-\u036f]+|[\u064b-\u0655\u0670\u0640]")
_OTHER_DIGITS = regex.compile(r"[\d--[0-9]]", regex.V1)
_INVISIBLE = regex.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SAME_LETTERS = str.maketrans("łıøđیکىةہヶヵケ", "liodيكيههかかか") | {"ß": "ss"}
_MAX_DROPPED = 3  # words before or after a phrase: "Edited ...", "... on Google"


class Ago(NamedTuple):
    """A time that is told by its distance: `number` units before now."""

    unit: str
    number: int


def fold(text: str) -> str:
    """Fold case, accents, digits of all scripts and invisible characters of a cell."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_SAME_LETTERS)
    text = _DOTTED.sub("", text)
    return _OTHER_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def month_candidates(words: Iterable[str]) -> list[tuple[str, dict[str, int]]]:
    """The words of a folded cell that may name a month, each with its month by locale."""
    listed = list(words)
    pairs = [f"{first} {second}" for first, second in zip(listed, listed[1:], strict=False)]
    found = [(pair, _months()[pair]) for pair in pairs if pair in _months()]
    return found or [(word, months) for word in listed if (months := _months_of_word(word))]


def words_of(folded: str) -> list[str]:
    """The words of a folded cell."""
    return _WORDS.findall(folded)


def parse_ago(folded: str) -> Ago | None:
    """Parse "3 months ago", "vor einem Monat", "yesterday": None for anything else."""
    tokens = _TOKENS.findall(_HAN_NUMBER.sub(lambda found: _HAN_DIGITS[found[0]], folded))
    phrases, words = _ago_phrases()
    if not 1 <= len(tokens) <= 12 or words.isdisjoint(tokens):
        return None
    for first in range(min(_MAX_DROPPED, len(tokens) - 1) + 1):
        for last in range(len(tokens), max(first, len(tokens) - _MAX_DROPPED - 1), -1):
            inside, outside = tokens[first:last], tokens[:first] + tokens[last:]
            if any(token.isdecimal() for token in outside):
                continue
            numbers = [token for token in inside if token.isdecimal()]
            if len(numbers) > 1 or (numbers and len(numbers[0]) > 4):
                continue
            if numbers:
                key = "#".join(_join_around(inside))
                if key in phrases:
                    return Ago(phrases[key].unit, int(numbers[0]))
                continue
            # "a month ago" is a phrase without its "a", "il y a un mois" without its "un".
            ones = [i for i, token in enumerate(inside) if token in _ones()]
            for key in ("".join(inside), *("".join(inside[:i] + inside[i + 1 :]) for i in ones)):
                if key in phrases:
                    return phrases[key]
    return None


def _join_around(tokens: list[str]) -> tuple[str, str]:
    at = next(i for i, token in enumerate(tokens) if token.isdecimal())
    return "".join(tokens[:at]), "".join(tokens[at + 1 :])


@cache
def _ones() -> frozenset[str]:
    return frozenset(map(fold, _ONE_WORDS.split()))


class Words(NamedTuple):
    """The words of all locales.

    Attributes:
        months: name of a month, folded -> month by locale.
        ago: (unit, phrase, count where the phrase has no number), each once.
    """

    months: dict[str, dict[str, int]]
    ago: list[tuple[str, str, int]]


def load_cldr_words() -> Words:
    """The words of CLDR, as they are shipped."""
    words = Words({}, [])
    with _FILE.open(encoding="utf-8", newline="") as file:
        for kind, of, number, text in csv.reader(file):
            if kind == "month":
                words.months.setdefault(text, {})[of] = int(number)
            else:
                words.ago.append((of, text, int(number)))
    return words


def write_cldr_words(words: Words) -> Path:
    """Write the words of CLDR to the file that is shipped."""
    with _FILE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        for name, months in words.months.items():
            table.writerows(("month", locale, number, name) for locale, number in months.items())
        table.writerows(("ago", unit, count, phrase) for unit, phrase, count in words.ago)
    return _FILE


@cache
def _words_of_locales() -> Words:
    words = load_cldr_words()
    for unit, phrases in _PHRASES.items():
        words.ago.extend((unit, phrase, 1) for phrase in phrases.split("|"))
    words.ago.extend(("year", phrase, 2) for phrase in _TWO_YEARS.split("|"))
    return words


def _months() -> dict[str, dict[str, int]]:
    return _words_of_locales().months


@cache
def _prefixes() -> dict[str, dict[str, dict[str, int]]]:
    """Beginning of at least three letters -> names of months that begin so."""
    prefixes: dict[str, dict[str, dict[str, int]]] = {}
    for name, months in _months().items():
        for length in range(3, len(name)):
            prefixes.setdefault(name[:length], {})[name] = months
    return prefixes


@lru_cache(maxsize=20_000)
def _months_of_word(word: str) -> dict[str, int]:
    """The months that a word names, shortens or inflects, by locale: {} for other words."""
    if word in _months():
        return _months()[word]
    if word[0] == "ב" and word[1:] in _months():  # Hebrew "in" is a prefix
        return _months()[word[1:]]
    if not 3 <= len(word) <= 16:
        return {}
    found = _prefixes().get(word, {})  # "sept", "febr"
    for length in range(len(word) - 1, max(3, len(word) - 6), -1):
        if found:
            break
        stem = word[:length]
        if stem in _months():
            found = {stem: _months()[stem]}
        else:
            found = {n: m for n, m in _prefixes().get(stem, {}).items() if len(n) - length <= 2}
    merged: dict[str, int] = {}
    for months in found.values():
        for locale, number in months.items():
            if merged.setdefault(locale, number) != number:  # "ju" may be June or July
                return {}
    return merged


class _Phrases(NamedTuple):
    """Phrases such as "3 months ago".

    Attributes:
        by_key: phrase -> unit, and the count where the phrase has no number. A key is the folded
            phrase without what is no letter; "#" stands for the number.
        words: all words of the phrases.
    """

    by_key: dict[str, Ago]
    words: set[str]


@cache
def _ago_phrases() -> _Phrases:
    phrases = _Phrases({}, set())
    for unit, text, count in _words_of_locales().ago:
        tokens = _TOKENS.findall(fold(text.replace("{0}", "1")))
        phrases.words.update(token for token in tokens if not token.isdecimal())
        at = next((i for i, token in enumerate(tokens) if token.isdecimal()), None)
        if at is None:
            phrases.by_key.setdefault("".join(tokens), Ago(unit, count))
        elif len(tokens) > 1:
            before, after = "".join(tokens[:at]), "".join(tokens[at + 1 :])
            phrases.by_key.setdefault(f"{before}#{after}", Ago(unit, 1))
            if len(before + after) > 2:  # "месяц назад", and "a month ago" without the "a"
                phrases.by_key.setdefault(before + after, Ago(unit, count))
    return phrases
