"""A topic's card as HTML. Everything that comes from a file goes through :func:`escape`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pipeline.common.locale_format import language_name
from pipeline.figures.colours import COMPLAINT_COLOUR, GREY, PRAISE_COLOUR, topic_colour
from pipeline.insights.attributes import excerpt
from pipeline.insights.topic_summary import TopicSummary
from pipeline.topics.topic import PALETTE
from ui.components.review_text import language_attributes, quote_html
from ui.components.widgets import count, escape, stars

_NAMED_LANGUAGES = 8  # that have a colour of their own in the bars
_QUOTED = 150  # letters of the typical text
_WORDS = 5
_LINE = "#3a8f93"  # to be seen on a white page and a dark one


def card_html(
    card: TopicSummary,
    *,
    kind: str,
    mean: float,
    highest: float = 5.0,
    language: str = "en",
    quote: tuple[str, str] | None = None,
    evidence: str = "",
    warning: str = "",
    related: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The card of a topic.

    Args:
        card: what is said of it.
        kind: what was grouped: "review" or "sentence".
        mean: rating of the whole file, of 5 as the card's; NaN where it has none.
        highest: the best mark of the scale on which ratings are shown.
        language: the user's: its keywords stand first.
        quote: a typical text of the topic, and its language.
        evidence, warning: sentences on how far the topic can be relied on.
        related: language -> words that guests use like the topic's.
    """
    topic = card.topic
    lines = [
        f'<h3 class="pg-name" dir="auto"><i class="dot" style="background:{topic_colour(topic)}">'
        f"</i>{escape(topic.name)}</h3>",
        f'<div class="pg-facts">{_rating(card, mean, highest)}{_size(card, kind)}</div>',
        _sentiment(card),
        _trend(card),
        "" if quote is None else quote_html(excerpt(quote[0], _QUOTED), quote[1]),
    ]
    if warning:
        lines.append(f'<p class="pg-warning"><b>Take care:</b> {escape(warning)}</p>')
    more = f'<p class="pg-quiet">{escape(evidence)}</p>' if evidence else ""
    lines.append(
        '<details class="pg-more"><summary>Languages and words</summary>'
        f"{_mix(card)}{_keywords(card, language)}{_related(related or {})}{more}{_coverage(card)}"
        "</details>"
    )
    return f'<article class="pg-card">{"".join(lines)}</article>'


def sparkline(values: Sequence[float], label: str, *, width: int = 220, height: int = 34) -> str:
    """Values as a small line; NaN breaks it. Numbers alone get into it.

    Args:
        values: from 0.
        label: says the same to who can't see it.
        width, height: pixels.
    """
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return ""
    top = max(*known, 1e-9)
    step = (width - 8) / (len(values) - 1)

    def place(i: int) -> tuple[float, float]:
        return 4 + i * step, height - 4 - (height - 8) * values[i] / top

    path, open_ = "", False
    for i, value in enumerate(values):
        if not math.isfinite(value):
            open_ = False
            continue
        x, y = place(i)
        path += f"{'L' if open_ else 'M'}{x:.1f} {y:.1f}"
        open_ = True
    x, y = place(max(i for i, value in enumerate(values) if math.isfinite(value)))
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<path d="{path}" fill="none" stroke="{_LINE}" stroke-width="1.8" '
        f'stroke-linejoin="round"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.8" fill="{_LINE}"/></svg>'
    )
    # As a picture: Streamlit takes SVG out of HTML.
    return (
        f'<img class="pg-spark" width="{width}" height="{height}" alt="{escape(label)}" '
        f'src="data:image/svg+xml,{quote(drawing)}">'
    )


def _size(card: TopicSummary, kind: str) -> str:
    more = f", {count(card.units, kind)}" if card.units != card.topic.reviews else ""
    return f"<span><b>{count(card.topic.reviews, 'review')}</b>{more}, {percent(card.share)}</span>"


def _rating(card: TopicSummary, mean: float, highest: float) -> str:
    if not math.isfinite(card.rating):
        return ""
    own, all_ = (f"{rating * highest / 5:.1f}" for rating in (card.rating, mean))
    return (
        f'<span><span class="stars" aria-hidden="true">{stars(card.rating)}</span> '
        f'<b>{own}</b> <span class="pg-quiet">of {highest:g} (all: {all_})</span></span>'
    )


def _sentiment(card: TopicSummary) -> str:
    """Shares of reviews that praise and that complain, with their intervals."""
    theme = card.theme
    if theme is None or theme.praise is None or theme.complaints is None or not theme.praise.size:
        return ""
    parts = []
    for name, told, colour in (
        ("Praise", theme.praise, PRAISE_COLOUR),
        ("Complaints", theme.complaints, COMPLAINT_COLOUR),
    ):
        low, high = (f"{100 * end:.0f}" for end in told.interval)
        parts.append(
            f'<span title="{count(told.count, "review")} of {told.size:,}">'
            f'<i class="dot" style="background:{colour}"></i>{name} <b>{percent(told.share)}</b> '
            f'<span class="pg-quiet">({low} to {high})</span></span>'
        )
    return f'<div class="pg-facts">{"".join(parts)}</div>'


def _coverage(card: TopicSummary) -> str:
    if not math.isfinite(card.coverage):
        return ""
    said = f"The fixed list of aspects covers {percent(card.coverage)} of what is said here."
    return f'<p class="pg-quiet">{said}</p>'


def _trend(card: TopicSummary) -> str:
    if not card.months:
        return ""
    since = month(card.months[-card.recent_months])
    words = f"{percent(card.recent_share)} since {since}, {percent(card.earlier_share)} before"
    line = sparkline(card.shares, f"Share of each month's reviews: {words}")
    return f'<div class="pg-trend">{line}<span class="pg-quiet">{words}</span></div>'


def _mix(card: TopicSummary) -> str:
    """Two bars: the languages here, and in the file."""
    named = [code for code, _, _ in card.language_shares[:_NAMED_LANGUAGES]]
    colours = {code: PALETTE[i] for i, code in enumerate(named)}

    def bar(shares: Sequence[tuple[str, float]], label: str) -> str:
        said = ", ".join(f"{language_name(c)} {percent(s)}" for c, s in shares if s >= 0.005)
        parts = "".join(
            f'<i style="width:{100 * share:.2f}%;background:{colours.get(code, GREY)}" '
            f'title="{escape(language_name(code))} {percent(share)}"></i>'
            for code, share in shares
            if share > 0
        )
        return f'<div class="pg-mix" role="img" aria-label="{label}: {escape(said)}">{parts}</div>'

    here = bar([(code, own) for code, own, _ in card.language_shares], "Languages of the topic")
    file = bar([(code, all_) for code, _, all_ in card.language_shares], "Languages of the file")
    largest = sorted((m for m in card.language_shares if m[1] > 0), key=lambda m: (-m[1], m[0]))[:3]
    legend = "".join(
        f'<span><i class="dot" style="background:{colours.get(code, GREY)}"></i>'
        f"{escape(language_name(code))} {percent(own)}</span>"
        for code, own, _ in largest
    )
    rest = sum(own > 0 for _, own, _ in card.language_shares) - len(largest)
    more = f'<span class="pg-quiet">and {rest} more</span>' if rest > 0 else ""
    return (
        f'<div class="pg-mixes"><span class="pg-quiet">here</span>{here}'
        f'<span class="pg-quiet">file</span>{file}</div><div class="pg-facts">{legend}{more}</div>'
    )


def _keywords(card: TopicSummary, language: str) -> str:
    topic = card.topic
    rows = []
    for code in sorted(topic.languages, key=lambda code: (code != language, code != "en")):
        words = topic.keywords.get(code, [])[:_WORDS]
        if not words:
            continue
        glosses = [*topic.glosses.get(code, []), *[""] * len(words)]
        shown = ", ".join(map(_word, words, glosses))
        rows.append(
            f'<div><span class="code" translate="no" title="{escape(language_name(code))}">'
            f"{escape(code)}</span>"
            f"<span {language_attributes(code)}>{shown}</span></div>"
        )
    return f'<div class="pg-words">{"".join(rows)}</div>' if rows else ""


def _related(related: Mapping[str, Sequence[str]]) -> str:
    rows = [
        f'<div><span class="code" title="{escape(language_name(code))}">{escape(code)}</span>'
        f"<span {language_attributes(code)}>{escape(', '.join(words))}</span></div>"
        for code, words in related.items()
        if words
    ]
    if not rows:
        return ""
    return f'<p class="pg-quiet">Guests also write</p><div class="pg-words">{"".join(rows)}</div>'


def _word(word: str, gloss: str) -> str:
    told = gloss and gloss.casefold() != word.casefold()
    return escape(word) + (f" <i>({escape(gloss)})</i>" if told else "")


def month(code: str) -> str:
    """ "2025-01" as "Jan 2025"."""
    names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    year, _, number = code.partition("-")
    if number[:2].isdigit() and 1 <= int(number[:2]) <= 12:
        return f"{names[int(number[:2]) - 1]} {year}"
    return code


def percent(share: float) -> str:
    """ "12 %", "4.1 %", "under 0.1 %"."""
    value = 100 * share
    if 0 < value < 0.1:
        return "under 0.1 %"
    return f"{value:.0f} %" if value >= 9.95 else f"{value:.1f} %"
