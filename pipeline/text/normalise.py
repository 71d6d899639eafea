"""Text normalisation: one form for every way to write the same text."""

from __future__ import annotations

import unicodedata

import regex

# Diacritics that guests write or leave out at will: accents of Latin, Greek and Cyrillic letters,
# Hebrew and Arabic vowel marks. Not those of kana (か is not が), Thai or the Indic scripts.
_DIACRITICS = regex.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]+")
_INVISIBLE = regex.compile(r"[\p{Cf}\p{Cs}\p{Co}\ufe00-\ufe0f]+")  # zero-width, soft hyphen, ...
_SPACE = regex.compile(r"[\s\p{Cc}]+")
_EQUIVALENTS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe",
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip
_GRAPHEME = regex.compile(r"\X")


def lowercase_nfkc(text: str) -> str:
    """Lower case in NFKC, with Thai ำ composed as dictionaries have it."""
    return unicodedata.normalize("NFKC", text).lower().replace("\u0e4d\u0e32", "\u0e33")


def replace_surrogates(text: str) -> str:
    """The text as UTF-8 can encode it: a lone surrogate becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def fold(text: str) -> str:
    """Fold case, width, accents, and the kinds of hyphen, apostrophe and white space.

    NFKC and case folding, then diacritics removed. Any string is accepted, lone surrogates too.
    """
    if text.isascii():
        return _SPACE.sub(" ", text.lower()).strip()
    return _SPACE.sub(" ", _fold_letters(text)).strip()


def fold_with_offsets(text: str) -> tuple[str, list[int], list[int]]:
    """Fold a text as `fold` does and map each folded character to its source.

    Works by grapheme cluster (a letter with its marks), which NFKC may compose.

    Returns:
        The folded text, and for each of its characters the start and the end in `text`.
    """
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _GRAPHEME.finditer(text):
        for letter in _SPACE.sub(" ", _fold_letters(cluster.group())):
            if letter == " " and (not folded or folded[-1] == " "):
                continue
            folded.append(letter)
            starts.append(cluster.start())
            ends.append(cluster.end())
    if folded and folded[-1] == " ":
        folded.pop()
        starts.pop()
        ends.pop()
    return "".join(folded), starts, ends


def _fold_letters(text: str) -> str:
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    # Normalised again, because case folding may leave characters that decompose (ﬃ, ͅ).
    text = _DIACRITICS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", text).translate(_EQUIVALENTS)
