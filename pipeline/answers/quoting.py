"""Texts of strangers as quotes: what stands in one can't end it, nor be taken for anything else.

A review may be written to be taken for an instruction. In a prompt each text stands on one line
between straight quotation marks, and no character in it is one of those that quotes, fences,
citations, tags and the marks of chat templates are made of, nor looks like one.
"""

from __future__ import annotations

import unicodedata

_MAX_LENGTH = 700  # characters of a quote

# Each class of characters, with the one that stands for it in a quote.
_REPLACED = {
    "'": '"“”„‟«»‹›「」『』｢｣《》〈〉〝〞〟＂`´｀ˋ′″‴❝❞❮❯ʺˮ՚״',
    "(": "[［【〔〖⟦⁅❲{｛<＜⟨〈❬﹤〚˂≺ᐸ",
    ")": "]］】〕〗⟧⁆❳}｝>＞⟩〉❭﹥〛˃≻ᐳ",
    "/": "|｜¦∣❘ǀ⏐│┃",
    "-": "#＃﹟♯~～=＝*＊_＿",
}
_TABLE = {ord(char): plain for plain, chars in _REPLACED.items() for char in chars}
_DROPPED = ("Cc", "Cf", "Co", "Cs", "Cn")  # control, invisible, private, surrogate, unassigned
_BLANKS = ("Zl", "Zp", "Zs")


def quote(text: str, *, length: int = _MAX_LENGTH) -> str:
    """A text on one line between straight quotation marks, which don't occur within.

    Args:
        text: of a stranger.
        length: characters that are kept; an ellipsis says where it was cut.
    """
    return f'"{plain_line(text, length=length)}"'


def plain_line(text: str, *, length: int = _MAX_LENGTH) -> str:
    """A text on one line without quotes, brackets, bars, marks of headings and invisible signs."""
    replaced = text[: 4 * length].translate(_TABLE)
    # Composed for comparison: a bracket of another width becomes a bracket, and is replaced as one.
    composed = "".join(_plain(char) for char in replaced)
    line = " ".join(composed.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category in _BLANKS or char in "\n\r\t\v\f\x1c\x1d\x1e\x85":
        return " "
    if category in _DROPPED:
        return ""
    if char.isascii() or char.isalnum():
        return char
    compatible = unicodedata.normalize("NFKC", char)
    return compatible.translate(_TABLE) if compatible != char else char
