"""What was typed into the search box -> what is meant: text, exact phrases, what to leave out."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from pipeline.text.normalise import fold

LONGEST = 2_000  # characters; the model reads about as much of a text
MOST = 20  # phrases, and exclusions, of one query
_QUOTES = {
    '"': '"', "“": '”“"', "”": '”"', "„": '“”"', "‟": '”"', "＂": "＂", "«": "»", "»": "«»",
    "‹": "›", "「": "」", "『": "』", "｢": "｣", "《": "》", "〝": "〞〟",
}  # fmt: skip
# These part words by themselves; the others open a phrase only where a word may begin (24"-TV).
_ANYWHERE = frozenset("「『｢《〝")
_STRAY = regex.compile('["“”„‟＂«»‹›「」『』｢｣《》〝〞〟]+')
_MINUS = frozenset("-－−﹣")
_BEFORE = frozenset("([{（［")
_TELLING = regex.compile(r"[\p{L}\p{N}\p{S}\p{M}]")
_UNREADABLE = regex.compile(r"[\p{Cc}\p{Cs}]+")


@dataclass(frozen=True)
class Query:
    """A query as it is understood.

    Attributes:
        text: what is looked for by meaning and by letters: all but quotes and exclusions.
        phrases: what every hit contains, letter by letter after folding.
        excluded: words and phrases that no hit contains.
        notes: what was left aside, in sentences for the user.
    """

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.text


def parse_query(typed: str) -> Query:
    """Read ``night noise "thin walls" -bar -"swimming pool"``.

    Quotes of any language make a phrase, a minus before a word or a phrase excludes it. A minus
    within a word or alone is none, and a quote that nothing closes is a plain character: every
    string is a query, none is an error.
    """
    notes: list[str] = []
    if len(typed) > LONGEST:
        typed = typed[:LONGEST]
        notes.append(f"Only the first {LONGEST:,} characters of the query were used.")
    typed = _UNREADABLE.sub(" ", typed)
    free: list[str] = []
    phrases: list[str] = []
    excluded: list[str] = []
    at = 0
    while at < len(typed):
        begins = at == 0 or typed[at - 1].isspace() or typed[at - 1] in _BEFORE
        minus = begins and typed[at] in _MINUS
        start = at + minus
        inside = _phrase(typed, start, begins)
        if inside is not None:
            phrase, at = inside
            (excluded if minus else phrases).append(phrase)
            if not minus:
                free.append(f" {phrase} ")
        elif minus and start < len(typed) and _tells(typed[start]):
            at = start
            while at < len(typed) and not typed[at].isspace():
                at += 1
            excluded.append(typed[start:at].rstrip(".,;:!?。、"))
        else:
            free.append(typed[at])
            at += 1
    for name, found in (("phrases", phrases), ("exclusions", excluded)):
        if len(found) > MOST:
            notes.append(f"Only the first {MOST} {name} of the query were used.")
    text = " ".join(_STRAY.sub(" ", "".join(free)).split())
    if not any(map(_tells, text)):
        text = ""
    if not text and excluded:
        notes.append("The query only says what to leave out: type also what guests might say.")
    return Query(text, _distinct(phrases), _distinct(excluded), tuple(notes))


def _phrase(typed: str, at: int, begins: bool) -> tuple[str, int] | None:
    """The phrase whose opening quote stands here, and where the text goes on."""
    if at >= len(typed) or not (closing := _QUOTES.get(typed[at])):
        return None
    if not (begins or typed[at] in _ANYWHERE):
        return None
    places = [place for sign in closing if (place := typed.find(sign, at + 1)) > 0]
    if not places:
        return None
    end = min(places)
    phrase = " ".join(typed[at + 1 : end].split())
    return (phrase, end + 1) if fold(phrase) else None


def _distinct(phrases: list[str]) -> tuple[str, ...]:
    return tuple({fold(phrase): phrase for phrase in phrases if fold(phrase)}.values())[:MOST]


def _tells(sign: str) -> bool:
    """Whether a character is more than punctuation: a letter, a digit or a symbol such as 👍."""
    return bool(_TELLING.match(sign))
