"""Files in the form in which people have them, and whether each is understood as a person would.

The files are not part of the project: they lie in `cases` beside the folder of labelled sets (see
`benchmarks.data`), each with an `expected.md`; the checks here say the same in code. All but three
are judged by what ``python -m pipeline read FILE --out DIR --reviews`` writes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parent.parent
RIGHT_BEFORE = 0  # cases, by the same checks as of commit 6cd34e4


@dataclass(frozen=True)
class Understood:
    """What a command made of a file.

    Attributes:
        reviews: review_id, text, language, rating, date, hotel and the file's own columns, as
            strings; no rows where the file was refused.
        notes: in one string.
        error: what was said instead, "" where the file was read.
    """

    reviews: pd.DataFrame
    notes: str = ""
    error: str = ""

    def column(self, name: str) -> list[str]:
        """A column's values; [] where there is none."""
        return self.reviews[name].tolist() if name in self.reviews else []

    def ratings(self) -> np.ndarray:
        """Marks of 1 to 5, NaN where there is none: float64 (n,)."""
        return pd.to_numeric(pd.Series(self.column("rating"), dtype=str)).to_numpy(float)


def folder() -> Path | None:
    """Where the cases are, or None."""
    path = Path(os.environ.get("POLYGUEST_BENCH_DATA", "")) / ".." / "cases"
    return path.resolve() if path.is_dir() else None


def table() -> Iterator[str]:
    """Lines of a Markdown table: each case right or wrong; none without the cases."""
    place = folder()
    if place is None:
        return
    found = {name: check(place / name) for name, check in CASES.items()}
    right = sum(not faults for faults in found.values())
    yield f"| files as people have them | {right} of {len(found)} right, {RIGHT_BEFORE} before |"
    yield "| --- | --- |"
    for name, faults in found.items():
        said = re.sub(r"[|\s]+", " ", "; ".join(faults))[:160]
        yield f"| {name} | {'wrong: ' + said if faults else 'right'} |"


def understand(file: Path) -> Understood:
    """Read a file as the command line does."""
    with tempfile.TemporaryDirectory() as out:
        done = _run("read", file, "--out", out, "--reviews")
        if done.returncode:
            return Understood(pd.DataFrame(), error=done.stderr.strip())
        reviews = pd.read_csv(
            Path(out) / f"{file.stem}.reviews.csv", dtype=str, keep_default_na=False
        )
        report = json.loads((Path(out) / f"{file.stem}.report.json").read_text("utf-8"))
    return Understood(reviews, " ".join(map(str, report["notes"])))


def _run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT)


def _source(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def _same(what: str, found: list[str], wanted: list[str]) -> list[str]:
    """A fault where two columns differ."""
    if found == wanted:
        return []
    if len(found) != len(wanted):
        return [f"{what}: {len(found)} values for {len(wanted)}"]
    row = next(i for i, pair in enumerate(zip(found, wanted, strict=True)) if pair[0] != pair[1])
    return [f"{what}: {found[row]!r} for {wanted[row]!r}"]


def _same_marks(found: np.ndarray, wanted: pd.Series | list[float]) -> list[str]:
    wanted = np.asarray(wanted, float)
    if len(found) == len(wanted) and np.allclose(found, wanted, atol=0.01, equal_nan=True):
        return []
    return [f"ratings {found[:5].tolist()} for {wanted[:5].tolist()}"]


def _no_marks(read: Understood) -> list[str]:
    if read.error:
        return [read.error]
    return ["rated without a rating"] if np.isfinite(read.ratings()).any() else []


def _other_scale(place: Path) -> list[str]:
    base, add = _source(place / "base.csv"), _source(place / "add.csv")
    wanted = [*base["rating"].astype(float), *(add["rating"].astype(float) / 2)]
    with tempfile.TemporaryDirectory() as out:
        _run("analyse", place / "base.csv", "--out", out, "--no-map", "--topics", 3)
        done = _run("add", out, place / "add.csv")
        if done.returncode:
            return [done.stderr.strip()]
        reviews = _source(Path(out) / "reviews.csv")
    if "rating_of_5" not in reviews:
        return ["reviews.csv has no marks of 5"]
    return _same_marks(pd.to_numeric(reviews["rating_of_5"]).to_numpy(float), wanted)


def _class_label(place: Path) -> list[str]:
    return [
        f for name in ("labels", "enriched") for f in _no_marks(understand(place / f"{name}.csv"))
    ]


def _country(place: Path) -> list[str]:
    truth = _source(place / "truth.csv")["language"].tolist()
    return [
        fault
        for name in ("reviews", "country_names")
        for fault in _same(name, understand(place / f"{name}.csv").column("language"), truth)
    ]


def _serial_days(place: Path) -> list[str]:
    frame = pd.read_excel(place / "app.xlsx", engine="openpyxl")
    days = pd.Timestamp("1899-12-30") + pd.to_timedelta(frame["date"].astype(float), unit="D")
    wanted = days.dt.strftime("%Y-%m-%d").tolist()
    return _same("date", understand(place / "app.xlsx").column("date"), wanted)


def _hotel_names(place: Path) -> list[str]:
    columns = {"business": "Business Name", "cafe": "cafe", "place_name": "name",
               "rental": "Rental Name", "restaurant": "restaurant"}  # fmt: skip
    return [
        fault
        for name, column in columns.items()
        for fault in _same(
            name,
            understand(place / f"{name}.csv").column("hotel"),
            _source(place / f"{name}.csv")[column].tolist(),
        )
    ]


def _hotel_stars(place: Path) -> list[str]:
    read, frame = understand(place / "booking.csv"), _source(place / "booking.csv")
    months = pd.to_datetime(frame["stay_date"], format="%B %Y").dt.strftime("%Y-%m-%d").tolist()
    return [
        *_same_marks(read.ratings(), frame["rating_score"].astype(float) / 2),
        *_same("hotel", read.column("hotel"), frame["hotel_name"].tolist()),
        *_same("date", read.column("date"), months),
    ]


def _json_array(place: Path) -> list[str]:
    read = understand(place / "reviews.json")
    rows = json.loads((place / "reviews.json").read_text("utf-8"))
    return [
        *_same("text", read.column("text"), [row["review"] for row in rows]),
        *_same_marks(read.ratings(), [row["stars"] for row in rows]),
        *_same("date", read.column("date"), [row["date"].replace(".", "-") for row in rows]),
    ]


def _contradicted_language(place: Path) -> list[str]:
    read, frame = understand(place / "comments.csv"), _source(place / "comments.csv")
    hangul = frame["Comment"].str.contains("[가-힣]")
    wanted = np.where(hangul, "ko", "zh").tolist()
    found = [code.split("-")[0] for code in read.column("language")]
    rows = int(((frame["Language"] == "ko") & ~hangul).sum())
    said = re.search(rf"\b{rows}\b[^.]*language|language[^.]*\b{rows}\b", read.notes, re.I)
    return [*_same("language", found, wanted), *([] if said else ["no note on the rows"])]


def _month_names(place: Path) -> list[str]:
    truth = _source(place / "truth.csv")["day"].tolist()
    return _same("date", understand(place / "reviews.csv").column("date"), truth)


def _place_rating(place: Path) -> list[str]:
    read, frame = understand(place / "places.csv"), _source(place / "places.csv")
    return [
        *_same_marks(read.ratings(), frame["review_rating"].astype(float)),
        *_same("hotel", read.column("hotel"), frame["name"].tolist()),
        *_same("text", read.column("text"), frame["review_text"].tolist()),
    ]


def _tails(place: Path) -> list[str]:
    stayed, frame = understand(place / "booking_stayed.csv"), _source(place / "booking_stayed.csv")
    bare = frame["Content"].str.replace(r"^(?:N/A|Nothing)|Stayed in \w+ \d{4}$", "", regex=True)
    more = understand(place / "tripadvisor_more.csv")
    comments = _source(place / "tripadvisor_more.csv")["comments"].str.removesuffix("更多")
    text = [cell.split("\n")[-1] for cell in more.column("text")]  # under its title
    return [
        *_same("Stayed in", stayed.column("text"), bare.tolist()),
        *_same("更多", text, comments.tolist()),
    ]


def _halves(place: Path) -> list[str]:
    read, frame = understand(place / "booking_pos_neg.csv"), _source(place / "booking_pos_neg.csv")
    texts = read.column("text")
    if len(texts) != len(frame):
        return [f"{len(texts)} reviews of {len(frame)}"]
    parts = zip(texts, frame["pos_text"], frame["neg_text"], strict=True)
    lost = [text for text, liked, disliked in parts if liked not in text or disliked not in text]
    return [f"half lost in {text!r}" for text in lost[:1]]


def _three_headers(place: Path) -> list[str]:
    read = understand(place / "qualtrics.csv")
    frame = _source(place / "qualtrics.csv").iloc[2:]
    return [
        *_same("id", read.column("review_id"), frame["ResponseId"].tolist()),
        *_same("text", read.column("text"), frame["Q3"].tolist()),
        *_same("language", read.column("language"), frame["UserLanguage"].str.lower().tolist()),
        *_same("date", read.column("date"), frame["RecordedDate"].str[:10].tolist()),
        *_same_marks(read.ratings(), frame["Q2"].astype(float)),
        *_same("hotel", read.column("hotel"), frame["Q1"].tolist()),
    ]


def _outlier(place: Path) -> list[str]:
    read, frame = understand(place / "avaliacoes.csv"), _source(place / "avaliacoes.csv")
    marks = frame["nota"].astype(float)
    said = [] if re.search(r"\b15\b|unreadable|not a mark", read.notes) else ["15 is not said"]
    return [*_same_marks(read.ratings(), marks.where(marks <= 10) / 2), *said]


def _relative_days(place: Path) -> list[str]:
    read, frame = understand(place / "gmaps.csv"), _source(place / "gmaps.csv")
    found = read.column("date")
    back = {"3 months ago": 90, "a year ago": 365, "2 weeks ago": 14, "Edited 5 days ago": 5,
            "a month ago": 30, "4 years ago": 1461}  # fmt: skip
    days = [date(2026, 3, 1) - timedelta(days=back[cell]) for cell in frame["Review Date"]]
    near = len(found) == len(days) and all(
        abs((date.fromisoformat(cell) - day).days) <= 3
        for cell, day in zip(found, days, strict=True)
        if cell
    )
    counted = near and (all(found) or not any(found))  # counted back, or no date at all
    return [
        *([] if counted else [f"date: {found[:2]}"]),
        *_same("hotel", read.column("hotel"), frame["Business Name"].tolist()),
    ]


def _short_texts(place: Path) -> list[str]:
    with tempfile.TemporaryDirectory() as out:
        done = _run("analyse", place / "reviews.csv", "--out", out, "--no-map")
        if done.returncode:
            return [done.stderr.strip()]
        hair = _hits(out, "Hair in the shower")
        cooling = _hits(out, "no air conditioning")
    faults = []
    for hits, right, wrong in (
        (hair, {"9", "10", "11", "13", "14", "15"}, set(map(str, range(1, 9)))),
        (cooling, {"19", "20", "21", "22"}, {"16", "17", "18"}),
    ):
        order = [str(hit["review_id"]) for hit in hits]
        first_wrong = next((i for i, name in enumerate(order) if name in wrong), len(order))
        if missed := sorted(right - set(order[:first_wrong]), key=int):
            faults.append(f"{', '.join(missed)} after {order[first_wrong : first_wrong + 1]}")
    sure = [h for h in cooling if str(h["review_id"]) in {"16", "17", "18"}]
    if any(str(hit.get("strength")) in ("strong", "likely") for hit in sure):
        faults.append("“No parking.” is said to be strong or likely")
    return faults


def _hits(folder: str, query: str) -> list[dict[str, Any]]:
    done = _run("search", folder, query, "--top", 40, "--json", "--details")
    hits: list[dict[str, Any]] = json.loads(done.stdout)
    return hits


def _sentences(place: Path) -> list[str]:
    from pipeline.text.sentences import split_sentences

    frame, truth = _source(place / "reviews.csv"), _source(place / "truth.csv")
    parted = split_sentences(frame["review"].tolist(), frame["language"].to_numpy())
    pieces = np.array(parted.cut(frame["review"].tolist()), dtype=object)
    found = [" | ".join(pieces[parted.row == row]) for row in range(len(frame))]
    return _same("sentences", found, truth["sentences"].tolist())


def _sub_scores(place: Path) -> list[str]:
    read, frame = understand(place / "pms.csv"), _source(place / "pms.csv")
    return [
        *_same("id", read.column("review_id"), frame["External ID"].tolist()),
        *_same("text", read.column("text"), frame["Review"].tolist()),
        *_same("date", read.column("date"), frame["Check-Out Date"].str[:10].tolist()),
        *_same("hotel", read.column("hotel"), frame["Rental Name"].tolist()),
        *_same_marks(read.ratings(), pd.to_numeric(frame["Overall Score"], errors="coerce")),
    ]


def _titles(place: Path) -> list[str]:
    read, frame = understand(place / "trustpilot.csv"), _source(place / "trustpilot.csv")
    texts = read.column("text")
    if len(texts) != len(frame):
        return [f"{len(texts)} reviews of {len(frame)}"]
    wanted = frame["review"].where(frame["review"] != "", frame["title"])
    lost = [w for found, w in zip(texts, wanted, strict=True) if w not in found]
    said = [] if "title" in read.notes else ["no note on the titles"]
    return [*(f"lost {text!r}" for text in lost[:1]), *said]


def _translated(place: Path) -> list[str]:
    read, frame = understand(place / "ulasan.csv"), _source(place / "ulasan.csv")
    wanted = frame["review_text"].str.split("(Asli)", regex=False).str[-1].str.strip()
    codes = {"The": "en", "Das": "de", "朝食が": "ja"}
    languages = [next((c for s, c in codes.items() if t.startswith(s)), "id") for t in wanted]
    return [
        *_same("text", read.column("text"), wanted.tolist()),
        *_same("language", read.column("language"), languages),
    ]


def _bubbles(place: Path) -> list[str]:
    marks = _source(place / "tripadvisor.csv")["rating"].astype(float) / 10
    return _same_marks(understand(place / "tripadvisor.csv").ratings(), marks)


def _no_reviews(place: Path) -> list[str]:
    read = understand(place / "hotels.csv")
    return [] if read.error.count("review text") else [f"{len(read.reviews)} addresses read"]


CASES: dict[str, Callable[[Path], list[str]]] = {
    "add_file_with_other_scale": _other_scale,
    "class_label_as_rating": _class_label,
    "country_code_as_language": _country,
    "excel_serial_dates": _serial_days,
    "hotel_column_names": _hotel_names,
    "hotel_stars_vs_score": _hotel_stars,
    "json_array": _json_array,
    "language_column_contradicts_script": _contradicted_language,
    "month_names_ar_th_vi_el": _month_names,
    "place_rating_vs_review_rating": _place_rating,
    "platform_tail": _tails,
    "pos_text_neg_text": _halves,
    "qualtrics_three_headers": _three_headers,
    "rating_outlier": _outlier,
    "relative_dates_scraped_at": _relative_days,
    "search_short_texts_first": _short_texts,
    "sentences_ended_by_signs": _sentences,
    "subscore_before_overall": _sub_scores,
    "title_only_reviews": _titles,
    "translated_by_google_indonesian": _translated,
    "tripadvisor_10_to_50": _bubbles,
    "urls_as_review_text": _no_reviews,
}
