"""The results of a comparison: the decision, the table, and both charts."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import streamlit as st

from pipeline.common.csv_writer import to_csv
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import ENGLISH, use_language
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.evaluation.metrics import MAIN_MEASURES
from pipeline.evaluation.verdict import describe_verdict
from pipeline.figures.model_comparison import dimensions_figure, quality_speed_figure
from pipeline.jobs.job import Job
from pipeline.jobs.requests import RESULTS
from ui.components.downloads import chart_options, offer_file
from ui.components.tables import Format, in_page_language, with_digits
from ui.components.widgets import error_box, escape_markdown
from ui.models.dimensions import offer_dimensions
from ui.session.session import Session
from ui.session.view import View

_KINDS = {
    "retrieval": N_("Search"),
    "reranking": N_("Right before wrong"),
    "clustering": N_("Groups"),
    "classification": N_("Labels learnt"),
}
_WAYS = {None: N_("all"), "prefix": N_("the first"), "pca": N_("by PCA")}
_WRITTEN: dict[str, Format] = {
    "Quality": with_digits(1),
    "Reviews a second": format_number,
    "ms a query": with_digits(1),
    "MB for a million": format_number,
    "MB in memory": format_number,
    "MB on disk": format_number,
    "Price": with_digits(3),
}
_COLUMNS = {  # the keys are those of the download
    "Model": N_("Model"),
    "Dimensions": N_("Dimensions"),
    "Kept": N_("Kept"),
    **{name: name for name in _KINDS.values()},
}


def show_results(session: Session, view: View, job: Job) -> None:
    """What a comparison that is done has found, or why it has found nothing."""
    if job.state != "done":
        if job.problem:
            error_box(job.problem)
        return
    try:
        found = json.loads((job.target / RESULTS).read_text("utf-8"))
    except (OSError, ValueError):
        error_box(_("The results are gone: compare again"))
        return
    records: list[dict[str, Any]] = found["models"]
    st.header(_("Which model"))
    words = describe_verdict(found["message"], found["values"])
    st.markdown(f"**{escape_markdown(words)}**")
    dark = st.context.theme.type == "dark"
    whole = [each for each in records if each["reduction"] is None and each["quality"] is not None]
    if len(whole) > 1:
        st.plotly_chart(
            quality_speed_figure(records, dark=dark),
            key="models-chart",
            config=chart_options("polyguest-models"),
        )
        st.caption(
            _("Filled: no other model is both better and faster. Up and to the right is best.")
        )
    _table(records)
    if any(record["reduction"] for record in records):
        st.header(_("How many dimensions"))
        st.plotly_chart(
            dimensions_figure(records, dark=dark),
            key="models-dimensions-chart",
            config=chart_options("polyguest-dimensions"),
        )
        st.caption(
            _(
                "The large points: from there on a third more memory buys less than one point. "
                "“The first” simply cuts vectors off; PCA keeps what differs most in your reviews."
            )
        )
        offer_dimensions(session, view, records)


def _table(records: list[dict[str, Any]]) -> None:
    kinds = list(dict.fromkeys(kind for record in records for kind in record if kind in _KINDS))
    number = st.column_config.NumberColumn
    st.dataframe(
        in_page_language(_frame(records, kinds), _WRITTEN),
        hide_index=True,
        column_config={
            **{name: st.column_config.Column(_(label)) for name, label in _COLUMNS.items()},
            "Quality": number(_("Quality"), help=_("Mean, of 100 points")),
            "Reviews a second": number(_("Reviews a second")),
            "ms a query": number(_("ms a query")),
            "MB for a million": number(
                _("MB for a million"),
                help=_("Memory of the vectors of a million reviews"),
            ),
            "MB in memory": number(_("MB in memory")),
            "MB on disk": number(_("MB on disk")),
            "Price": number(_("Price"), help=_("Of a million tokens, at an endpoint")),
        },
        alt=_("Each model with its quality, its speed and its size"),
    )
    st.caption(
        _(
            "In brackets: the 95 % interval. {measures}. The app's own search adds two networks to "
            "its own model's vectors, which this does not measure; the page Explore does (“How "
            "good is this search?”).",
            measures=" · ".join(f"{_(_KINDS[kind])}: {MAIN_MEASURES[kind]}" for kind in kinds),
        )
    )
    languages = {code for record in records for code in record["by_language"]}
    if len(languages) > 1:
        with st.expander(_("Search in each language (nDCG@10)")):
            st.dataframe(
                _by_language(records), hide_index=True, column_config={"Language": _("Language")}
            )
    offer_file(_("Download"), lambda: _csv(records, kinds), "models.csv", key="models-download")


def _frame(records: list[dict[str, Any]], kinds: list[str]) -> pd.DataFrame:
    return pd.DataFrame([_row(record, kinds) for record in records])


def _csv(records: list[dict[str, Any]], kinds: list[str]) -> bytes:
    with use_language(ENGLISH):
        frame = _frame(records, kinds)
    return to_csv(list(frame.columns), frame.itertuples(index=False)).encode("utf-8-sig")


def _row(record: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "": "★" if record["chosen"] else "",
        "Model": record["model"],
        "Dimensions": record["dimension"],
        "Kept": _("groups only") if record["quality"] is None else _(_WAYS[record["reduction"]]),
        "Quality": None if record["quality"] is None else 100 * record["quality"],
    }
    for kind in kinds:
        main = record.get(kind, {}).get(MAIN_MEASURES[kind])
        row[_KINDS[kind]] = "" if main is None else _estimate(main)
    return row | {
        "Reviews a second": record["texts_per_second"],
        "ms a query": record["query_ms"],
        "MB for a million": record["mb_per_million_reviews"],
        "MB in memory": record["memory_mb"],
        "MB on disk": record["disk_mb"],
        "Price": record["price"],
    }


def _estimate(main: dict[str, float | None]) -> str:
    value, low, high = (main[part] for part in ("value", "low", "high"))
    if value is None:
        return ""
    shown = format_number(100 * value, 1)
    if low is None or high is None:
        return shown
    return f"{shown} [{format_number(100 * low)}, {format_number(100 * high)}]"


def _by_language(records: list[dict[str, Any]]) -> pd.DataFrame:
    whole = [record for record in records if record["by_language"] and record["reduction"] is None]
    codes = list(dict.fromkeys(code for record in whole for code in record["by_language"]))
    return pd.DataFrame(
        [
            {"Language": language_name(code)}
            | {record["model"]: record["by_language"].get(code) for record in whole}
            for code in codes
        ]
    )
