"""``python -m pipeline impact``: what each topic costs or earns in marks."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from pipeline.cli.arguments import Subparsers
from pipeline.cli.insight_options import (
    add_insight_options,
    chosen_reviews,
    chosen_themes,
    print_json,
)
from pipeline.common.wording import count_noun

if TYPE_CHECKING:
    from pipeline.insights.impact import Effect, Gain, Impact
    from pipeline.insights.themes import Themes


def add_parser(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser("impact", help="what each topic costs or earns in marks")
    add_insight_options(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Print the effects, the most costly first."""
    from pipeline.insights.impact import measure_impact

    analysis, allowed = chosen_reviews(options)
    themes = chosen_themes(analysis, options)
    impact = measure_impact(analysis, themes, allowed)
    if options.json:
        print_json(impact_records(impact, themes))
    else:
        _print_words(impact, themes)


def impact_records(impact: Impact, themes: Themes) -> list[dict[str, Any]]:
    """One record a theme: topic, effect, low, high, reviews, q, problem, complaints, praise, gain.

    The first ones are of mentioning the theme at all; complaints and praise have the same keys.
    """
    return [
        {
            "topic": themes.names[each.theme],
            **_effect(each.mention),
            "complaints": None if each.complaint is None else _effect(each.complaint),
            "praise": None if each.praise is None else _effect(each.praise),
            "gain": _gain(each.gain),
        }
        for each in impact.themes
    ]


def _effect(effect: Effect) -> dict[str, Any]:
    keys = ("effect", "low", "high", "reviews", "q", "problem")
    return {key: getattr(effect, key) for key in keys}


def _gain(gain: Gain | None) -> dict[str, Any] | None:
    if gain is None:
        return None
    keys = ("hotel", "share", "best", "gain", "low", "high")
    return {key: getattr(gain, key) for key in keys}


def _print_words(impact: Impact, themes: Themes) -> None:
    from pipeline.insights.impact_words import CAUTION, describe_basis, describe_impact

    print(describe_basis(impact))
    silent = 0
    for each in impact.themes:
        sentences = describe_impact(each, themes.names[each.theme], impact)
        silent += not sentences
        for sentence in sentences:
            print(sentence)
    if silent:
        print(f"no figure, as too few reviews mention them: {count_noun(silent, 'topic')}")
    print(CAUTION)
