"""Endings and beginnings that most texts of a file share, found by statistics over the file.

Scrapers glue to a review what the page shows below it: "...perfectStayed in February 2025",
"...再次入住。更多". No list of words is needed: guests' own texts never end alike so often. Endings
are compared from where a sentence, a line or a glued word begins, and with their dates left open.
Beginnings count where they are a line or glued to a capital: "Verified guestThe room was...".
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from pipeline.reviews.platform_words import strip_ellipsis

_MAX_LENGTH = 80  # characters of an ending
_MAX_SAMPLE = 2000  # texts that are compared, from all over the file
_MIN_TEXTS = 5
_MIN_SHARE = 0.5  # of the texts, for an ending
_MIN_DATED_SHARE = 0.25  # for one with a month and year, which is hardly a guest's own
_MIN_APART = 0.3  # of the texts with an ending in a script without capitals: after a sentence
_MIN_VARIETY = 0.1  # different texts before an ending, as a share of their number
_MIN_VARIED = 3
_MAX_HEAD = 60  # characters of a beginning
_MAX_ROUNDS = 3  # one ending may stand above another
_SHORT = 24  # characters of an ending in a script without capitals
_MAX_END = 300  # characters in which one is searched: its numbers and the space above may be long
_NEARLY_ALL = 0.95  # of the texts that share the end of an ending: have all of it

_YEAR = re.compile(r"(?<!\d)(?:19|20|25)\d\d(?!\d)")
_WORD = re.compile(r"[^\W\d_]{3,}\.?", re.UNICODE)
_UNCASED_DATE = re.compile(r"#(?:年|년|/#|-#|\.#)")
_SENTENCE_END = set('.!?…。！？．~～♪)）」』”"')


class _Candidate(NamedTuple):
    """The end of a text that may be a shared ending, or its beginning.

    Attributes:
        start: where the end begins; of a beginning, where the rest begins.
        key: what it is compared by.
        is_head: whether it is a beginning.
    """

    start: int
    key: str
    is_head: bool = False


@dataclass(frozen=True)
class SharedEndings:
    """Endings and beginnings of the texts of a file.

    Attributes:
        rounds: for each round the keys of endings, and those in scripts without capitals, which
            may also stand within a sentence.
        heads: keys of beginnings.
        examples: an ending of each kind as it stands in the file, the most frequent first.
    """

    rounds: tuple[tuple[frozenset[str], tuple[str, ...]], ...] = ()
    examples: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()

    @property
    def has_words(self) -> bool:
        """Whether an ending is more than a date."""
        return any(
            uncased or any("@" in key or "#" not in key for key in keys)
            for keys, uncased in self.rounds
        )

    def remove(self, text: str) -> str:
        """Remove the endings and beginnings of a text."""
        if self.heads:
            text = text[max((h.start for h in _heads(text) if h.key in self.heads), default=0) :]
            text = text.lstrip()
        for keys, uncased in self.rounds:
            if len(text) <= _MAX_LENGTH and not keys.isdisjoint({_key(text), _numbered_key(text)}):
                return ""
            start = min((c.start for c in _candidates(text) if c.key in keys), default=len(text))
            if start < len(text):  # an ellipsis before "More" is the page's as well
                text = strip_ellipsis(text[:start].rstrip())
            for ending in uncased:
                if found := _search_end(ending, text):
                    text = text[: len(text) - len(found)]
        return text


def find_shared_endings(texts: Sequence[str]) -> SharedEndings:
    """Find the endings that most texts share.

    Args:
        texts: of the reviews of one file; blank ones don't count.
    """
    written = [text for text in texts if text]
    sample = written[:: max(1, len(written) // _MAX_SAMPLE)]
    if len(sample) < _MIN_TEXTS:
        return SharedEndings()
    keys, examples = _count(sample, _heads)
    endings = SharedEndings((), tuple(examples), keys)
    sample = list(map(endings.remove, sample))
    for _ in range(_MAX_ROUNDS):
        keys, uncased, examples = _find_round(sample)
        if not keys and not uncased:
            break
        rounds = (*endings.rounds, (keys, uncased))
        endings = SharedEndings(rounds, (*endings.examples, *examples), endings.heads)
        one_round = SharedEndings(rounds[-1:])
        sample = [one_round.remove(text) for text in sample]
    return endings


def _find_round(texts: list[str]) -> tuple[frozenset[str], tuple[str, ...], list[str]]:
    """The endings of texts from which those of earlier rounds have been removed."""
    keys, examples = _count(texts, _candidates)
    uncased = _uncased_endings(texts)
    for ending in uncased:
        if not any(map(_pattern(ending).fullmatch, examples)):
            found = next(filter(None, (_search_end(ending, text) for text in texts)))
            examples.append(found.strip())
    return keys, uncased, examples


def _count(
    texts: list[str], candidates: Callable[[str], Iterator[_Candidate]]
) -> tuple[frozenset[str], list[str]]:
    """The keys of candidates that enough texts share, and examples of them."""
    counts: Counter[str] = Counter()
    others: dict[str, set[str]] = defaultdict(set)
    example: dict[str, str] = {}
    for text in texts:
        for candidate in {c.key: c for c in candidates(text)}.values():
            before, after = text[: candidate.start].strip(), text[candidate.start :].strip()
            rest, own = (after, before) if candidate.is_head else (before, after)
            if rest:
                counts[candidate.key] += 1
                others[candidate.key].add(rest[-_MAX_LENGTH:])
                example.setdefault(candidate.key, own)
    keys = {key for key in counts if _is_shared(key, counts[key], len(others[key]), len(texts))}
    # Of endings within each other the longest is shown: "Stayed in May 2025" rather than "2025".
    shown = [
        key
        for key in sorted(keys, key=lambda key: (-counts[key], -len(key)))
        if not any(other != key and other.endswith(key) for other in keys)
    ]
    return frozenset(keys), [example[key] for key in shown]


def _is_shared(key: str, count: int, different: int, texts: int) -> bool:
    """Whether enough texts have an ending, and differ before it."""
    share = _MIN_DATED_SHARE if "#" in key else _MIN_SHARE
    return count >= max(_MIN_VARIED + 1, share * texts) and different >= max(
        _MIN_VARIED, _MIN_VARIETY * count
    )


def _uncased_endings(texts: list[str]) -> tuple[str, ...]:
    """Endings such as "更多" that most texts share, some of them without a sentence end before.

    An ending with a year, such as "宿泊時期：#年#月", needs no sentence end before.
    """
    found: Counter[str] = Counter()
    apart: Counter[str] = Counter()  # of them after a sentence
    for text in texts:
        if text[-1:] > "\u0590":
            apart.update({candidate.key for candidate in _candidates(text)})
            end = re.sub(r"\d+", "#", text[-2 * _SHORT :])
            found.update(end[-n:] for n in range(2, min(_SHORT, len(end) - 1) + 1))
    dated = {end: n for end, n in found.items() if _UNCASED_DATE.search(end)}
    plain = {end: n for end, n in found.items() if apart[end] >= _MIN_APART * n}
    endings = [
        _longest(dated, max(_MIN_VARIED + 1, _MIN_DATED_SHARE * len(texts))),
        _longest(plain, max(_MIN_VARIED + 1, _MIN_SHARE * len(texts))),
    ]
    return tuple(filter(None, endings))


def _longest(counts: dict[str, int], least: float) -> str:
    """The longest ending that nearly all texts have that share its end; "" if too few have it."""
    most = max(counts.values(), default=0)
    found = [
        end
        for end, count in counts.items()
        if count >= max(least, _NEARLY_ALL * most) and (end[0].isalnum() or end[0] in "#([（【")
    ]
    return max(found, key=len, default="")


@cache
def _pattern(ending: str) -> re.Pattern[str]:
    return re.compile(r"\s*" + re.escape(ending).replace(r"\#", r"\d+") + "$")


def _search_end(ending: str, text: str) -> str:
    """The ending as it stands in a text, with the white space before it; "" if it doesn't."""
    found = _pattern(ending).search(text[-_MAX_END:])
    return found[0] if found else ""


def _candidates(text: str) -> Iterator[_Candidate]:
    """The ends of a text that begin with a line, a sentence, or a word glued to another."""
    first = max(1, len(text) - _MAX_LENGTH)
    for i in _starts(text, first):
        end = text[i:]
        if any(map(str.isalpha, end)):
            # Below the text or glued to it, numbers vary: "3 people found this helpful".
            apart = text[i - 1] == "\n" or not text[i - 1].isspace()
            yield _Candidate(i, _numbered_key(end) if apart else _key(end))


def _heads(text: str) -> Iterator[_Candidate]:
    """The beginnings of a text that are a line or glued to a capital."""
    for i in range(3, min(_MAX_HEAD, len(text) - 1)):
        char, before = text[i], text[i - 1]
        glued = char.isupper() and before.isalnum() and not before.isupper()
        if (before == "\n" or glued) and any(map(str.isalpha, text[:i])):
            yield _Candidate(i, _numbered_key(text[:i].strip()), is_head=True)


def _starts(text: str, first: int) -> Iterable[int]:
    return (
        i
        for i in range(first, len(text) - 1)
        if (text[i].isalnum() or text[i] in "([（【") and _begins_anew(text, i)
    )


def _begins_anew(text: str, i: int) -> bool:
    """Whether a line or a sentence begins at an index, or a capital within one."""
    char, before = text[i], text[i - 1]
    if not before.isspace():
        return before in _SENTENCE_END or (
            char.isupper() and before.isalnum() and not before.isupper()
        )
    above = text[:i].rstrip()
    if not above or above[-1] in _SENTENCE_END or "\n" in text[len(above) : i]:
        return True
    return char.isupper() and above[-1].isalnum() and not above[-1].isupper()


def _numbered_key(end: str) -> str:
    """An ending with its date and other numbers left open."""
    return re.sub(r"\d+", "0", _key(end))


def _key(end: str) -> str:
    """An ending with its date left open: "stayed in @ #"."""
    end = " ".join(end.casefold().split())
    year = _YEAR.search(end)
    if not year:
        return end
    head, tail = end[: year.start()], end[year.end() :]
    words = list(_WORD.finditer(head))
    if len(words) > 1:
        month = words[-1]
        head = head[: month.start()] + "@" + head[month.end() :]
    # What follows a date varies too: "March 2016, travelled with friends".
    return re.sub(r"\d+", "#", head) + "#" + (" …" if tail.strip(" .") else "")
