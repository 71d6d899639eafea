"""512 strings that programs stumble over as hotels, columns, cells and queries of the pages."""

import csv
import io

import pytest

from pipeline.filters.expressions import In
from tests.support.apptest import finish, pieces, press, session, start, upload
from tests.support.naughty import NAUGHTY

QUERIES = 20
NAMES = ["<script>alert(1)</script>", "![x](http://x.example/x.png)", "**a**", "=1+1", "'; DROP"]
# What must never reach a browser as it is: in HTML, and in text that is read as Markdown.
IN_HTML = ("<script>alert", "<img src=x", "<svg onload")
IN_MARKDOWN = ("![x](http", "[a](javascript", "<script>alert", ":red[x]")


@pytest.fixture(scope="module")
def explored():
    names = [text for text in dict.fromkeys(NAUGHTY) if text.strip() and len(text) < 300]
    columns = [
        "review_id",
        "date",
        "review",
        "hotel",
        *(f"note {name}" for name in NAMES + names[::12]),
    ]
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL)
    table.writerow(columns)
    for n, text in enumerate(NAUGHTY):
        cells = [NAUGHTY[(n + 7 * i) % len(NAUGHTY)][:300] for i in range(len(columns) - 4)]
        said = f"The bed of room {n} was hard {text[:200]}"
        table.writerow([f"R{n}", f"2026-01-{1 + n % 28:02d}", said, text[:300], *cells])
    data = out.getvalue().replace("\0", "").encode("utf-8", "replace")
    at = upload(start(), data, name="<img src=x> ![x](http://x.example).csv")
    return finish(press(at, "Analyse"))


def harmless(at):
    assert not at.exception and not at.error
    html = pieces(at)
    assert not [text for text in IN_HTML if text in html]
    read = " ".join(e.value for e in (*at.markdown, *at.caption, *at.info, *at.warning))
    assert not [text for text in IN_MARKDOWN if text in read]


def test_every_page_shows_them(explored):
    original = session(explored).view.original
    assert len(original.texts) > 500 and original.columns["hotel"] == "hotel"
    assert "note <script>alert(1)</script>" in original.frame.columns
    for page in ("explore", "topics", "analyses", "start", "how_it_works", "explore"):
        explored.switch_page(f"ui/pages/{page}.py").run()
        harmless(explored)


def test_as_queries(explored):
    explored.switch_page("ui/pages/explore.py").run()
    for text in NAUGHTY[:: len(NAUGHTY) // QUERIES]:
        explored.text_input(key="query").set_value(text[:2000])
        press(explored, "Search")
        harmless(explored)
    press(explored, "Clear")


def test_as_filters(explored):
    explored.switch_page("ui/pages/explore.py").run()
    hotels = explored.multiselect(key="hotels")
    for name in hotels.options[:: max(len(hotels.options) // 20, 1)]:
        explored.multiselect(key="hotels").set_value([name.rsplit(" (", 1)[0]])
        explored.run()
        harmless(explored)
    explored.multiselect(key="hotels").set_value([]).run()
    harmless(explored)
    view = session(explored).view
    columns = [name for name in view.columns if name.startswith("note ")]
    assert len(columns) > 40
    for name in columns[::4]:
        column = view.columns[name]
        values = tuple(dict.fromkeys(v for v in column.values().tolist() if v is not None))[:3]
        if column.kind == "text":
            search_state_of(explored).conditions = {name: In(name, values)}
            explored.run()
            harmless(explored)
            assert search_state_of(explored).conditions  # it fits, and its chip is shown
    search_state_of(explored).conditions = {}
    for text in NAUGHTY[::40]:
        search_state_of(explored).expression = f"language = en and note = {text}"
        explored.run()
        assert not explored.exception


def search_state_of(at):
    return session(at).search
