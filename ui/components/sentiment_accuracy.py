"""How often praise and complaints are told rightly, by language."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pipeline.common.locale_format import format_list, language_name
from pipeline.common.translation import gettext as _
from pipeline.topics.sentiment import sentiment_accuracy, sentiment_languages


def sentiment_accuracy_table() -> None:
    """A sentence, and the table of languages."""
    rows = sentiment_accuracy()
    told = sentiment_languages()
    measured = {row.language for row in rows}
    others = format_list(sorted(language_name(code) for code in told if code not in measured))
    st.markdown(
        _(
            "Each passage is called praise, a complaint, or neither, from its text alone and in "
            "the same way in every file. The table has how often that was right on reviews whose "
            "judgement is known. It is also told, but was not measured, in {languages}; in all "
            "other languages, and by other models than the default one, it is switched off.",
            languages=others,
        )
    )
    yes, no = _("yes"), _("no: too often wrong")
    table = pd.DataFrame(
        {
            "language": [language_name(row.language) for row in rows],
            "source": [row.source for row in rows],
            "reviews": [row.reviews for row in rows],
            "right": [row.right for row in rows],
            "judged": [row.judged for row in rows],
            "complaints": [row.complaints for row in rows],
            "truth": [row.true_complaints for row in rows],
            "told": [yes if row.language in told else no for row in rows],
        }
    )
    text, share = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        table.sort_values("language"),
        hide_index=True,
        height=320,
        column_config={
            "language": text(_("Language")),
            "source": text(_("Measured on")),
            "reviews": share(_("Reviews")),
            "right": share(_("Right"), format="percent"),
            "judged": share(_("Called one or the other"), format="percent"),
            "complaints": share(_("Complaints found"), format="percent"),
            "truth": share(_("Complaints in truth"), format="percent"),
            "told": text(_("Told")),
        },
        alt=_("Accuracy of praise and complaints by language"),
    )
