"""The page "Audit log": who did what in the workspace, for its administrators."""

import streamlit as st

from pipeline.common.translation import gettext as _
from ui.library.audit import show_audit
from ui.session.current import current_session

st.title(_("Audit log"))
show_audit(current_session())
