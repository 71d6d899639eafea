"""Fewer dimensions for the search over all analyses, chosen by what was measured; and undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pipeline.access.policy import Action
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number
from pipeline.common.settings import saves_analyses
from pipeline.common.translation import gettext as _
from pipeline.embedding.reduction import PREFIX, parse_reduction, reduction_name
from pipeline.jobs.requests import PrepareRequest
from ui.session.session import Session
from ui.session.view import View


def offer_dimensions(session: Session, view: View, records: Sequence[dict[str, Any]]) -> None:
    """Draw what the search store of the open analysis keeps, and a button to change that.

    Args:
        session: with the open analysis.
        view: the analysis.
        records: of :func:`pipeline.evaluation.records.result_records`.
    """
    if not saves_analyses():
        return
    used = _used(session)
    with st.container(border=True):
        if used:
            st.markdown(_kept(used))
            st.button(
                _("Use all dimensions again"),
                icon=":material/undo:",
                key="models-all-dimensions",
                on_click=_choose,
                args=(session, ""),
            )
        best = find_enough(records, view.original.settings.model, view.original.settings.space)
        if best is None:
            if not used:
                st.caption(_("No fewer dimensions of this analysis’ own model keep its quality."))
        elif (name := reduction_name(best["reduction"], best["dimension"])) != used:
            st.button(
                _offer(name),
                icon=":material/compress:",
                key="models-fewer-dimensions",
                on_click=_choose,
                args=(session, name),
            )
            st.caption(
                _(
                    "For the search over all analyses: its copy of this analysis gets smaller. It "
                    "finds candidates by these; the analysis keeps all dimensions, by which hits "
                    "are ranked. Search within the analysis stays as it is."
                )
            )


def find_enough(records: Sequence[dict[str, Any]], model: str, space: str) -> dict[str, Any] | None:
    """The record with the fewest dimensions after which a third more memory buys little.

    Args:
        records: of a comparison.
        model: of the analysis.
        space: of the analysis; what was measured in another one says nothing of it.

    Returns:
        None where fewer dimensions of this model cost too much, or were not measured.
    """
    own = [each for each in records if (each["model"], each["space"]) == (model, space)]
    enough = [each for each in own if each["enough"] and each["reduction"]]
    return min(enough, key=lambda each: each["dimension"], default=None)


def _kept(reduction: str) -> str:
    kind, dimension = parse_reduction(reduction)
    number = format_number(dimension)
    if kind == PREFIX:
        return _(
            "**The search over all analyses keeps the first {n} dimensions of this analysis.** "
            "Hits are ranked by all dimensions, as before.",
            n=number,
        )
    return _(
        "**The search over all analyses keeps {n} dimensions (by PCA) of this analysis.** Hits are "
        "ranked by all dimensions, as before.",
        n=number,
    )


def _offer(reduction: str) -> str:
    kind, dimension = parse_reduction(reduction)
    number = format_number(dimension)
    if kind == PREFIX:
        return _("Use the first {n} dimensions", n=number)
    return _("Use {n} dimensions (by PCA)", n=number)


def _used(session: Session) -> str:
    """The reduction that is chosen for the open analysis; "" for none."""
    kept = session.file.autosave.revision
    try:
        return "" if kept is None else session.catalogue().entry(kept.token).reduction
    except InputError:  # deleted a moment ago, or damaged
        return ""


def _choose(session: Session, reduction: str) -> None:
    """Choose the dimensions, and let the worker make the search store anew."""
    if not session.allows(Action.EDIT, reduction, logged=False):
        return
    session.save(requested=True)  # the sample is kept only when it is asked for
    kept = session.file.autosave.revision
    if kept is None:
        return
    try:
        catalogue = session.catalogue()
        entry = catalogue.set_reduction(kept.token, reduction)
        request = PrepareRequest((catalogue.path(kept.token),))
        session.jobs.submit(request, rows=entry.reviews)
    except InputError as error:
        session.problem = str(error)
