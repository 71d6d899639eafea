"""Parse a query as typed: text, exact phrases and exclusions."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext, ngettext_noop
from pipeline.text.normalise import fold

MAX_LENGTH = 2_000  # characters; the model reads about as much of a text
MAX_TERMS = 20  # phrases, and exclusions, of one query
_FIRST_PHRASES = ngettext_noop(
    "Only the first {n} phrase of the query was used.",
    "Only the first {n} phrases of the query were used.",
)
_FIRST_EXCLUSIONS = ngettext_noop(
    "Only the first {n} exclusion of the query was used.",
    "Only the first {n} exclusions of the query were used.",
)
_QUOTES = {
    '"': '"', "“": '”“"', "”": '”"', "„": '“”"', "‟": '”"', "＂": "＂", "«": "»", "»": "«»",
    "‹": "›", "「": "」", "『": "』", "｢": "｣", "《": "》", "〝": "〞〟",
}  # fmt: skip
# These may open a phrase within a word; the others only where a word may begin (not in 24"-TV).
_OPEN_ANYWHERE = frozenset("「『｢《〝")
_STRAY_QUOTES = regex.compile('["“”„‟＂«»‹›「」『』｢｣《》〝〞〟]+')
_MINUS = frozenset("-－−﹣")
_OPENING_BRACKETS = frozenset("([{（［")
_CONTENT = regex.compile(r"[\p{L}\p{N}\p{S}\p{M}]")
_CONTROL = regex.compile(r"[\p{Cc}\p{Cs}]+")


@dataclass(frozen=True)
class Query:
    """A parsed query.

    Attributes:
        text: the query without quotation marks and exclusions.
        phrases: phrases that every hit contains literally, after folding.
        excluded: words and phrases that no hit contains.
        notes: sentences for the user about anything that was ignored.
    """

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not self.text


def parse_query(typed: str) -> Query:
    """Parse a query such as ``night noise "thin walls" -bar -"swimming pool"``.

    Quotation marks of any language enclose a phrase; a minus before a word or phrase excludes it. A
    minus that is within a word or stands alone has no effect, nor has a quotation mark without its
    counterpart. Every string is a valid query.
    """
    notes: list[str] = []
    if len(typed) > MAX_LENGTH:
        typed = typed[:MAX_LENGTH]
        notes.append(
            ngettext(
                "Only the first {n} character of the query was used.",
                "Only the first {n} characters of the query were used.",
                MAX_LENGTH,
            )
        )
    text, phrases, excluded = _split_terms(_CONTROL.sub(" ", typed))
    for forms, terms in ((_FIRST_PHRASES, phrases), (_FIRST_EXCLUSIONS, excluded)):
        if len(terms) > MAX_TERMS:
            notes.append(ngettext(*forms, MAX_TERMS))
    text = " ".join(_STRAY_QUOTES.sub(" ", text).split())
    if not any(map(_has_content, text)):
        text = ""
    if not text and excluded:
        notes.append(_("The query has only exclusions: also type what guests might say."))
    return Query(text, _distinct(phrases), _distinct(excluded), tuple(notes))


def _split_terms(typed: str) -> tuple[str, list[str], list[str]]:
    """The text without exclusions, the phrases, and the exclusions, as typed."""
    text_parts: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    at = 0
    while at < len(typed):
        at_word_start = at == 0 or typed[at - 1].isspace() or typed[at - 1] in _OPENING_BRACKETS
        minus = at_word_start and typed[at] in _MINUS
        start = at + minus
        quoted = _parse_phrase(typed, start, at_word_start)
        if quoted is not None:
            phrase, at = quoted
            (excluded if minus else phrases).append(phrase)
            if not minus:
                text_parts.append(f" {phrase} ")
        elif minus and start < len(typed) and _has_content(typed[start]):
            at = start
            while at < len(typed) and not typed[at].isspace():
                at += 1
            excluded.append(typed[start:at].rstrip(".,;:!?。、"))
        else:
            text_parts.append(typed[at])
            at += 1
    return "".join(text_parts), phrases, excluded


def _parse_phrase(typed: str, at: int, at_word_start: bool) -> tuple[str, int] | None:
    """The phrase whose opening quotation mark is at ``at``, and the position after it."""
    if at >= len(typed) or not (closing := _QUOTES.get(typed[at])):
        return None
    if not (at_word_start or typed[at] in _OPEN_ANYWHERE):
        return None
    ends = [end for mark in closing if (end := typed.find(mark, at + 1)) > 0]
    if not ends:
        return None
    end = min(ends)
    phrase = " ".join(typed[at + 1 : end].split())
    return (phrase, end + 1) if fold(phrase) else None


def _distinct(phrases: list[str]) -> tuple[str, ...]:
    return tuple({fold(phrase): phrase for phrase in phrases if fold(phrase)}.values())[:MAX_TERMS]


def _has_content(character: str) -> bool:
    """Whether a character is more than punctuation: a letter, a digit or a symbol such as 👍."""
    return bool(_CONTENT.match(character))
