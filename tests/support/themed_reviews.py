"""Reviews of several hotels with themes drawn at known rates: no text is read for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from pipeline.insights.themes import ASPECTS, Themes
from pipeline.reviews.ratings import Ratings
from tests.support.analyses import synthetic_analysis


def make_themes(mentions, complaints=None, praise=None, names=None, parents=None):
    """Themes of dense bool arrays (n, t)."""
    count = mentions.shape[1]
    names = tuple(names or (f"Theme {i}" for i in range(count)))
    judged = complaints is not None
    return Themes(
        kind=ASPECTS,
        keys=tuple(f"t{i}" for i in range(count)),
        names=names,
        mentions=csr_array(mentions),
        praise=csr_array(mentions & ~complaints if praise is None else praise) if judged else None,
        complaints=csr_array(complaints) if judged else None,
        passage_themes=np.zeros(0, np.int64),
        passage_sentiment=np.zeros(0, np.int8) if judged else None,
        parents=tuple(parents or (-1,) * count),
    )


def reviews_of_hotels(hotels, days, marks=None, languages=None, highest=10.0):
    """An analysis of reviews with these hotels, days and marks, and no topics of use."""
    n = len(hotels)
    frame = pd.DataFrame({"hotel": list(hotels), "day": [str(day) for day in days]})
    columns = {"text": "x", "hotel": "hotel", "date": "day"}
    ratings = None
    if marks is not None:
        frame["mark"] = [f"{mark:g}" if np.isfinite(mark) else "" for mark in marks]
        columns["rating"] = "mark"
        ratings = Ratings(np.asarray(marks, float), np.where(np.isnan(marks), np.nan, highest))
    return synthetic_analysis(
        n=n,
        frame=frame,
        columns=columns,
        languages=("en",) if languages is None else tuple(languages),
        days=np.asarray(days, "datetime64[D]"),
        ratings=ratings,
    )
