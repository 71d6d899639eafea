"""What topics cost and earn in marks: a section of the page "Compare"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, join_statements
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext
from pipeline.figures.effects import effects_chart
from pipeline.insights.gains import Effect
from pipeline.insights.impact import Impact, ThemeImpact, measure_impact
from pipeline.insights.impact_words import CAUTION, describe_basis, describe_effect, describe_gain
from pipeline.insights.themes import Themes
from ui.components.downloads import chart_options
from ui.components.theme_choice import hidden_themes
from ui.components.widgets import escape, escape_markdown, note_mixed_scales
from ui.session.view import View

_MENTIONS, _COMPLAINTS, _PRAISE = N_("Mentions"), N_("Complaints"), N_("Praise")
_EFFECTS: dict[str, Callable[[ThemeImpact], Effect | None]] = {
    _COMPLAINTS: lambda impact: impact.complaint,
    _PRAISE: lambda impact: impact.praise,
    _MENTIONS: lambda impact: impact.mention,
}
_NO_FIGURES = {
    _COMPLAINTS: N_("No topic has enough reviews to say what its complaints cost or earn."),
    _PRAISE: N_("No topic has enough reviews to say what its praise cost or earn."),
    _MENTIONS: N_("No topic has enough reviews to say what its mentions cost or earn."),
}
_HELP = N_(
    "Complaints and praise: what each costs or earns by itself, leaving aside "
    "whatever else the same guest complains about or praises. Mentions: reviews "
    "that speak of it, compared with all others."
)
_CHARTED = 15
_GAINS = 3


def show_impact(view: View, themes: Themes, allowed: np.ndarray) -> None:
    """Draw what could be gained, the effects as a chart, and all of them as a table.

    Args:
        view: whose reviews.
        themes: of its reviews.
        allowed: bool (n,), reviews that pass the filters.
    """
    try:
        with st.spinner(_("Comparing marks"), show_time=False):
            impact = view.figure(
                ("impact", themes.kind, allowed.tobytes()),
                lambda: measure_impact(view.original, themes, allowed),
            )
    except InputError as error:
        st.info(escape_markdown(str(error)))
        return
    hidden = hidden_themes(view, themes)
    shown = [each for each in impact.themes if each.theme not in hidden]
    st.html(f'<span class="pg-quiet">{escape(describe_basis(impact))}</span>')
    note_mixed_scales(view)
    _gains(impact, shown, themes)
    choices = [each for each in _EFFECTS if each == _MENTIONS or themes.complaints is not None]
    of = choices[0]
    if len(choices) > 1:
        of = (
            st.segmented_control(
                _("What"),
                choices,
                format_func=_,
                default=of,
                required=True,
                key="impact-of",
                help=_(_HELP),
            )
            or of
        )
    _chart(view, shown, themes, of)
    _table(view, shown, themes)
    st.caption(_(CAUTION))


def _gains(impact: Impact, shown: list[ThemeImpact], themes: Themes) -> None:
    found = [each for each in shown if each.gain is not None and each.gain.is_clear]
    found.sort(key=lambda each: -each.gain.gain if each.gain else 0.0)
    lines = "".join(
        f"<li><bdi>{escape(describe_gain(each.gain, themes.names[each.theme], impact))}</bdi>.</li>"
        for each in found[:_GAINS]
        if each.gain is not None
    )
    if lines:
        st.html(f'<ul class="pg-gains">{lines}</ul>')


def _chart(view: View, shown: list[ThemeImpact], themes: Themes, of: str) -> None:
    """The effects with a figure, the largest by their lines, the most costly first."""
    pairs = [(each.theme, effect) for each in shown if (effect := _EFFECTS[of](each)) is not None]
    known = [(theme, effect) for theme, effect in pairs if not effect.problem]
    if not known:
        st.info(_(_NO_FIGURES[of]))
        return
    known.sort(key=lambda pair: (not pair[1].is_clear, -abs(pair[1].effect)))
    drawn = sorted(known[:_CHARTED], key=lambda pair: pair[1].effect)
    names = [themes.names[theme] for theme, _effect in drawn]
    effects = [effect for _theme, effect in drawn]
    words = [
        _("{subject}: {effect}", subject=name, effect=describe_effect(effect))
        for name, effect in zip(names, effects, strict=True)
    ]
    st.plotly_chart(
        effects_chart(names, effects, dark=st.context.theme.type == "dark"),
        key=f"impact-chart-{view.number}-{themes.kind}-{of}",
        config=chart_options("polyguest-impact"),
        alt=join_statements(words),
    )
    highest, more = format_number(view.attributes.highest_rating), len(known) - _CHARTED
    if more > 0:
        said = ngettext(
            "Points of {highest}, with the interval in which the true figure lies with 95 % "
            "certainty. Grey: no clear effect; {n} more in the table.",
            "Points of {highest}, with the interval in which the true figure lies with 95 % "
            "certainty. Grey: no clear effect; {n} more in the table.",
            more,
            highest=highest,
        )
    else:
        said = _(
            "Points of {highest}, with the interval in which the true figure lies with 95 % "
            "certainty. Grey: no clear effect.",
            highest=highest,
        )
    st.caption(said)


def _table(view: View, shown: list[ThemeImpact], themes: Themes) -> None:
    rows = []
    for impact in shown:
        row: dict[str, str | int] = {"topic": themes.names[impact.theme]}
        for name, take in _EFFECTS.items():
            if (effect := take(impact)) is not None:
                row[name] = describe_effect(effect)
        rows.append(row)
    with st.expander(_("All figures ({number})", number=format_number(len(rows)))):
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height=min(38 + 35 * len(rows), 600),
            column_config={
                "topic": st.column_config.TextColumn(_("Topic"), width=240),
                **{name: st.column_config.TextColumn(_(name), width=300) for name in _EFFECTS},
            },
            alt=_("What each topic costs or earns in marks, with interval and number of reviews"),
        )
