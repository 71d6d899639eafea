"""Cleaning of review texts: removes markup, damage and what platforms add."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.reviews.platform_words import strip_platform_words
from pipeline.reviews.shared_endings import find_shared_endings
from pipeline.text.entities import decode_entities

if TYPE_CHECKING:
    import pandas as pd

_BATCH_ROWS = 20_000  # rows turned into Python strings at a time

# White space is taken whole (*+): a long run, shared out among two places, would take for ever.
_BREAK = re.compile(r"<\s*+(?:br|/p|/div|/li)\s*+(?:/\s*+)?>", re.IGNORECASE)
_TAG = re.compile(
    r"<\s*+(?:/\s*+)?(?:p|div|li|ul|ol|b|i|u|em|strong|span|font|a)(?:\s[^<>]*+|/)?>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-f]+|[a-z]{2,8}\d?);", re.IGNORECASE)
# Invisible characters. The joiners U+200C and U+200D stay: Persian and emoji need them.
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u202a-\u202e\u2066-\u2069\u200e\u200f]")

_CONTROL_CHARACTERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACES = re.compile("[ \u2000-\u200a]{2,}")
_ENDLESS_SPACE = re.compile(r"(?<![^\S\n])[^\S\n]{100,}+")  # no guest's: Japanese ones indent
# A quick test before ftfy's: text without a match can't be UTF-8 that was decoded as something
# else. A lead byte and a continuation byte, decoded as Latin, Cyrillic or Mac Roman.
_MAY_BE_MOJIBAKE = re.compile(
    "[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|Ã "
    "|[РС][^а-яА-ЯёЁ\\s\x00-\x7f]|√[^\\s\x00-\x7f]"
)


QuestionsRule: TypeAlias = Literal["join", "split", "one"]


@dataclass(frozen=True)
class CleaningRules:
    """Optional steps of cleaning.

    Attributes:
        drop_duplicates: reject a row that repeats another in every column; without an id column,
            only if its text has at least 40 characters, since guests may write the same few words.
        drop_one_word: reject reviews of a single word, which are otherwise only counted.
        strip_boilerplate: remove "(Translated by Google)", with the translation if the original is
            there too, "Read more" and the like, the hotel's reply, and "Nothing" glued to a text.
        strip_shared_endings: remove endings and beginnings that most texts of the file share, such
            as "Stayed in February 2025".
        repair_mojibake: turn "FrÃ¼hstÃ¼ck" into "Frühstück" (ftfy).
        join_title: put the title above the text of each review.
        questions: what becomes of answers to several open questions in a row: "join" makes one
            review of them, "split" a review of each, "one" leaves all but the review column out.
    """

    drop_duplicates: bool = True
    drop_one_word: bool = False
    strip_boilerplate: bool = True
    repair_mojibake: bool = True
    join_title: bool = False
    strip_shared_endings: bool = True
    questions: QuestionsRule = "join"


class Cleaner:
    """Cleans texts and counts those with something to clean.

    Attributes:
        rules: what is done.
        counts: texts with "html", "mojibake", "boilerplate" or "endings", whether or not the rule
            is on.
        endings: examples of the endings that most texts share.
    """

    def __init__(self, rules: CleaningRules) -> None:
        self.rules = rules
        self.counts: Counter[str] = Counter()
        self.endings: list[str] = []

    def clean_column(self, column: pd.Series) -> list[str]:
        """Clean the texts of a column, and by the rules remove the endings that most share."""
        texts: list[str] = []
        for start in range(0, len(column), _BATCH_ROWS):
            texts += map(self, column.iloc[start : start + _BATCH_ROWS].tolist())
        endings = find_shared_endings(texts)
        if not endings.examples:
            return texts
        self.endings += (example for example in endings.examples if example not in self.endings)
        stripped = list(map(endings.remove, texts))
        self.counts["endings"] += sum(map(str.__ne__, stripped, texts))
        if not self.rules.strip_shared_endings:
            return texts
        # "Read more" and "Nothing" may have stood before the ending.
        again = strip_platform_words if self.rules.strip_boilerplate else str
        return list(map(again, stripped))

    def __call__(self, text: str) -> str:
        """Clean a text; "" if it is blank."""
        if ("&" in text and _ENTITY.search(text)) or (
            "<" in text and (_BREAK.search(text) or _TAG.search(text))
        ):
            self.counts["html"] += 1
        # Before cleaning, which removes control characters that garbled text consists of.
        if not text.isascii() and _MAY_BE_MOJIBAKE.search(text):
            repaired = _repair_mojibake(text)
            if repaired != text:
                self.counts["mojibake"] += 1
                text = repaired if self.rules.repair_mojibake else text
        text = clean_text(text)
        if len(text) > 8:
            stripped = strip_platform_words(text)
            if stripped != text:
                self.counts["boilerplate"] += 1
                text = stripped if self.rules.strip_boilerplate else text
        return text


def clean_text(text: str) -> str:
    """Clean a review of markup and invisible characters.

    Decodes HTML entities and line breaks, removes simple formatting tags, control and invisible
    characters, trims white space and normalises to NFC.
    """
    # Twice, because some exports escape twice ("&amp;#39;").
    text = decode_entities(decode_entities(text)) if "&" in text else text
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub("\n", text))
    if not text.isascii():
        text = _INVISIBLE.sub("", text.replace("\xa0", " "))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isprintable():
        text = _CONTROL_CHARACTERS.sub(" ", text)
        text = "\n".join(map(str.strip, text.split("\n")))
        text = _BLANK_LINES.sub("\n\n", text)
    if "  " in text or not text.isascii():
        text = _ENDLESS_SPACE.sub(" ", _SPACES.sub(" ", text))
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text.strip()


def is_one_word(text: str) -> bool:
    """Whether a text is a single word; in scripts without spaces, its length decides."""
    words = text.split()
    if len(words) != 1:
        return False
    unspaced = sum(char > "\u0e00" for char in text)
    return unspaced <= 3 if unspaced * 2 > len(text) else True


def _repair_mojibake(text: str) -> str:
    from ftfy import fix_encoding
    from ftfy.badness import is_bad

    return fix_encoding(text) if is_bad(text) else text
