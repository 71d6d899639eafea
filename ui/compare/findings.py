"""What differs by more than chance, in words first."""

from __future__ import annotations

import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext
from pipeline.insights.comparison import Comparison
from pipeline.insights.findings import (
    Finding,
    describe_finding,
    find_differences,
    finding_title,
)
from ui.compare.open_reviews import request_reviews
from ui.components.theme_choice import hidden_themes
from ui.components.widgets import escape
from ui.session.view import View

_FIRST = 6  # findings of a list that are shown before "more"
_MOST = 40


def show_findings(view: View, comparison: Comparison, *, key: str) -> None:
    """Lists of what is complained about or mentioned more and less, the surest first.

    Args:
        view: whose reviews.
        comparison: of groups of them.
        key: part of the keys of buttons.
    """
    hidden = hidden_themes(view, comparison.themes)
    found = [each for each in find_differences(comparison) if each.theme not in hidden]
    if not found:
        st.html(f"<b>{escape(_('No clear difference: what differs may be chance.'))}</b>")
        return
    lists = {
        _("More complaints than elsewhere"): [each for each in found if each.is_problem],
        _("Fewer complaints than elsewhere"): [each for each in found if each.is_strength],
        _("Mentioned more"): [each for each in found if not each.complaints and each.mentions > 0],
        _("Mentioned less"): [each for each in found if not each.complaints and each.mentions < 0],
    }
    for title, own in lists.items():
        if not own:
            continue
        st.header(title, anchor=False)
        with st.container(gap="xsmall"):
            for finding in own[:_FIRST]:
                _line(view, comparison, finding, key)
        if more := own[_FIRST:]:
            with st.expander(ngettext("{n} other", "{n} others", len(more))):
                for finding in more[:_MOST]:
                    _line(view, comparison, finding, key)
                if len(more) > _MOST:
                    st.caption(_("The table and its download have all of them."))


def _line(view: View, comparison: Comparison, finding: Finding, key: str) -> None:
    name = f"{key}-{finding.group}-{finding.theme}-{view.number}"
    up = (finding.complaints or finding.mentions) > 0
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"finding-{name}"
    ):
        st.html(
            f'<span class="pg-arrow {"up" if up else "down"}" aria-hidden="true">'
            f"{'▲' if up else '▼'}</span> {finding_html(view, comparison, finding)}",
            width="stretch",
        )
        st.button(
            _("Read"),
            key=f"read-{name}",
            icon=":material/menu_book:",
            type="tertiary",
            help=_("Show these reviews on the page Explore"),
            on_click=request_reviews,
            args=(comparison, finding.group, finding.theme, finding.is_problem),
        )


def finding_html(view: View, comparison: Comparison, finding: Finding) -> str:
    """A finding in a sentence, as HTML, with what it is about in bold."""
    title = escape(finding_title(comparison, finding))
    sentence = escape(describe_finding(view.original, comparison, finding))
    return f"<bdi>{sentence.replace(title, f'<b><bdi>{title}</bdi></b>', 1)}</bdi>"
