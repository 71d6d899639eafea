"""What the preview of an upload is made of: columns, rules, first rows, rows left out."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pipeline.cleaning import Rules
from pipeline.columns import Columns
from pipeline.export import to_csv
from pipeline.reviews import Reviews
from pipeline.tables import Table
from ui.widgets import count

_SHOWN_ROWS = 50
_SHOWN_REJECTED = 500
_ROLES = {
    "text": "Review text",
    "title": "Title",
    "rating": "Rating",
    "date": "Date",
    "hotel": "Hotel",
    "language": "Language",
    "id": "Review ID",
}
_PAIR = {"positive": "Liked", "negative": "Disliked"}
_RULES = {
    "drop_duplicates": "Leave out rows that repeat another",
    "drop_one_word": "Leave out reviews of a single word",
    "strip_boilerplate": "Take out “Translated by Google” and the like",
    "repair_mojibake": "Repair garbled letters (FrÃ¼hstÃ¼ck)",
    "join_title": "Put the title above the text",
}


def choose_columns(table: Table, guessed: Columns | None, number: int) -> Columns | None:
    """A box a role, with the guesses; None while no column of text is chosen."""
    names = [str(name) for name in table.frame.columns]
    st.subheader("What the columns mean", anchor=False)
    roles = dict(_ROLES)
    if guessed and (guessed.positive or guessed.negative):
        roles |= _PAIR
    chosen: dict[str, str | None] = {}
    per_row = 4
    places = [
        place for _ in range(0, len(roles), per_row) for place in st.columns(per_row, gap="small")
    ]
    for place, (role, label) in zip(places, roles.items(), strict=False):
        guess = getattr(guessed, role) if guessed else None
        options: list[str | None] = [*names] if role == "text" else [None, *names]
        with place:
            chosen[role] = st.selectbox(
                label,
                options,
                index=options.index(guess) if guess in options else (None if role == "text" else 0),
                format_func=lambda name: "none" if name is None else name,
                key=f"column-{role}-{number}-{table.sheet}",
                placeholder="Choose the column",
            )
    text = chosen.pop("text")
    return None if text is None else Columns(text, **chosen)


def choose_rules(number: int) -> Rules:
    """A switch a rule."""
    usual = Rules()
    with st.expander("Cleaning"):
        return Rules(
            **{
                rule: st.checkbox(label, value=getattr(usual, rule), key=f"rule-{rule}-{number}")
                for rule, label in _RULES.items()
            }
        )


def show_table(table: Table) -> None:
    """The first rows, as they are in the file."""
    first = table.frame.head(_SHOWN_ROWS)
    st.subheader("First rows", anchor=False)
    st.dataframe(
        first,
        height=min(38 + 35 * len(first), 360),
        hide_index=True,
        alt=f"The first {count(len(first), 'row')} of the file",
    )


def show_rejected(reviews: Reviews) -> None:
    """Rows that are left out, with line and reason, and all of them for download."""
    if not reviews.rejected:
        return
    with st.expander(f"Rejected rows ({len(reviews.rejected):,})"):
        rows = [(row.line, row.reason, row.text) for row in reviews.rejected]
        header = ("line", "reason", "text")
        if len(rows) > _SHOWN_REJECTED:
            st.caption(f"The first {_SHOWN_REJECTED} are shown; the download has all of them.")
        shown = pd.DataFrame(rows[:_SHOWN_REJECTED], columns=list(header))
        st.dataframe(shown, hide_index=True, alt="Rows that could not be used, with the reason")
        st.download_button(
            "Download the rejected rows",
            lambda: to_csv(header, rows).encode("utf-8-sig"),
            file_name="rejected_rows.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
