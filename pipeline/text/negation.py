"""Negated words where spaces part words: "not clean" says the opposite of "clean".

Only what stands right at the word counts (not very clean); "hardly what we
would call clean" is beyond this.
"""

from __future__ import annotations

from collections.abc import Sequence

# Languages that part words by spaces: what negates, what may stand between, how it is shown.
_NEGATORS = {
    "de": "nicht nie niemals",
    "en": "not never isn't wasn't aren't weren't didn't doesn't don't couldn't wouldn't can't "
    "cannot hasn't haven't hadn't won't",
    "es": "no nunca tampoco",
    "fr": "pas jamais",
}
_BETWEEN = {
    "de": "sehr so ganz wirklich besonders gerade immer mehr richtig allzu zu mal einmal gut "
    "ausreichend unbedingt",
    "en": "very so too that really quite all at even as always been be being a an the much "
    "particularly especially properly completely fully exactly terribly overly entirely",
    "es": "muy tan nada del todo era es está estaba fue eran son están estaban estuvo ha han sido "
    "se me nos les le lo la demasiado muy precisamente especialmente",
    "fr": "très si trop assez vraiment toujours du tout bien été particulièrement forcément plus",
}
_SHOWN = {"de": "nicht", "en": "not", "es": "no", "fr": "pas"}


def negators(language: str) -> frozenset[str]:
    """Words that negate the next one; none in a language without rules."""
    return frozenset(_NEGATORS.get(language, "").split())


def negations(words: Sequence[str], language: str) -> list[bool]:
    """Which words of a sentence, in its order, are negated; "" ends what a negator reaches."""
    turning, passed = negators(language), frozenset(_BETWEEN.get(language, "").split())
    found, open_ = [], False
    for word in words:
        negates = word in turning
        found.append(open_ and bool(word) and not negates and word not in passed)
        open_ = negates or (open_ and word in passed)
    return found


def shown(text: str, language: str) -> str:
    """A negated word of a language that parts words by spaces, as a keyword."""
    return f"{_SHOWN[language]} {text}"
