"""The bytes of an exported file -> a table of strings.

Encoding, delimiter, quotes and header are judged, not asked for. What can't be read as a row is
kept as a `Rejected` with its line and the reason, what was repaired is told in `Table.notes`, and
`rows_read == len(frame) + len(rejected)` holds for every file.
"""

import codecs
import csv
import io
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.errors import InputError

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_ROW = 500  # lines; a quote still open after so many was never meant to open
_SAMPLE = 1 << 16  # bytes of non-ASCII lines that an old encoding is judged on

_MAGIC = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document", b"\xd0\xcf\x11\xe0": "an old Office file (.xls or .doc)",
    b"\x1f\x8b": "a gzip archive", b"7z\xbc\xaf": "a 7z archive", b"Rar!": "a RAR archive",
    b"PAR1": "a Parquet file", b"SQLite format 3": "an SQLite database", b"{\\rtf": "an RTF text",
    b"\x7fELF": "a program", b"MZ\x90": "a program", b"BZh": "a bzip2 archive",
}  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip

# A language's telling characters beyond ASCII, the share of its non-ASCII text they make up, how
# many other characters it has, and the encodings it came in before UTF-8. Enough to tell
# encodings apart: the wrong one gives rare characters. (After Mozilla's universal charset
# detector, Li and Momoi 2001: frequency of characters, not validity alone.)
_WEST = "cp1252 iso8859_15 mac_roman"
_PROFILES: tuple[tuple[str, float, int, str], ...] = (
    ("のいしてはたになとでがりまっをれかるもすこらくさんだきあー、。", 0.7, 3000, "cp932 euc_jp"),
    ("的了是不我有很在店一人房早餐服务間间好也住酒没就都非常前台，。！", 0.4, 5000, "gb18030"),
    ("的了是不我有很在店一人房早餐服務間好也住飯沒就都非常櫃檯，。！", 0.4, 5000, "big5"),
    ("이다는에고가을하지은리니도어서로한의기아요있좋습수", 0.45, 2300, "cp949"),
    ("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґў", 0.98, 40, "cp1251 koi8_u iso8859_5 cp866"),
    ("αοιετσνηυρπκμλςωγδχθφβξζψάέήίόύώϊ", 0.98, 20, "cp1253 iso8859_7"),
    ("אבגדהוזחטיכלמנסעפצקרשתםןךףץ", 0.98, 20, "cp1255 iso8859_8"),
    ("المنيوترةبعدفهكسقحجشطصخضزثذغءأإآىئؤظ", 0.98, 20, "cp1256 iso8859_6"),
    ("านรอกเงมยลวดทสตะปบคหแจพชขใไโผถศซธฟณฐิีึืุูั่้๊๋์็ำ", 0.98, 30, "cp874"),
    ("áéíóúñü¿¡", 0.97, 80, _WEST), ("éèàùçâêîôûëïœ", 0.97, 80, _WEST),
    ("äöüß", 0.97, 80, _WEST), ("ãõçáéíóúâêôà", 0.97, 80, _WEST), ("àèéìòù", 0.97, 80, _WEST),
    ("åäöé", 0.97, 80, _WEST), ("æøåé", 0.97, 80, _WEST), ("ëéèïöü", 0.97, 80, _WEST),
    ("ąćęłńóśźż", 0.97, 80, "cp1250 iso8859_2"), ("áčďéěíňóřšťúůýž", 0.97, 80, "cp1250 iso8859_2"),
    ("áäčďéíĺľňóôŕšťúýž", 0.97, 80, "cp1250 iso8859_2"), ("čćđšž", 0.97, 80, "cp1250 iso8859_2"),
    ("áéíóöőúüű", 0.97, 80, "cp1250 iso8859_2"), ("ăâîșțşţ", 0.97, 80, "cp1250 iso8859_2"),
    ("çğıöşü", 0.97, 80, "cp1254 iso8859_9"), ("ąčęėįšųūž", 0.97, 80, "cp1257 iso8859_13"),
    ("āčēģīķļņšūž", 0.97, 80, "cp1257 iso8859_13"), ("äöõüšž", 0.97, 80, "cp1257 iso8859_13"),
)  # fmt: skip
_BETWEEN = re.compile(r"[a-z][^\W\x00-\x7f][a-z]")
_BESIDE = re.compile(r"[a-z][^\W\x00-\x7f]|[^\W\x00-\x7f][a-z]")
_MARKS = set("’‘“”„–—…€£°«»·•½´™®©№\xa0、。，！？「」（）：；～\u3000")


@dataclass(frozen=True)
class Rejected:
    """A row that can't be used: its line in the file from 1, why, and its text (at most 500)."""

    line: int
    reason: str
    text: str


@dataclass(frozen=True)
class Table:
    """A file as it was understood.

    `frame` has a RangeIndex, unique non-empty column names and every value as str ("" where
    missing). `lines` (int64, (n,)) is the line of the file, from 1, at which each row starts.
    `header_row` is the header's line, 0 where the file has none.
    """

    name: str
    frame: pd.DataFrame
    lines: np.ndarray
    rejected: tuple[Rejected, ...]
    encoding: str
    delimiter: str
    quote: str
    header_row: int
    notes: tuple[str, ...]

    @property
    def rows_read(self) -> int:
        """Data rows in the file, kept and rejected."""
        return len(self.frame) + len(self.rejected)


def read_table(
    source: Path | bytes,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    max_bytes: int = 500_000_000,
    max_rows: int = 1_000_000,
) -> Table:
    """Read a delimited text file, given as a path or as its bytes.

    `encoding` and `delimiter` replace the judgement. Raises InputError for a file that is missing,
    empty, too large (`max_bytes`, `max_rows`) or no delimited text, and for an unknown encoding.
    """
    name = name or ("the file" if isinstance(source, bytes) else Path(source).name)
    data = source if isinstance(source, bytes) else _load(Path(source), name, max_bytes)
    if len(data) > max_bytes:
        raise InputError(_too_large(name, len(data), max_bytes))
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{name} is empty. Choose a CSV file with at least one review.")
    notes: list[str] = []
    text, encoding = _decode(data, name, encoding, notes)
    lines = list(io.StringIO(text, newline=""))
    if delimiter is not None:
        delimiter = {"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '\r\n"':
            raise InputError(f"The delimiter {delimiter!r} is not one character. Try , ; | or tab.")
    delimiter = delimiter or _guess_delimiter(lines)
    rows: list[tuple[int, list[str]]] = []
    blank = broken = 0
    for line, cells, repaired in _records(lines, delimiter, _escape(text)):
        broken += repaired
        if not cells or (len(cells) == 1 and not cells[0].strip()):
            blank += 1
        else:
            rows.append((line, cells))
        if len(rows) > max_rows + 100:
            raise InputError(_too_many(name, max_rows))
    if not rows:
        raise InputError(f"{name} has no rows. Choose a CSV file with at least one review.")
    if blank:
        notes.append(f"{_rows(blank, 'blank line')} skipped.")
    if broken:
        notes.append(f"{_rows(broken, 'row')} had a stray quote and {_were(broken)} read as typed.")
    columns, header_row, above = _header(rows, notes)
    table = _fill(rows[above:], columns, delimiter, notes)
    if len(table[0]) + len(table[2]) > max_rows:
        raise InputError(_too_many(name, max_rows))
    return Table(name, *table, encoding, delimiter.strip("\x1f"), '"', header_row, tuple(notes))


def _load(path: Path, name: str, max_bytes: int) -> bytes:
    try:
        size = path.stat().st_size
        if path.is_file() and size > max_bytes:
            raise InputError(_too_large(name, size, max_bytes))
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"Can't read {path}: {reason}. Check the path and try again.") from error


def _too_large(name: str, size: int, limit: int) -> str:
    return (
        f"{name} has {size / 1e6:,.1f} MB, more than the limit of {limit / 1e6:,.1f} MB. "
        "Split it into smaller files."
    )


def _too_many(name: str, limit: int) -> str:
    return f"{name} has more than {limit:,} rows. Split it into smaller files."


def _rows(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _decode(data: bytes, name: str, wanted: str | None, notes: list[str]) -> tuple[str, str]:
    """The text of a file and its encoding; damaged bytes become U+FFFD and are told in notes."""
    if wanted is not None:
        try:
            encoding = codecs.lookup(wanted).name
            text = data.decode(encoding, "replace")
        except (LookupError, ValueError, AttributeError) as error:
            raise InputError(f"Unknown encoding {wanted!r}. Try utf-8, cp1252 or cp932.") from error
    else:
        _refuse_binary(data, name)
        encoding = _guess_encoding(data, name)
        text = data.decode(encoding, "replace")
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        notes.append(f"{_rows(text.count(chr(0)), 'NUL character')} removed.")
        text = text.replace("\0", "")
    damaged = text.count("\ufffd") - data.count("\ufffd".encode())
    if damaged > 0:
        lines = [i for i, line in enumerate(io.StringIO(text, newline=""), 1) if "\ufffd" in line]
        some = ", ".join(map(str, lines[:10])) + (", ..." if len(lines) > 10 else "")
        notes.append(f"{_rows(damaged, 'character')} not valid in {encoding} (lines {some}).")
    return text, {"utf_8_sig": "utf-8-sig", "iso8859-1": "cp1252"}.get(encoding, encoding)


def _refuse_binary(data: bytes, name: str) -> None:
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(b"PK\x03\x04"):
        kind = "an Excel workbook" if b"xl/" in data[:5000] + data[-5000:] else "a zip archive"
    elif head.startswith((b"<!doctype", b"<html", b"<?xml")):
        kind = "a web page or XML"
    elif re.match(rb'[\[{]\s*[{"]', head):
        kind = "JSON"
    if kind:
        raise InputError(f"{name} is {kind}, not a CSV file. Save or export it as CSV first.")


def _guess_encoding(data: bytes, name: str) -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return encoding
    wide = _guess_utf16(data)
    if wide:
        return wide
    plain = data.translate(None, b"\0")
    controls = len(plain) - len(plain.translate(None, bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))))
    if controls > 0.01 * len(plain) + 2 or len(plain) < 0.7 * len(data):
        raise InputError(f"{name} is not a text file. Export the reviews as CSV and try again.")
    try:
        plain.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        text = plain.decode("utf-8", "replace")
        bad = text.count("\ufffd")
        good = len(text) - len(text.encode("ascii", "ignore")) - bad
        # Text in an old encoding is hardly ever valid UTF-8: this is UTF-8 with damage.
        return "utf-8" if good > 4 * bad else _guess_legacy(plain)


def _guess_utf16(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: ASCII's zero bytes stand at one parity only."""
    even, odd = data[0::2].count(0), data[1::2].count(0)
    if len(data) % 2 or even + odd < 2 or min(even, odd) > 0.05 * max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    head = text[:5000]
    strange = sum(not (char.isprintable() or char.isspace()) for char in head)
    return encoding if strange <= 0.02 * len(head) else None


def _guess_legacy(data: bytes) -> str:
    """The encoding whose reading of the whole file's non-ASCII lines is the likeliest text."""
    lines = [line for line in re.split(rb"[\r\n]+", data) if not line.isascii()]
    step = max(1, sum(map(len, lines)) // _SAMPLE)
    sample = b"\n".join(lines[::step])[: 2 * _SAMPLE]
    best, best_score = "cp1252", -math.inf
    for telling, share, others, encodings in _PROFILES:
        common = math.log(share / len(telling))
        rare = math.log((1 - share) / others)
        letters = set(telling)
        for encoding in encodings.split():
            text = sample.decode(encoding, "replace")
            # Alphabets don't mix inside a word, and Latin words hold no ideograph.
            mixed = _BETWEEN if others > 1000 else _BESIDE
            score = -4.0 * (0 if others == 80 else len(mixed.findall(text)))
            for char, count in Counter(text).items():
                score += count * _log_share(char, letters, common, rare, others)
            if score > best_score + 1e-9:
                best, best_score = encoding, score
    return best


def _log_share(char: str, letters: set[str], common: float, rare: float, others: int) -> float:
    if char.isascii():
        return -3.4
    if char in letters:
        return common
    if char in _MARKS:
        return -6.0
    if char.lower() in letters:
        return common - 2.5  # capitals beyond ASCII are one in ten; a wrong encoding swaps cases
    if others > 1000:  # Chinese, Japanese, Korean
        return rare if "\u3041" <= char <= "\u30ff" or "\u4e00" <= char <= "\ud7a3" else -16.0
    return rare if char.isalpha() and char < "\u2100" else -12.0


def _escape(text: str) -> str | None:
    """A backslash where the file escapes quotes with it instead of doubling them."""
    return "\\" if '\\"' in text and text.count('\\"') > text.count('""') else None


class _Lines(Iterator[str]):
    """The lines of a file from `at`; remembers where it is and stops a row that never ends."""

    def __init__(self, lines: list[str], at: int) -> None:
        self.lines, self.at, self.row = lines, at, at

    def __next__(self) -> str:
        if self.at >= len(self.lines):
            raise StopIteration
        if self.at - self.row > _LONGEST_ROW:
            raise csv.Error("row without end")
        self.at += 1
        return self.lines[self.at - 1]


def _records(
    lines: list[str], delimiter: str, escape: str | None
) -> Iterator[tuple[int, list[str], bool]]:
    """(line from 1, cells, whether a stray quote was read as typed) for each record."""
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    start = 0
    while start < len(lines):
        source = _Lines(lines, start)
        reader = csv.reader(
            source, delimiter=delimiter, escapechar=escape, doublequote=escape is None, strict=True
        )
        try:
            for cells in reader:
                yield source.row + 1, cells, False
                source.row = source.at
            return
        except csv.Error:
            # Quotes that don't pair: this line alone as typed, then on with the next.
            line = lines[source.row].rstrip("\r\n")
            cells = next(csv.reader([line], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            yield source.row + 1, [_unquoted(cell) for cell in cells], True
            start = source.row + 1


def _unquoted(cell: str) -> str:
    inside = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"') if inside else cell


def _guess_delimiter(lines: list[str]) -> str:
    """The delimiter that gives most rows one and the same number of cells.

    Where none does, the file has one column, and a separator that no file holds is returned.
    """
    from pipeline.columns import is_known_name

    best, best_score = "\x1f", 0.6
    for delimiter in _DELIMITERS:
        rows = [cells for _, cells, _ in _records(lines[:1000], delimiter, None) if any(cells)]
        if not rows:
            continue
        widths = Counter(map(len, rows))
        width, same = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        named = width == len(rows[0]) and all(len(cell.strip()) <= 40 for cell in rows[0])
        known = sum(map(is_known_name, rows[0]))
        later = [cell for cells in rows for cell in cells[1:]]
        # Commas of prose: white space behind them, and no names above that are parted likewise.
        prose = sum(cell[:1] == " " for cell in later) > 0.8 * len(later)
        if (prose and known * 2 < width) or (known == 1 and len(rows[0]) == 1 and same < len(rows)):
            continue
        score = (same / len(rows) + 0.3 * named) * (1 + 0.01 * min(width, 30))
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _header(rows: list[tuple[int, list[str]]], notes: list[str]) -> tuple[list[str], int, int]:
    """(column names, the header's line or 0, how many of `rows` are no data rows)."""
    widths = Counter(len(cells) for _, cells in rows[:1000])
    width = max(widths, key=lambda w: (widths[w], w))
    at = 0
    for i, (_, cells) in enumerate(rows[:30]):
        filled = sum(bool(cell.strip()) for cell in cells)
        if len(cells) == width and filled >= min(width, max(2 if width > 2 else 1, width // 2)):
            at = i
            break
    if not _names(rows, at) and at > 0 and len(rows[at - 1][1]) > 1 and _names(rows, at - 1):
        at -= 1  # names for the first columns only
    if not _names(rows, at):
        notes.append("The file has no header row: its columns are numbered.")
        return _unique_names([""] * width), 0, 0
    if at:
        above = " / ".join(" ".join(filter(None, cells)) for _, cells in rows[:at])[:300]
        notes.append(f"{_rows(at, 'line')} above the header {_were(at)} not read as data: {above}")
    cells = rows[at][1]
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return _unique_names(cells + [""] * (width - len(cells))), rows[at][0], at + 1


def _names(rows: list[tuple[int, list[str]]], at: int) -> bool:
    """Whether row `at` holds column names rather than data."""
    from pipeline.columns import is_known_name

    cells = [cell.strip() for cell in rows[at][1]]
    if any(len(cell) > 80 or re.fullmatch(r"[\d\s.,:/%+\-]+", cell) for cell in cells if cell):
        return False
    if any(map(is_known_name, cells)):
        return True
    below = [row for _, row in rows[at + 1 : at + 500]]
    for j, cell in enumerate(cells):
        column = [row[j].strip() for row in below if len(row) > j and row[j].strip()]
        if cell and cell in column:
            return False
        if len(cells) == 1:
            middle = sorted(map(len, column))[len(column) // 2] if column else 0
            return len(cell.split()) <= 3 and len(cell) < middle / 2
    return len(set(cells)) == len(cells) and bool(below)


def _unique_names(cells: list[str]) -> list[str]:
    names: list[str] = []
    for j, cell in enumerate(cells, 1):
        name = base = " ".join(cell.split()) or f"column {j}"
        again = 2
        while name in names:
            name, again = f"{base} ({again})", again + 1
        names.append(name)
    return names


def _fill(
    rows: list[tuple[int, list[str]]], columns: list[str], delimiter: str, notes: list[str]
) -> tuple[pd.DataFrame, np.ndarray, tuple[Rejected, ...]]:
    """Rows as a frame: short ones padded, long ones trimmed of empty cells or rejected."""
    width, short = len(columns), 0
    kept: list[list[str]] = []
    lines: list[int] = []
    rejected: list[Rejected] = []
    for line, cells in rows:
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > width:
            reason = f"the row has {len(cells)} cells, the header {width}"
            rejected.append(Rejected(line, reason, delimiter.join(cells)[:500]))
            continue
        if len(cells) < width:
            short += 1
            cells = cells + [""] * (width - len(cells))
        kept.append(cells)
        lines.append(line)
    if short:
        notes.append(
            f"{_rows(short, 'row')} had fewer cells than the header; the missing ones are blank."
        )
    data = dict(enumerate(zip(*kept, strict=True))) if kept else dict.fromkeys(range(width), ())
    frame = pd.DataFrame({j: pd.Series(values, dtype=str) for j, values in data.items()})
    frame.columns = pd.Index(columns)
    return frame, np.array(lines, dtype=np.int64), tuple(rejected)
