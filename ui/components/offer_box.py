"""A box with a sentence, and beside it what can be done."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def offer_box(key: str | None = None) -> DeltaGenerator:
    """The box, to be filled with the sentence first and then the buttons."""
    return st.container(
        border=True,
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        key=key,
    )
