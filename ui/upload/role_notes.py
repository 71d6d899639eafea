"""What stands below each column's box: why it was guessed, its runner-up, and values as understood.

A wrong guess is seen at once, and changed with one click.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pipeline.analysis.run import identify_languages
from pipeline.insights.attributes import excerpt, language_name
from pipeline.reviews.column_roles import RoleGuess
from pipeline.reviews.dates import iso_days, parse_dates
from pipeline.reviews.ratings import Ratings
from pipeline.reviews.read import Reviews
from ui.components.widgets import escape, escape_markdown

_EXAMPLES = 3
_LENGTH = 44  # characters of an example
_INLINE = 24  # characters up to which examples stand in one line
_SEARCHED = 500  # reviews among which examples are looked for
_CLASSIFIED = 60  # reviews whose language is identified for examples


def show_role_note(
    place: DeltaGenerator, key: str, guess: RoleGuess | None, examples: list[str] | None
) -> None:
    """Write the note of a role below its box.

    Args:
        place: below the box.
        key: of the box, which the button sets to the runner-up.
        guess: the column and its reason; None where nothing was found.
        examples: values as understood, none if no value could be; None without a column.
    """
    with place.container(gap="xxsmall"):
        if examples is not None:
            between = "<br>" if max(map(len, examples), default=0) > _INLINE else " · "
            shown = between.join(f"<bdi>{escape(value)}</bdi>" for value in examples)
            st.html(f'<div class="pg-examples">{shown or "No value can be read."}</div>')
        if guess is None or not guess.reason:
            return
        st.caption(escape_markdown(_sentence(guess.reason)))
        if guess.runner_up is not None:
            st.button(
                escape_markdown(f"Use “{excerpt(guess.runner_up, 30)}”"),
                key=f"use-{key}",
                type="tertiary",
                icon=":material/swap_horiz:",
                help="Take this column instead",
                on_click=_take,
                args=(key, guess.runner_up),
            )


def role_examples(reviews: Reviews) -> dict[str, list[str]]:
    """Three values of each role as they were understood: "7.6 of 10", "2026-03-05", "Japanese"."""
    roles, frame = reviews.columns, reviews.frame.iloc[:_SEARCHED]
    examples = {
        role: _distinct(str(cell) for cell in frame[name])
        for role, name in vars(roles).items()
        if name is not None
    }
    examples["text"] = _distinct(reviews.texts[:_SEARCHED])
    if roles.id is not None:
        examples["id"] = _distinct(reviews.ids[:_SEARCHED])
    if roles.date is not None:
        examples["date"] = _distinct(iso_days(reviews.days, len(reviews.texts))[:_SEARCHED])
    if roles.scraped is not None:
        examples["scraped"] = _distinct(_days(frame[roles.scraped].tolist()))
    if reviews.marks is not None:
        examples["rating"] = _distinct(_marks(reviews.marks))
    rows = np.arange(min(len(reviews.texts), _CLASSIFIED))
    codes = identify_languages(reviews, rows).tolist()
    return examples | {"language": _distinct(map(language_name, codes))}


def _days(cells: list[str]) -> list[str]:
    return iso_days(parse_dates(cells), len(cells))


def _marks(ratings: Ratings) -> Iterable[str]:
    for mark, highest in zip(
        ratings.marks[:_SEARCHED].tolist(), ratings.highest[:_SEARCHED].tolist(), strict=True
    ):
        if mark == mark:
            yield f"{mark:g} of {highest:g}"


def _distinct(values: Iterable[str]) -> list[str]:
    """The first distinct values that are not blank, shortened."""
    found: dict[str, None] = {}
    for value in values:
        if value.strip():
            found[excerpt(value, _LENGTH)] = None
        if len(found) == _EXAMPLES:
            break
    return list(found)


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."


def _take(key: str, column: str) -> None:
    st.session_state[key] = column
