"""Impact in words, for pages, commands and reports."""

from __future__ import annotations

from pipeline.common.wording import count_noun
from pipeline.insights.impact import Effect, Gain, Impact, ThemeImpact

CAUTION = (
    "This is no proof of cause: guests who mention something may differ in more than that. "
    "Praise and complaints are judged by the text alone, never by the mark."
)


def describe_basis(impact: Impact) -> str:
    """What the figures are of: "1,200 reviews with a mark, 7.4 of 10 on average, ..."."""
    adjusted = _listed(impact.adjusted_for)
    same = f"; compared within the same {adjusted}" if adjusted else ""
    return (
        f"{count_noun(impact.reviews, 'review')} with a mark, {impact.mean:.1f} of "
        f"{impact.highest:g} on average{same}"
    )


def describe_impact(impact: ThemeImpact, name: str, whole: Impact) -> list[str]:
    """One theme's effects as sentences: its mention's or its complaints' and praise's, its gain.

    What too few reviews say is left out, so that there may be none.

    Args:
        impact: of the theme.
        name: of the theme, on one line.
        whole: what it is part of.
    """
    if impact.complaint is None or impact.praise is None:
        parts = [(name, impact.mention)]
    else:
        parts = [(f"{name}: complaints", impact.complaint), (f"{name}: praise", impact.praise)]
    sentences = [
        f"{said}: {describe_effect(effect)}" for said, effect in parts if not effect.has_too_few
    ]
    if impact.gain is not None and impact.gain.is_clear:
        sentences.append(describe_gain(impact.gain, name, whole))
    return sentences


def describe_effect(effect: Effect) -> str:
    """An effect with its interval: "-0.42 [-0.55 to -0.29], 227 reviews"."""
    reviews = count_noun(effect.reviews, "review")
    if effect.problem:
        return f"no figure: {effect.problem} ({reviews})"
    clear = "" if effect.is_clear else ", no clear effect"
    return f"{effect.effect:+.2f} [{effect.low:+.2f} to {effect.high:+.2f}], {reviews}{clear}"


def describe_gain(gain: Gain, name: str, whole: Impact) -> str:
    """What the best hotel's level of complaints would bring, in a sentence."""
    return (
        f"If complaints about {name} fell from {100 * gain.share:.0f} % of the reviews to the "
        f"{100 * gain.best:.0f} % of {gain.hotel}, the mean would rise by about {gain.gain:.2f} "
        f"[{gain.low:.2f} to {gain.high:.2f}] from {whole.mean:.2f}"
    )


def _listed(names: tuple[str, ...]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
