"""Reviews -> sentences, as places in the text, in any language.

Wikimedia's sentencex finds the ends of sentences with its lists of marks and abbreviations. Beside
it stand rules for what guests do and encyclopaedias don't: emoji and ～ for full stops, spaces for
full stops in Thai, Chinese and Japanese, no space after a full stop, bullets, lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import regex

_LONGEST = 400  # characters; what is longer is cut at a comma
_BLOCK = 2000  # characters sentencex sees at once: its time grows with their square
_FEWEST = 4  # CJK letters, a word of another script counting two: what has fewer joins a neighbour

_LINES = regex.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# A line that ends in the midst of a sentence, as programs that wrap lines leave it.
_WRAPPED = regex.compile(r"(?<=[\p{Ll},]) ?\r?\n(?=\p{Ll})")
_LINK = regex.compile(
    r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@[\w-]{1,64}\.\S+|\b[\w-]{1,64}\.(?:com|net|org)\b"
)
_EMOJI = (
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D\u20E3🇦-🇿"
    r"--[©®™0-9#*•▪▸►➤✓✔✅✖❌➕➖▶〰]]"
)
_HEARTS = "❤♥💕💖💗💓💞💘💙💚💛💜🧡🩷"
_MARKS = "。！？｡﹖﹗।॥۔؟։።፧፨။។៕᱾᭟꧉‼⁇⁈⁉"
# Each alternative ends where a new sentence starts.
_ENDS = regex.compile(
    # Marks that end sentences whatever the language, with the brackets and quotes after them.
    rf"[{_MARKS}]+(?:[{_MARKS}!?.…～~]|[”’»）)\]』」】〉》])*"
    # One mark glued to the next sentence: "great.Room", "great!!the"; no "U.S.A", no "3.5".
    r"|(?<=\p{L}{2})(?:[!?]+|\.{3,}|…+)(?=\p{L})|(?<=\p{Ll}{2})\.(?=\p{Lu}\p{Ll}|\p{Lu} )"
    r"|…{1,6}\s?(?=[\p{Han}\p{Katakana}])|[.!?][)\]\"”»]\s+(?=\p{Lu})"
    # Emoji, hearts before small letters left out: "we ❤ the pool".
    rf"|(?:{_EMOJI}\s*){{1,12}}(?=[\p{{Lu}}\p{{Lo}}\p{{N}}])"
    rf"|(?:(?![{_HEARTS}]){_EMOJI}\s*){{1,12}}(?=\p{{Ll}})"
    # Text smileys, and the tilde that lengthens the last vowel.
    r"|(?<=[\p{L}\p{P}]\s?)(?::-?\){1,12}|;-\)|:-?\({1,12}|\^_{0,4}\^|T_T|[ㅠㅜㅋㅎ]{2,12})(?=\s)"
    r"|(?<=[\p{Hiragana}ー\p{Hangul}])[～〜~]+(?=[\s\p{Han}\p{Katakana}])"
    r"|(?<=\p{Han})[～〜~]+(?=\s?\p{Han})"
    # Before bullets within a line.
    r"|(?<=\S)\s*(?=[•●◦▪▸►➤✓✔✅✖❌➕➖■◆▶]\s?\w)",
    regex.V1,
)
# Spaces that stand where others write full stops.
_SPACES = {
    "zh": regex.compile(r"(?<=\p{Han}{3})[ \u3000]+(?=\p{Han}{3})"),
    "ja": regex.compile(
        r"(?<=[たすいねよんなるだ])[ \u3000]+(?=[\p{Han}\p{Hiragana}\p{Katakana}])"
    ),
    "th": regex.compile(
        r"(?<=[\u0e00-\u0e7f]{8})(?<!และ|หรือ|ว่า|เช่น|คือ|กับ|ที่|ของ|แต่|โดย|เป็น|มี) +"
        r"(?=[\u0e00-\u0e7f]{8})(?!และ|หรือ|ที่|ซึ่ง|เพราะ|กับ|ของ|ว่า|เช่น|โดย|แต่|จึง|ก็|เลย|ทั้ง|รวมถึง|จน)"
    ),
    "lo": regex.compile(r"(?<=[\u0e80-\u0eff]{8}) +(?=[\u0e80-\u0eff]{8})(?!ແລະ|ແຕ່|ຫຼື|ທີ່)"),
}
# No end: 「また来ます。」と言われた, and a number or name after what is short for a word.
_NO_END = regex.compile(
    r"[」』”）)\]]\s*(?:と|って|など|の|を|に|も|で|は|が|라고|하고|라는|고\s)"
    r"|(?i:\b(?:no|nr|n[°º]|tel|ca|approx|min|max|avg|st|dr|vs|incl|excl|inkl|bzw|evtl|sog|usw|vgl"
    r"|mind|ggf|zzgl|bspw|c/?a|num|núm|av|avda|sra?|apt|bld|ext|hab|pl|ul|ok|godz|tzn|np|itp|tj|im|г|ул|т\.\s?[ек]|т\.\s?д|др|кв|руб"
    r"|мин|ок|р|см|т|blz|bijv|evt|m\.?v|t\.?ex|bl\.?a|kl|tlf|pr|mr|mrs|ms|prof)\.)\s+[\p{Ll}\p{N}]"
    r"|(?<!\d)\d{1,2}\.\s+\p{Ll}|\b\p{Lu}\.\s+\p{Lu}\p{Ll}"  # 27. lipnja, M. Roux
)
_CLAUSE = regex.compile(r"[,;:，、；：،؛՝·](?!\d)\s*|\s[–—-]\s|…\s*")
_SPACE = regex.compile(r"\s+")
_WORD = regex.compile(
    r"(?P<letter>[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])"
    r"|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{3}|[\p{L}\p{M}\p{N}--[\p{Han}\p{Hangul}\p{Katakana}"
    r"\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+",
    regex.V1,
)


@dataclass(frozen=True)
class Sentences:
    """The m sentences of n reviews, in the reviews' order and each review's own.

    Attributes:
        starts: int64 (m,), place of the first character in the review's text.
        ends: int64 (m,), place after the last character.
        review: int64 (m,), row of the review, rising; every review has at least one sentence.
    """

    starts: np.ndarray
    ends: np.ndarray
    review: np.ndarray

    def __len__(self) -> int:
        return len(self.review)

    def texts(self, reviews: Sequence[str]) -> list[str]:
        """The sentences' texts, m, out of the n reviews'."""
        return [
            reviews[row][start:end]
            for row, start, end in zip(
                self.review.tolist(), self.starts.tolist(), self.ends.tolist(), strict=True
            )
        ]


def split_sentences(texts: Sequence[str], languages: np.ndarray) -> Sentences:
    """Part each review into sentences.

    Every character that is no space is in exactly one sentence. Fragments ("Ok.", "👍") belong to
    a neighbour; a sentence of more than 400 characters is cut at a comma, a space, else anywhere.

    Args:
        texts: n reviews.
        languages: str (n,), ISO 639-1 codes; an unknown one is split by English rules.
    """
    starts: list[int] = []
    ends: list[int] = []
    review: list[int] = []
    for row, (text, language) in enumerate(zip(texts, languages, strict=True)):
        for start, end in _sentences(text, str(language)):
            starts.append(start)
            ends.append(end)
            review.append(row)
    return Sentences(
        np.array(starts, np.int64), np.array(ends, np.int64), np.array(review, np.int64)
    )


def _sentences(text: str, language: str) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    at = 0
    # Equal lengths, so that places in the one are places in the other.
    flat = _WRAPPED.sub(lambda found: " " * len(found[0]), text) if "\n" in text else text
    for line in [*_LINES.finditer(flat), None]:
        end = line.start() if line else len(flat)
        breaks = _breaks(flat[at:end], language) if end - at > _FEWEST else []
        spans = [(at + a, at + b) for a, b in pairwise([0, *breaks, end - at])]
        pieces += _joined(text, _trimmed(text, spans))
        at = line.end() if line else end
    pieces = _joined(text, pieces)
    if all(end - start <= _LONGEST for start, end in pieces):
        return pieces or [(0, len(text))]
    return [cut for start, end in pieces for cut in _trimmed(text, _cuts(text, start, end))]


def _breaks(line: str, language: str) -> list[int]:
    """Places inside a line where a new sentence starts, rising."""
    from sentencex import segment

    found: set[int] = set()
    for start, block in _blocks(_without_wrapping_quotes(line)):
        at, parts = start, segment(language, block)
        for part in parts:
            at += len(part)
            found.add(at)
        if at != start + len(block):  # letters lost: this answer can't be placed
            found = {place for place in found if place <= start}
    found.update(end.end() for end in _ENDS.finditer(line))
    if language in _SPACES:
        found.update(end.end() for end in _SPACES[language].finditer(line))
    if not found:
        return []
    for link in _LINK.finditer(line):
        found.difference_update(range(link.start() + 1, link.end()))
    return sorted(place for place in found if 0 < place < len(line) and not _vetoed(line, place))


def _without_wrapping_quotes(line: str) -> str:
    """A space for a quote at the start: sentencex wouldn't look into a review all in quotes."""
    return " " + line[1:] if line[0] in "\"'“„«‘" else line


def _vetoed(line: str, place: int) -> bool:
    """Whether what stands around the place shows that the sentence goes on."""
    before = max(place - 12, 0)
    return any(
        found.start() < place - before < found.end()
        for found in _NO_END.finditer(line[before : place + 4], overlapped=True)
    )


def _blocks(line: str) -> Iterator[tuple[int, str]]:
    """The line in blocks of bounded length, cut after a space or mark where there is one."""
    start = 0
    while len(line) - start > _BLOCK:
        window = line[start : start + _BLOCK]
        cut = max(window.rfind(mark) for mark in (". ", "! ", "? ", "。", "\u3000", "।"))
        cut = cut if cut > _BLOCK // 2 else window.rfind(" ")
        end = start + (cut + 1 if cut > _BLOCK // 2 else _BLOCK)
        yield start, line[start:end]
        start = end
    yield start, line[start:]


def _trimmed(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without the spaces at their ends, and none of spaces alone."""
    kept = []
    for start, end in spans:
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        size = len(piece.strip())
        if size:
            kept.append((start + left, start + left + size))
    return kept


def _joined(text: str, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Fragments brought together with the piece before them; one at the start, with the next."""
    if len(pieces) < 2:
        return list(pieces)
    joined: list[tuple[int, int]] = []
    weight = _FEWEST  # of the last of the joined
    for start, end in pieces:
        own = _weight(text[start:end])
        if joined and (own < _FEWEST or weight < _FEWEST):
            joined[-1] = (joined[-1][0], end)
            weight += own
        else:
            joined.append((start, end))
            weight = own
    return joined


def _weight(piece: str) -> int:
    """Letters' worth of words, counted no further than a fragment may have."""
    weight = 0
    for word in _WORD.finditer(piece):
        weight += 1 if word["letter"] else 2
        if weight >= _FEWEST:
            break
    return weight


def _cuts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A piece in parts of at most 400 characters: after a comma, else a space, else anywhere."""
    cuts = []
    while end - start > _LONGEST:
        window = text[start : start + _LONGEST]
        half = _LONGEST // 2 if end - start > 1.5 * _LONGEST else (end - start) // 3
        place = 0
        for marks in (_CLAUSE, _SPACE):
            place = max((found.end() for found in marks.finditer(window)), default=0)
            if place > half:
                break
        cut = start + (place if place > half else _LONGEST)
        while cut > start + half and regex.match(r"[\p{M}\u200d]", text[cut]):
            cut -= 1  # an accent stays with its letter
        cuts.append((start, cut))
        start = cut
    return [*cuts, (start, end)]
