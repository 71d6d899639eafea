"""The upload on the start page: what was understood of a file, and what the user corrects."""

import csv
import io
import zipfile

import pytest
from openpyxl import Workbook

from pipeline.common.translation import use_language
from pipeline.reviews.source import ReadOptions, ReviewSource
from pipeline.tables.report import encoding_name
from tests.support.apptest import SMALL, THINGS, finish, press, session, start, upload
from ui.session.preview import Preview
from ui.upload.rejected_rows import _reasons

JAPANESE = "番号;口コミ;ホテル\n" + "".join(
    f"{i};部屋は清潔で、朝食がとても美味しかったです（{i}号室）;ホテル青空\n" for i in range(30)
)
BOOKING = "Reservation number,Positive review,Negative review,Review score\n" + "".join(
    f"{i},The {thing} was lovely and the staff kind,Noisy at night,8\n"
    for i, thing in enumerate(THINGS)
)


@pytest.fixture(autouse=True)
def own_cache(cache, monkeypatch):
    monkeypatch.delenv("POLYGUEST_START", raising=False)


def box(at, label):
    return next(box for box in at.selectbox if box.label == label)


def choose(at, label, value):
    box(at, label).set_value(value).run()
    assert not at.exception
    return at


def told(at):
    """What the page says in words."""
    kinds = (at.markdown, at.caption, at.error, at.warning)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def workbook(**sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_another_encoding_changes_preview_and_counts_and_can_be_taken_back():
    at = upload(start(), JAPANESE.encode("cp932"))
    assert box(at, "Encoding").options[0] == "Detected: Shift-JIS"
    assert "Shift-JIS, semicolons, 30 rows read, 30 kept, 0 rejected" in told(at)
    right = at.dataframe[0].value
    assert list(right.columns) == ["番号", "口コミ", "ホテル"]

    choose(at, "Encoding", "utf-8")
    assert "Read as UTF-8, 30 rows hold bytes that mean nothing" in told(at)
    assert "Detected: Shift-JIS" in box(at, "Encoding").options
    assert list(at.dataframe[0].value.columns) != list(right.columns)

    press(at, "Reset to detected")
    assert box(at, "Encoding").value == ""
    assert "30 kept" in told(at)
    assert not at.warning
    assert at.dataframe[0].value.equals(right)


def test_another_delimiter_is_refused_in_words_and_can_be_taken_back():
    at = upload(start(), JAPANESE.encode("cp932"))
    choose(at, "Delimiter", "|")
    assert "Cut at pipes, the file has a single column" in told(at)
    choose(at, "Delimiter", ";")
    assert "30 kept" in told(at)
    press(at, "Reset to detected")
    assert box(at, "Delimiter").value == ""
    assert session(at).preview.options == ReadOptions()


def test_a_delimiter_that_is_none_is_told(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(SMALL)
    preview = Preview(1, "file", "reviews.csv", path)
    preview.read(ReadOptions())
    preview.read(ReadOptions(delimiter="far too long a sign"))
    assert "can't be used" in preview.problem
    assert preview.table is None
    assert preview.delimiter == ""  # one column was recognised, and is still known
    preview.read(ReadOptions())
    assert not preview.problem


def test_a_page_in_another_language_reads_the_file_again_and_keeps_what_was_chosen(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(SMALL)
    preview = Preview(1, "file", "reviews.csv", path)
    preview.read(ReadOptions())
    assert preview.is_read(ReadOptions()) and not preview.is_read(ReadOptions(encoding="cp1252"))
    with use_language("de"):
        assert not preview.is_read(ReadOptions())
        preview.read(ReadOptions())
        assert preview.is_read(ReadOptions())
    assert preview.times == 1  # of which the keys of the boxes are made


def test_the_analysis_reads_the_file_as_the_preview_did():
    # Forty words that only one reading gives: the recognised one is another.
    text = "id~review\n" + "".join(f"{i}~caf\xe9 number {i} was, well, fine\n" for i in range(40))
    at = upload(start(), text.encode("cp1252"))
    choose(at, "Encoding", "cp1251")
    choose(at, "Delimiter", "~")
    finish(press(at, "Analyse"))
    assert session(at).source.options == ReadOptions("cp1251", "~")
    assert session(at).view.analysis.texts[0] == "cafй number 0 was, well, fine"


def test_the_sheet_of_a_workbook_is_chosen():
    rows = [["review", "hotel"], *([f"The {thing} was good and clean", "Roma"] for thing in THINGS)]
    data = workbook(Notes=[["nothing here"]], Summer=rows, Winter=[*rows, ["Cold room", "Roma"]])
    at = upload(start(), data, "seasons.xlsx")
    assert box(at, "Sheet of the workbook").value == "Summer"
    assert "Excel workbook, sheet Summer, 8 rows read, 8 kept" in told(at)
    reads = session(at).preview.times
    assert reads == 1
    # Half of the reviews would be left out without a word.
    assert "Summer, Winter have the same columns. Not read: Notes, Winter." in told(at)
    press(at, "Read them together")
    assert "sheet Summer + Winter, 17 rows read" in told(at) and "Not read: Notes." in told(at)
    choose(at, "Sheet of the workbook", "Winter")
    assert "sheet Winter, 9 rows read, 9 kept" in told(at)
    choose(at, "Sheet of the workbook", "Notes")
    assert at.error
    choose(at, "Sheet of the workbook", "Summer")
    assert "sheet Summer, 8 rows read" in told(at)
    assert session(at).preview.options.sheet == "Summer"


def test_a_workbook_with_one_sheet_is_read_once():
    rows = [["review", "hotel"], *([f"The {thing} was good and clean", "Roma"] for thing in THINGS)]
    at = upload(start(), workbook(Summer=rows), "summer.xlsx")
    assert "Excel workbook, sheet Summer, 8 rows read, 8 kept" in told(at)
    assert session(at).preview.times == 1


def test_one_file_of_an_archive_is_chosen():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("rome.csv", SMALL)
        archive.writestr("paris.csv", BOOKING)
    at = upload(start(), out.getvalue(), "two.zip")
    assert "holds 2 files" in told(at)
    assert box(at, "File of the archive").options == ["rome.csv", "paris.csv"]
    choose(at, "File of the archive", "paris.csv")
    assert "8 rows read, 8 kept" in told(at)
    choose(at, "File of the archive", "rome.csv")
    assert "64 kept" in told(at)


def test_liked_and_disliked_become_one_review():
    at = upload(start(), BOOKING.encode())
    assert box(at, "Liked").value == "Positive review"
    assert box(at, "Disliked").value == "Negative review"
    assert "joined into one review" in told(at)
    preview = session(at).preview
    [reviews] = preview._reviews.values()
    assert reviews.texts[0] == "The bed was lovely and the staff kind\nNoisy at night"


def test_each_rule_says_what_it_did():
    rows = [f"{i},The {thing} was clean and the view wide" for i, thing in enumerate(THINGS)]
    rows += [rows[0], rows[0], "20,Good", "21,Das FrÃ¼hstÃ¼ck war gut und reichlich"]
    rows += ["22,(Translated by Google) Nice room", "23,<p>Quiet &amp; warm room</p>"]
    at = upload(start(), "\n".join(["id,review", *rows]).encode())
    words = told(at)
    assert "2 rows found, left out" in words
    assert "1 review found, kept" in words
    assert "1 review found, cleaned" in words
    assert "1 review found, repaired" in words
    assert "HTML was removed from 1 review" in words
    assert "14 rows read, 12 kept, 2 rejected" in words
    for label in ("Drop duplicate rows", "Drop one-word reviews"):
        next(switch for switch in at.checkbox if switch.label == label).set_value(
            label == "Drop one-word reviews"
        )
    at.run()
    words = told(at)
    assert "2 rows found, kept" in words
    assert "1 review found, left out" in words
    assert "14 rows read, 13 kept, 1 rejected" in words


def test_ten_thousand_rejected_rows_are_counted_and_downloaded():
    rows = [f"{i},bad,row,{i}" if i % 3 == 1 else f"{i},good stay {i}" for i in range(30_000)]
    at = upload(start(), "\n".join(["id,review", *rows]).encode())
    assert any("Rejected rows (10,000)" in expander.label for expander in at.expander)
    assert "10,000 times: the row has 4 cells, the header 2" in told(at)
    assert "The first 500 are shown; the download has all 10,000." in told(at)
    shown = at.dataframe[1].value
    assert len(shown) == 500
    assert shown.iloc[0].tolist() == [3, "the row has 4 cells, the header 2", "1,bad,row,1"]
    assert any(
        button.label == "Download 10,000 rejected rows" for button in at.get("download_button")
    )


def test_reasons_are_summed_up():
    from pipeline.tables.types import RejectedRow

    rows = [RejectedRow(i, reason, "") for i, reason in enumerate("aaabbcdefg")]
    assert _reasons(rows) == "3 times: a · 2 times: b · 1 time: c · 1 time: d · 3 for other reasons"


def test_limits_are_settings_and_told(monkeypatch):
    monkeypatch.setenv("POLYGUEST_MAX_MB", "2")
    monkeypatch.setenv("POLYGUEST_MAX_ROWS", "50")
    at = start()
    assert at.file_uploader[0].proto.max_upload_size_mb == 2
    assert any("up to 2 MB" in piece.body for piece in at.html)
    upload(at, SMALL)
    assert "more than 50 rows" in told(at)
    upload(at, b"review\n" + b"The room was fine and quiet\n" * 80_000, "large.csv")
    assert "has 2.2 MB, more than the limit of 2.0 MB" in told(at)
    upload(at, BOOKING.encode(), "fine.csv")
    assert "8 kept" in told(at)


def test_corrected_columns_are_remembered_and_forgotten():
    rows = [["a", "b"], *([f"The {t} was good and clean", f"Nice {t} by the sea"] for t in THINGS)]
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    at = upload(start(), out.getvalue().encode())
    assert box(at, "Review text").value == "a"
    choose(at, "Review text", "b")
    press(at, "Analyse")
    session(at).jobs.stop()
    other = upload(start(), out.getvalue().encode(), "next.csv")
    assert box(other, "Review text").value == "b"
    assert "Set as you corrected them" in told(other)
    press(other, "Detect again")
    assert box(other, "Review text").value == "a"
    assert "Set as you corrected them" not in told(other)


def test_what_was_chosen_stays_when_the_analysis_is_refused():
    rows = "".join(f"{i}~The pool was warm~The {t} was fine\n" for i, t in enumerate(THINGS))
    at = upload(start(), f"id~review~comment\n{rows}".encode())
    choose(at, "Encoding", "cp1250")
    choose(at, "Review text", "review")
    at.checkbox[0].set_value(False).run()
    finish(press(at, "Analyse"))
    assert "1 different review" in told(at)
    assert box(at, "Encoding").value == "cp1250"
    assert box(at, "Review text").value == "review"
    assert not at.checkbox[0].value
    assert session(at).preview.times == 2
    choose(at, "Review text", "comment")
    finish(press(at, "Analyse"))
    assert len(session(at).view.analysis.texts) == 8
    assert session(at).preview is None  # its table is not kept


def test_a_read_that_was_broken_off_is_begun_again(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(SMALL)
    preview = Preview(1, "file", "reviews.csv", path)

    def leave(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        preview.read(ReadOptions(), leave)
    assert preview.options is None
    preview.read(ReadOptions())
    assert preview.options == ReadOptions()
    assert len(preview.table.frame) == 64


def test_small_helpers():
    assert encoding_name("koi8-u") == "KOI8 (Cyrillic)"
    assert encoding_name("mac-roman") == "Mac Roman"
    assert encoding_name("iso8859-15") == "ISO-8859-15"
    assert encoding_name("utf-8-sig") == "UTF-8"
    assert ReviewSource("a", None, 1).options == ReadOptions()


PLACES = "place_id,name,rating,review_text,review_rating,visited,lang\n" + "".join(
    f"p{i % 3},House {i % 3},{4.1 + i % 3 / 10},The {thing} was <b>good</b> [and](clean),"
    f"{7 + i % 4},2026-03-{1 + i:02},EN\n"
    for i, thing in enumerate(THINGS * 2)
)


def pieces(at):
    return " ".join(piece.body for piece in at.html)


def test_each_guess_has_its_reason_and_three_values_as_understood():
    at = upload(start(), PLACES.encode())
    assert box(at, "Rating").value == "review_rating"
    assert "“rating” is the same for all reviews of a place" in told(at)
    assert "<bdi>7 of 10</bdi> · <bdi>8 of 10</bdi> · <bdi>9 of 10</bdi>" in pieces(at)
    assert "<bdi>2026-03-01</bdi>" in pieces(at) and "<bdi>English</bdi>" in pieces(at)
    assert "<bdi>House 0</bdi> · <bdi>House 1</bdi> · <bdi>House 2</bdi>" in pieces(at)
    assert "<b>good</b>" not in pieces(at)  # a stranger's text stays text


def test_times_ago_and_the_day_they_are_counted_from():
    text = "review,date,scraped_at\n" + "".join(
        f"The {thing} was good and clean,{i + 1} months ago,2026-03-01 10:0{i}:00\n"
        for i, thing in enumerate(THINGS)
    )
    at = upload(start(), text.encode())
    assert box(at, "Collected on").value == "scraped_at"
    assert "<bdi>2026-03-01</bdi></div>" in pieces(at)  # one day, whatever the time
    assert "<bdi>2026-02-01</bdi> · <bdi>2026-01-01</bdi>" in pieces(at)


def test_the_runner_up_is_taken_with_one_click_and_the_guess_with_another():
    at = upload(start(), PLACES.encode())
    press(at, "Use “rating”")
    assert box(at, "Rating").value == "rating"
    assert "Chosen by the user" in told(at) and "<bdi>4.1 of 5</bdi>" in pieces(at)
    press(at, r"Use “review\_rating”")
    assert box(at, "Rating").value == "review_rating"


def test_the_scale_of_the_ratings_is_chosen_and_used():
    at = upload(start(), PLACES.encode())
    assert "Ratings are out of 10." in told(at)
    choose(at, "Rating scale", "20")
    assert "Ratings are out of 20." in told(at)
    assert "<bdi>7 of 20</bdi>" in pieces(at)
    press(at, "Analyse")
    assert session(at).source.rating_scale == "20"
    session(at).jobs.stop()


def test_a_column_of_no_readable_dates_says_so():
    text = "review,date\n" + "".join(f"The {thing} was good,soon\n" for thing in THINGS)
    at = upload(start(), text.encode())
    choose(at, "Date", "date")
    assert "No value can be read." in pieces(at)


def test_several_answers_in_a_row_are_joined_or_each_a_review():
    survey = "What did you like most?;What could be better?;Anything else to tell us?;Mark\n"
    for i, thing in enumerate(THINGS):
        very = "very " * (i % 3)
        survey += f"The {thing} was {very}lovely;The {thing} was noisy;We came for a visit {i};4\n"
    at = upload(start(), survey.encode())
    assert f"{len(THINGS)} kept" in told(at) and "“Anything else to tell us?”" in told(at)
    choose(at, "Several texts in a row", "split")
    assert f"{3 * len(THINGS)} kept" in told(at)
    choose(at, "Several texts in a row", "one")
    assert f"{len(THINGS)} kept" in told(at)


def test_shared_endings_are_shown_and_can_be_kept():
    ends = [f"lovelyStayed in May 202{i % 6}" for i in range(len(THINGS))]
    texts = "".join(f"The {thing} was {end}\n" for thing, end in zip(THINGS, ends, strict=True))
    at = upload(start(), ("Review\n" + texts).encode())
    assert "found, cleaned: “Stayed in May 2020”" in told(at)
    next(c for c in at.checkbox if c.label.startswith("Remove endings")).uncheck().run()
    assert "found, left unchanged: “Stayed in May 2020”" in told(at)


def test_plain_text_alone_asks_no_questions():
    at = upload(start(), JAPANESE.encode())
    assert not any(box.label == "Several texts in a row" for box in at.selectbox)
