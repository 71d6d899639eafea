"""A topic's card as HTML. Everything that comes from a file goes through :func:`escape`."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pipeline.common.locale_format import (
    format_list,
    format_month,
    format_number,
    format_percent,
    join_names,
    language_name,
)
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext, pgettext
from pipeline.figures.colours import COMPLAINT_COLOUR, GREY, PRAISE_COLOUR, topic_colour
from pipeline.insights.attributes import excerpt
from pipeline.insights.topic_summary import TopicSummary
from pipeline.reviews.units import SENTENCE
from pipeline.topics.topic import PALETTE
from ui.components.review_text import language_attributes, quote_html
from ui.components.widgets import escape, stars

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
        f'<h2 class="pg-name" dir="auto"><i class="dot" style="background:{topic_colour(topic)}">'
        f"</i>{escape(topic.name)}</h2>",
        f'<div class="pg-facts">{_rating(card, mean, highest)}{_size(card, kind)}</div>',
        _sentiment(card),
        _trend(card),
        "" if quote is None else quote_html(excerpt(quote[0], _QUOTED), quote[1]),
    ]
    if warning:
        said = _("<b>Take care:</b> {warning}", warning=escape(warning))
        lines.append(f'<p class="pg-warning">{said}</p>')
    more = f'<p class="pg-quiet">{escape(evidence)}</p>' if evidence else ""
    lines.append(
        f'<details class="pg-more"><summary>{escape(_("Languages and words"))}</summary>'
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
    reviews = ngettext("{n} review", "{n} reviews", card.topic.reviews)
    facts = [f"<b>{escape(reviews)}</b>"]
    if card.units != card.topic.reviews and kind == SENTENCE:
        facts.append(escape(ngettext("{n} sentence", "{n} sentences", card.units)))
    return f"<span>{join_names([*facts, escape(percent(card.share))])}</span>"


def _rating(card: TopicSummary, mean: float, highest: float) -> str:
    if not math.isfinite(card.rating):
        return ""
    mark, all_ = (format_number(rating * highest / 5, 1) for rating in (card.rating, mean))
    # Translators: the mean rating of a topic, and of all reviews.
    said = _("{mark} of {highest} (all: {all})", mark=mark, highest=f"{highest:g}", all=all_)
    quiet = '<span class="pg-quiet">'
    shown = escape(said).replace(escape(mark), f"</span><b>{escape(mark)}</b>{quiet}", 1)
    return (
        f'<span><span class="stars" aria-hidden="true">{stars(card.rating)}</span> '
        f"{quiet}{shown}</span></span>"
    )


def _sentiment(card: TopicSummary) -> str:
    """Shares of reviews that praise and that complain, with their intervals."""
    theme = card.theme
    if theme is None or theme.praise is None or theme.complaints is None or not theme.praise.size:
        return ""
    parts = []
    for name, told, colour in (
        (_("Praise"), theme.praise, PRAISE_COLOUR),
        (_("Complaints"), theme.complaints, COMPLAINT_COLOUR),
    ):
        low, high = (format_number(100 * end) for end in told.interval)
        reviews = ngettext(
            "{n} review of {all}",
            "{n} reviews of {all}",
            told.count,
            all=format_number(told.size),
        )
        interval = _("{low} to {high}", low=low, high=high)
        parts.append(
            f'<span title="{escape(reviews)}"><i class="dot" style="background:{colour}"></i>'
            f"{escape(name)} <b>{escape(percent(told.share))}</b> "
            f'<span class="pg-quiet">({escape(interval)})</span></span>'
        )
    return f'<div class="pg-facts">{"".join(parts)}</div>'


def _coverage(card: TopicSummary) -> str:
    if not math.isfinite(card.coverage):
        return ""
    said = _(
        "The fixed list of aspects covers {share} of what is said here.",
        share=percent(card.coverage),
    )
    return f'<p class="pg-quiet">{escape(said)}</p>'


def _trend(card: TopicSummary) -> str:
    if not card.months:
        return ""
    since = month(card.months[-card.recent_months])
    words = _(
        "{recent} since {month}, {earlier} before",
        recent=percent(card.recent_share),
        month=since,
        earlier=percent(card.earlier_share),
    )
    line = sparkline(card.shares, _("Share of each month's reviews: {trend}", trend=words))
    return f'<div class="pg-trend">{line}<span class="pg-quiet">{escape(words)}</span></div>'


def _mix(card: TopicSummary) -> str:
    """Two bars: the languages here, and in the file."""
    named = [code for code, _own, _all in card.language_shares[:_NAMED_LANGUAGES]]
    colours = {code: PALETTE[i] for i, code in enumerate(named)}

    def bar(shares: Sequence[tuple[str, float]], label: str) -> str:
        parts = "".join(
            f'<i style="width:{100 * share:.2f}%;background:{colours.get(code, GREY)}" '
            f'title="{escape(language_name(code))} {escape(percent(share))}"></i>'
            for code, share in shares
            if share > 0
        )
        return f'<div class="pg-mix" role="img" aria-label="{escape(label)}">{parts}</div>'

    own = [(code, own) for code, own, _all in card.language_shares]
    all_ = [(code, all_) for code, _own, all_ in card.language_shares]
    here = bar(own, _("Languages of the topic: {languages}", languages=_listed(own)))
    file = bar(all_, _("Languages of the file: {languages}", languages=_listed(all_)))
    largest = sorted((m for m in card.language_shares if m[1] > 0), key=lambda m: (-m[1], m[0]))[:3]
    legend = "".join(
        f'<span><i class="dot" style="background:{colours.get(code, GREY)}"></i>'
        f"{escape(language_name(code))} {escape(percent(share))}</span>"
        for code, share, _all in largest
    )
    rest = sum(share > 0 for _code, share in own) - len(largest)
    if rest > 0:
        more = escape(ngettext("and {n} more", "and {n} more", rest))
        legend += f'<span class="pg-quiet">{more}</span>'
    # Translators: beside a bar of the languages in this topic; a short word.
    own_label = escape(pgettext("languages", "here"))
    # Translators: beside a bar of the languages in the whole file; a short word.
    all_label = escape(pgettext("languages", "file"))
    return (
        f'<div class="pg-mixes"><span class="pg-quiet">{own_label}</span>{here}'
        f'<span class="pg-quiet">{all_label}</span>{file}</div>'
        f'<div class="pg-facts">{legend}</div>'
    )


def _listed(shares: Sequence[tuple[str, float]]) -> str:
    """ "Japanese 60% and Chinese 40%"."""
    return format_list(
        f"{language_name(c)} {percent(share)}" for c, share in shares if share >= 0.005
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
    label = escape(_("Guests also write"))
    return f'<p class="pg-quiet">{label}</p><div class="pg-words">{"".join(rows)}</div>'


def _word(word: str, gloss: str) -> str:
    told = gloss and gloss.casefold() != word.casefold()
    return escape(word) + (f" <i>({escape(gloss)})</i>" if told else "")


def month(code: str) -> str:
    """ "2025-01" as "Jan 2025"."""
    try:
        return format_month(datetime.date.fromisoformat(f"{code}-01"), short=True)
    except ValueError:
        return code


def percent(share: float) -> str:
    """ "12%", "4.1%", "under 0.1%"."""
    if 0 < share < 0.001:
        return _("under {share}", share=format_percent(0.001, 1))
    return format_percent(share, 0 if share >= 0.0995 else 1)
