"""The heat table: a row for each topic, a column for each group, one figure in each cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.common.locale_format import format_number
from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import excerpt
from pipeline.insights.comparison import Comparison
from pipeline.insights.comparison_records import comparison_records, records_csv
from pipeline.insights.findings import group_label
from pipeline.insights.groups import column_noun
from ui.compare.choices import MEASURE_KEY
from ui.components.downloads import offer_file
from ui.components.tables import Format, in_page_language, percentage, with_digits
from ui.components.theme_choice import hidden_themes
from ui.components.widgets import escape_markdown
from ui.session.view import View

_MOST_GROUPS = 40  # columns; more can't be read, and are found by name
_MORE, _LESS, _GREY = "194, 114, 79", "75, 139, 190", "rgba(128, 128, 128, 0.8)"
_FAINT, _FULL = 0.10, 0.55  # opacity of what may be chance, and the most of what is not


@dataclass(frozen=True)
class Measure:
    """A figure of each cell.

    Attributes:
        label: for people.
        written: how a number is written.
        values: float (g, t), to be shown.
        against: float (g, t), how much more or less than the rest, for the colour.
        differs: bool (g, t), whether that is more than chance.
        help: what it is.
    """

    label: str
    written: Format
    values: np.ndarray
    against: np.ndarray
    differs: np.ndarray
    help: str


def measures(view: View, comparison: Comparison) -> dict[str, Measure]:
    """The figures that can be shown, by key."""
    table, complaints, marks = comparison.mentions, comparison.complaints, comparison.marks
    change = 100 * (table.shares - table.rest_shares)
    found = {
        "share": Measure(
            _("Share of reviews"),
            percentage,
            100 * table.shares,
            change,
            comparison.mentions_differ,
            _("Share of the group's reviews that mention it"),
        ),
        "difference": Measure(
            _("Difference to the rest"),
            lambda points: format_number(points, 1, signed=True),
            change,
            change,
            comparison.mentions_differ,
            _("Points of per cent above or below the share in all other groups"),
        ),
    }
    if complaints is not None:
        found["complaints"] = Measure(
            _("Share of complaints"),
            percentage,
            100 * complaints.shares,
            100 * (complaints.shares - complaints.rest_shares),
            comparison.complaints_differ,
            _("Share of the group's reviews that complain about it"),
        )
    if marks is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            total = np.nansum(marks.means * marks.counts, axis=0) / marks.counts.sum(axis=0)
        apart = (marks.low > total) | (marks.high < total)
        found["mark"] = Measure(
            view.attributes.rating_title(_("Mean mark")),
            with_digits(2),
            view.attributes.shown_rating(marks.means),
            25 * (total - marks.means),  # a low mark has the colour of more complaints
            apart & ~comparison.small,
            _(
                "Mean mark of the reviews that mention it; strong colours: all groups' mean is "
                "outside its 95 % interval"
            ),
        )
    return found


def choose_measure(found: dict[str, Measure]) -> Measure:
    """Draw the control."""
    if st.session_state.get(MEASURE_KEY) not in found:
        st.session_state[MEASURE_KEY] = next(iter(found))
    key = st.segmented_control(
        _("Show"),
        list(found),
        format_func=lambda each: found[each].label,
        required=True,
        key=MEASURE_KEY,
    )
    return found[key or next(iter(found))]


def show_heat_table(view: View, comparison: Comparison) -> tuple[int, int] | None:
    """Draw the table with its controls; returns group and theme of the cell that is chosen."""
    noun = column_noun(comparison.groups.column)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="heat"):
        measure = choose_measure(measures(view, comparison))
        wanted = st.text_input(
            _("Find a topic or {column}", column=escape_markdown(noun)),
            key="compare-find",
            width=240,
            max_chars=80,
        )
        offer_file(
            _("Download"),
            lambda: records_csv(comparison_records(comparison)).encode("utf-8-sig"),
            view.file_name("comparison"),
        )
    labels = [
        group_label(view.original, comparison.groups.column, name)
        for name in comparison.groups.names
    ]
    hidden = hidden_themes(view, comparison.themes)
    themes = [number for number in range(len(comparison.themes)) if number not in hidden]
    groups, themes = _find(wanted, labels, comparison.themes.names, themes)
    if not groups or not themes:
        st.info(_("Nothing has this name."))
        return None
    shown = _most_different(comparison, groups)
    if len(shown) < len(groups):
        st.caption(
            _(
                "The {shown} of {all} that differ most. Type a name above to find another; the "
                "download has all.",
                shown=format_number(len(shown)),
                all=format_number(len(groups)),
            )
        )
    themes.sort(key=lambda theme: -int(comparison.mentions.totals[theme]))
    st.caption(
        _(
            "{figure}. Strong colours differ by more than chance, faint ones may be chance; grey "
            "numbers are of too few reviews. Select a cell to read it.",
            figure=measure.help,
        )
    )
    event = st.dataframe(
        _styled(comparison, measure, shown, themes),
        hide_index=True,
        height=min(38 + 35 * len(themes), 640),
        column_config=_columns([(f"g{group}", labels[group]) for group in shown]),
        key=f"heat-{view.number}-{comparison.themes.kind}-{comparison.groups.column}",
        on_select="rerun",
        selection_mode="single-cell",
        alt=_("Topics by group; the sentences above say what differs, the boxes below each cell"),
    )
    return _chosen(event, shown, themes)


def _columns(groups: list[tuple[str, str]]) -> dict[str, Any]:
    config: dict[str, Any] = {
        "topic": st.column_config.TextColumn(_("Topic"), pinned=True, width=230),
        "all": st.column_config.NumberColumn(
            _("All"), width=70, help=_("Reviews of all groups that mention it")
        ),
    }
    for name, label in groups:
        config[name] = st.column_config.NumberColumn(excerpt(label, 40), width=95)
    return config


def _styled(comparison: Comparison, measure: Measure, groups: list[int], themes: list[int]) -> Any:  # noqa: ANN401  a Styler has no public type
    cells = np.ix_(groups, themes)
    table = pd.DataFrame(measure.values[cells].T, columns=[f"g{group}" for group in groups])
    table.insert(0, "topic", [comparison.themes.names[theme] for theme in themes])
    table.insert(1, "all", comparison.mentions.totals[themes])
    colours = cell_styles(measure.against[cells], measure.differs[cells], comparison.small[cells]).T
    written = {"all": format_number} | dict.fromkeys(list(table)[2:], measure.written)
    styled = in_page_language(table, written)
    return styled.apply(lambda _table: np.insert(colours, 0, [[""], [""]], axis=1), axis=None)


def cell_styles(against: np.ndarray, differs: np.ndarray, small: np.ndarray) -> np.ndarray:
    """CSS of each cell: str (g, t). Orange for more, blue for less, grey for too few reviews."""
    known = np.abs(against[np.isfinite(against)])
    top = max(float(np.quantile(known, 0.98)) if len(known) else 0.0, 1e-9)
    strength = np.nan_to_num(np.minimum(np.abs(against) / top, 1.0))
    opacity = np.where(differs, 0.18 + (_FULL - 0.18) * strength, _FAINT * strength)
    styles = np.empty(against.shape, object)
    for place in np.ndindex(against.shape):
        if small[place]:
            styles[place] = f"color: {_GREY}"
        else:
            colour = _MORE if against[place] > 0 else _LESS
            styles[place] = f"background-color: rgba({colour}, {opacity[place]:.2f})"
    return styles


def _find(
    wanted: str, labels: list[str], names: tuple[str, ...], themes: list[int]
) -> tuple[list[int], list[int]]:
    """Groups and themes whose names have these letters; all of both where none are typed."""
    letters = wanted.strip().casefold()
    groups = [number for number, label in enumerate(labels) if letters in label.casefold()]
    found = [theme for theme in themes if letters in names[theme].casefold()]
    if not groups and not found:
        return [], []
    return groups or list(range(len(labels))), found or themes


def _most_different(comparison: Comparison, groups: list[int]) -> list[int]:
    """The groups to show, in their order: those with most cells that differ, then the largest."""
    if len(groups) <= _MOST_GROUPS:
        return groups
    differing = comparison.differs.sum(axis=1)
    order = sorted(groups, key=lambda group: (-differing[group], -comparison.groups.sizes[group]))
    return sorted(order[:_MOST_GROUPS])


def _chosen(event: Any, groups: list[int], themes: list[int]) -> tuple[int, int] | None:  # noqa: ANN401  Streamlit's own
    cells = event["selection"].get("cells", [])
    if not cells or cells[0][0] >= len(themes) or not str(cells[0][1]).startswith("g"):
        return None
    group = int(str(cells[0][1])[1:])
    return (group, themes[cells[0][0]]) if group in groups else None
