import csv
import io
import json

import pytest

from pipeline.cli.main import main
from pipeline.common.errors import InputError
from pipeline.tables import report
from pipeline.tables.read import read_table
from pipeline.tables.report import delimiter_name, encoding_name, table_report, write_table

FILE = (
    '宿;口コミ;点数\n海;夜に音楽が;5\n山;"二行\nの""口コミ"", です";4\n川;長い;1;2;3\n丘;短い\n'
).encode("cp932")


def test_files_hold_the_table_and_its_report(tmp_path):
    table = read_table(FILE, name="hotel.csv")
    write_table(table, tmp_path / "new" / "folder", "hotel")
    folder = tmp_path / "new" / "folder"
    assert sorted(path.name for path in folder.iterdir()) == ["hotel.csv", "hotel.report.json"]
    data = (folder / "hotel.csv").read_bytes()
    assert data.decode("utf-8") == (
        '宿,口コミ,点数\n海,夜に音楽が,5\n山,"二行\nの""口コミ"", です",4\n丘,短い,\n'
    )
    report = json.loads((folder / "hotel.report.json").read_text("utf-8"))
    assert report["summary"] == "hotel.csv: Shift-JIS, semicolons, 4 rows read, 1 rejected"
    assert report["encoding"] == "cp932"
    assert (report["delimiter"], report["quote"], report["header_row"]) == (";", '"', 1)
    assert (report["rows_read"], report["rows_kept"]) == (4, 3)
    assert report["rejected"] == [[5, "the row has 5 cells, the header 3", "川;長い;1;2;3"]]
    assert any("fewer cells" in note for note in report["notes"])
    assert report == table_report(table)


def test_every_value_survives(tmp_path):
    rows = [["a", "b"], ["x\ry", " =1+1 "], ["", '"'], ["1,2", "日\r\n本"]]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    write_table(read_table(out.getvalue().encode()), tmp_path, "t")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == rows


def test_a_row_of_one_blank_cell_is_kept():
    text = report._csv_text([["only"], [""]])
    assert list(csv.reader(io.StringIO(text))) == [["only"], [""]]


def test_no_partial_files_are_left(tmp_path, monkeypatch):
    table = read_table(FILE)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report.os, "fsync", fail)
    with pytest.raises(InputError, match="No space left"):
        write_table(table, tmp_path, "hotel")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="Can't write"):
        write_table(table, tmp_path / "file", "hotel")


def test_command_line_reads_several_files(tmp_path, capsys):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "hotel.csv").write_bytes(FILE)
    files = [str(tmp_path / folder / "hotel.csv") for folder in ("one", "two")]
    assert main(["read", *files, "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.count("Shift-JIS, semicolons, 4 rows read, 1 rejected") == 2
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == ["hotel.csv", "hotel.report.json", "hotel_2.csv", "hotel_2.report.json"]


def test_command_line_with_bad_files_reads_the_others(tmp_path, capsys):
    (tmp_path / "good.csv").write_bytes(FILE)
    (tmp_path / "bad.csv").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "blank.csv").write_bytes(b"")
    files = [str(tmp_path / name) for name in ("bad.csv", "good.csv", "blank.csv")]
    assert main(["read", *files, "--out", str(tmp_path / "out")]) == 2
    first, second = capsys.readouterr().err.splitlines()
    assert "bad.csv is a PNG picture" in first and first.startswith("error: ")
    assert "blank.csv" in second and second.startswith("error: ")
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert found == ["good.csv", "good.report.json"]
    assert main(["read", files[0], "--out", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()


def test_common_names_of_encodings_and_delimiters():
    names = {
        "utf-8-sig": "UTF-8",
        "utf_8": "UTF-8",
        "utf-16-le": "UTF-16",
        "utf_32_be": "UTF-32",
        "euc_jp": "EUC-JP",
        "koi8-u": "KOI8 (Cyrillic)",
        "koi8_r": "KOI8 (Cyrillic)",
        "mac-roman": "Mac Roman",
        "shift-jis": "Shift-JIS",
        "iso8859_15": "ISO-8859-15",
        "iso8859-2": "ISO-8859-2",
        "cp437": "CP437",
    }
    assert {encoding: encoding_name(encoding) for encoding in names} == names
    assert [delimiter_name(d) for d in (",", "\t", " | ", "||", "")] == [
        "commas",
        "tabs",
        "pipes",
        "“||” signs",
        "one column",
    ]


def test_command_line_with_archives_sheets_and_options(tmp_path, capsys):
    import gzip

    from benchmarks.corpus.formats import json_lines, workbook
    from benchmarks.corpus.texts import table

    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(FILE))
    (tmp_path / "b.xlsx").write_bytes(workbook({"One": table("en", 3), "Two": table("fr", 4)}))
    (tmp_path / "c.jsonl").write_text(json_lines(table("de", 2)), "utf-8")
    files = [str(tmp_path / name) for name in ("a.csv.gz", "b.xlsx", "c.jsonl")]
    assert main(["read", *files, "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "b.xlsx: Excel sheet “One”, 3 rows read, 0 rejected" in out
    assert "c.jsonl: JSON lines, 2 rows read, 0 rejected" in out
    found = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"a.csv", "b.csv", "c.csv", "b.report.json"} <= found
    out_two = str(tmp_path / "two")
    assert main(["read", files[1], "--out", out_two, "--sheet", "Two"]) == 0
    assert "4 rows read" in capsys.readouterr().out
    assert main(["read", files[0], "--out", out_two, "--encoding", "utf-8"]) == 0
    assert "UTF-8" in capsys.readouterr().out
    assert main(["read", files[0], "--out", out_two, "--encoding", "klingon"]) == 2
    assert "Unknown encoding" in capsys.readouterr().err
