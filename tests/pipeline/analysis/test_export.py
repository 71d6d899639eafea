"""No table of an analysis gives a spreadsheet a formula to run."""

import csv
import io

import numpy as np
import pandas as pd

from pipeline.analysis.export import reviews_csv, sentences_csv, topics_csv
from pipeline.reviews.units import sentence_units
from pipeline.topics.topic import Topic
from tests.support.analyses import synthetic_analysis

_FORMULA = "\u200b＝HYPERLINK(A1)"


def test_formulas_of_every_source_are_escaped():
    analysis = synthetic_analysis(
        n=2,
        topics=1,
        text=_FORMULA,
        frame=pd.DataFrame({_FORMULA: [_FORMULA] * 2, "stars": ["-3", "5"]}),
        ids=(_FORMULA, "@id"),
        columns={"text": _FORMULA},
        units=sentence_units(
            (_FORMULA,) * 2, np.arange(2), np.zeros(2, int), np.full(2, len(_FORMULA))
        ),
    )
    words = {"en": [_FORMULA], "ja": ["@import"]}
    topic = Topic(0, "t", _FORMULA, 2, {"en": 1, "ja": 1}, words, named=True)
    analysis = analysis.edited(topics=(topic,))
    for table in (reviews_csv(analysis), sentences_csv(analysis), topics_csv(analysis)):
        cells = [cell for row in csv.reader(io.StringIO(table)) for cell in row]
        assert f"'{_FORMULA}" in cells
        assert _FORMULA not in cells
