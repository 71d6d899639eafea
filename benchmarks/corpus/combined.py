"""Files that mix encodings, dialects and structure at random: combinations nobody thought of."""

import random
from collections.abc import Iterator

from benchmarks.corpus.case import Case, write
from benchmarks.corpus.texts import table

_ENCODINGS = {
    "en": ("utf-8", "cp1252"), "de": ("utf-8", "cp1252", "utf-16"), "fr": ("utf-8-sig", "cp1252"),
    "es": ("utf-8", "iso8859-1"), "ja": ("utf-8", "cp932", "euc_jp"), "zh": ("utf-8", "gb18030"),
    "zh-hant": ("utf-8-sig", "big5"), "ko": ("utf-8", "cp949"), "ru": ("utf-8", "cp1251"),
    "pl": ("utf-8", "cp1250"), "tr": ("utf-8", "cp1254"), "th": ("utf-8", "cp874"),
    "ar": ("utf-8", "cp1256"), "el": ("utf-8", "cp1253"), "it": ("utf-16", "cp1252"),
}  # fmt: skip
_TOPS = ("", "", "", "Guest reviews\n", "Export 2024-05-01\nAll hotels\n\n", "# by the desk\n")
_ENDS = ("", "", "", "\nTotal: {n} rows\n", "Total;{n}\n", "\nExported on 2024-05-01\n")


def cases(count: int = 150, *, seed: int = 0) -> Iterator[Case]:
    """So many files; the same for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        yield _case(number, rng)


def _case(number: int, rng: random.Random) -> Case:
    language = rng.choice(list(_ENCODINGS))
    encoding = rng.choice(_ENCODINGS[language])
    delimiter = rng.choice((",", ",", ";", ";", "\t", "|", "||", " | "))
    size = rng.choice((3, 8, 30, 200))
    rows = table(language, size, seed=number, tricky=rng.random() < 0.6)
    chosen = sorted(rng.sample(range(7), rng.choice((4, 5, 6, 7))))
    chosen = sorted({*chosen, 0, 6})  # an id and the text are always there
    rows = [[row[j] for j in chosen] for row in rows]
    style = rng.choice(("some", "some", "all", "backslash"))
    top = rng.choice(_TOPS)
    bottom = rng.choice(_ENDS).format(n=size)
    if len(delimiter) > 1 or delimiter in ",\t|":
        bottom = bottom.replace(";", delimiter)
    lines = [
        write(
            [row],
            delimiter=delimiter,
            every=style == "all",
            escape="\\" if style == "backslash" else "",
        )
        for row in rows
    ]
    long = rng.randrange(2, len(lines)) if rng.random() < 0.15 else None
    rejected = []
    above = top.count("\n")
    if long is not None:
        row = [*rows[long], "one", "more"]
        lines[long] = write([row], delimiter=delimiter, every=style == "all",
                            escape="\\" if style == "backslash" else "")  # fmt: skip
        rejected.append(above + "".join(lines[:long]).count("\n") + 1)
        del rows[long]
    text = top + "".join(lines)
    if bottom:
        rejected.append(text.count("\n") + 1 + bottom.startswith("\n"))
    text += bottom
    if rng.random() < 0.3:
        text = text.replace("\n", "\r\n")
        rows = [[cell.replace("\n", "\r\n") for cell in row] for row in rows]
    name = f"{number}-{encoding}-{delimiter.encode().hex()}-{style}-{len(top)}-{len(bottom)}"
    return Case(name, text.encode(encoding), rows, rejected=tuple(rejected))
