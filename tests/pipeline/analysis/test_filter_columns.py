"""The columns that filters can name."""

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.filter_columns import analysis_columns, select_units
from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.expressions import mask
from pipeline.filters.parser import parse_filter
from tests.support.analyses import synthetic_analysis


@pytest.fixture
def analysis():
    frame = pd.DataFrame({"sentiment": ["good", "bad", "bad", "good"]})
    codes = np.array(["en", "de", "und", "ja"])
    columns = {"text": "x", "hotel": None, "rating": None, "date": None}
    found = synthetic_analysis(
        n=4, frame=frame, languages=codes, columns=columns, days=None, ratings=None
    )
    found.__dict__["unit_sentiment"] = np.array([1, -1, 0, 0], np.int8)
    return found


def matching(analysis, text):
    columns = analysis_columns(analysis)
    tree = bind(parse_filter(text), {name: own.kind for name, own in columns.items()})
    return mask(tree, columns, len(analysis.units)).tolist()


def test_sentiment_is_a_column_and_missing_where_it_is_not_told(analysis):
    assert matching(analysis, "sentiment = complaint") == [False, True, False, False]
    assert matching(analysis, "sentiment = praise") == [True, False, False, False]
    assert matching(analysis, "sentiment = neither") == [False, False, False, True]
    assert analysis_columns(analysis)["sentiment"].is_missing().tolist() == [False] * 2 + [
        True,
        False,
    ]


def test_a_column_of_the_file_of_this_name_is_called_original(analysis):
    assert matching(analysis, "sentiment_original = bad") == [False, True, True, False]


def test_without_sentiment_the_files_column_keeps_its_name():
    analysis = synthetic_analysis(n=2, frame=pd.DataFrame({"sentiment": ["a", "b"]}), columns={})
    assert matching(analysis, "sentiment = b") == [False, True]


def test_values_are_asked_for_by_a_columns_role_or_its_own_name():
    frame = pd.DataFrame({"Property": ["A", "B", "B"], "date": ["x", "y", "x"]})
    columns = {"hotel": "Property", "date": None}
    analysis = synthetic_analysis(n=3, frame=frame, columns=columns)
    for name in ("hotel", "Property"):
        assert select_units(analysis, where={name: ["B"]}).tolist() == [False, True, True]
    assert select_units(analysis, where={"date": ["x"]}).tolist() == [True, False, True]
    with pytest.raises(InputError, match="no column 'rating'; the file has: Property, date"):
        select_units(analysis, where={"rating": ["5"]})
