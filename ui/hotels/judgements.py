"""What a hotel is praised for and what hurts, against all others, each with a quote."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pipeline.common.locale_format import format_number, join_statements
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.findings import percent
from pipeline.insights.group_profile import GroupProfile, ThemeShare
from pipeline.insights.quotes import typical_quotes
from pipeline.insights.themes import Themes
from pipeline.topics.polarity import COMPLAINT, PRAISE
from ui.components.review_text import quote_html
from ui.components.widgets import escape
from ui.filters.show_on_explore import describe_reviews, group_filter, show_on_explore
from ui.hotels.choose_hotel import ChosenGroup
from ui.session.page_paths import HOTELS
from ui.session.session import Session
from ui.session.view import View

_SHOWN = 5
_QUOTED = 3  # themes of a list with a quote
_CLEAR = {
    True: N_("{topic}: {figures}, <b>clearly more</b>"),
    False: N_("{topic}: {figures}, <b>clearly less</b>"),
}


def show_judgements(
    session: Session,
    view: View,
    chosen: ChosenGroup,
    profile: GroupProfile,
    themes: Themes,
    hidden: frozenset[int],
) -> None:
    """Two lists, of complaints and of praise; of mentions where the sentiment is unknown."""
    if profile.complaints is None or profile.praise is None:
        st.header(_("Said more often than elsewhere"), anchor=False)
        _list(session, view, chosen, themes, _first(profile.mentioned(), hidden), 0)
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("What hurts"), anchor=False)
        _list(session, view, chosen, themes, _first(profile.hurting(themes), hidden), COMPLAINT)
        _fewer(themes, profile.complaints, hidden)
    with right:
        st.header(_("What it is praised for"), anchor=False)
        _list(session, view, chosen, themes, _first(profile.pleasing(themes), hidden), PRAISE)


def _first(shares: list[ThemeShare], hidden: frozenset[int]) -> list[ThemeShare]:
    return [each for each in shares if each.theme not in hidden][:_SHOWN]


def _fewer(themes: Themes, shares: tuple[ThemeShare, ...], hidden: frozenset[int]) -> None:
    """What clearly fewer reviews than elsewhere complain about."""
    found = [e for e in shares if e.is_clear and not e.is_more and e.theme not in hidden]
    listed = join_statements(
        _(
            "{topic} ({share}, {rest} elsewhere)",
            topic=f"<bdi>{escape(themes.names[each.theme])}</bdi>",
            share=percent(each.share),
            rest=percent(each.rest),
        )
        for each in found[:_SHOWN]
    )
    if listed:
        said = _("Clearly fewer complaints than elsewhere: {topics}", topics=listed)
        st.html(f'<span class="pg-quiet">{said}</span>')


def _list(
    session: Session,
    view: View,
    chosen: ChosenGroup,
    themes: Themes,
    shares: list[ThemeShare],
    sentiment: int,
) -> None:
    if not shares:
        st.caption(_("Nothing that several reviews say."))
        return
    inside = chosen.groups.codes == chosen.number
    for place, share in enumerate(shares):
        key = f"{themes.kind}-{share.theme}-{sentiment}-{chosen.number}-{view.number}"
        line, button = st.columns([5, 1], vertical_alignment="center", gap="small")
        line.html(_line(themes.names[share.theme], share))
        if button.button(
            _("Read"), key=f"hotel-{key}", icon=":material/menu_book:", type="tertiary"
        ):
            show_on_explore(
                session,
                view,
                inside & _says(themes, share.theme, sentiment),
                [group_filter(view, chosen.groups, chosen.number)],
                themes=themes,
                theme=share.theme,
                complaints=sentiment == COMPLAINT,
                said=describe_reviews(
                    themes.names[share.theme],
                    chosen.groups.names[chosen.number],
                    sentiment=sentiment,
                ),
                page=HOTELS,
            )
        if place < _QUOTED:
            quotes = typical_quotes(
                view.original,
                themes,
                share.theme,
                inside,
                sentiment=sentiment or None,
                language=view.language,
                most=1,
            )
            for quote in quotes:
                code = str(view.analysis.languages[quote.review])
                st.html(quote_html(quote.text, code))


def _says(themes: Themes, theme: int, sentiment: int) -> np.ndarray:
    matrix = {COMPLAINT: themes.complaints, PRAISE: themes.praise}.get(sentiment, themes.mentions)
    said = np.zeros(themes.mentions.shape[0], bool)
    if matrix is not None:
        said[matrix[:, [theme]].nonzero()[0]] = True
    return said


def _line(name: str, share: ThemeShare) -> str:
    """A theme's figures as HTML: bold where they differ clearly from elsewhere."""
    said = {"share": percent(share.share), "number": format_number(share.reviews)}
    if share.rest == share.rest:
        figures = _(
            "{share} of its reviews, {rest} elsewhere ({number})",
            rest=percent(share.rest),
            **said,
        )
    else:
        figures = _("{share} of its reviews ({number})", **said)
    title, figures = f"<bdi>{escape(name)}</bdi>", escape(figures)
    if share.is_clear:
        return _(_CLEAR[share.is_more], topic=f"<b>{title}</b>", figures=figures)
    quiet = f'<span class="pg-quiet">{figures}</span>'
    return _("{theme}: {comparison}", theme=title, comparison=quiet)
