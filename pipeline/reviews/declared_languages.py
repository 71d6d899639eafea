"""Languages that a file declares, and those that the texts contradict.

The script of a text contradicts the value of its own row. The language of many texts contradicts
the whole column: `en_GB` in all rows is then the language of a site, or of whoever exported.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.text.known_words import known_share
from pipeline.text.language_codes import language_code
from pipeline.text.language_id import are_alike, clear_language, script_excludes

_SAMPLED = 300  # texts whose language is looked at
_MIN_CLEAR = 10  # texts that show their language by themselves
_KNOWN = 0.5  # share of a text's words that are of the language which it is plainly in
_UNSPACED = {"ja", "zh", "th", "ko"}  # told by their script
_MOST_OTHERS = 0.2  # share of them that may be in another language than declared


def find_contradicted(texts: Sequence[str], declared: Sequence[str]) -> list[int]:
    """Find the texts whose script excludes the language that the file declares.

    A column of a wrong detector calls 位置非常好 Korean. Such a row is identified by its text.

    Args:
        texts: n texts.
        declared: n values of the file's language column.
    """
    return [
        i
        for i, (text, value) in enumerate(zip(texts, declared, strict=True))
        if (code := language_code(str(value))) and script_excludes(text, code)
    ]


def is_contradicted(texts: Sequence[str], declared: Sequence[str]) -> bool:
    """Whether the texts of a whole column are in other languages than it declares.

    Args:
        texts: n texts of one file.
        declared: n values of its language column.
    """
    step = max(1, len(texts) // _SAMPLED)
    said = (
        (text, language_code(str(value)))
        for text, value in zip(texts[::step], declared[::step], strict=True)
    )
    pairs = [(text, code) for text, code in said if code]
    # Words tell most files that are right, without the classifier, whose loading takes 50 MB.
    plain = sum(_is_plainly(text, code) for text, code in pairs)
    if len(pairs) < _MIN_CLEAR or plain >= (1 - _MOST_OTHERS) * len(pairs):
        return False
    clear = wrong = 0
    for text, code in pairs:
        if own := clear_language(text):
            clear += 1
            wrong += not are_alike(own, code)
    return clear >= _MIN_CLEAR and wrong > _MOST_OTHERS * clear


def _is_plainly(text: str, code: str) -> bool:
    """Whether a text is in a language, by its words or its script."""
    if code in _UNSPACED:
        return not text.isascii() and not script_excludes(text, code)
    return known_share(text, code) >= _KNOWN
