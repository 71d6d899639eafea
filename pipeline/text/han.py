"""Japanese or Chinese: texts in Han characters alone, as 朝食最高 and 房間乾淨.

Both languages share these characters, so the words decide: log odds of characters and pairs of
characters (naive Bayes), counted in the hotel sentences that come with the program and in those
texts of the same file whose language is certain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from math import log

import regex

from pipeline.common.paths import PACKAGE_DATA
from pipeline.text.chinese_thai import load_simplifier

_HAN = regex.compile(r"[\p{Han}々]+")
_LINES = ("aspects", "parallel", "polarity")  # folders of lines that come with the program
_CHARACTER_WEIGHT = 0.7  # of a single character; a pair weighs 1
_SMOOTHING = 0.5
_SCALE = 5_000  # both languages are scaled to this number of counts
_MAX_PRIOR = 3.0  # log odds of the file's shares, at most
_MAX_TEXTS = 5_000  # of the file, that are counted


def decide_han(
    texts: Iterable[str], *, japanese: Iterable[str] = (), chinese: Iterable[str] = ()
) -> list[str]:
    """Decide for each text in Han characters alone whether it is "ja" or "zh".

    Args:
        texts: the undecided texts.
        japanese, chinese: the file's texts that are certain to be in these languages.
    """
    ja, zh = list(japanese), list(chinese)
    counts = {
        "ja": _packaged_counts("ja") + _count(ja[:_MAX_TEXTS]),
        "zh": _packaged_counts("zh") + _count(zh[:_MAX_TEXTS]),
    }
    scales = {code: _SCALE / max(found.total(), 1) for code, found in counts.items()}
    prior = log((len(ja) + 1) / (len(zh) + 1))
    prior = min(max(prior, -_MAX_PRIOR), _MAX_PRIOR)

    def log_odds(feature: str) -> float:
        ja, zh = (counts[code][feature] * scales[code] + _SMOOTHING for code in ("ja", "zh"))
        weight = 1.0 if len(feature) > 1 else _CHARACTER_WEIGHT
        return weight * log(ja / zh)

    return ["ja" if prior + sum(map(log_odds, _features(text))) > 0 else "zh" for text in texts]


def _features(text: str) -> Iterator[str]:
    """Yield the characters and pairs of characters of a text, traditional ones simplified."""
    for run in _HAN.findall(_simplifier()(text)):
        yield from run
        yield from map("".join, zip(run, run[1:], strict=False))


def _count(texts: Iterable[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_features(text))
    return counts


@cache
def _packaged_counts(code: str) -> Counter[str]:
    files = (PACKAGE_DATA / folder / f"{code}.txt" for folder in _LINES)
    return _count(file.read_text("utf-8") for file in files)


_simplifier = cache(load_simplifier)
