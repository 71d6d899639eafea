"""Switching to another page, as the links at the top do it."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.session.address import address_values


def switch_page(page: str) -> NoReturn:
    """Switch to another page; what the browser still asks of the present one is ignored.

    The address goes on naming what is shown (:mod:`ui.session.address`).

    A fragment with ``run_every`` asks to be drawn every half second, more often than a busy server
    answers. Streamlit takes each request for one of the page that the browser showed when it
    asked, draws it after the switch, and announces that page, whereupon the browser clears the
    one that it shows by now: the visitor sees an empty page. Streamlit ignores requests for
    fragments that it doesn't know.

    Args:
        page: path of its script.
    """
    context = get_script_run_ctx()
    if context is not None:
        context.fragment_storage.clear()
    st.switch_page(page, query_params=address_values())  # noqa: TID251  the one place that may
