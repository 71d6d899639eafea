"""A text and its language -> its content words, in the form a dictionary lists them.

Languages that write no spaces, or glue endings to nouns, are split by dictionary: Chinese (jieba),
Japanese (MeCab with UniDic, through fugashi), Korean (Kiwi), Thai (PyThaiNLP's newmm). The other
languages are split at spaces, and Snowball's stemmers bring forms of a word together.

A package is imported when its language first occurs; one that is missing is said in the log, and
plain rules take its place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import regex

from pipeline.text import chinese_thai, japanese_korean
from pipeline.text.chinese_thai import Splitter, Word, negated
from pipeline.text.negation import negations, negators, shown
from pipeline.text.stopwords import is_stop_word, normal

log = logging.getLogger(__name__)

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’‐-][\p{L}\p{M}]+)*")  # doesn't, l’eau, check-in
_WORD_OR_MARK = regex.compile(rf"{_WORD.pattern}|[^\p{{L}}\p{{M}}\s]")
_WIFI = regex.compile(r"(?<![a-z])wi[\s\p{Pd}]?fi(?![a-z])")
_NO_TEXT = regex.compile(r"&#?\w+;|[\x00\p{Cs}]")  # &amp;, and what C libraries choke on
_LONGEST = 30  # letters; what is longer is a link, a scream or a sentence without spaces
_KATAKANA_OR_HAN = regex.compile(r"[\p{Katakana}ー]{2,}|[\p{Han}々]{2,4}|[a-z]{3,}")
_HAN = regex.compile(r"\p{Han}{2,}|[a-z]{3,}")
_UNSPACED = frozenset({"th", "lo", "km", "my"})
_ELIDING = frozenset({"fr", "it", "ca"})
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_BY_DICTIONARY: dict[str, Callable[[], Splitter]] = {
    "ja": japanese_korean.japanese,
    "ko": japanese_korean.korean,
    "th": chinese_thai.thai,
    "zh": chinese_thai.chinese,
}
_loading = threading.RLock()
_stemming = threading.Lock()  # a Snowball stemmer keeps the word it works on in itself


def split_words(text: str, language: str) -> list[str]:
    """The content words of a text, lower case, in its order, without stop words."""
    return [word.text for word in split_texts([text], language)[0]]


def split_texts(texts: Sequence[str], language: str) -> list[list[Word]]:
    """The content words of n texts of one language, n lists; see :class:`Word`.

    Compounds come both whole and in parts (露天風呂, 風呂): which of them tells more is for whoever
    counts them.
    """
    clean = [_WIFI.sub("wifi", normal(_NO_TEXT.sub(" ", text))) for text in texts]
    return [
        [word for word in words if _tells(word, language)] for words in _splitter(language)(clean)
    ]


def _tells(word: Word, language: str) -> bool:
    return (
        len(word.text) <= _LONGEST
        # Two letters are a word in many scripts, in Latin rarely.
        and (len(word.text) > 2 or not word.text.isascii() or word.text == "tv")
        and not is_stop_word(word.text, language)
        and not is_stop_word(word.key, language)
        and not (word.negates and _says_nothing(word, language))
    )


def _says_nothing(word: Word, language: str) -> bool:
    """Whether a negated word is the negation of a stop word."""
    return any(
        is_stop_word(part, language) for part in (word.negates, _negated_text(word, language))
    )


def _negated_text(word: Word, language: str) -> str:
    return word.text.rpartition(" ")[2] if negators(language) else word.negates


def without_negation(text: str, language: str) -> str:
    """Of a keyword that is a negation, what it negates; "" for any other."""
    (words,) = split_texts([text], language)
    one = words[0] if len(words) == 1 else None
    return _negated_text(one, language) if one and one.negates else ""


def _splitter(language: str) -> Splitter:
    with _loading:
        return _loaded_splitter(language)


@cache
def _loaded_splitter(language: str) -> Splitter:
    if language not in _BY_DICTIONARY:
        return lambda texts: _by_spaces(texts, language)
    try:
        return _BY_DICTIONARY[language]()
    except Exception as error:  # a broken dictionary, too, must not cost the analysis
        log.warning("Plain rules split the words of '%s': %s", language, error)
        return lambda texts: [_by_rules(text, language) for text in texts]


def _by_rules(text: str, language: str) -> list[Word]:
    """Without the language's package: runs of one script, and pairs of Chinese characters."""
    if language in _UNSPACED:
        return []
    if language == "ja":
        found = _KATAKANA_OR_HAN.findall(text)
    elif language == "zh":
        found = []
        for run in _HAN.findall(text):
            found += [run] if run.isascii() else [run[i : i + 2] for i in range(len(run) - 1)]
    else:
        found = [word for word in _WORD.findall(text) if len(word) >= 2]
    return [Word(word, word) for word in found]


def _by_spaces(texts: Sequence[str], language: str) -> list[list[Word]]:
    if language in _UNSPACED:
        return [[] for _ in texts]
    if language == "vi":
        return [_vietnamese(text) for text in texts]
    # Where words are negated, marks come as "": they end what a "not" reaches.
    turning = negators(language)
    parts = _WORD_OR_MARK if turning else _WORD
    split = [
        [word.replace("’", "'") if _WORD.match(word) else "" for word in parts.findall(text)]
        for text in texts
    ]
    if language == "ar":
        seen = {word for words in split for word in words}
        split = [[_without_proclitics(word, seen) for word in words] for words in split]
    elif language in _ELIDING:  # l'hôtel, dell'albergo
        split = [[word.rpartition("'")[2] for word in words] for words in split]
    elif language == "en":
        split = [[word.removesuffix("'s") for word in words] for words in split]
    return [
        [
            _told(Word(_stem(word, language), word), turned, language)
            for word, turned in zip(words, negations(words, language), strict=True)
            if len(word) >= 3 and word not in turning
        ]
        for words in split
    ]


def _told(word: Word, turned: bool, language: str) -> Word:
    return negated(word, shown(word.text, language)) if turned else word


def _without_proclitics(word: str, seen: set[str]) -> str:
    """The Arabic word without the "and", "in", "for" that is written on to it.

    A lone "and" may as well be a letter of the word: it goes where others wrote the rest alone.
    """
    if len(word) > 5:
        if word.startswith(("وال", "بال", "فال", "كال")):
            return word[1:]
        if word.startswith("لل"):
            return "ال" + word[2:]
    rest = word[1:]
    known = len(rest) >= 3 and (rest in seen or f"ال{rest}" in seen)
    return rest if word.startswith("و") and known else word


def _vietnamese(text: str) -> list[Word]:
    # Spaces part syllables, and most words have two (nhân viên): pairs stand beside syllables.
    words = []
    for phrase in regex.split(r"[^\p{L}\p{M}\s]+", text):
        found = phrase.split()
        words += [word for word in found if len(word) >= 3]
        words += [
            f"{first} {second}"
            for first, second in zip(found, found[1:], strict=False)
            if not (is_stop_word(first, "vi") or is_stop_word(second, "vi"))
        ]
    return [Word(word, word) for word in words]


@cache
def _stemmer(language: str) -> Callable[[str], str]:
    try:
        from snowballstemmer import stemmer

        return stemmer(_STEMMERS[language]).stemWord
    except (ImportError, KeyError):
        return str


@lru_cache(maxsize=1 << 17)
def _stem(word: str, language: str) -> str:
    with _stemming:
        return _stemmer(language)(word)
