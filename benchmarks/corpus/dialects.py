"""Delimiters, quotes and line ends in all the ways that programs write them."""

from collections.abc import Iterator

from benchmarks.corpus.case import Case, Rows, write
from benchmarks.corpus.texts import mixed, table

_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", " ": "space"}


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _plain()
    yield from _several_characters()
    yield from _padded()
    yield from _quotes()
    yield from _line_ends()
    yield from _odd()


def _plain() -> Iterator[Case]:
    for delimiter in ",;\t|":
        for end_name, end in _ENDS.items():
            for every in (False, True):
                rows = table("fr", 9, tricky=True)
                text = write(rows, delimiter=delimiter, end=end, every=every)
                name = f"{_NAMES[delimiter]}-{end_name}-{'all' if every else 'some'}"
                yield Case(name, text.encode(), rows)
    for delimiter in "^~\x01\x1f¦":
        rows = table("es", 9, tricky=True)
        yield Case(f"sign-{ord(delimiter)}", write(rows, delimiter=delimiter).encode(), rows)
    rows = table("en", 9)
    yield Case("space-quoted", write(rows, delimiter=" ", every=True).encode(), rows)
    rows = [[cell.replace(".", ",") if i and j == 3 else cell for j, cell in enumerate(row)]
            for i, row in enumerate(_decimal(table("de", 9)))]  # fmt: skip
    yield Case("decimal-commas", write(rows, delimiter=";").encode(), rows)
    for n in (1, 2):
        for delimiter in ",;\t|":
            rows = table("it", n)
            yield Case(
                f"rows-{n}-{_NAMES[delimiter]}", write(rows, delimiter=delimiter).encode(), rows
            )
    rows = [["review"], *([row[6]] for row in table("en", 9)[1:])]
    yield Case("one-column", "\n".join(row[0] for row in rows).encode(), rows)
    rows = [["口コミ"], *([row[6]] for row in table("ja", 9)[1:])]
    yield Case("one-column-ja", "\n".join(row[0] for row in rows).encode(), rows)
    rows = [["review"], *([row[6]] for row in table("fr", 9, tricky=True)[1:])]
    yield Case("one-column-quoted", write(rows, every=True).encode(), rows)
    rows = [[row[0], row[6]] for row in table("nl", 9, tricky=True)]
    yield Case("two-columns", write(rows).encode(), rows)
    for delimiter in ",;\t":
        rows = table("en", 9)
        yield Case(f"no-last-line-end-{ord(delimiter)}",
                   write(rows, delimiter=delimiter).rstrip("\n").encode(), rows)  # fmt: skip
    for delimiter in ";,\t|":
        rows = table("de", 5, tricky=True)
        text = f"sep={delimiter}\r\n" + write(rows, delimiter=delimiter, end="\r\n")
        yield Case(f"excel-sep-{_NAMES[delimiter]}", text.encode("cp1252"), rows)


def _decimal(rows: Rows) -> Rows:
    for i, row in enumerate(rows[1:]):
        row[3] = f"{row[3]}.{i % 10}"
    return rows


def _several_characters() -> Iterator[Case]:
    for delimiter in ("||", ";;", "::", "|~|", "~|~", "<>", "##", "@@", "^|^", "|||", "=>"):
        for tricky in (False, True):
            rows = table("de", 9, tricky=tricky)
            if tricky:
                rows[2][6] += f" one{delimiter}cell"
            name = f"several-{delimiter.encode().hex()}{'-tricky' if tricky else ''}"
            yield Case(name, write(rows, delimiter=delimiter).encode(), rows)


def _padded() -> Iterator[Case]:
    for delimiter in (" | ", " ; ", " , ", ", ", "; ", "| "):
        rows = table("fr", 9, tricky=delimiter.strip() != ",")
        name = f"padded-{delimiter.encode().hex()}"
        yield Case(name, write(rows, delimiter=delimiter).encode(), rows)
        rows = table("en", 9, tricky=True)
        yield Case(f"{name}-all", write(rows, delimiter=delimiter, every=True).encode(), rows)
    for delimiter in "|;":
        rows = [[cell.replace(";", ",") for cell in row] for row in table("en", 9)]
        breadths = [max(len(row[j]) for row in rows) for j in range(7)]
        lines = _aligned(rows, breadths, f" {delimiter} ")
        yield Case(f"aligned-{_NAMES[delimiter]}", "\n".join(lines).encode(), rows)
    lines = _aligned(rows, breadths, " | ")
    lines.insert(1, "-+-".join("-" * b for b in breadths))
    yield Case("database-print", "\n".join(lines).encode(), rows)


def _aligned(rows: Rows, breadths: list[int], delimiter: str) -> list[str]:
    return [
        delimiter.join(cell.ljust(b) for cell, b in zip(row, breadths, strict=True)) for row in rows
    ]


def _quotes() -> Iterator[Case]:
    for delimiter in ",;\t|":
        rows = table("en", 12, tricky=True)
        text = write(rows, delimiter=delimiter, escape="\\")
        yield Case(f"backslash-{_NAMES[delimiter]}", text.encode(), rows)
        text = write(rows, delimiter=delimiter, escape="\\", every=True)
        yield Case(f"backslash-all-{_NAMES[delimiter]}", text.encode(), rows)
        rows = table("de", 12, tricky=True)
        rows[3][6] = "It's ok, isn't it; \tyes|no"
        text = write(rows, delimiter=delimiter, quote="'", every=True)
        yield Case(f"single-{_NAMES[delimiter]}", text.encode(), rows)
        rows = table("en", 12)
        rows[4][6], rows[7][6] = 'A 32" screen and 5" taps', 'The "view" was a wall'
        rows[9][6] = '"Quiet" is not the word'
        rows = [[cell.replace(delimiter, "") for cell in row] for row in rows]
        if delimiter != ",":
            text = write(rows, delimiter=delimiter, quote="")
            yield Case(f"no-quotes-{_NAMES[delimiter]}", text.encode(), rows)
        rows = table("es", 12)
        rows[5][6] = 'Dijo "nunca más", y se fue'
        lines = [write([row], delimiter=delimiter, every=True) for row in rows]
        lines[5] = lines[5].replace('""', '"')
        yield Case(f"bare-inside-{_NAMES[delimiter]}", "".join(lines).encode(), rows)
    rows = [[cell.replace(";", ",") for cell in row] for row in table("en", 30)]
    rows[4][6] = '"Never closed'
    yield Case("never-closed", write(rows, quote="", delimiter=";").encode(), rows)
    rows = table("fr", 12)
    rows[3][5] = "l'été"
    rows[5][5] = "'t is"
    yield Case("apostrophes", write(rows).encode(), rows)
    rows = table("ja", 12)
    rows[3][6] = "「静か」で、“良い”です"
    yield Case("curly-quotes", write(rows).encode(), rows)
    rows = [["id", "review"], ["1", ""], ["2", 'ends with a quote"'], ["3", '"'], ["4", '""']]
    yield Case("quotes-only", write(rows).encode(), rows)
    rows = table("en", 12)
    rows[6][6] = r"C:\temp\new"
    yield Case("backslashes", write(rows).encode(), rows)


def _line_ends() -> Iterator[Case]:
    rows = table("pt", 12)
    ends = ("\n", "\r\n", "\r")
    text = "".join(write([row], end=ends[i % 2]) for i, row in enumerate(rows))
    yield Case("mixed-lf-crlf", text.encode(), rows)
    text = "".join(write([row], end=ends[i % 3]) for i, row in enumerate(rows))
    yield Case("mixed-all", text.encode(), rows)
    for name, end in _ENDS.items():
        for inner_name, inner in _ENDS.items():
            rows = table("en", 12)
            rows[2][6] = f"First{inner}second{inner}{inner}fourth, line"
            rows[3][5] = f"Two{inner}lines"
            yield Case(f"inner-{inner_name}-in-{name}", write(rows, end=end).encode(), rows)
    rows = table("en", 12)
    rows[5][6] = "\n".join(f"Line {i} of a very long complaint, with a comma." for i in range(600))
    yield Case("600-lines-in-a-cell", write(rows).encode(), rows)
    rows = table("en", 12)
    rows[5][6] = "separator\u2028inside\x85and\x0bmore"
    yield Case("unicode-line-separators", write(rows).encode(), rows)
    yield Case("blank-lines", write(rows).replace("\nr", "\n\nr").encode(), rows, note="blank")
    rows = table("en", 6)
    yield Case("two-last-line-ends", (write(rows) + "\n").encode(), rows)


def _odd() -> Iterator[Case]:
    rows = table("en", 9)
    text = write(rows).encode()
    yield Case("nul-bytes", text.replace(b"r3", b"r\x003").replace(b"Lovely", b"Love\0ly"), rows,
               note="NUL")  # fmt: skip
    yield Case("nul-at-end", text + b"\0" * 60, rows, note="NUL")
    yield Case("control-z", text + b"\x1a", rows)
    for size in (100_000, 5_000_000):
        rows = table("en", 5)
        rows[3][6] = "Long, " * (size // 6) + "end"
        yield Case(f"cell-{size}", write(rows).encode(), rows)
    for width in (300, 2000):
        rows = [[f"q{j}" for j in range(width)] + ["review"]]
        rows += [[str((i * j) % 11) for j in range(width)] + [f"Stay {i}, fine"] for i in range(4)]
        yield Case(f"wide-{width}", write(rows).encode(), rows)
    rows = mixed(900, languages=("en", "de", "ja", "ru", "ar"))
    yield Case("five-languages", write(rows).encode(), rows)
    rows = table("en", 9)
    rows[2][6], rows[3][6] = "=cmd()", " spaces kept "
    yield Case("spaces-and-formulas", write(rows).encode(), rows)
    yield Case("chosen-delimiter", write(rows, delimiter="%").encode(), rows,
               options={"delimiter": "%"})  # fmt: skip
    yield Case("chosen-several", write(rows, delimiter="<|>").encode(), rows,
               options={"delimiter": "<|>"})  # fmt: skip
