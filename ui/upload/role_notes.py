"""What stands below each column's box: why it was guessed, its runner-up, and values as understood.

A wrong guess is seen at once, and changed with one click.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pipeline.common.translation import gettext as _
from pipeline.insights.attributes import excerpt
from pipeline.reviews.column_roles import RoleGuess
from ui.components.widgets import escape, escape_markdown

_INLINE = 24  # characters up to which examples stand in one line


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
            st.html(f'<div class="pg-examples">{shown or escape(_("No value can be read."))}</div>')
        if guess is None or not guess.reason:
            return
        st.caption(escape_markdown(_sentence(guess.reason)))
        if guess.runner_up is not None:
            st.button(
                escape_markdown(_("Use “{column}”", column=excerpt(guess.runner_up, 30))),
                key=f"use-{key}",
                type="tertiary",
                icon=":material/swap_horiz:",
                help=_("Take this column instead"),
                on_click=_take,
                args=(key, guess.runner_up),
            )


def _sentence(reason: str) -> str:
    # Translators: a reason such as "Its name says so", as a sentence.
    return _("{reason}.", reason=reason[:1].upper() + reason[1:])


def _take(key: str, column: str) -> None:
    st.session_state[key] = column
