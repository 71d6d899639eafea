"""One review in full, over the page: its text, passages, notes, translation and everything else.

Its number is in the page's address (:data:`ADDRESS`), so that a link opens it.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from pipeline.analysis.notes import note_on_review
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.figures.colours import topic_colour
from pipeline.insights.attributes import excerpt
from pipeline.topics.polarity import COMPLAINT, PRAISE
from ui.components.copy_link import copy_link
from ui.components.notes import note_form, notes_html
from ui.components.review_text import language_attributes
from ui.components.translation import offer_translation
from ui.components.widgets import error_box, escape, review_metadata
from ui.session import search_service
from ui.session.address import AddressPart, Values, row_number
from ui.session.current import current_search, redraw_if_wanted
from ui.session.session import Session
from ui.session.view import View

_SIMILAR = 5
_QUOTED = 160  # letters of a similar review
_MAX_CELL = 2_000  # letters of another column's cell
_SENTIMENT = {PRAISE: ("praise", N_("Praise")), COMPLAINT: ("complaint", N_("Complaint"))}


def _read(view: View) -> Values:
    row = current_search().review
    return () if row is None else (str(row),)


def _apply(view: View, values: Values) -> None:
    if len(values) > 1:
        raise ValueError("review")
    current_search().review = row_number(view, values[0]) if values else None


ADDRESS = (AddressPart("review", N_("the review"), _read, _apply),)


def open_review(row: int | None) -> None:
    """Let the page show a review in full, by its number; None for none. For callbacks."""
    state = current_search()
    state.review, state.redraw = row, True


def show_open_review(session: Session) -> None:
    """The review that is open, if one is; drawn after the page."""
    view, row = session.view, current_search().review
    if view is None or row is None or row >= len(view.analysis.texts):
        return
    dialog = st.dialog(
        _("Review"), width="large", icon=":material/reviews:", on_dismiss=partial(open_review, None)
    )
    dialog(_show_review)(session, view)


def _show_review(session: Session, view: View) -> None:
    redraw_if_wanted()
    row = current_search().review
    if row is None or row >= len(view.analysis.texts):
        st.rerun()
    _text(view, row)
    offer_translation(session, view, row)
    _passages(view, row)
    notes = [
        note
        for note in session.file.notebook.notes()
        if note.about == "review" and note.key == view.original.ids[row]
    ]
    if notes:
        st.html(notes_html(notes))
    with st.expander(_("Write a note"), icon=":material/add_comment:"):
        note_form(session, partial(note_on_review, view.original, row), f"review-{row}")
    similar = st.expander(_("Similar reviews"), key="review-similar", on_change="rerun")
    if similar.open:
        with similar:
            _similar(view, row)
    _other_columns(view, row)
    copy_link(session, key="review-link")


def _text(view: View, row: int) -> None:
    analysis = view.analysis
    code = str(analysis.languages[row])
    facts = review_metadata(view, int(analysis.main_units[row]))
    st.html(
        f'<article class="pg-hit">{facts}<div class="pg-text" {language_attributes(code)}>'
        f"{escape(analysis.texts[row])}</div></article>"
    )


def _passages(view: View, row: int) -> None:
    """What the review says, passage by passage, with the topic and sentiment of each."""
    analysis = view.analysis
    passages = analysis.searched_passages
    sentiment = view.original.passage_sentiment
    code, text = str(analysis.languages[row]), analysis.texts[row]
    items = []
    for passage in np.flatnonzero(passages.review == row):
        topic = analysis.topic_of(int(passages.unit[passage]))
        said = text[int(passages.starts[passage]) : int(passages.ends[passage])]
        style, name = _SENTIMENT.get(0 if sentiment is None else int(sentiment[passage]), ("", ""))
        chip = f'<span class="pg-chip {style}">{escape(_(name))}</span>' if name else ""
        items.append(
            f'<li><div class="pg-text" {language_attributes(code)}>{escape(said)}</div>'
            f'<div class="pg-meta"><span><i class="dot" style="background:{topic_colour(topic)}">'
            f"</i>{escape(topic.name)}</span>{chip}</div></li>"
        )
    if items:
        heading = escape(_("What it says"))
        st.html(f'<b>{heading}</b><ol class="pg-passages">{"".join(items)}</ol>')


def _similar(view: View, row: int) -> None:
    everything = np.ones(len(view.analysis.units), bool)
    try:
        found = search_service.similar(view, (row,), top=_SIMILAR, allowed=everything)
    except InputError as error:
        error_box(str(error))
        return
    for unit in found.rows.tolist():
        other = int(view.analysis.units.review[unit])
        code = str(view.analysis.languages[other])
        said = escape(excerpt(view.analysis.texts[other], _QUOTED))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(
                f"<div {language_attributes(code)}>{said}</div>"
                f'<span class="pg-quiet">{escape(language_name(code))}</span>'
            )
            st.button(_("Open"), key=f"review-{other}", on_click=open_review, args=(other,))


def _other_columns(view: View, row: int) -> None:
    """The cells of the file's own columns but for that of the text."""
    frame = view.original.frame
    names = [name for name in frame.columns if name != view.original.columns.get("text")]
    if not names:
        return
    with st.expander(_("Other columns ({number})", number=format_number(len(names)))):
        cells = [str(frame[name].iloc[row])[:_MAX_CELL] for name in names]
        st.dataframe(
            pd.DataFrame({"column": [str(name) for name in names], "value": cells}),
            hide_index=True,
            column_config={
                "column": st.column_config.TextColumn(_("Column")),
                "value": st.column_config.TextColumn(_("Value"), width="large"),
            },
            alt=_("The other columns of the review"),
        )
