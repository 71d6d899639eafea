"""What a click costs on the pages of a large analysis.

``python -m benchmarks.page [--reviews 50000] [--profile "a topic is chosen"]``: an analysis of
made-up reviews (two to four sentences of the sample, in one language, under one head) is kept in a
folder of its own and opened; then each click is made four times. Seconds are those of the server:
Streamlit's AppTest runs the whole page, also where a browser would ask for a fragment. Bytes are
those of the map's figure as it goes over the wire.
"""

from __future__ import annotations

import argparse
import cProfile
import csv
import io
import os
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.data import SAMPLE

if TYPE_CHECKING:
    from ui.session.session import Session
    from ui.session.view import View

_ROUNDS = 3
_TITLES = ("A", "Our second stay", "Trip with the family", "Business", "Weekend", "One night")


def made_up(rows: int, *, seed: int = 0) -> tuple[bytes, list[list[str]]]:
    """A file of ``rows`` reviews, and the sentences that each is made of."""
    from pipeline.reviews.read import read_reviews
    from pipeline.reviews.units import SENTENCE, make_units
    from pipeline.text.language_id import detect_languages

    sample = read_reviews(SAMPLE / "hotel_reviews.csv")
    codes = detect_languages(sample.texts)
    units = make_units(sample.texts, codes, SENTENCE)
    of = codes[units.review]
    chance = np.random.default_rng(seed)
    shown, shares = np.unique(of, return_counts=True)
    own = {code: [units.texts[i] for i in np.flatnonzero(of == code)] for code in shown}
    hotels = sorted(set(sample.frame["hotel"]))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["review", "language", "hotel", "rating", "date"])
    made = []
    for row in range(rows):
        code = str(chance.choice(shown, p=shares / shares.sum()))
        said = [str(one) for one in chance.choice(own[code], int(chance.integers(2, 5)))]
        made.append(said)
        day = np.datetime64("2024-01-01") + int(chance.integers(700))
        head = f"{chance.choice(_TITLES)} {row}: "
        table.writerow(
            [head + " ".join(said), code, chance.choice(hotels), chance.integers(1, 6), day]
        )
    return text.getvalue().encode(), made


def keep(rows: int, folder: Path) -> str:
    """Analyse the made-up file and put it into the list; its token there."""
    from pipeline.analysis.analysis import Settings
    from pipeline.analysis.run import Prepared, analyse
    from pipeline.analysis.storage import save_analysis
    from pipeline.common.arrays import unit_rows
    from pipeline.common.workspace import Workspace
    from pipeline.embedding.embed import embed_documents
    from pipeline.embedding.registry import load_encoder
    from pipeline.library.catalogue import Catalogue
    from pipeline.library.checkout import add_folder
    from pipeline.reviews.read import read_reviews
    from pipeline.reviews.units import REVIEW, make_units

    catalogue = Catalogue(Workspace.current().analyses)
    name = f"made up {rows}"
    for entry in catalogue.entries():
        if entry.name == name:
            return entry.token
    data, made = made_up(rows)
    file = folder / "made_up.csv"
    file.write_bytes(data)
    reviews = read_reviews(file)
    encoder = load_encoder()
    sentences = sorted({one for said in made for one in said})
    known = dict(zip(sentences, embed_documents(encoder, sentences), strict=True))
    noise = np.random.default_rng(0).normal(scale=0.01, size=(len(made), encoder.dimension))
    raw = unit_rows(
        np.array([np.mean([known[one] for one in said], axis=0) for said in made]) + noise
    )
    languages = np.array(reviews.frame["language"].astype(str))
    prepared = Prepared(
        languages, make_units(reviews.texts, languages, REVIEW), raw.astype(np.float32)
    )
    analysis = analyse(
        reviews, Settings(unit=REVIEW), name=file.name, encoder=encoder, prepared=prepared
    )
    save_analysis(analysis, folder / "made_up")
    _, entry = add_folder(
        catalogue, analysis, folder / "made_up", name=name, file=file.name, digest=str(rows),
        notes={}, files=[],
    )  # fmt: skip
    return entry.token


class Page:
    """A session of the app, in this process."""

    def __init__(self, token: str) -> None:
        from streamlit.testing.v1 import AppTest

        self.at = AppTest.from_file(
            str(Path(__file__).parent.parent / "app.py"), default_timeout=600
        )
        self.at.run()
        self.session.open_kept(token)

    @property
    def session(self) -> Session:
        """The app's own."""
        return self.at.session_state["session"]

    @property
    def view(self) -> View:
        """What is shown."""
        assert self.session.view is not None
        return self.session.view

    def go(self, where: str) -> None:
        """Open a page."""
        self.at.switch_page(where).run()
        self._check()

    def set(self, **values: Any) -> None:
        """Give widgets values, and draw the page anew."""
        for key, value in values.items():
            self.at.session_state[key.replace("_", "-") if key == "topics_table" else key] = value
        self.run()

    def run(self) -> None:
        """Draw the page anew."""
        self.at.run()
        self._check()

    def search(self, query: str) -> None:
        """Ask for reviews."""
        self.at.text_input(key="query").set_value(query)
        next(b for b in self.at.button if b.label == "Search").click().run()
        self._check()

    def choose(self, units: list[int]) -> None:
        """Choose points, as a click or a lasso does."""
        self.session.analysis.selected = tuple(units)
        self.run()

    def _check(self) -> None:
        assert not self.at.exception, self.at.exception


def clicks(page: Page) -> list[tuple[str, Callable[[int], None]]]:
    """Each kind of click: its name, and what makes it, told which time it is."""
    from pipeline.analysis.edits.history import apply_edit
    from ui.filters.filter_bar import topics_key

    languages = sorted(page.view.analysis.topics[0].languages)
    queries = ("Loud music at night", "朝食が美味しい", "sucio y viejo", "friendly staff")

    def topic(i: int) -> None:
        page.set(**{topics_key(page.view): [i % len(page.view.analysis.topics)]})

    def no_topic(_i: int) -> None:
        page.set(**{topics_key(page.view): []})

    def rename(i: int) -> None:
        key = page.view.original.topics[0].key
        page.session.change(
            lambda a: apply_edit(a, {"do": "rename", "topic": key, "name": f"Name {i}"}), "renamed"
        )
        page.run()

    def merge(_i: int) -> None:
        keys = [topic.key for topic in page.view.original.topics[1:3]]
        page.session.edit({"do": "merge", "topics": keys}, "merged")  # the worker does it
        page.run()
        page.session.jobs.stop()

    rows = len(page.view.analysis.units)
    return [
        ("Explore is opened", lambda _i: page.go("ui/pages/explore.py")),
        ("after a breath", lambda _i: time.sleep(2)),
        ("nothing is changed", lambda _i: page.run()),
        ("a topic is chosen", topic),
        ("all topics again", no_topic),
        ("a language is chosen", lambda i: page.set(languages=[languages[i % len(languages)]])),
        ("all languages again", lambda _i: page.set(languages=[])),
        ("coloured by language, topic", lambda i: page.set(colour=("language", "topic")[i % 2])),
        ("a point is clicked", lambda i: page.choose([17 + i])),
        ("a lasso of 5,000", lambda i: page.choose(list(range(i, min(5_000, rows))))),
        ("the choice is cleared", lambda _i: page.choose([])),
        ("a search", lambda i: page.search(queries[i % len(queries)])),
        ("50 and 20 hits", lambda i: page.set(top=(50, 20)[i % 2])),
        ("the search is cleared", lambda _i: page.search("")),
        ("Topics is opened", lambda _i: page.go("ui/pages/topics.py")),
        ("a topic is renamed", rename),
        ("two topics are merged", merge),
    ]


_profile: cProfile.Profile | None = None  # of the scripts' threads, while there is one


def _profiled(run: Callable[..., None]) -> Callable[..., None]:
    def profiled(*arguments: Any) -> None:
        if _profile is None:
            return run(*arguments)
        return _profile.runcall(run, *arguments)

    return profiled


def main() -> None:
    """Print a table of clicks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page")
    parser.add_argument("--reviews", type=int, default=50_000)
    parser.add_argument(
        "--folder", type=Path, help="where the analysis is kept; made anew if absent"
    )
    parser.add_argument("--profile", default="", help="a click to profile")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["POLYGUEST_DATA"] = str(folder / "data")
    began = time.perf_counter()
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

    token = keep(options.reviews, folder)
    print(f"kept after {time.perf_counter() - began:.1f} s, token {token}", flush=True)
    page = Page(token)
    global _profile
    _profile = None
    setattr(ScriptRunner, "_run_script", _profiled(ScriptRunner._run_script))  # noqa: B010
    print("| click | first, s | median, s | of processor, s |\n" + "| --- " * 4 + "|")
    for name, click in clicks(page):
        spent = []
        for i in range(1 + _ROUNDS):
            if name == options.profile and i == 1:
                _profile = cProfile.Profile()
            at, of = time.perf_counter(), time.process_time()
            click(i)
            spent.append((time.perf_counter() - at, time.process_time() - of))
        usual = [median(one) for one in zip(*spent[1:], strict=True)]
        print(f"| {name} | {spent[0][0]:.2f} | {usual[0]:.2f} | {usual[1]:.2f} |", flush=True)
        if _profile:
            pstats.Stats(_profile).sort_stats("cumtime").print_stats(70)
            _profile = None
    page.go("ui/pages/explore.py")
    chart = page.at.get("plotly_chart")[0]
    print(f"the map: {len(chart.proto.spec):,} bytes")


if __name__ == "__main__":
    main()
