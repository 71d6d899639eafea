"""What `read --reviews` writes."""

import csv
import io
import json

from pipeline.cli.main import main

FILE = """Review Date,Scraped At,Hotel Name,Stars,Review Title,Review Text,Guest,text
3 months ago,2026-03-01,Hotel Nord ,5,Quiet,The room looked over the orchard at night.,Ann,a
a year ago,2026-03-01,Hotel Nord,4,Kalt,Das Frühstück war kalt und der Kaffee dünn.,=1+1,b
a year ago,2026-03-01,Hotel Süd,1,,,Cy,c
2 weeks ago,2026-03-01,Hotel Süd,2,とても残念,部屋が狭くて夜もうるさかったです。,Di,d
"""


def read(tmp_path, *options):
    (tmp_path / "stays.csv").write_text(FILE, "utf-8")
    out = tmp_path / "out"
    code = main(["read", str(tmp_path / "stays.csv"), "--out", str(out), "--reviews", *options])
    data = (out / "stays.reviews.csv").read_bytes()
    assert code == 0 and data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_one_row_a_kept_review_with_what_was_understood(tmp_path):
    rows = read(tmp_path)
    assert list(rows[0])[:6] == ["review_id", "text", "language", "rating", "date", "hotel"]
    assert [row["review_id"] for row in rows] == ["1", "2", "4"]
    assert [row["language"] for row in rows] == ["en", "de", "ja"]
    assert [row["rating"] for row in rows] == ["5", "4", "2"]
    assert [row["date"] for row in rows] == ["2025-12-01", "2025-03-01", "2026-02-15"]
    assert [row["hotel"] for row in rows] == ["Hotel Nord", "Hotel Nord", "Hotel Süd"]
    assert "orchard" in rows[0]["text"]
    # The file's other columns are there, and none of them is a formula.
    assert rows[1]["Guest"] == "'=1+1" and rows[1]["text_original"] == "b"
    assert "Review Text" not in rows[0] and "Stars" not in rows[0]
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"stays.csv", "stays.report.json", "stays.reviews.csv"}


def test_the_options_of_analyse_apply(tmp_path):
    plain = read(tmp_path)
    titled = read(tmp_path, "--rule", "join_title=on")
    assert titled[0]["text"].startswith("Quiet") and not plain[0]["text"].startswith("Quiet")
    other = read(tmp_path, "--text-column", "Review Title", "--rule", "drop_one_word=on")
    assert [row["text"] for row in other] == ["とても残念"]


SURVEY = """Stayed on;What did you like most?;What could we have done better?;Anything else?
2026-01-02;The view over the lake;It was loud at night.;We came for a wedding
2026-01-03;Die Lage am Bahnhof;Nothing;Parking was hard to find here
"""


def test_answers_to_several_questions(tmp_path):
    (tmp_path / "survey.csv").write_text(SURVEY, "utf-8")

    def texts(*options):
        out = tmp_path / "out"
        file = str(tmp_path / "survey.csv")
        assert main(["read", file, "--out", str(out), "--reviews", *options]) == 0
        lines = io.StringIO((out / "survey.reviews.csv").read_text("utf-8-sig"))
        return [row["text"] for row in csv.DictReader(lines)]

    joined = "The view over the lake\nIt was loud at night.\nWe came for a wedding"
    assert texts()[0] == joined and len(texts("--questions", "join")) == 2
    assert len(texts("--questions", "split")) == 5
    column = ["--text-column", "Anything else?"]
    assert texts(*column) == ["We came for a wedding", "Parking was hard to find here"]
    assert texts(*column, "--questions", "join")[0] == joined


def test_a_table_without_reviews_is_still_written(tmp_path, capsys):
    (tmp_path / "n.csv").write_text("a,b\n1,2\n3,4\n", "utf-8")
    out = tmp_path / "out"
    assert main(["read", str(tmp_path / "n.csv"), "--out", str(out), "--reviews"]) == 2
    assert "No column looks like review text" in capsys.readouterr().err
    assert {path.name for path in out.iterdir()} == {"n.csv", "n.report.json"}


def test_the_report_says_each_columns_role_and_the_scale_of_the_ratings(tmp_path):
    read(tmp_path, "--rating-scale", "10")
    report = json.loads((tmp_path / "out" / "stays.report.json").read_text("utf-8"))
    roles = {guess["role"]: guess for guess in report["columns"]}
    assert roles["date"] == {
        "role": "date",
        "name": "Review Date",
        "reason": "“Scraped At” is when the file was collected",
        "runner_up": "Scraped At",
    }
    assert report["column_names"] == FILE.splitlines()[0].split(",")
    assert report["rating_scale"]["highest"] == 10
    assert report["rating_scale"]["chosen_by"] == "user"
    main(["read", str(tmp_path / "stays.csv"), "--out", str(tmp_path / "plain")])
    plain = json.loads((tmp_path / "plain" / "stays.report.json").read_text("utf-8"))
    assert plain["columns"] == report["column_names"]  # as before, without --reviews
    assert "rating_scale" not in plain
