"""Impact in words, for pages, commands and reports."""

from __future__ import annotations

from pipeline.common.locale_format import format_list, format_number, format_percent
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.insights.groups import column_noun
from pipeline.insights.impact import Effect, Gain, Impact, ThemeImpact

CAUTION = N_(
    "This is no proof of cause: guests who mention something may differ in more than that. "
    "Praise and complaints are judged by the text alone, never by the mark."
)


def describe_basis(impact: Impact) -> str:
    """What the figures are of: "1,200 reviews with a mark, 7.4 of 10 on average, ..."."""
    basis = ngettext(
        "{n} review with a mark, {mean} of {highest} on average",
        "{n} reviews with a mark, {mean} of {highest} on average",
        impact.reviews,
        mean=format_number(impact.mean, 1),
        highest=format_number(impact.highest),
    )
    if not impact.adjusted_for:
        return basis
    columns = format_list(map(column_noun, impact.adjusted_for))
    return _("{basis}; compared within the same {columns}", basis=basis, columns=columns)


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
        parts = [
            (_("{theme}: complaints", theme=name), impact.complaint),
            (_("{theme}: praise", theme=name), impact.praise),
        ]
    sentences = [
        _("{subject}: {effect}", subject=said, effect=describe_effect(effect))
        for said, effect in parts
        if not effect.has_too_few
    ]
    if impact.gain is not None and impact.gain.is_clear:
        sentences.append(describe_gain(impact.gain, name, whole))
    return sentences


def describe_effect(effect: Effect) -> str:
    """An effect with its interval: "-0.42 [-0.55 to -0.29], 227 reviews"."""
    reviews = ngettext("{n} review", "{n} reviews", effect.reviews)
    if effect.problem:
        return _("no figure: {reason} ({reviews})", reason=effect.problem, reviews=reviews)
    figures = {
        "effect": format_number(effect.effect, 2, signed=True),
        "low": format_number(effect.low, 2, signed=True),
        "high": format_number(effect.high, 2, signed=True),
        "reviews": reviews,
    }
    if effect.is_clear:
        return _("{effect} [{low} to {high}], {reviews}", **figures)
    return _("{effect} [{low} to {high}], {reviews}, no clear effect", **figures)


def describe_gain(gain: Gain, name: str, whole: Impact) -> str:
    """What the best hotel's level of complaints would bring, in a sentence."""
    return _(
        "If complaints about {theme} fell from {share} of the reviews to the {best} of {hotel}, "
        "the mean would rise by about {gain} [{low} to {high}] from {mean}",
        theme=name,
        share=format_percent(gain.share),
        best=format_percent(gain.best),
        hotel=gain.hotel,
        gain=format_number(gain.gain, 2),
        low=format_number(gain.low, 2),
        high=format_number(gain.high, 2),
        mean=format_number(whole.mean, 2),
    )
