"""How often praise and complaints are told rightly, by language."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pipeline.insights.attributes import language_name
from pipeline.topics.sentiment import sentiment_accuracy, sentiment_languages


def sentiment_accuracy_table() -> None:
    """A sentence, and the table of languages."""
    rows = sentiment_accuracy()
    told = sentiment_languages()
    measured = {row.language for row in rows}
    others = ", ".join(sorted(language_name(code) for code in told if code not in measured))
    st.markdown(
        "Each passage is called praise, a complaint, or neither, from its text alone and in the "
        "same way in every file. The table has how often that was right on reviews whose judgement "
        f"is known. It is also told, but was not measured, in {others}; in all other languages, "
        "and by other models than the default one, it is switched off."
    )
    table = pd.DataFrame(
        {
            "Language": [language_name(row.language) for row in rows],
            "Measured on": [row.source for row in rows],
            "Reviews": [row.reviews for row in rows],
            "Right": [row.right for row in rows],
            "Called one or the other": [row.judged for row in rows],
            "Complaints found": [row.complaints for row in rows],
            "Complaints in truth": [row.true_complaints for row in rows],
            "Told": ["yes" if row.language in told else "no: too often wrong" for row in rows],
        }
    )
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        table.sort_values("Language"),
        hide_index=True,
        height=320,
        column_config=dict.fromkeys(
            ("Right", "Called one or the other", "Complaints found", "Complaints in truth"), share
        ),
        alt="Accuracy of praise and complaints by language",
    )
