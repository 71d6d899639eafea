"""Negation in languages that separate words by spaces: "not clean" is the opposite of "clean".

Only a cue close to the word counts ("not very clean"); "hardly what we would call clean" is out of
reach.
"""

from __future__ import annotations

from collections.abc import Sequence

# By language: the cues that negate, the words that may stand between a cue and the word it negates,
# and the cue that is displayed.
_CUES = {
    "de": "nicht nie niemals",
    "en": "not never isn't wasn't aren't weren't didn't doesn't don't couldn't wouldn't can't "
    "cannot hasn't haven't hadn't won't",
    "es": "no nunca tampoco",
    "fr": "pas jamais",
}
_INTERVENING = {
    "de": "sehr so ganz wirklich besonders gerade immer mehr richtig allzu zu mal einmal gut "
    "ausreichend unbedingt",
    "en": "very so too that really quite all at even as always been be being a an the much "
    "particularly especially properly completely fully exactly terribly overly entirely",
    "es": "muy tan nada del todo era es está estaba fue eran son están estaban estuvo ha han sido "
    "se me nos les le lo la demasiado muy precisamente especialmente",
    "fr": "très si trop assez vraiment toujours du tout bien été particulièrement forcément plus",
}
_DISPLAYED_CUE = {"de": "nicht", "en": "not", "es": "no", "fr": "pas"}


def negation_cues(language: str) -> frozenset[str]:
    """Words that negate the next one; empty for a language without rules."""
    return frozenset(_CUES.get(language, "").split())


def find_negated(words: Sequence[str], language: str) -> list[bool]:
    """Tell for each word of a text, in order, whether it is negated.

    A "" stands for punctuation, which ends the scope of a cue.
    """
    cues, intervening = negation_cues(language), frozenset(_INTERVENING.get(language, "").split())
    negated, in_scope = [], False
    for word in words:
        is_cue = word in cues
        negated.append(in_scope and bool(word) and not is_cue and word not in intervening)
        in_scope = is_cue or (in_scope and word in intervening)
    return negated


def negated_form(text: str, language: str) -> str:
    """A negated word as displayed: "not clean"."""
    return f"{_DISPLAYED_CUE[language]} {text}"
