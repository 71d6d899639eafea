"""The page "Questions": answers from the reviews, and from a FAQ."""

import numpy as np
import streamlit as st

from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from ui.answers.ask_reviews import ask_reviews
from ui.answers.faq import ask_faq
from ui.components.page_header import page_header, unseen_title
from ui.components.sidebar import show_sidebar
from ui.components.widgets import lead
from ui.filters.filter_bar import choose_filters, filter_problems
from ui.library.require_view import require_view

_REVIEWS, _FAQ = N_("Ask the reviews"), N_("FAQ")
_PARTS = (_REVIEWS, _FAQ)

if st.session_state.get("questions_part") not in _PARTS:
    st.session_state["questions_part"] = _REVIEWS
part = st.segmented_control(
    _("Part of the page"),
    _PARTS,
    format_func=_,
    required=True,
    key="questions_part",
    label_visibility="collapsed",
)
if part == _FAQ:
    # A FAQ has nothing to set: Streamlit would keep the sidebar of the other part, emptied. On a
    # phone it holds the links to the other pages.
    st.html(
        "<style>@media (min-width: 768px) { [data-testid=stSidebar], "
        "[data-testid=stExpandSidebarButton] { display: none } :root { --pg-side: 0px } }</style>"
    )
    unseen_title(_("Questions"))
    lead(
        _(
            "Open the questions and answers of your hotel. A guest’s question in any language "
            "finds the right entry, or none where your FAQ does not answer."
        )
    )
    ask_faq()
else:
    session, view = require_view(_("No reviews to ask yet"))
    show_sidebar(session, view, full=False)
    page_header(session, view, _("Questions"))
    passing = choose_filters(view)
    filter_problems(view, passing)
    ask_reviews(view, np.asarray(passing.units))
