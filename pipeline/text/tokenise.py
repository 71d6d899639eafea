"""Tokenisation: the content words of a text.

Languages that write no spaces, or attach particles to nouns, are tokenised by dictionary: Chinese
(jieba), Japanese (MeCab with UniDic, through fugashi), Korean (Kiwi), Thai (PyThaiNLP's newmm).
The others are split at spaces, and Snowball's stemmers group the inflections of a word.

A package is imported when its language first occurs. If one is missing, the log says so and simple
rules take its place.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache

import regex

from pipeline.common.memory import release_memory
from pipeline.text import chinese_thai, japanese_korean
from pipeline.text.negation import find_negated, negated_form, negation_cues
from pipeline.text.normalise import lowercase_nfkc
from pipeline.text.stopwords import is_stop_word
from pipeline.text.word import Tokeniser, Word, negate

log = logging.getLogger(__name__)

_WORD = regex.compile(r"[\p{L}\p{M}]+(?:['’‐-][\p{L}\p{M}]+)*")  # doesn't, l’eau, check-in
_WORD_OR_PUNCTUATION = regex.compile(rf"{_WORD.pattern}|[^\p{{L}}\p{{M}}\s]")
_WIFI = regex.compile(r"(?<![a-z])wi[\s\p{Pd}]?fi(?![a-z])")
_NOT_TEXT = regex.compile(r"&#?\w+;|[\x00\p{Cs}]")  # entities, and what C libraries can't take
_MAX_LENGTH = 30  # letters; anything longer is a link, a scream or a sentence without spaces
_KATAKANA_OR_HAN = regex.compile(r"[\p{Katakana}ー]{2,}|[\p{Han}々]{2,4}|[a-z]{3,}")
_HAN = regex.compile(r"\p{Han}{2,}|[a-z]{3,}")
_NOT_SPACED = frozenset({"th", "lo", "km", "my"})
_ELIDING = frozenset({"fr", "it", "ca"})
_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "en": "english", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian",
    "fi": "finnish", "fr": "french", "hi": "hindi", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian",
    "nb": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sr": "serbian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
_LOADERS: dict[str, Callable[[], Tokeniser]] = {
    "ja": japanese_korean.load_japanese,
    "ko": japanese_korean.load_korean,
    "th": chinese_thai.load_thai,
    "zh": chinese_thai.load_chinese,
}
_load_lock = threading.RLock()
_stem_lock = threading.Lock()  # a Snowball stemmer holds the word it is working on


def split_words(text: str, language: str) -> list[str]:
    """Split a text into its content words: lower case, in order, without stop words."""
    return [word.text for word in tokenise_texts([text], language)[0]]


def tokenise_texts(texts: Sequence[str], language: str) -> list[list[Word]]:
    """Tokenise n texts of one language into n lists of content words.

    Compounds come both whole and in parts (露天風呂, 風呂), for the caller to choose between.
    """
    clean = [_WIFI.sub("wifi", lowercase_nfkc(_NOT_TEXT.sub(" ", text))) for text in texts]
    return [
        [word for word in words if _is_content_word(word, language)]
        for words in _tokeniser(language)(clean)
    ]


def _is_content_word(word: Word, language: str) -> bool:
    return (
        len(word.text) <= _MAX_LENGTH
        # Two letters are a word in many scripts, but rarely in Latin.
        and (len(word.text) > 2 or not word.text.isascii() or word.text == "tv")
        and not is_stop_word(word.text, language)
        and not is_stop_word(word.key, language)
        and not (word.negates and _is_negated_stop_word(word, language))
    )


def _is_negated_stop_word(word: Word, language: str) -> bool:
    """Whether a word is the negation of a stop word."""
    return any(
        is_stop_word(part, language) for part in (word.negates, _unnegated_text(word, language))
    )


def _unnegated_text(word: Word, language: str) -> str:
    return word.text.rpartition(" ")[2] if negation_cues(language) else word.negates


def unnegated_form(text: str, language: str) -> str:
    """What a negated keyword negates: "clean" for "not clean"; "" if it is not negated."""
    (words,) = tokenise_texts([text], language)
    one = words[0] if len(words) == 1 else None
    return _unnegated_text(one, language) if one and one.negates else ""


def _tokeniser(language: str) -> Tokeniser:
    with _load_lock:
        return _load_tokeniser(language)


def has_dictionary(language: str) -> bool:
    """Whether a language is tokenised by a dictionary."""
    return language in _LOADERS


def drop_dictionaries() -> None:
    """Forget the dictionaries that are loaded, up to 470 MB; they are loaded again when needed."""
    with _load_lock:
        _load_tokeniser.cache_clear()
    release_memory()
    japanese_korean.release_japanese()


@cache
def _load_tokeniser(language: str) -> Tokeniser:
    if language not in _LOADERS:
        return lambda texts: _tokenise_by_spaces(texts, language)
    try:
        return _LOADERS[language]()
    except Exception as error:  # a broken dictionary must not fail the analysis either
        log.warning("No tokeniser for '%s', simple rules are used instead: %s", language, error)
        return lambda texts: [_tokenise_by_rules(text, language) for text in texts]


def _tokenise_by_rules(text: str, language: str) -> list[Word]:
    """Tokenise without the language's package: runs of one script, Chinese character bigrams."""
    if language in _NOT_SPACED:
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


def _tokenise_by_spaces(texts: Sequence[str], language: str) -> list[list[Word]]:
    if language in _NOT_SPACED:
        return [[] for _ in texts]
    if language == "vi":
        return [_tokenise_vietnamese(text) for text in texts]
    # In languages with negation rules, punctuation becomes "": it ends the scope of a cue.
    cues = negation_cues(language)
    parts = _WORD_OR_PUNCTUATION if cues else _WORD
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
            _apply_negation(Word(_stem(word, language), word), negated, language)
            for word, negated in zip(words, find_negated(words, language), strict=True)
            if len(word) >= 3 and word not in cues
        ]
        for words in split
    ]


def _apply_negation(word: Word, negated: bool, language: str) -> Word:
    return negate(word, negated_form(word.text, language)) if negated else word


def _without_proclitics(word: str, seen: set[str]) -> str:
    """An Arabic word without the "and", "in" or "for" attached to it.

    A single "and" may also be the word's first letter: it is removed if the rest occurs by itself.
    """
    if len(word) > 5:
        if word.startswith(("وال", "بال", "فال", "كال")):
            return word[1:]
        if word.startswith("لل"):
            return "ال" + word[2:]
    rest = word[1:]
    known = len(rest) >= 3 and (rest in seen or f"ال{rest}" in seen)
    return rest if word.startswith("و") and known else word


def _tokenise_vietnamese(text: str) -> list[Word]:
    # Spaces separate syllables, and most words have two (nhân viên): bigrams beside syllables.
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
        from Stemmer import Stemmer

        stem: Callable[[str], str] = Stemmer(_STEMMERS[language]).stemWord
        return stem
    except (ImportError, KeyError):
        return str


def _stem(word: str, language: str) -> str:
    with _stem_lock:
        return _stemmer(language)(word)
