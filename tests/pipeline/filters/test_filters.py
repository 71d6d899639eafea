"""Filters: parsed as typed, equal as NumPy masks and as SQL, and safe from hostile names."""

import sqlite3
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.analysis.analysis import Settings
from pipeline.analysis.filter_columns import analysis_columns
from pipeline.analysis.run import analyse
from pipeline.common.errors import InputError
from pipeline.filters.binding import bind
from pipeline.filters.columns import make_columns
from pipeline.filters.expressions import And, Equals, In, IsMissing, Not, Or, Range, mask, to_sql
from pipeline.filters.parser import filter_to_text, parse_filter, quote
from pipeline.library.stored_passages import analysis_fingerprint, upsert_passages
from pipeline.reviews.read import read_reviews
from pipeline.stores.local import open_store
from tests.support.naughty import NAUGHTY

NAN, NAT = float("nan"), np.datetime64("NaT")
TABLE = {
    "language": np.array(["ja", "de", "en", "ja", None, "th"], object),
    "rating": np.array([1.0, 2.0, 4.5, NAN, 5.0, 2.0]),
    "date": np.array(["2026-01-31", "2026-02-01", "2025-12-31", "NaT", "2026-01-01", "2024-02-29"],
                     "datetime64[D]"),
    "Hotel name": np.array(["A", "B", "A", 'The "Inn"', "", "C"], object),
}  # fmt: skip
COLUMNS = make_columns(TABLE)
SCHEMA = {name: column.kind for name, column in COLUMNS.items()}


def rows(text: str) -> list[int]:
    tree = bind(parse_filter(text), SCHEMA)
    found = np.flatnonzero(mask(tree, COLUMNS, 6)).tolist()
    assert found == by_sql(tree, TABLE)
    return found


def by_sql(tree, table) -> list[int]:
    columns = make_columns(table)
    names = {name: f"c{place}" for place, name in enumerate(columns)}
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE t (n, {', '.join(names.values())})")
    cells = []
    for column in columns.values():
        values = column.values()
        if values.dtype.kind == "M":
            values = [None if np.isnat(v) else int(v.astype(int)) for v in values]
        cells.append([None if v != v else v for v in values])
    marks = ", ".join("?" * (len(cells) + 1))
    database.executemany(f"INSERT INTO t VALUES ({marks})", zip(count(), *cells, strict=False))
    sql, parameters = to_sql(tree, names)
    found = [row for (row,) in database.execute(f"SELECT n FROM t WHERE {sql}", parameters)]
    database.close()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("language = ja", [0, 3]),
        ("language != ja", [1, 2, 4, 5]),
        ("LANGUAGE = ja AND rating <= 2", [0]),
        ("rating <= 2 or language = ja", [0, 1, 3, 5]),
        ("not rating <= 2", [2, 3, 4]),
        ("rating > 2", [2, 4]),
        ("rating = 2,0 and language = th", None),
        ("rating = '2,0'", [1, 5]),
        ("rating in (1, 5)", [0, 4]),
        ("rating not in (1, 5)", [1, 2, 3, 5]),
        ("rating is missing", [3]),
        ("rating is not missing and language is missing", [4]),
        ("date >= 2026-01", [0, 1, 4]),
        ("date = 2026-01", [0, 4]),
        ("date > 2026-01", [1]),
        ("date <= 2026-01 and date >= 2026", [0, 4]),
        ("date < 2026", [2, 5]),
        ("date in (2024, 2026-02-01)", [1, 5]),
        ("date = 2024/2/29", [5]),
        ("'hotel NAME' in (A, 'C')", [0, 2, 5]),
        ('"Hotel name" = "The ""Inn"""', [3]),
        ("'Hotel name' = ''", [4]),
        ("'Hotel name' in ('', C)", [4, 5]),
        ("language >= en and language < th", [0, 2, 3]),
        ("language = ja and (rating is missing or rating = 5) or language = th", [3, 5]),
        ("language=ja and rating≤2", [0]),
    ],
)
def test_typed_filters(text, expected):
    if expected is None:
        with pytest.raises(InputError):
            rows(text)
    else:
        assert rows(text) == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hotel = A", "no column 'hotel'. Columns: language, rating, date, Hotel name"),
        ("rating = good", "'good' is not a number, but column 'rating' holds numbers"),
        ("date >= 2026-02-30", "'2026-02-30' is not a date.*Write 2026-01-31"),
        ("date >= 0000", "not a date"),
        ("language ja", "at 'ja': expected =, !="),
        ("language = ja and", "at 'its end': expected the name of a column"),
        ("language = 'ja", "a quote is not closed"),
        ("language = ja rating = 2", "expected 'and', 'or' or the end"),
        ("(language = ja", r"expected '\)'"),
        ("language in ()", "expected a value"),
        ("language ! ja", "can't be parsed"),
        ("(" * 100_000, "nested more than 50"),
        ("not " * 40_000 + "a = b", "nested more than 50"),
        ("a" * 200_001, "more than 200000 characters"),
        (" and ".join(["rating = 1"] * 501), "more than 500 conditions"),
        (f"rating in ({','.join('1' * 10_001)})", "10000 values"),
    ],
)
def test_errors_are_messages_of_one_line(text, says):
    with pytest.raises(InputError, match=says) as caught:
        bind(parse_filter(text), SCHEMA)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_numbers_and_dates_as_values():
    tree = And((Equals("rating", 2), Range("date", low=np.datetime64("2024-02-29"))))
    assert np.flatnonzero(mask(bind(tree, SCHEMA), COLUMNS, 6)).tolist() == [1, 5]
    assert parse_filter(filter_to_text(tree)) == And(
        (Equals("rating", "2.0"), Range("date", low="2024-02-29"))
    )
    with pytest.raises(InputError, match="'nan' is not a number"):
        bind(Equals("rating", NAN), SCHEMA)


# Few values, so that conditions often hold.
_WORDS = st.sampled_from(["a", "b", "B", "é", "日本", "", '"', "' or 1=1 --", "and", "\x00", "😀"])
_CELLS = st.tuples(
    st.one_of(st.none(), _WORDS),
    st.sampled_from([NAN, -1.5, 0.0, 1.0, 2.0, float("inf")]),
    st.sampled_from([NAT, *np.array(["2025-12-31", "2026-01-01", "2026-01-31"], "M8[D]")]),
)
_NUMBERS = st.sampled_from(["-1.5", "0", "1", "2e0", "1e999"])
_DATES = st.sampled_from(["2025", "2026-01", "2026-01-01", "2025-12-31"])


def _conditions(column, values):
    some = st.lists(values, min_size=1, max_size=3).map(tuple)
    ends = st.tuples(values, values, st.booleans(), st.booleans())
    return st.one_of(
        values.map(lambda value: Equals(column, value)),
        some.map(lambda chosen: In(column, chosen)),
        ends.map(lambda e: Range(column, e[0], e[1], open_low=e[2], open_high=e[3])),
        values.map(lambda value: Range(column, high=value)),
        st.just(IsMissing(column)),
    )


_TREES = st.recursive(
    st.one_of(_conditions("w'\"--", _WORDS), _conditions("n", _NUMBERS), _conditions("d", _DATES)),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=6,
)


@pytest.mark.slow  # computes for seconds
@settings(max_examples=300, deadline=None)
@given(tree=_TREES, cells=st.lists(_CELLS, min_size=1, max_size=12))
def test_masks_sql_and_plain_python_agree(tree, cells):
    words, numbers, dates = zip(*cells, strict=True)
    table = {
        "w'\"--": np.array(words, object),
        "n": np.array(numbers),
        "d": np.array(dates, "datetime64[D]"),
    }
    columns = make_columns(table)
    bound = bind(tree, {name: column.kind for name, column in columns.items()})
    expected = [
        n for n, cell in enumerate(cells) if _plain(bound, dict(zip(table, cell, strict=True)))
    ]
    assert np.flatnonzero(mask(bound, columns, len(cells))).tolist() == expected
    assert by_sql(bound, table) == expected
    again = bind(parse_filter(filter_to_text(tree)), {n: c.kind for n, c in columns.items()})
    assert np.flatnonzero(mask(again, columns, len(cells))).tolist() == expected


def _plain(node, row) -> bool:
    """Evaluate a filter on one row in plain Python."""
    if isinstance(node, And):
        return all(_plain(part, row) for part in node.parts)
    if isinstance(node, Or):
        return any(_plain(part, row) for part in node.parts)
    if isinstance(node, Not):
        return not _plain(node.part, row)
    cell = row[node.column]
    missing = cell is None or cell == "" or cell != cell
    if isinstance(node, IsMissing) or missing:
        return isinstance(node, IsMissing) and missing
    if isinstance(node, Equals):
        return cell == node.value
    if isinstance(node, In):
        return cell in node.values
    low = node.low is None or cell > node.low or (cell == node.low and not node.open_low)
    high = node.high is None or cell < node.high or (cell == node.high and not node.open_high)
    return low and high


def test_naughty_strings_as_columns_and_values():
    assert len(set(NAUGHTY)) == 512
    for place, text in enumerate(NAUGHTY):
        others = NAUGHTY[(place + 1) % 512]
        table = {text: np.array([text, others, None, "ja"], object)}
        columns = make_columns(table)
        schema = {name: column.kind for name, column in columns.items()}
        tree = bind(parse_filter(f"{quote(text)} = {quote(text)}"), schema)
        cells = next(iter(columns.values())).values().tolist()
        expected = [row for row, cell in enumerate(cells) if cell == cells[0]]
        assert np.flatnonzero(mask(tree, columns, 4)).tolist() == expected, repr(text)
        assert by_sql(tree, table) == expected, repr(text)
        with pytest.raises(InputError) as caught:
            bind(Equals(text + " no such", "x"), schema)
        assert "\n" not in str(caught.value)


@pytest.mark.slow  # computes for seconds
def test_naughty_strings_as_filters():
    """Any typed text is a filter or gives a message of one line."""
    for text in NAUGHTY:
        for typed in (text, f"language = {text}", f"{text} = ja", f"language in ({text})"):
            try:
                tree = bind(parse_filter(typed), SCHEMA)
            except InputError as error:
                assert "\n" not in str(error) and "\r" not in str(error)
            else:
                found = np.flatnonzero(mask(tree, COLUMNS, 6)).tolist()
                assert found == by_sql(tree, TABLE)


@pytest.mark.parametrize("unit", ["review", "sentence"])
def test_filters_on_the_store_of_an_analysis(fake_encoder, cache, tmp_path, unit):
    said = (
        "The noise was number {n}. The staff smiled at us {n} times.",
        "Der Pool war Nummer {n}. Das Personal lächelte uns {n} Mal an.",
    )
    file = "review_id,language,Sterne,Hotel,nights,Zimmer nr,review\n" + "\n".join(
        f"A{n},{'Deutsch' if n % 2 else 'English'},{n % 5 + 1}/5,Inn {n % 3},{n},{n % 4}b,"
        + said[n % 2].format(n=n)
        for n in range(40)
    )
    reviews = read_reviews(file.encode(), name="made.csv")
    analysis = analyse(
        reviews, Settings(topic_count=2, with_map=False, unit=unit), encoder=fake_encoder
    )
    of_review = analysis.units.review
    assert len(of_review) == (40 if unit == "review" else 80)
    columns = analysis_columns(analysis)
    schema = {name: column.kind for name, column in columns.items()}
    assert {schema[name] for name in ("topic_id", "rating", "Sterne", "nights")} == {"number"}
    assert "review" not in schema and "language_original" in schema
    where = parse_filter("language = de and rating <= 2 and 'zimmer nr' = 1b")
    expected = [n for n in range(40) if n % 2 and n % 5 + 1 <= 2 and n % 4 == 1]
    units = np.flatnonzero(mask(bind(where, schema), columns, len(of_review)))
    assert set(of_review[units].tolist()) == set(expected) != set()

    store = open_store(tmp_path / "store", analysis_fingerprint(analysis))
    upsert_passages(store, analysis)
    passages = analysis.searched_passages
    own = np.flatnonzero(np.isin(passages.unit, units))
    found = store.search(analysis.search_index.vectors[own[:1]], top=100, where=where)
    assert sorted(map(int, found.ids[0])) == own.tolist()
    assert found.scores[0, 0] == pytest.approx(1, abs=1e-5)
    whole = np.flatnonzero(passages.review == passages.review[own[0]])
    texts = store.get([str(passage) for passage in whole.tolist()]).texts
    assert "".join(texts) == analysis.texts[passages.review[own[0]]]
    store.close()
