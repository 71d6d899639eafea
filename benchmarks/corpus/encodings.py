"""Files in all encodings that exports come in, whole and damaged."""

import codecs
from collections.abc import Iterator

from benchmarks.corpus.case import Case, write
from benchmarks.corpus.texts import COLUMNS, table

# An encoding's look-alikes: the same text decodes to the same characters in each.
_OLD: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    *(("cp1252", lang, ("cp1252",)) for lang in ("de", "fr", "es", "it", "pt", "nl", "sv", "da")),
    *(("iso8859-1", lang, ("cp1252", "iso8859_15")) for lang in ("de", "fr", "es", "sv")),
    ("iso8859-15", "fr", ()), ("mac_roman", "fr", ()), ("mac_roman", "de", ()),
    ("cp932", "ja", ("cp932",)), ("shift_jis", "ja", ("cp932",)), ("euc_jp", "ja", ()),
    ("iso2022_jp", "ja", ("iso2022_jp",)),
    ("gb18030", "zh", ("gb18030",)), ("gbk", "zh", ("gb18030",)), ("gb2312", "zh", ("gb18030",)),
    ("big5", "zh-hant", ("big5",)), ("cp950", "zh-hant", ("big5",)),
    ("euc_kr", "ko", ("cp949",)), ("cp949", "ko", ("cp949",)),
    ("cp1251", "ru", ("cp1251",)), ("cp1251", "uk", ("cp1251",)), ("cp1251", "bg", ("cp1251",)),
    ("koi8_r", "ru", ("koi8_u",)), ("koi8_u", "uk", ("koi8_u",)), ("iso8859-5", "ru", ()),
    ("cp866", "ru", ()), ("cp1250", "pl", ()), ("cp1250", "cs", ()), ("cp1250", "hu", ()),
    ("iso8859-2", "pl", ()), ("iso8859-2", "cs", ()), ("iso8859-2", "hu", ()),
    ("cp1253", "el", ()), ("iso8859-7", "el", ()), ("cp1254", "tr", ()), ("iso8859-9", "tr", ()),
    ("cp1255", "he", ()), ("iso8859-8", "he", ()), ("cp1256", "ar", ()), ("iso8859-6", "ar", ()),
    ("cp874", "th", ()), ("tis_620", "th", ()), ("cp1257", "lt", ()), ("iso8859-13", "lt", ()),
)  # fmt: skip
_WIDE = (
    ("utf-8", b"", ("utf-8",)), ("utf-8", codecs.BOM_UTF8, ("utf-8-sig",)),
    ("utf-16-le", codecs.BOM_UTF16_LE, ("utf-16",)),
    ("utf-16-be", codecs.BOM_UTF16_BE, ("utf-16",)),
    ("utf-16-le", b"", ("utf-16-le",)), ("utf-16-be", b"", ("utf-16-be",)),
    ("utf-32-le", codecs.BOM_UTF32_LE, ("utf-32",)),
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Every encoding, small and larger, and files whose bytes are not all in one."""
    for encoding, language, called in _OLD:
        for size in (2, 40):
            rows = table(language, size, tricky=size > 2)
            yield Case(
                f"{encoding}-{language}-{size}",
                write(rows, delimiter=",;"[size > 2]).encode(encoding),
                rows,
                encoding=called,
            )
    for encoding, bom, called in _WIDE:
        for language in ("en", "fr", "ja", "zh", "ar"):
            rows = table(language, 12, tricky=True)
            tab = "\t" if encoding.startswith("utf-16") else ","
            data = bom + write(rows, delimiter=tab, end="\r\n").encode(encoding)
            name = f"{encoding}{'-bom' if bom else ''}-{language}"
            yield Case(name, data, rows, encoding=called)
    yield from _late()
    yield from _damaged()


def _late() -> Iterator[Case]:
    """A first half in plain ASCII: a judgement on a sample from the start goes wrong."""
    for encoding, language in (
        ("cp932", "ja"), ("euc_kr", "ko"), ("cp1251", "ru"), ("cp1252", "fr"), ("gb18030", "zh"),
    ):  # fmt: skip
        rows = table("en", 1500) + table(language, 3)[1:]
        yield Case(f"late-{encoding}", write(rows).encode(encoding), rows)


def _damaged() -> Iterator[Case]:
    rows = table("de", 12)
    for at in (3, 7):
        text = [write([row]).encode() for row in rows]
        text[at] = text[at].replace(b"r%d," % at, b"r%d\xff," % at)
        want = [list(row) for row in rows]
        want[at][0] = f"r{at}\ufffd"
        yield Case(f"damaged-utf8-{at}", b"".join(text), want, note=f"line {at + 1}")
    for encoding, language in (("cp1252", "de"), ("cp1252", "fr"), ("cp1251", "ru")):
        first, second = table(language, 30), table(language, 5, seed=1)[1:]
        data = write(first).encode() + write(second).encode(encoding)
        yield Case(f"mixed-utf8-{encoding}-{language}", data, first + second, note="encoding")
    rows = table("ja", 6)
    lines = [write([row]).encode("cp932") for row in rows]
    lines[3] = lines[3].replace(b"r3,", b"r3\xff,")
    want = [list(row) for row in rows]
    want[3][0] = "r3\ufffd"
    yield Case("damaged-cp932", b"".join(lines), want, note="line 4")
    rows = table("fr", 6)
    data = write(rows).encode()
    cut = data.rindex("é".encode()) + 1 if "é".encode() in data[-40:] else None
    if cut:
        yield Case("cut-in-a-character", data[:cut], rows, rejected=None)
    both = codecs.BOM_UTF8 + write(rows[:4]).encode() + codecs.BOM_UTF8 + write(rows[4:]).encode()
    yield Case("two-files-two-boms", both, rows)
    for wanted in ("latin-1", "cp1252", "windows-1252"):
        rows = [list(COLUMNS), ["1", "A", "", "5", "xx", "¤", "Šlechtic ß ž"]]
        if wanted == "latin-1":
            rows[1][6] = "ÐÞ ß"
        data = write(rows).encode(wanted)
        yield Case(f"chosen-{wanted}", data, rows, options={"encoding": wanted})
