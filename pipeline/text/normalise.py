"""One form for all ways to write the same letters, so that they can be compared."""

from __future__ import annotations

import unicodedata

import regex

# Marks that guests leave out or write at will: accents of Latin, Greek and Cyrillic letters, Hebrew
# and Arabic vowels. Not those of kana (か is not が), of Thai or of Indian scripts.
_MARKS = regex.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]+")
_NOTHING = regex.compile(r"[\p{Cf}\p{Cs}\p{Co}\ufe00-\ufe0f]+")  # zero-width, soft hyphen, ...
_SPACE = regex.compile(r"[\s\p{Cc}]+")
_ALIKE = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe",
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "′": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip
_CLUSTER = regex.compile(r"\X")


def fold(text: str) -> str:
    """The text without what writers differ in: case, width, accents, kinds of hyphen and blank.

    NFKC and case folding, then marks off; total: any string is taken.
    """
    if text.isascii():
        return _SPACE.sub(" ", text.lower()).strip()
    return _SPACE.sub(" ", _letters(text)).strip()


def fold_with_places(text: str) -> tuple[str, list[int], list[int]]:
    """The folded text, and where in the text each of its characters begins and ends.

    Goes by clusters (a letter with its marks), so that what NFKC joins has one place.
    """
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for cluster in _CLUSTER.finditer(text):
        for letter in _SPACE.sub(" ", _letters(cluster.group())):
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


def _letters(text: str) -> str:
    text = unicodedata.normalize("NFKC", _NOTHING.sub("", text)).casefold()
    # Twice, because folding the case may leave what has another form (ﬃ, ͅ).
    text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", text).translate(_ALIKE)
