"""Partial results: stratified beginnings, growth, and one result whatever the speed."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from pipeline.analysis import run
from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import transfer_colours
from pipeline.analysis.embedding_order import embed_in_order, sampling_order
from pipeline.analysis.export import reviews_csv, topics_csv
from pipeline.analysis.partial import PartialResultPublisher, PartialResultSchedule, partial_folders
from pipeline.analysis.run import Prepared, analyse, identify_languages
from pipeline.analysis.storage import load_analysis, save_analysis
from pipeline.common.arrays import stratified_order
from pipeline.common.errors import InputError
from pipeline.common.progress import StageLog
from pipeline.jobs.requests import AnalyseRequest
from pipeline.jobs.tasks import run_analyse
from pipeline.reviews.read import read_reviews
from pipeline.reviews.source import ReviewSource
from pipeline.reviews.units import make_units
from pipeline.text import tokenise
from tests.support.fake_encoder import FakeEncoder

THINGS = {
    "pool": "warm lane water swim dive",
    "breakfast": "eggs buffet coffee bread juice",
    "noise": "loud music street night party",
}
SETTINGS = Settings(topic_count=3, unit="review", model="fake")
SCHEDULE = PartialResultSchedule(seconds=15.0, min_reviews=60, growth=2.0)


def made(count):
    rows = ["id,language,hotel,day,review"]
    for n in range(count):
        thing, words = list(THINGS.items())[n % 3]
        more = words.split()[n % 5 :]
        text = " ".join([thing, thing, *more, f"guest{n}"])
        language = ("en", "en", "en", "de", "ja")[n * 5 // count]  # sorted, as files are
        rows.append(f"R{n},{language},H{n % 4},2026-{1 + n % 3:02d}-01,{text}")
    return read_reviews("\n".join(rows).encode())


class Timed(FakeEncoder):
    """Takes a tenth of a second for a text, by a clock of its own."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def encode_documents(self, texts, *, progress=None):
        self.now += 0.1 * len(texts)
        return super().encode_documents(texts, progress=progress)

    def clock(self):
        return self.now


class Sleepy(FakeEncoder):
    """Takes half a millisecond for a review."""

    def encode_documents(self, texts, *, progress=None):
        time.sleep(0.0005 * sum("guest" in text for text in texts))
        return super().encode_documents(texts, progress=progress)


def embed(reviews, tmp_path, *, encoder=None, schedule=SCHEDULE, stop_at=None):
    """All reviews embedded, with looks; what was events of them, and the publisher."""
    encoder, events = encoder or Timed(), []
    languages = identify_languages(reviews)
    units = make_units(reviews.texts, languages, SETTINGS.unit)
    prepared = Prepared(languages, units, np.zeros((len(units), encoder.dimension), np.float32))
    order = sampling_order(reviews, languages)
    publisher = PartialResultPublisher(
        tmp_path / "analysis1", reviews, prepared, SETTINGS, order, encoder,
        name="f.csv", schedule=schedule, emit=events.append, clock=encoder.clock,
    )  # fmt: skip

    def progress(done, total):
        if stop_at is not None and done >= stop_at:
            raise KeyboardInterrupt

    speeds = []
    embed_in_order(
        encoder, units, order, prepared.raw, progress=progress, publisher=publisher,
        on_speed=lambda *speed: speeds.append(speed), clock=encoder.clock,
    )  # fmt: skip
    return prepared, publisher, events, speeds


def test_every_beginning_of_the_order_is_fair():
    languages = np.repeat(["en", "de", "ja", "th"], [700, 200, 99, 1])
    hotels = np.tile(["a", "b"], 500)
    order = stratified_order([languages, hotels], seed=3)
    assert sorted(order) == list(range(1000))
    for size in (10, 50, 333, 999):
        for language, share in {"en": 0.7, "de": 0.2, "ja": 0.099}.items():
            own = languages[order[:size]] == language
            assert abs(own.sum() - share * size) <= 1
            assert abs((own & (hotels[order[:size]] == "a")).sum() - share * size / 2) <= 2
    assert np.array_equal(order, stratified_order([languages, hotels], seed=3))


def test_units_of_some_reviews():
    texts = ("One bed. Two baths were here.", "A pool was there.", "Loud. The bar was too loud!")
    units = make_units(texts, np.array(["en"] * 3), "sentence")
    numbers, some = units.select(np.array([2, 0]))
    assert [units.texts[number] for number in numbers] == list(some.texts)
    assert [
        texts[(2, 0)[row]][a:b]
        for row, a, b in zip(some.review, some.starts, some.ends, strict=True)
    ] == (list(some.texts))


def test_partial_results_grow_while_topics_and_coordinates_stay(tmp_path, cache):
    reviews = made(1500)
    _, publisher, events, speeds = embed(reviews, tmp_path)
    seen = [event["reviews"] for event in events]
    assert 150 <= seen[0] <= 200 and all(event["of"] == 1500 for event in events)
    assert all(later >= 2 * before for before, later in zip(seen, seen[1:], strict=False))
    assert [count for count, _ in partial_folders(tmp_path / "analysis1")] == seen[-2:]
    first, last = (load_analysis(folder) for _, folder in partial_folders(tmp_path / "analysis1"))
    assert len(last.texts) == len(last.frame) == seen[-1] == last.batches[0].reviews
    assert last.texts[: len(first.texts)] == first.texts
    np.testing.assert_array_equal(last.coordinates[: len(first.texts)], first.coordinates)
    np.testing.assert_array_equal(last.assignments[: len(first.texts)], first.assignments)
    assert [(t.key, t.name, t.colour) for t in last.topics[:3]] == [
        (t.key, t.name, t.colour) for t in first.topics[:3]
    ]
    assert sum(t.reviews for t in last.topics) == seen[-1]
    shares = {code: np.mean(last.languages == code) for code in ("en", "de", "ja")}
    assert shares == pytest.approx({"en": 0.6, "de": 0.2, "ja": 0.2}, abs=0.01)
    for row, id in enumerate(last.ids):  # every row still belongs to its own text
        assert reviews.texts[int(id[1:])] == last.texts[row] and last.frame["id"][row] == id
    speed, left = speeds[3]
    assert speed == pytest.approx(10) and 0 < left < 150
    assert last.report["early"]["of"] == 1500


@pytest.mark.slow  # computes for seconds
def test_dictionaries_of_a_large_file_are_dropped_after_each_result(tmp_path, monkeypatch):
    results = []
    for most in (5_000, 100):
        monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / f"cache{most}"))
        monkeypatch.setattr(run, "_MANY_UNITS", most)
        _, publisher, *_ = embed(made(400), tmp_path / str(most))
        results.append(publisher.last)
        assert bool(tokenise._load_tokeniser.cache_info().currsize) == (most == 5_000)
    assert topics_csv(results[0]) == topics_csv(results[1]) != ""


@pytest.mark.slow  # computes for seconds
def test_what_is_soon_done_or_cached_has_no_partial_results(tmp_path, cache):
    assert embed(made(200), tmp_path)[2] == []
    embed(made(1500), tmp_path)
    again = Timed()
    prepared, _, events, speeds = embed(made(1500), tmp_path / "other", encoder=again)
    assert (events, speeds, again.encoded) == ([], [], 0)
    assert np.allclose(np.linalg.norm(prepared.raw, axis=1), 1)


@pytest.mark.slow  # computes for seconds
def test_an_interrupted_job_resumes_with_the_same_topics(tmp_path, cache):
    reviews = made(1500)
    with pytest.raises(KeyboardInterrupt):
        embed(reviews, tmp_path, stop_at=700)
    before = partial_folders(tmp_path / "analysis1")[-1]
    old = load_analysis(before[1])
    again = Timed()
    _, publisher, events, _ = embed(reviews, tmp_path, encoder=again)
    assert events[0] == {
        "event": "early",
        "folder": str(before[1]),
        "reviews": before[0],
        "of": 1500,
    }
    assert again.encoded <= 1500 - 600
    assert publisher.last.texts[: len(old.texts)] == old.texts and len(publisher.last.texts) > len(
        old.texts
    )
    other = read_reviews(b"review\n" + b"\n".join(b"A %d bed and a bar" % n for n in range(400)))
    assert embed(other, tmp_path)[2][0]["reviews"] < 300  # not another file's result


def test_a_partial_result_that_cannot_be_made_is_no_fault(tmp_path, cache, monkeypatch):
    def refuse(*_arguments, **_options):
        raise InputError("3 topics can't be made")

    monkeypatch.setattr("pipeline.analysis.partial.analyse", refuse)
    assert embed(made(1500), tmp_path)[2] == []


@pytest.mark.slow  # computes for seconds
def test_the_result_is_the_same_whatever_came_early(tmp_path, monkeypatch):
    reviews, settings = made(700), replace(SETTINGS, with_map=False)
    path = tmp_path / "upload"
    path.write_text(reviews.frame.to_csv(index=False), "utf-8")
    results = []
    for seconds, early in (("0.05", "a"), ("0", "b")):
        monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / f"cache-{early}"))
        monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", seconds)
        events, target = [], tmp_path / early
        source = ReviewSource("f.csv", path, 700, reviews.columns)
        request = AnalyseRequest(source, target, settings, partial_base=target)
        run_analyse(request, lambda _: Sleepy(), StageLog(emit=events.append))
        looked = [event for event in events if event["event"] == "early"]
        assert bool(looked) == (early == "a")
        results.append([(target / name).read_bytes() for name in ("reviews.csv", "topics.csv")])
    direct = analyse(reviews, settings, name="f.csv", encoder=FakeEncoder())
    assert results[0] == results[1]
    assert results[0] == [reviews_csv(direct).encode(), topics_csv(direct).encode()]
    assert json.loads((tmp_path / "a" / "report.json").read_text())["rows_kept"] == 700


def two_clauses(count):
    rows = "\n".join(
        f"R{n},The {thing} was {words.split()[n % 5]} for guest{n} - but the {thing} of "
        f"guest{n} was small"
        for n in range(count)
        for thing, words in [list(THINGS.items())[n % 3]]
    )
    return f"id,review\n{rows}".encode()


def analyse_in_steps(folder, monkeypatch, *, stop_in=None):
    """Run the job of a file with passages to embed: its partial results."""
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "0.05")
    path, events = folder / "upload", []
    path.write_bytes(two_clauses(500))
    request = AnalyseRequest(
        ReviewSource("f.csv", path, 500), folder / "a", SETTINGS, partial_base=folder / "a"
    )

    def progress(stage, done, total):
        if stage == stop_in and 0 < done < total:
            raise KeyboardInterrupt

    log = StageLog(progress, emit=events.append)
    run_analyse(request, lambda _: Sleepy(), log)
    return events


@pytest.mark.slow  # computes for seconds
def test_the_map_of_all_reviews_is_there_before_their_passages(tmp_path, cache, monkeypatch):
    events, opened = [], []
    emit = PartialResultPublisher._announce

    def look(publisher, folder):
        emit(publisher, folder)
        events.append(folder)
        opened.append(load_analysis(folder))

    monkeypatch.setattr(PartialResultPublisher, "_announce", look)
    analyse_in_steps(tmp_path, monkeypatch)
    shown, whole = opened[-1], load_analysis(tmp_path / "a")
    assert len(opened) > 1 and len(opened[-2].texts) < 500
    assert shown.report["early"] == {"reviews": 500, "of": 500, "steps": [500]}
    assert shown.passages is None and len(whole.passages) == 1000
    assert shown.texts == whole.texts and "early" not in whole.report
    np.testing.assert_array_equal(shown.coordinates, whole.coordinates)
    np.testing.assert_array_equal(shown.assignments, whole.assignments)
    assert [t.colour for t in shown.topics] == [t.colour for t in whole.topics]
    assert [t.keywords for t in shown.topics] == [t.keywords for t in whole.topics]
    # The analysis is what it is without partial results.
    reviews = read_reviews(two_clauses(500))
    direct = analyse(reviews, SETTINGS, name="f.csv", encoder=FakeEncoder())
    assert (tmp_path / "a" / "reviews.csv").read_bytes() == reviews_csv(direct).encode()
    assert len(partial_folders(tmp_path / "a")) == 2


@pytest.mark.slow  # computes for seconds
def test_a_job_that_was_stopped_among_passages_shows_its_map_again(tmp_path, cache, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        analyse_in_steps(tmp_path, monkeypatch, stop_in="passages")
    count, folder = partial_folders(tmp_path / "a")[-1]
    assert count == 500 and not (tmp_path / "a").exists()
    events = analyse_in_steps(tmp_path, monkeypatch)
    early = [event for event in events if event["event"] == "early"]
    assert early == [{"event": "early", "folder": str(folder), "reviews": 500, "of": 500}]
    assert len(load_analysis(tmp_path / "a").passages) == 1000


def test_topics_that_are_the_same_keep_their_colours(tmp_path, cache):
    reviews = made(300)
    analysis = analyse(reviews, SETTINGS, encoder=FakeEncoder())
    turned = tuple(replace(t, colour=(t.id + 1) % 3, key=f"x{t.id}") for t in analysis.topics)
    coloured = transfer_colours(analysis.edited(topics=turned), analysis)
    assert [t.colour for t in coloured.topics[:3]] == [1, 2, 0]
    assert [t.key for t in coloured.topics] == [t.key for t in analysis.topics]
    for each in (coloured, analysis):
        save_analysis(each, tmp_path / str(each.topics[0].colour))
    assert (tmp_path / "0" / "topics.csv").read_bytes() == (
        tmp_path / "1" / "topics.csv"
    ).read_bytes()


def test_the_setting_is_seconds(monkeypatch):
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "soon")
    with pytest.raises(InputError, match="'soon'"):
        PartialResultSchedule.from_environment()
    monkeypatch.setenv("POLYGUEST_EARLY_SECONDS", "2.5")
    assert PartialResultSchedule.from_environment().seconds == 2.5
