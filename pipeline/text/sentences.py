"""Sentence segmentation in any language, as offsets into the text.

Wikimedia's sentencex finds sentence ends by its lists of punctuation and abbreviations. The rules
here add what guests write and encyclopaedias don't: emoji, smileys, ♪ and ～ for full stops, spaces
for full stops in Thai, Chinese and Japanese, no space after a full stop, bullets and other lists,
line breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import regex

from pipeline.text.list_points import Points, find_points
from pipeline.text.smileys import sign_boundaries
from pipeline.text.spans import Spans

_MAX_LENGTH = 400  # characters; a longer sentence is cut at a comma
_BLOCK_LENGTH = 2000  # characters that sentencex sees at once: its time grows with their square
# A piece of less weight joins its neighbour. A CJK letter weighs 1, a word of another script 2.
_MIN_WEIGHT = 4

_LINE_BREAKS = regex.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
# A line break within a sentence, as programs that wrap lines leave it.
_WRAPPED_LINE = regex.compile(r"(?<=[\p{Ll},]) ?\r?\n(?=\p{Ll})")
_LINK = regex.compile(
    r"(?:https?://|www\.)\S+|\b[\w.+-]{1,64}@[\w-]{1,64}\.\S+|\b[\w-]{1,64}\.(?:com|net|org)\b"
)
_EMOJI = (
    r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\u200D\u20E3🇦-🇿"
    r"♡--[©®™0-9#*•▪▸►➤✓✔✅✖❌➕➖▶〰]]"
)
_HEARTS = "❤♥♡💕💖💗💓💞💘💙💚💛💜🧡🩷"
_TERMINATORS = "。！？｡﹖﹗।॥۔؟։።፧፨။។៕᱾᭟꧉‼⁇⁈⁉"
# Each alternative ends where the next sentence starts.
_BOUNDARIES = regex.compile(
    # Marks that end a sentence in any language, with the brackets and quotes after them.
    rf"[{_TERMINATORS}]+(?:[{_TERMINATORS}!?.…～~]|[”’»）)\]』」】〉》])*"
    # No space before the next sentence: "great.Room", "great!!the"; but not "U.S.A" or "3.5".
    r"|(?<=\p{L}{2})(?:[!?]+|\.{3,}|…+)(?=\p{L})|(?<=\p{Ll}{2})\.(?=\p{Lu}\p{Ll}|\p{Lu} )"
    r"|…{1,6}\s?(?=[\p{Han}\p{Katakana}])|[.!?][)\]\"”»]\s+(?=\p{Lu})"
    # Emoji, but not hearts before a lower-case letter: "we ❤ the pool".
    rf"|(?:{_EMOJI}\s*){{1,12}}(?=[\p{{Lu}}\p{{Lo}}\p{{N}}])"
    rf"|(?:(?![{_HEARTS}]){_EMOJI}\s*){{1,12}}(?=\p{{Ll}})"
    # Emoticons, and the tilde that lengthens the last vowel.
    r"|(?<=[\p{L}\p{P}]\s?)(?::-?\){1,12}|;-\)|:-?\({1,12}|\^_{0,4}\^|T_T|[ㅠㅜㅋㅎ]{2,12})(?=\s)"
    r"|(?<=[\p{Hiragana}ー\p{Hangul}])[～〜~]+(?=[\s\p{Han}\p{Katakana}])"
    r"|(?<=\p{Han})[～〜~]+(?=\s?\p{Han})"
    # Before bullets within a line.
    r"|(?<=\S)\s*(?=[•●◦▪▸►➤✓✔✅✖❌➕➖■◆▶]\s?\w)|(?<=\s)(?=[・･※]\s?\p{L})",
    regex.V1,
)
# Spaces written in place of full stops.
_SPACE_BOUNDARIES = {
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
# Not a sentence end: 「また来ます。」と言われた, and an abbreviation before a number or a name.
_NOT_A_BOUNDARY = regex.compile(
    r"[」』”）)\]]\s*(?:と|って|など|の|を|に|も|で|は|が|라고|하고|라는|고\s)"
    r"|(?i:\b(?:no|nr|n[°º]|tel|ca|approx|min|max|avg|st|dr|vs|incl|excl|inkl|bzw|evtl|sog|usw|vgl"
    r"|mind|ggf|zzgl|bspw|c/?a|num|núm|av|avda|sra?|apt|bld|ext|hab|pl|ul|ok|godz|tzn|np|itp|tj|im|г|ул|т\.\s?[ек]|т\.\s?д|др|кв|руб"
    r"|мин|ок|р|см|т|blz|bijv|evt|m\.?v|t\.?ex|bl\.?a|kl|tlf|pr|mr|mrs|ms|prof)\.)\s+[\p{Ll}\p{N}]"
    r"|(?<!\d)\d{1,2}\.\s+\p{Ll}|\b\p{Lu}\.\s+\p{Lu}\p{Ll}"  # 27. lipnja, M. Roux
)
_CLAUSE_BREAK = regex.compile(r"[,;:，、；：،؛՝·](?!\d)\s*|\s[–—-]\s|…\s*")
_SPACE = regex.compile(r"\s+")
_WORD = regex.compile(
    r"(?P<letter>[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])"
    r"|[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]{3}|[\p{L}\p{M}\p{N}--[\p{Han}\p{Hangul}\p{Katakana}"
    r"\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]]+",
    regex.V1,
)


def split_sentences(texts: Sequence[str], languages: np.ndarray) -> Spans:
    """Split each review into sentences.

    Every character is in exactly one sentence, but for white space and the slashes between the
    points of a list. Fragments ("Ok.", "👍") join a neighbour; a sentence of more than 400
    characters is cut after a comma, else at a space, else anywhere.

    Args:
        texts: n reviews.
        languages: str (n,), ISO 639-1 codes; unknown languages follow the rules for English.
    """
    return Spans.collect(
        sentence_spans(text, str(language)) for text, language in zip(texts, languages, strict=True)
    )


def sentence_spans(text: str, language: str) -> list[tuple[int, int]]:
    """Start and end of each sentence of a text; see :func:`split_sentences`."""
    pieces: list[tuple[int, int]] = []
    at = 0
    # Of the same length, so that offsets hold in both.
    flat = _WRAPPED_LINE.sub(lambda found: " " * len(found[0]), text) if "\n" in text else text
    for line in [*_LINE_BREAKS.finditer(flat), None]:
        end = line.start() if line else len(flat)
        spans = [(at + a, at + b) for a, b in _split_line(flat[at:end], language)]
        pieces += _merge_fragments(text, _trim(text, spans))
        at = line.end() if line else end
    pieces = _merge_fragments(text, pieces)
    if all(end - start <= _MAX_LENGTH for start, end in pieces):
        return pieces or [(0, len(text))]
    return [cut for start, end in pieces for cut in _trim(text, _cut_long_piece(text, start, end))]


def _split_line(line: str, language: str) -> list[tuple[int, int]]:
    """The (start, end) of each sentence of a line, without the slashes between points of a list."""
    if len(line) <= _MIN_WEIGHT:
        return [(0, len(line))]
    points = find_points(line, lambda point: _weight(point) >= _MIN_WEIGHT)
    boundaries = _find_boundaries(line, language, points)
    ends = {end: start for start, end in points.separators} if points else {}
    return [(a, ends.get(b, b)) for a, b in pairwise([0, *boundaries, len(line)])]


def _find_boundaries(line: str, language: str, points: Points | None) -> list[int]:
    """The offsets within a line at which a sentence starts, ascending."""
    from sentencex import segment

    found: set[int] = set()
    for start, block in _split_blocks(_without_opening_quote(line)):
        at, parts = start, segment(language, block)
        for part in parts:
            at += len(part)
            found.add(at)
        if at != start + len(block):  # sentencex lost characters: its offsets can't be trusted
            found = {offset for offset in found if offset <= start}
    found.update(boundary.end() for boundary in _BOUNDARIES.finditer(line))
    certain = set(sign_boundaries(line))
    if points:
        for start, end in points.marks:
            found.difference_update(range(start + 1, end + 1))
        certain.update(points.starts)
    elif language in _SPACE_BOUNDARIES:
        found.update(boundary.end() for boundary in _SPACE_BOUNDARIES[language].finditer(line))
    found |= certain
    if not found:
        return []
    for link in _LINK.finditer(line):
        found.difference_update(range(link.start() + 1, link.end()))
    return sorted(
        offset
        for offset in found
        if 0 < offset < len(line) and (offset in certain or not _is_vetoed(line, offset))
    )


def _without_opening_quote(line: str) -> str:
    """The line with a space for its opening quote: sentencex doesn't split within quotes."""
    return " " + line[1:] if line[0] in "\"'“„«‘" else line


def _is_vetoed(line: str, offset: int) -> bool:
    """Whether the text around an offset shows that the sentence continues there."""
    before = max(offset - 12, 0)
    return any(
        found.start() < offset - before < found.end()
        for found in _NOT_A_BOUNDARY.finditer(line[before : offset + 4], overlapped=True)
    )


def _split_blocks(line: str) -> Iterator[tuple[int, str]]:
    """Split a line into (offset, block) of bounded length, after punctuation or a space if any."""
    start = 0
    while len(line) - start > _BLOCK_LENGTH:
        window = line[start : start + _BLOCK_LENGTH]
        cut = max(window.rfind(mark) for mark in (". ", "! ", "? ", "。", "\u3000", "।"))
        cut = cut if cut > _BLOCK_LENGTH // 2 else window.rfind(" ")
        end = start + (cut + 1 if cut > _BLOCK_LENGTH // 2 else _BLOCK_LENGTH)
        yield start, line[start:end]
        start = end
    yield start, line[start:]


def _trim(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Trim white space off the ends of spans and drop blank ones."""
    kept = []
    for start, end in spans:
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        size = len(piece.strip())
        if size:
            kept.append((start + left, start + left + size))
    return kept


def _merge_fragments(text: str, pieces: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge each fragment with the piece before it; one at the start, with the next."""
    if len(pieces) < 2:
        return list(pieces)
    joined: list[tuple[int, int]] = []
    weight = _MIN_WEIGHT  # of the last joined piece
    for start, end in pieces:
        own = _weight(text[start:end])
        if joined and (own < _MIN_WEIGHT or weight < _MIN_WEIGHT):
            joined[-1] = (joined[-1][0], end)
            weight += own
        else:
            joined.append((start, end))
            weight = own
    return joined


def _weight(piece: str) -> int:
    """The weight of a piece's words (see `_MIN_WEIGHT`), counted up to that minimum."""
    weight = 0
    for word in _WORD.finditer(piece):
        weight += 1 if word["letter"] else 2
        if weight >= _MIN_WEIGHT:
            break
    return weight


def _cut_long_piece(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut a piece into parts of at most `_MAX_LENGTH`: after a comma, at a space, or anywhere."""
    cuts = []
    while end - start > _MAX_LENGTH:
        window = text[start : start + _MAX_LENGTH]
        half = _MAX_LENGTH // 2 if end - start > 1.5 * _MAX_LENGTH else (end - start) // 3
        offset = 0
        for marks in (_CLAUSE_BREAK, _SPACE):
            offset = max((found.end() for found in marks.finditer(window)), default=0)
            if offset > half:
                break
        cut = start + (offset if offset > half else _MAX_LENGTH)
        while cut > start + half and regex.match(r"[\p{M}\u200d]", text[cut]):
            cut -= 1  # keeps an accent with its letter
        cuts.append((start, cut))
        start = cut
    return [*cuts, (start, end)]
