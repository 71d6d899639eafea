"""Proper names in reviews: hotels, places, people and platforms, which are no subjects of topics.

A word is a name in a language if it is written with a capital within sentences, or occurs in the
names of the file's hotels, or names a booking platform; unless it is an ordinary word of that
language. "Solo", a city in Indonesian reviews, is a name there, and in Italian ones "alone".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import regex

from pipeline.embedding.reference import load_lines
from pipeline.text.known_words import known_words, words_of
from pipeline.text.normalise import lowercase_nfkc

_INNER_WORD = regex.compile(r"(?<=[\p{Ll}\p{M}],?\s)\p{L}[\p{L}\p{M}'’-]*")
_CASED = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}]")
_CAPITALISED_NOUNS = frozenset({"de", "lb"})  # a capital says nothing in these languages
_UNSPACED = frozenset({"ja", "zh", "th"})
_MIN_CAPITALISED, _MIN_CAPITALISED_SHARE = 3, 0.5  # of a word's uses within sentences
_MAX_TEXTS = 5_000  # of a language that are read; more hardly change what is found
_MAX_CAPITALS = 0.5  # of the words of a text; Beyond It All Words Are Written So
_MIN_LETTERS = 3  # of a word of a hotel's name
_PLATFORMS = frozenset(
    "agoda airbnb booking booking.com bookingcom ctrip expedia facebook google hostelworld "
    "hotels.com hotwire hrs instagram kayak oyo reddoorz skyscanner tiket tiktok traveloka "
    "tripadvisor trip.com trivago whatsapp yelp youtube "
    "агода букинг букинга букинге букингу гугл островок "
    "أجودا أغودا اغودا بوكينج بوكينغ بوكنج بوكنق جوجل قوقل "
    "アゴダ エアビー エクスペディア グーグル じゃらん ブッキング ブッキングドットコム 一休 楽天 "
    "去哪儿 携程 攜程 美团 谷歌 飞猪 아고다 구글 부킹닷컴 야놀자 에어비앤비 여기어때 익스피디아 "
    "กูเกิล บุคกิ้ง อโกด้า".split()
)


@dataclass(frozen=True)
class ProperNames:
    """The proper names of a file.

    Attributes:
        words: language -> names in lower case, those of hotels and platforms included.
        hotels: the hotels' names in lower case, for languages without spaces.
    """

    words: Mapping[str, frozenset[str]]
    hotels: str = ""

    def contain(self, word: str, language: str) -> bool:
        """Whether a word in lower case, or one of several, is a name in a language."""
        own = self.words.get(language, frozenset())
        if word in own or any(part in own for part in word.split()):
            return True
        return language in _UNSPACED and word in self.hotels and not _is_ordinary(word, language)


NO_NAMES = ProperNames({})


def find_proper_names(
    texts: Sequence[str], languages: np.ndarray, hotels: Iterable[str] = ()
) -> ProperNames:
    """Find the proper names in texts.

    Args:
        texts: n texts.
        languages: str (n,), language code of each.
        hotels: names of the hotels that the texts are about.
    """
    hotels = sorted({lowercase_nfkc(hotel) for hotel in hotels})
    of_hotels = {word for hotel in hotels for word in words_of(hotel) if len(word) >= _MIN_LETTERS}
    words = {}
    for language in map(str, np.unique(languages)):
        rows = np.flatnonzero(languages == language)[:_MAX_TEXTS]
        found = _capitalised(texts[int(row)] for row in rows)
        if language in _CAPITALISED_NOUNS:
            found = set()
        candidates = found | of_hotels | _PLATFORMS
        words[language] = frozenset(w for w in candidates if not _is_ordinary(w, language))
    # What other languages write with a capital is a name in those that do so with every noun.
    shared = Counter(word for own in words.values() for word in own)
    for language in _CAPITALISED_NOUNS & set(words):
        abroad = {word for word, count in shared.items() if count > 1}
        words[language] |= {word for word in abroad if not _is_ordinary(word, language)}
    return ProperNames(words, "\n".join(hotels))


def units_with_names(
    names: ProperNames, texts: Sequence[str], languages: np.ndarray, words: Iterable[str]
) -> dict[str, np.ndarray]:
    """Those of the given words that are names in a language -> the texts with such a name."""
    wanted = set(words)
    rows: dict[str, list[int]] = {}
    for language in map(str, np.unique(languages)):
        own = wanted & names.words.get(language, frozenset())
        if not own:
            continue
        for row in np.flatnonzero(languages == language).tolist():
            for word in own.intersection(words_of(texts[row])):
                rows.setdefault(word, []).append(row)
    return {word: np.array(found) for word, found in rows.items()}


def _capitalised(texts: Iterable[str]) -> set[str]:
    """Words that are mostly written with a capital within sentences, in lower case."""
    uses: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for text in texts:
        found = _INNER_WORD.findall(text)
        raised = [word for word in found if word[0].isupper()]
        if len(raised) > _MAX_CAPITALS * len(found):
            continue
        uses.update({lowercase_nfkc(word) for word in found})
        capitals.update({lowercase_nfkc(word) for word in raised if not word.isupper()})
    return {
        word
        for word, count in capitals.items()
        if count >= _MIN_CAPITALISED
        and count >= _MIN_CAPITALISED_SHARE * uses[word]
        and _CASED.match(word)
    }


def _is_ordinary(word: str, language: str) -> bool:
    """Whether a word is known in a language, or an English one of hotels, used in many."""
    if language in _UNSPACED and not word.isascii():
        return word in _ordinary_text(language)
    return word in known_words(language) or word in _hotel_words()


@cache
def _ordinary_text(language: str) -> str:
    lines = (
        line for name in ("parallel", "aspects") for line in load_lines(name).get(language, ())
    )
    return "\n".join(map(lowercase_nfkc, lines))


@cache
def _hotel_words() -> frozenset[str]:
    return frozenset(load_lines("glosses")["en"])
