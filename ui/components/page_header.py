"""The head of a page that shows an analysis."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import ngettext
from ui.components.copy_link import copy_link
from ui.components.language_correction import correction_badge
from ui.components.partial_banner import partial_banner
from ui.components.widgets import error_box, escape, large_number
from ui.session.session import Session
from ui.session.view import View


def unseen_title(title: str) -> None:
    """The first heading of a page that shows none; screen readers find their way by it."""
    with st.container(key="page-title"):  # which takes no place, also while it is loaded
        st.html(f'<h1 class="pg-unseen">{escape(title)}</h1>')


def page_header(session: Session, view: View, title: str) -> None:
    """File name, counts, and whether the language effect is removed.

    Args:
        session: whose page.
        view: what is shown.
        title: of the page, as the links at the top have it; seen by screen readers only.
    """
    analysis = view.analysis
    name = session.source.name if session.source else ""
    if more := len(analysis.batches) - 1:
        name = ngettext("{file} and {n} file added", "{file} and {n} files added", more, file=name)
    said = "".join(f"<span>{figure}</span>" for figure in _figures(view))
    unseen_title(title)
    with st.container(horizontal=True, vertical_alignment="center", key="page-head"):
        st.html(
            '<div class="pg-head"><span class="file" dir="auto" translate="no">'
            f"{escape(name)}</span>{said}"
            f"{correction_badge(view)}</div>"
        )
        copy_link(session)
    if session.problem:
        error_box(session.problem)
    partial_banner(session, view)
    if lost := analysis.report.get("edits_lost"):
        st.caption(
            ngettext(
                "{n} change of yours no longer applies because the topics changed.",
                "{n} changes of yours no longer apply because the topics changed.",
                lost,
            )
        )


def _figures(view: View) -> list[str]:
    """How many reviews, languages and topics there are, each as HTML with a large number."""
    analysis = view.analysis
    reviews, units = len(analysis.texts), len(analysis.units)
    languages = len(set(analysis.languages.tolist()))
    topics = sum(not topic.is_outlier for topic in analysis.topics)
    figures = [(reviews, ngettext("{n} review", "{n} reviews", reviews))]
    if units != reviews:
        figures.append((units, ngettext("{n} sentence", "{n} sentences", units)))
    figures.append((languages, ngettext("{n} language", "{n} languages", languages)))
    figures.append((topics, ngettext("{n} topic", "{n} topics", topics)))
    return [large_number(number, said) for number, said in figures]
