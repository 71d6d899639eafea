"""Names from files in messages: few, short, on one line."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.analysis.filter_columns import filter_units
from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name
from pipeline.filters.binding import bind
from pipeline.filters.parser import parse_filter
from pipeline.reviews.column_roles import guess_columns
from pipeline.reviews.read import read_reviews
from tests.support.analyses import synthetic_analysis


def test_names_are_shortened_and_without_control_characters():
    assert short_name("Hotel name") == "Hotel name"
    assert short_name("a\x1b[31m\nb\u202e\0") == "a[31m b"
    assert short_name("x" * 40) == "x" * 40
    assert short_name("x" * 10_000) == "x" * 39 + "…"
    assert short_name(7) == "7"


def test_twenty_names_and_how_many_more():
    assert list_names([]) == ""
    assert list_names("abc") == "a, b, c"
    assert list_names(range(20)).endswith("18, 19")
    assert list_names(range(1_500)).endswith("18, 19 and 1,480 more")
    assert list_names("abcd", most=2, quoted=True) == "“a”, “b” and 2 more"


@pytest.mark.slow  # computes for seconds
def test_refusals_of_wide_tables_are_short():
    header = [f"{n} " + "n" * 2_000 for n in range(500)]
    wide = synthetic_analysis(n=6)
    wide = replace(wide, frame=wide.frame.assign(**dict.fromkeys(header, "x")))
    numbers = "\n".join([",".join(header), ",".join(["1"] * 500)]).encode()
    for refused in (
        lambda: guess_columns(pd.DataFrame({name: ["1"] for name in header})),
        lambda: read_reviews(numbers, text_column="t" * 10_000),
        lambda: filter_units(wide, where={"w" * 10_000: ["x"]}),
        lambda: bind(parse_filter("w = 1"), dict.fromkeys(header, "text")),
    ):
        with pytest.raises(InputError) as caught:
            refused()
        assert len(str(caught.value)) < 1_200
        assert "and 48" in str(caught.value)  # 480 or some more
