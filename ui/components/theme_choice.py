"""What reviews are counted by: the topics that were found, or the fixed list of aspects."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.insights.aspect_themes import aspect_themes, has_aspects
from pipeline.insights.themes import ASPECTS, TOPICS, Themes, topic_themes
from ui.session.address import AddressPart, choice_part
from ui.session.view import View

_LABELS = {TOPICS: N_("Topics of this file"), ASPECTS: N_("Fixed aspects")}


def choose_themes(view: View, *, key: str, usual: str = TOPICS) -> Themes:
    """Draw the control, and return the themes that are chosen.

    Args:
        view: whose reviews.
        key: of the control.
        usual: the kind that is chosen first, where the model has both.
    """
    kind: str | None = TOPICS
    if has_aspects(view.original):
        st.session_state.setdefault(key, usual)
        kind = st.segmented_control(
            _("Count by"),
            list(_LABELS),
            format_func=lambda kind: _(_LABELS[kind]),
            required=True,
            key=key,
            help=_(
                "The fixed list is the same for every file and every month, so that figures "
                "can be compared; topics show what the list misses."
            ),
        )
    return view_themes(view, kind or TOPICS)


def theme_part(name: str, key: str, usual: str) -> AddressPart:
    """The part of the address of :func:`choose_themes` with this key and usual kind."""
    other = ASPECTS if usual == TOPICS else TOPICS
    return choice_part(
        name,
        N_("topics or aspects"),
        key,
        lambda view: {other: other} if has_aspects(view.original) else {},
        default=usual,
    )


def view_themes(view: View, kind: str) -> Themes:
    """The themes of a view, worked out once."""
    if kind == ASPECTS:
        return view.figure(
            ("themes", kind), lambda: aspect_themes(view.analysis, language=view.language)
        )
    return view.figure(("themes", kind), lambda: topic_themes(view.analysis))


def hidden_themes(view: View, themes: Themes) -> frozenset[int]:
    """Numbers of the themes that are topics which the user has hidden."""
    hidden = {topic.key for topic in view.analysis.topics if topic.hidden}
    return frozenset(
        number for number, key in enumerate(themes.keys) if themes.kind == TOPICS and key in hidden
    )
