"""Photos of reviews that show what is searched for, each leading to its review."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.analysis.photos import Photos
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, join_names
from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.embedding.torch_library import check_models
from pipeline.insights.attributes import excerpt
from ui.components.review_dialog import open_review
from ui.components.widgets import escape_markdown
from ui.session.photo_service import find_photos, search_photos
from ui.session.search_state import Ask
from ui.session.session import Session
from ui.session.view import View

_SHOWN = 12
_WIDTH = 150  # pixels


def photos_of(session: Session, view: View) -> Photos | None:
    """The photos of the analysis that is shown; None where there are none, or they are damaged."""
    try:
        return find_photos(session, view)
    except InputError as error:
        st.caption(escape_markdown(str(error)))
        return None


def show_photos(view: View, photos: Photos, wanted: Ask | None, allowed: np.ndarray) -> None:
    """The photos most like what is searched for.

    Args:
        view: whose reviews.
        photos: of the reviews.
        wanted: what is searched for.
        allowed: bool (m,), units that pass the filters.
    """
    reviews = np.zeros(len(view.original.texts), bool)
    reviews[view.original.units.review[allowed]] = True
    there = int(reviews[photos.reviews].sum())
    if not there:
        return
    st.header(_("Photos"), anchor=False)
    try:
        check_models()  # before somebody searches in vain
    except InputError as error:
        st.caption(escape_markdown(str(error)))
        return
    if wanted is None or not wanted.query.text:
        st.caption(
            ngettext(
                "{n} photo: search, and those most like it are shown here.",
                "{n} photos: search, and those most like it are shown here.",
                there,
            )
        )
        return
    try:
        with st.spinner(_("Searching photos …")):
            found = search_photos(view, photos, wanted.query, top=_SHOWN, allowed=reviews)
        with st.container(horizontal=True, gap="small", key="photos"):
            for place, photo in enumerate(found.tolist()):
                _show(view, photos, photo, place, len(found))
    except InputError as error:
        st.caption(escape_markdown(str(error)))
        return
    st.caption(
        ngettext(
            "Of {n} photo, the most alike first; the first ones may show something else. How often "
            "they are right was not measured.",
            "Of {n} photos, the most alike first; the first ones may show something else. How "
            "often they are right was not measured.",
            there,
        )
    )


def _show(view: View, photos: Photos, photo: int, place: int, shown: int) -> None:
    row = int(photos.reviews[photo])
    facts = []
    if view.attributes.hotels is not None:
        facts.append(str(view.attributes.hotels[row]))
    if view.attributes.dates is not None:
        facts.append(str(view.attributes.dates[row]))
    about = excerpt(join_names(facts), 80)
    with st.container(width=_WIDTH, gap="xsmall"):
        st.image(
            photos.picture(photo),
            width=_WIDTH,
            alt=_(
                "Photo {number} of {shown}, from the review {review}",
                number=format_number(place + 1),
                shown=format_number(shown),
                review=about or format_number(row + 1),
            ),
        )
        st.button(
            _("Read"),
            key=f"photo-{view.number}-{photo}",
            icon=":material/menu_book:",
            type="tertiary",
            help=escape_markdown(about) or None,
            on_click=open_review,
            args=(row,),
        )
