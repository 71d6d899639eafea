"""Ends of sentences that are signs: (^^), (笑), ♪, ☆, and brackets for smileys as in "чисто))".

Guests in Russian and its neighbours leave out the colon of a smiley, so that a bracket without its
partner is one, and the end of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

_EYES = r"\^＾´｀`≧≦><＞＜；;・•°◕﹏▽∀"
# Each ends where the next sentence starts.
_SIGNS = regex.compile(
    # Faces, and words such as (laughs), in brackets.
    rf"[(（](?=[^()（）\n]{{0,12}}[{_EYES}])(?:[^()（）\n\p{{L}}\p{{N}}]|[oOTДдωuUvVwWxXmMзεノヽ]){{2,12}}"
    r"[)）](?:[♪☆★]{1,3}|[vVノ](?=\s))?\s*+(?=\p{L})(?!って|[とのをにがは])"
    r"|[(（][笑泣涙汗爆怒][)）]\s*+(?=\p{L})(?!って|[とのをにがは])"
    r"|(?<=\S)(?<![♪♫♬♩])[♪♫♬♩]++\s*+(?=[\p{L}\p{N}])"
    # Stars, unless they count: 5☆, ☆4つ, 五つ☆ホテル.
    r"|(?<=[\p{L}\p{M}～〜~！？!?。.])(?<![つ一二三四五])[☆★]{1,3}\s*(?=\p{L})"
    r"(?!の|つ|ホテル|級|级|ホ|宾馆|酒店|飯店)",
    regex.V1,
)
_ANY = regex.compile(r"[()（）♪♫♬♩☆★]")
_BRACKETS = regex.compile(r"\(+|\)+")
_AFTER_WORD = regex.compile(r"[\p{L}\p{M}!?.…\"»”:;=-]")


def sign_boundaries(line: str) -> Iterator[int]:
    """Yield the offsets within a line before which such a sign ends a sentence."""
    if _ANY.search(line):
        yield from (sign.end() for sign in _SIGNS.finditer(line))
        yield from _bracket_boundaries(line)


def _bracket_boundaries(line: str) -> Iterator[int]:
    """Yield the offsets after brackets without a partner that follow a word and end before space.

    An opening bracket that follows a word and ends before space has no partner, unless the closing
    one has space on its inner side, too: "night( rain", but "staff( Ann )".
    """
    is_open = 0
    runs = [*_BRACKETS.finditer(line)]
    for run, following in zip(runs, [*runs[1:], None], strict=False):
        ends_word = _ends_word(line, run.start(), len(run[0]))
        ends_word &= line[run.end() : run.end() + 1].isspace()
        if run[0][0] == "(":
            inner = line[following.start() - 1] if following and following[0][0] == ")" else ""
            if not ends_word or inner.isspace():
                is_open += len(run[0])
                continue
        elif is_open:
            is_open = max(is_open - len(run[0]), 0)
            continue
        if ends_word:
            yield run.end() + 1


def _ends_word(line: str, start: int, length: int) -> bool:
    """Whether a run of brackets follows a word: not "a)" or "1)", which number a point."""
    before = line[max(start - 2, 0) : start]
    if not before or not _AFTER_WORD.fullmatch(before[-1]):
        return False
    return length > 1 or len(before) == 2 and not before[0].isspace()
