"""What stands above, below and between the rows; headers and ragged rows."""

from collections.abc import Iterator

from benchmarks.corpus.case import Case, Rows, write
from benchmarks.corpus.texts import COLUMNS, table


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _preambles()
    yield from _headers()
    yield from _ragged()
    yield from _footers()
    yield from _tables()
    yield from _comments()
    yield from _classics()


def _preambles() -> Iterator[Case]:
    tops = {
        "title": "Guest reviews\n",
        "title-blank": "Guest reviews of all hotels\n\n",
        "three": "Export\nMade on 2024-05-01, by Kim\nAll hotels\n\n",
        "key-value": "Hotel;Sonne\nFrom;2024-01-01\nTo;2024-12-31\n\n",
        "ten": "".join(f"Remark {i}: figures are provisional\n" for i in range(10)) + "\n",
        "hashes": "# exported by the desk\n# 2024-05-01\n",
        "padded": "Guest reviews;;;;;;\n;;;;;;\n",
        "japanese": "口コミ一覧（2024年）\n出力日：2024/05/01\n\n",
    }
    for name, top in tops.items():
        for language, delimiter in (("de", ";"), ("ja", ",")):
            rows = table(language, 9, tricky=True)
            if delimiter == ",":
                top = top.replace(";", ",")
            text = top + write(rows, delimiter=delimiter)
            yield Case(f"preamble-{name}-{language}", text.encode(), rows, note="above the header")


def _headers() -> Iterator[Case]:
    for language in ("en", "fr", "ja", "ru"):
        rows = table(language, 9)
        numbered = [[f"column {j}" for j in range(1, 8)], *rows[1:]]
        for delimiter in ",\t":
            text = write(rows[1:], delimiter=delimiter)
            yield Case(
                f"no-header-{language}-{ord(delimiter)}", text.encode(), numbered, note="no header"
            )
    rows = table("de", 9)
    group = ["Stay", "", "", "Review", "", "", ""]
    names = [f"{'Stay' if j < 3 else 'Review'} {name}" for j, name in enumerate(COLUMNS)]
    for delimiter in ",;\t":
        text = write([group, *rows], delimiter=delimiter)
        yield Case(
            f"group-row-{ord(delimiter)}", text.encode(), [names, *rows[1:]], note="Two header"
        )
    text = "Guest feedback 2024\n\n" + write([group, *rows])
    yield Case("group-row-preamble", text.encode(), [names, *rows[1:]], note="Two header")
    other = ["番号", "ホテル", "日付", "評価", "言語", "タイトル", "口コミ"]
    both = [f"{a} {b}" for a, b in zip(COLUMNS, other, strict=True)]
    for delimiter in ",;":
        text = write([COLUMNS, other, *rows[1:]], delimiter=delimiter)
        yield Case(
            f"two-languages-{ord(delimiter)}", text.encode(), [both, *rows[1:]], note="Two header"
        )
    repeated = {
        "twice": (["id", "review", "review", "review", "a", "b", "c"],
                  ["id", "review", "review (2)", "review (3)", "a", "b", "c"]),
        "empty": (["id", "", "date", "", "lang", "", "review"],
                  ["id", "column 2", "date", "column 4", "lang", "column 6", "review"]),
        "spaces": ([" id ", "hotel  name", "date", "rating", "language", "title", " review\n"],
                   ["id", "hotel name", "date", "rating", "language", "title", "review"]),
        "index": (["", *COLUMNS[1:]], ["column 1", *COLUMNS[1:]]),
        "clash": (["review", "review (2)", "review", "d", "e", "f", "g"],
                  ["review", "review (2)", "review (3)", "d", "e", "f", "g"]),
        "years": (["id", "hotel", "2023", "2024", "language", "title", "review"],
                  ["id", "hotel", "2023", "2024", "language", "title", "review"]),
    }  # fmt: skip
    for name, (given, want) in repeated.items():
        text = write([given, *rows[1:]])
        yield Case(f"names-{name}", text.encode(), [want, *rows[1:]])
    yield Case("header-only", b"id,hotel,review\n", [["id", "hotel", "review"]])
    yield Case("header-only-plain", b"a,b,c\n", [["a", "b", "c"]])
    plain = [["a", "b", "c"], ["1", "2", "3"], ["x", "y, z", "w"]]
    yield Case("plain-names", write(plain).encode(), plain)
    text_only = [["name", "city"], ["Anna", "Bern"], ["Ben", "Köln"], ["Cleo", "Paris"]]
    yield Case("text-only", write(text_only).encode(), text_only)


def _ragged() -> Iterator[Case]:
    for delimiter in ",;\t":
        rows = table("fr", 12)
        lines = [write([row], delimiter=delimiter) for row in rows]
        short: Rows = [list(row) for row in rows]
        for at in (3, 8):
            lines[at] = write([rows[at][:4]], delimiter=delimiter)
            short[at][4:] = ["", "", ""]
        yield Case(f"short-{ord(delimiter)}", "".join(lines).encode(), short, note="fewer cells")
        lines = [write([row], delimiter=delimiter) for row in rows]
        lines[5] = write([[*rows[5], "more", "cells"]], delimiter=delimiter)
        left = rows[:5] + rows[6:]
        yield Case(f"long-{ord(delimiter)}", "".join(lines).encode(), left, rejected=(6,))
        lines = [
            write([[*row, *[""] * (i > 0)]], delimiter=delimiter) for i, row in enumerate(rows)
        ]
        yield Case(f"last-delimiter-{ord(delimiter)}", "".join(lines).encode(), rows)
        lines = [write([[*row, ""]], delimiter=delimiter) for row in rows]
        want = [[*COLUMNS, "column 8"], *([*row, ""] for row in rows[1:])]
        yield Case(f"blank-column-{ord(delimiter)}", "".join(lines).encode(), want)
        blank = rows[:4] + [[""] * 7] + rows[4:]
        yield Case(f"blank-row-{ord(delimiter)}", write(blank, delimiter=delimiter).encode(), blank)


def _footers() -> Iterator[Case]:
    rows = table("de", 12)
    for name, footer in {
        "total-rows": "Total: 12 rows\n",
        "total-blank": "\nTotal: 12\n",
        "summe": "Summe;;;41;;;\n",
        "total-cells": "Total;;;41\n",
        "gesamt": "\nGesamt: 12 Bewertungen\n",
        "goukei": "合計;12\n",
        "heji": "共12条\n",
        "itogo": "Итого: 12\n",
        "export": "Exported on 2024-05-01 by Kim\n",
        "copyright": "© 2024 Hotel Sonne\n",
        "page": "Page 1 of 1\n",
        "two": "\nTotal: 12 rows\nGenerated by the desk\n",
        "dashes": "---\nEnd of report\n",
        "average": "Average;;;3,4;;;\n",
        "total-counted": "Total;12;3,4;12 comments;5;;\n",
        "total-full": "Gesamt;12;3,4;12 Texte;5;7;1\n",
    }.items():
        text = write(rows, delimiter=";") + footer
        first = 14 + footer.startswith("\n")
        lost = tuple(range(first, first + footer.strip("\n").count("\n") + 1))
        yield Case(f"footer-{name}", text.encode(), rows, rejected=lost)


def _tables() -> Iterator[Case]:
    rows = table("en", 12)
    small = [["hotel", "rooms"], ["Sonne", "40"], ["Meer", "12"]]
    yield Case(
        "table-after", (write(rows) + "\n" + write(small)).encode(), rows, rejected=(15, 16, 17)
    )
    wide = [
        ["hotel", "a", "b", "c", "d", "e", "f", "g"],
        ["Sonne", *"1234567"],
        ["Meer", *"2345678"],
    ]
    text = write(rows) + "\n" + write(wide)
    yield Case("wider-table-after", text.encode(), rows, rejected=(15, 16, 17))
    text = write(rows) + "\nRooms\n" + write(small)
    yield Case("titled-table-after", text.encode(), rows, rejected=(15, 16, 17, 18))
    months = write(rows[:5]) + "\n" + write([rows[0], *rows[5:]])
    yield Case("header-again", months.encode(), rows, rejected=(7,))
    months = write(rows[:5]) + write([rows[0], *rows[5:]])
    yield Case("header-again-joined", months.encode(), rows, rejected=(6,))
    months = "January\n" + write(rows[:5]) + "\nFebruary\n" + write([rows[0], *rows[5:]])
    yield Case("months", months.encode(), rows, rejected=(8, 9))


def _comments() -> Iterator[Case]:
    rows = table("es", 9)
    lines = [write([row]) for row in rows]
    text = "# made by hand\n" + "".join(lines[:4]) + "# half\n" + "".join(lines[4:]) + "# end\n"
    yield Case("comments", text.encode(), rows, rejected=(6, 13))
    text = "".join(lines[:4]) + "// checked, by Kim\n" + "".join(lines[4:])
    yield Case("comment-with-comma", text.encode(), rows, rejected=(5,))
    tagged = [list(row) for row in rows]
    tagged[4][0] = "#4"
    yield Case("hash-ids", write(tagged).encode(), tagged)
    named = [["#id", *COLUMNS[1:]], *rows[1:]]
    yield Case("hash-header", write(named).encode(), named)


def _classics() -> Iterator[Case]:
    """The shapes that public test sets have in common."""
    for name, data, want in (
        ("json", 'key,val\n1,"{""type"": ""Point"", ""coordinates"": [102.0, 0.5]}"\n',
         [["key", "val"], ["1", '{"type": "Point", "coordinates": [102.0, 0.5]}']]),
        ("commas", 'first,last,address,city,zip\nJohn,Doe,120 any st.,"Anytown, WW",08123\n',
         [["first", "last", "address", "city", "zip"],
          ["John", "Doe", "120 any st.", "Anytown, WW", "08123"]]),
        ("empty", 'a,b,c\n1,"",""\n2,3,4\n', [["a", "b", "c"], ["1", "", ""], ["2", "3", "4"]]),
        ("newlines", 'a,b,c\n1,2,3\n"Once upon \na time",5,6\n7,8,9\n',
         [["a", "b", "c"], ["1", "2", "3"], ["Once upon \na time", "5", "6"], ["7", "8", "9"]]),
        ("quotes-newlines", 'a,b\n1,"ha \n""ha"" \nha"\n3,4\n',
         [["a", "b"], ["1", 'ha \n"ha" \nha'], ["3", "4"]]),
        ("escaped", 'a,b\n1,"ha ""ha"" ha"\n3,4\n', [["a", "b"], ["1", 'ha "ha" ha'], ["3", "4"]]),
        ("simple", "a,b,c\n1,2,3\n", [["a", "b", "c"], ["1", "2", "3"]]),
        ("utf8", "a,b,c\n1,2,3\n4,5,ʤ\n", [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "ʤ"]]),
        ("coordinates", '1,2,3\n"lat, lon",5,6\n', None),
        ("leading-zeros", "code,n\n007,1\n010,2\n", [["code", "n"], ["007", "1"], ["010", "2"]]),
        ("spaces-in-cells", "a,b\n 1 , 2\n3 ,4\n", [["a", "b"], [" 1 ", " 2"], ["3 ", "4"]]),
        ("null-words", "a,b\nNA,null\nNone,NaN\n", [["a", "b"], ["NA", "null"], ["None", "NaN"]]),
    ):  # fmt: skip
        if want is not None:
            yield Case(f"classic-{name}", data.encode(), want)
            if "\n" not in "".join(cell for row in want for cell in row):
                yield Case(f"classic-{name}-crlf", data.replace("\n", "\r\n").encode(), want)
