import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.common.errors import InputError
from pipeline.tables.read import read_table

ROWS = [
    ["id", "hotel", "review"],
    ["1", "Sonne", "Das Frühstück war schön, aber die Straße laut."],
    ["2", "Meer", 'Er sagte "nie wieder"; wir auch.'],
    ["3", "Sonne", "Zwei Zeilen:\nsauber und ruhig"],
]
TEXTS = {
    "cp932": "夜に音楽がうるさいです。朝食はとても美味しかったです。",
    "euc_jp": "部屋はきれいで、スタッフの対応も良かったです。",
    "gb18030": "房间很干净，早餐也不错，但是晚上音乐很吵。",
    "big5": "房間很乾淨，早餐也不錯，櫃檯的服務非常好。",
    "cp949": "방이 아주 깨끗하고 직원들이 친절했습니다. 조식은 별로였어요.",
    "cp1251": "Номер был чистым, но завтрак холодный. Персонал приветливый.",
    "cp1252": "Das Frühstück war schön, die Straße leider laut und das Bad größer.",
    "cp1250": "Pokój był czysty, śniadanie słabe, łóżko wygodne, obsługa miła.",
    "cp1253": "Το δωμάτιο ήταν καθαρό αλλά το πρωινό μέτριο.",
    "cp1254": "Oda çok küçüktü ama kahvaltı güzeldi, çalışanlar iyi. Işık azdı.",
    "cp1255": "החדר היה נקי אבל ארוחת הבוקר בינונית",
    "cp1256": "كانت الغرفة نظيفة ولكن الإفطار كان سيئا",
    "cp874": "ห้องสะอาดมาก แต่อาหารเช้าไม่อร่อย",
    "koi8_u": "Номер был чистым, но завтрак холодный. Персонал приветливый.",
}


def as_csv(rows, delimiter=",", end="\r\n"):
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


def whole(table):
    return [list(table.frame.columns), *table.frame.to_numpy().tolist()]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_dialects(delimiter, end):
    table = read_table(as_csv(ROWS, delimiter, end).encode())
    assert whole(table) == ROWS
    assert (table.delimiter, table.header_row) == (delimiter, 1)
    assert table.lines.tolist() == [2, 3, 4]
    assert table.notes == ()


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
def test_unicode_encodings(encoding):
    table = read_table(as_csv(ROWS).encode(encoding))
    assert whole(table) == ROWS
    assert table.encoding == encoding


@pytest.mark.parametrize(("encoding", "text"), TEXTS.items())
def test_legacy_encodings(encoding, text):
    rows = [["id", "review"], ["1", "OK"], ["2", text]]
    table = read_table(as_csv(rows).encode(encoding))
    assert whole(table) == rows
    assert table.encoding == encoding


def test_encoding_is_detected_on_the_whole_file():
    rows = [["id", "review"], *([str(i), "Fine."] for i in range(9000)), ["x", TEXTS["cp932"]]]
    assert whole(read_table(as_csv(rows).encode("cp932"))) == rows


def test_damaged_utf8_is_read_and_noted():
    data = as_csv([["id", "review"], *([str(i), "Très bien, à côté"] for i in range(9))]).encode()
    table = read_table(data.replace(b"8,", b"8\xff,"))
    assert len(table.frame) == 9
    assert "line 10" in table.notes[0]


def test_path_and_missing_file(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_bytes(as_csv(ROWS).encode())
    assert read_table(path).name == "reviews.csv"
    with pytest.raises(InputError, match="nothere"):
        read_table(tmp_path / "nothere.csv")
    with pytest.raises(InputError, match="Can't read"):
        read_table(tmp_path)


def test_messages_do_not_show_the_path_of_a_named_file(tmp_path):
    for path in (tmp_path / "upload-17", tmp_path):
        with pytest.raises(InputError, match=r"Can't read hotel\.csv: .*Choose the file") as error:
            read_table(path, name="hotel.csv")
        assert str(tmp_path) not in str(error.value)
        with pytest.raises(InputError, match="Can't read .*Check the path") as error:
            read_table(path)
        assert str(path) in str(error.value)


def test_long_rejected_rows_end_in_an_ellipsis():
    rows = "1,Fine stay\n" * 8 + f"2,b,{'c' * 496}\n3,d,{'e' * 497}\n"
    table = read_table(f"id,review\n{rows}".encode())
    whole_row, cut = (row.text for row in table.rejected)
    assert whole_row == "2,b," + "c" * 496
    assert cut == "3,d," + "e" * 495 + "…"


def test_lines_above_the_header():
    table = read_table(
        b"Export of all guests\nMade on 2024-05-01, by Kim\n\nid;review;date\n"
        b"1;Good, quiet;2024-01-02\n2;Loud;2024-01-03\n"
    )
    assert table.header_row == 4
    assert list(table.frame.columns) == ["id", "review", "date"]
    assert "Export of all guests" in " ".join(table.notes)


def test_no_header():
    table = read_table(b"1\tVery good\t2024-01-02\n2\tBad\t2024-01-03\n")
    assert table.header_row == 0
    assert len(table.frame) == 2
    assert list(table.frame.columns) == ["column 1", "column 2", "column 3"]


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"a\n1\n2\n", ["a"]),
        (b"1\n2\n3\n", None),
        (b"a,a\n1,2\n", ["a", "a (2)"]),
        (b'col\n"a,b"\n"c,d"\n', ["col"]),
        (b"2023,2024\n1,2\n3,4\n", None),
        (b"name,price\nReport,12\nPage,3\n", ["name", "price"]),
        (b"Great stay\nBad room, noisy\nNice\n", None),
        (b"a,b,c\n", ["a", "b", "c"]),
        (b"x,y\n1,2", ["x", "y"]),
    ],
)
def test_headers_of_any_table(data, names):
    table = read_table(data)
    assert table.header_row == (1 if names else 0)
    if names:
        assert list(table.frame.columns) == names
    assert table.rows_read == data.count(b"\n") + (not data.endswith(b"\n")) - bool(names)


def test_one_column_with_commas():
    table = read_table(b"review\nGreat, quiet, clean\nBad, noisy\nFine\n")
    assert (table.delimiter, table.header_row) == ("", 1)
    assert table.frame["review"].tolist() == ["Great, quiet, clean", "Bad, noisy", "Fine"]
    table = read_table(b"Great stay, we loved it\nBad room, noisy\nNice\n")
    assert len(table.frame) == 3


def test_short_long_and_blank_rows():
    table = read_table(b"id,hotel,review\n1,A,good\n2,B\n\n3,C,bad,,\n4,D,a,b\n5,E,fine\n")
    assert table.frame["review"].tolist() == ["good", "", "bad", "fine"]
    assert [(row.line, row.text) for row in table.rejected] == [(6, "4,D,a,b")]
    assert table.rows_read == 5
    assert any("fewer cells" in note for note in table.notes)
    assert any("blank line" in note for note in table.notes)


@pytest.mark.parametrize(
    "total",
    ["Total,,4.1,3 comments", "Gesamt:,3,4.1,", "Average,3,4.1,3 notes", "合計,3,4.1,3件"],
)
def test_a_total_that_counts_texts_is_no_row(total):
    rows = ["2024-01-05,Ann,4,Quiet room", "2024-01-06,Bo,5,Kind people", "2024-01-07,Cy,3,Cold"]
    table = read_table("\n".join(["date,guest,score,comment", *rows, total]).encode())
    assert table.frame["comment"].tolist() == ["Quiet room", "Kind people", "Cold"]
    assert [row.line for row in table.rejected] == [5]


def test_a_last_row_that_starts_like_a_total_and_holds_a_text_is_a_row():
    rows = ["Good,Ann,4,Quiet room here", "Average,Bo,3,2 nights without sleep"]
    table = read_table("\n".join(["verdict,guest,score,comment", *rows]).encode())
    assert table.frame["verdict"].tolist() == ["Good", "Average"]


def test_a_header_with_one_question_above_numbers():
    header = "Data di invio;Voto totale (da 1 a 10);Come possiamo migliorare il suo soggiorno?"
    rows = ["04/01/2024;8;Più acqua calda", "15/01/2024;6;Meno rumore", "21/01/2024;9;Niente"]
    table = read_table("\n".join([header, *rows]).encode())
    assert list(table.frame.columns) == header.split(";") and len(table.frame) == 3


def test_groups_above_names_that_are_not_known():
    lines = ["Séjour;;Satisfaction;;Vos mots", "Jour de sortie;Porte;Accueil;Repas;Texte libre"]
    rows = ["2024-01-04;101;Bien;Moyen;Calme", "2024-01-09;7;Moyen;Bien;Trop de bruit ici"]
    table = read_table("\n".join([*lines, *rows, *rows]).encode())
    assert table.frame.columns[:3].tolist() == [
        "Séjour Jour de sortie", "Séjour Porte", "Satisfaction Accueil"
    ]  # fmt: skip
    assert len(table.frame) == 4
    words = ["kind,,place", "Quiet room,here,by the sea", "Cold,there,in town"]  # nothing to tell
    assert len(read_table("\n".join(words).encode()).frame) == 2


def test_column_names_are_made_unique():
    table = read_table(b"review,,review, review (2) \na,b,c,d\n")
    assert len(set(table.frame.columns)) == 4
    assert all(table.frame.columns)


def test_a_stray_quote_affects_no_other_row():
    rows = "".join(f"{i},fine day {i}\n" for i in range(2000))
    table = read_table(f'id,review\na,"never closed\n{rows}b,12" screen\n'.encode())
    assert table.rows_read == 2002
    assert table.frame["review"].tolist()[-1] == '12" screen'


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["", " for us"])
def test_columns_of_a_file_in_which_no_quote_of_a_text_is_escaped(delimiter, end):
    texts = [
        f'They said "no" to all{delimiter} and "later"{delimiter} then{end}',
        f'The "sea view" is a wall{end}',
        f'A "suite"{delimiter} they say{end}',
    ]
    rows = [f'Roma{delimiter}"{texts[i % 3]}"{delimiter}{i % 5 + 1}' for i in range(30)]
    table = read_table("\n".join([delimiter.join(["Hotel", "Review", "Rating"]), *rows]).encode())
    assert table.delimiter == delimiter and len(table.frame) == 30 and not table.rejected
    assert list(table.frame["Review"]) == [texts[i % 3] for i in range(30)]
    assert list(table.frame["Rating"]) == [str(i % 5 + 1) for i in range(30)]
    assert any("stray quote" in note for note in table.notes)


def test_a_header_with_names_does_not_cut_texts_at_their_commas():
    texts = [f'"Good{", near the sea" * (i % 4)}, {i}' for i in range(12)]
    assert read_table("\n".join(["Review, Date", *texts]).encode()).frame.shape[1] == 1


def test_lists_of_words_in_apostrophes_are_cells():
    header = ["Hotel_Address", "Total_Number_of_Reviews_Reviewer_Has_Given", "Tags", "lat"]
    rows = [
        [f"{i} Example Street, Rome", str(i), "[' Leisure trip ', ' Couple ', ' Stayed 2 nights ']",
         "41.9"] for i in range(20)
    ]  # fmt: skip
    read = read_table(as_csv([header, *rows]).encode())
    assert list(read.frame.columns) == header
    assert read.frame.to_numpy().tolist() == rows


def test_backslash_escapes_and_nul():
    table = read_table(b'id,review\n1,"a \\"quoted\\" word, yes"\n2,o\0k\n')
    assert table.frame["review"].tolist() == ['a "quoted" word, yes', "ok"]
    assert "NUL" in table.notes[0]


@pytest.mark.slow  # computes for seconds
def test_very_long_cell(monkeypatch):
    long = "good " * 1_000_000
    assert read_table(f"id,review\n1,{long}\n".encode()).frame["review"][0] == long
    monkeypatch.setenv("POLYGUEST_MAX_CELL", "5000000")
    table = read_table(f"id,review\n1,{long}\n2,{long}x\n".encode())
    assert table.frame["review"].tolist() == [long]
    reason = "a cell has 5,000,001 characters, more than the limit of 5,000,000"
    assert [(row.line, row.reason) for row in table.rejected] == [(3, reason)]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \r\n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "PNG"),
        (b"PK\x03\x04....xl/workbook.xml", "damaged zip"),
        (b"%PDF-1.7", "PDF"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (b"[[[", "no JSON that can be read"),
        (b"[]", "no JSON that can be read"),
        (b"[{}, {}]", "no JSON object with values"),
        (b'{"a": tru', "no JSON that can be read"),
        (bytes((i * 7919) % 251 for i in range(5000)), "not a text file"),
    ],
)
def test_files_that_are_not_tables(data, says):
    with pytest.raises(InputError, match=says) as error:
        read_table(data, name="upload.csv")
    assert "upload.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_options_and_limits():
    data = as_csv(ROWS).encode("cp1252")
    assert read_table(data, encoding="latin-1").frame["review"][0] == ROWS[1][2]
    assert len(read_table(data, delimiter=";").frame.columns) < 3
    with pytest.raises(InputError, match="encoding 'klingon'"):
        read_table(data, encoding="klingon")
    with pytest.raises(InputError, match="delimiter"):
        read_table(data, delimiter='"')
    with pytest.raises(InputError, match="more than 2 rows"):
        read_table(data, max_rows=2)
    with pytest.raises(InputError, match="limit"):
        read_table(data, max_bytes=10)


@pytest.mark.slow  # computes for seconds
@settings(max_examples=300, deadline=5000)
@given(st.binary(max_size=400) | st.text('a1é,;"\n\r\t|\\ 日', max_size=300).map(str.encode))
def test_any_bytes_give_a_table_or_a_message_of_one_line(data):
    try:
        table = read_table(data)
    except InputError as error:
        assert "\n" not in str(error)
        return
    assert table.rows_read == len(table.frame) + len(table.rejected)
    assert len(table.lines) == len(table.frame)
    assert all(isinstance(cell, str) for row in table.frame.to_numpy() for cell in row)
