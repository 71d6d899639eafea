"""Records -> a table's rows, in bounded memory, and the rows that are none with the reason.

Rows go into Arrow arrays every few thousand; only the last ones stay Python strings, because the
end of a file tells whether they are a footer.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from pipeline.common.errors import InputError
from pipeline.tables.header import Header, find_header, is_comment, starts_table, unique_names
from pipeline.tables.header_names import name_score
from pipeline.tables.types import Limits, Record, Rejected, brief, plural, were

_HEAD = 500  # records in which the header is judged
_BATCH = 10_000
_TAIL = 12  # the last rows, among which footers are looked for


class Body(NamedTuple):
    """A file's table: see `pipeline.tables.read.Table`."""

    frame: pd.DataFrame
    lines: np.ndarray
    rejected: tuple[Rejected, ...]
    header_row: int
    notes: list[str]


class _Row(NamedTuple):
    record: Record
    cells: list[str]
    short: bool


class _Part:
    """One table of a file while it is read."""

    def __init__(self, columns: list[str], line: int, above: list[Rejected]) -> None:
        self.columns, self.line, self.above = columns, line, above
        self.rows: list[_Row] = []
        self.chunks: list[list[pa.Array]] = []
        self.lines: list[np.ndarray] = []
        self.count = self.short = self.stray = 0
        self.rejected: list[Rejected] = []

    def add(self, record: Record) -> None:
        cells, width = record.cells, len(self.columns)
        if len(cells) != width:
            while len(cells) > width and not cells[-1].strip():
                cells = cells[:-1]
            if len(cells) > width:
                reason = f"the row has {len(cells)} cells, the header {width}"
                self.reject(record, reason)
                return
        short = len(cells) < width
        if short:
            cells = cells + [""] * (width - len(cells))
        self.rows.append(_Row(record, cells, short))
        self.count += 1
        if len(self.rows) >= _BATCH + _TAIL:
            self.flush(_TAIL)

    def reject(self, record: Record, reason: str) -> None:
        self.rejected.append(Rejected(record.line, reason, _text(record)))

    def take_back(self, reason: str) -> None:
        """The last row is none after all."""
        row = self.rows.pop()
        self.count -= 1
        self.reject(row.record, reason)

    def flush(self, keep: int = 0) -> None:
        rows = self.rows[: len(self.rows) - keep]
        self.rows = self.rows[len(rows) :]
        if rows:
            self.short += sum(row.short for row in rows)
            self.stray += sum(row.record.stray for row in rows)
            columns = zip(*(row.cells for row in rows), strict=True)
            self.chunks.append([pa.array(cells, pa.large_string()) for cells in columns])
            self.lines.append(np.array([row.record.line for row in rows], dtype=np.int64))

    def frame(self) -> pd.DataFrame:
        dtype = pd.StringDtype("pyarrow", na_value=np.nan)
        data = {}
        for j in range(len(self.columns)):
            chunks = [chunk[j] for chunk in self.chunks]
            for chunk in self.chunks:
                chunk[j] = None  # so that each column is held once
            array = pa.chunked_array(chunks, pa.large_string())
            data[j] = dtype.__from_arrow__(array)
        frame = pd.DataFrame(data)
        frame.columns = pd.Index(self.columns)
        return frame

    def everything(self, reason: str) -> Iterator[Rejected]:
        """All rows as rejected ones."""
        self.flush()
        yield from self.rejected
        for chunk, lines in zip(self.chunks, self.lines, strict=True):
            for line, *cells in zip(lines.tolist(), *(c.to_pylist() for c in chunk), strict=True):
                yield Rejected(line, reason, brief(",".join(cells)))


def read_body(records: Iterable[Record], name: str, limits: Limits, *, aside: bool = True) -> Body:
    """The table among a file's records.

    Raises InputError when there is no record at all and when there are more rows than the limit.
    `aside` tells whether titles, footers and further tables are looked for; records of JSON have
    none.
    """
    source = iter(records)
    head = list(islice(source, _HEAD))
    if not head:
        raise InputError(f"{name} has no rows. Choose a CSV file with at least one review.")
    header = find_header(head) if aside else Header(head[0].cells, head[0].line, [], [head[0]], 1)
    if len(header.columns) > limits.columns:
        raise InputError(
            f"{name} has {len(header.columns):,} columns, more than the limit of "
            f"{limits.columns:,}. Check that it is a table, one review a row."
        )
    notes = _notes_above(header)
    parts = [_Part(header.columns, header.line, [])]
    names = [record.cells for record in header.rows]
    total = blank = 0
    stream = chain(head[header.later :], source)
    record = next(stream, None)
    while record is not None:
        following = next(stream, None)
        total += 1
        blank += record.gap
        if total > limits.rows + 100:
            raise InputError(_too_many(name, limits.rows))
        part = parts[-1]
        if not aside:
            part.add(record)
        elif record.cells in names and header.line and len(record.cells) > 1:
            if part.rows and _alone(part.rows[-1]) and part.rows[-1].short:
                part.take_back("a heading between tables")
            part.reject(record, "the header again")
        elif is_comment(record, len(part.columns)):
            part.reject(record, "a comment line")
        elif header.line and starts_table(record, following, part.columns, _gap(part, record)):
            above = []
            if part.rows and _alone(part.rows[-1]) and part.rows[-1].short:
                row = part.rows.pop()
                part.count -= 1
                above = [Rejected(row.record.line, "a heading between tables", _text(row.record))]
            above.append(Rejected(record.line, "the header of another table", _text(record)))
            parts.append(_Part(unique_names(record.cells), record.line, above))
            names = [record.cells]
        else:
            part.add(record)
        record = following
    main = max(parts, key=lambda part: (_has_text(part), part.count))
    if aside:
        for part in parts:
            _take_footer(part)
    main.flush()
    if main.count + len(main.rejected) > limits.rows:
        raise InputError(_too_many(name, limits.rows))
    rejected = list(main.rejected)
    if len(parts) > 1:
        notes.append(_note_parts(parts, main))
        for part in parts:
            rejected += part.above if part is not main else part.above[:-1]
            if part is not main:
                rejected += part.everything("the row belongs to another table of the file")
        if main is not parts[0]:
            rejected += [
                Rejected(row.line, "the header of another table", _text(row)) for row in header.rows
            ][:1]
    if blank:
        notes.append(f"{plural(blank, 'blank line')} skipped.")
    if main.stray:
        text = (
            f"{plural(main.stray, 'row')} had a stray quote and {were(main.stray)} read as typed."
        )
        notes.append(text)
    if main.short:
        text = "had fewer cells than the header; the missing ones are blank."
        notes.append(f"{plural(main.short, 'row')} {text}")
    lines = np.concatenate([np.empty(0, np.int64), *main.lines])
    rejected.sort(key=lambda row: row.line)
    return Body(main.frame(), lines, tuple(rejected), main.line, notes)


def _text(record: Record) -> str:
    return brief(record.raw.rstrip("\r\n"))


def _gap(part: _Part, record: Record) -> bool:
    """Whether blank lines part a record from the rows above, a title between them or not."""
    if record.gap or not part.rows or not part.rows[-1].short:
        return record.gap > 0
    return _alone(part.rows[-1]) and part.rows[-1].record.gap > 0


def _alone(row: _Row) -> bool:
    return sum(bool(cell.strip()) for cell in row.cells) == 1


def _has_text(part: _Part) -> bool:
    return part.count > 0 and any(name_score(column, "text") >= 2 for column in part.columns)


def _take_footer(part: _Part) -> None:
    """Totals, page numbers and remarks at the end are no reviews."""
    found = 0
    for i in range(1, min(_TAIL, len(part.rows)) + 1):
        row = part.rows[-i]
        if is_footer(row.record, row.cells, short=row.short):
            found = i
        elif not (_alone(row) and row.short):
            break
    for _ in range(found):
        part.take_back("a total or remark at the end of the file")


def _notes_above(header: Header) -> list[str]:
    notes = []
    if not header.line:
        notes.append("The file has no header row: its columns are numbered.")
    if header.above:
        rows = header.above
        text = " / ".join(" ".join(filter(None, row.cells)) for row in rows)[:300]
        what = "header" if header.line else "table"
        count = plural(len(rows), "line")
        notes.append(f"{count} above the {what} {were(len(rows))} not read as data: {text}")
    if len(header.rows) > 1:
        notes.append("Two header rows were joined into one name for each column.")
    return notes


def _note_parts(parts: list[_Part], main: _Part) -> str:
    others = "; ".join(", ".join(part.columns[:5]) for part in parts if part is not main)[:200]
    return f"The file holds {len(parts)} tables. Not read as reviews: {others}."


def _too_many(name: str, limit: int) -> str:
    return f"{name} has more than {plural(limit, 'row')}. Split it into smaller files."


_TOTALS = (
    "total|totals|grand total|sum|subtotal|count|rows|records|reviews|average|mean|gesamt|summe|"
    "insgesamt|anzahl|durchschnitt|moyenne|somme|nombre|suma|promedio|totale|media|somma|soma|"
    "média|totaal|aantal|gemiddelde|итого|всего|среднее|сумма|合計|総計|平均|件数|合计|总计|總計|共|"
    "합계|총계|평균|총|المجموع|الإجمالي|รวม|ทั้งหมด|toplam|ortalama|razem|suma|łącznie"
)
_REMARKS = (
    "generated|exported|created|printed|page|end of|report|source|copyright|©|erstellt|seite|"
    "exportiert|généré|exporté|página|pagina|generado|generato|esportato|出力日|作成日|ページ|导出|"
    "导出时间|생성|출력"
)
_TOTAL = re.compile(rf"\W*(?:{_TOTALS})(?![^\W\d_])", re.I)
_REMARK = re.compile(rf"\W*(?:{_TOTALS}|{_REMARKS})(?![^\W\d_])", re.I)
_TOTAL_ALONE = re.compile(rf"\W*(?:{_TOTALS})[^\w]{{0,3}}\s*[\d.,]+\s*[^\W\d]{{0,12}}\W*", re.I)
_FIGURES = re.compile(r"[\d.,\s%/:\-–—n/a]*")


def is_footer(record: Record, cells: list[str], *, short: bool) -> bool:
    """Whether one of the last rows of a table is a footer.

    `cells` are as many as the table has columns; `short` tells that the record had fewer.
    """
    width = len(cells)
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return short and width > 1
    text = " ".join(filled)
    if width == 1:  # a review may start with any of these words
        return len(text) <= 40 and bool(_TOTAL_ALONE.fullmatch(text))
    if short and len(record.cells) == 1:
        return record.gap > 0 or bool(_REMARK.match(text)) or text[:1] in "*-–—("
    # "Total,,312": a total's name, then figures and blanks only.
    named = bool(_TOTAL.match(filled[0])) and len(filled[0]) <= 40
    figures = all(_FIGURES.fullmatch(cell) for cell in filled[1:])
    return named and figures and (len(filled) <= max(2, width // 2) or short)
