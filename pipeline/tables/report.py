"""Writes a table as it was read: a plain CSV file, and a report on how it was read."""

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.common.errors import InputError
from pipeline.common.rights import make_folder, set_rights
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.wording import count_noun, short_name
from pipeline.tables.read import Table

_BATCH_ROWS = 20_000  # that become Python strings at a time
_NEEDS_QUOTES = re.compile(r'[",\r\n]')
_ENCODINGS = {
    "utf_8": "UTF-8", "utf_8_sig": "UTF-8", "utf_16": "UTF-16", "utf_16_le": "UTF-16",
    "utf_16_be": "UTF-16", "utf_32": "UTF-32", "utf_32_le": "UTF-32", "utf_32_be": "UTF-32",
    "ascii": "ASCII", "cp932": "Shift-JIS",
    "shift_jis": "Shift-JIS", "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP",
    "gb18030": N_("GB 18030 (Chinese)"), "gbk": N_("GBK (Chinese)"),
    "gb2312": N_("GB 2312 (Chinese)"),
    "big5": N_("Big5 (Chinese)"), "big5hkscs": N_("Big5 (Chinese)"), "cp949": N_("EUC-KR (Korean)"),
    "euc_kr": N_("EUC-KR (Korean)"), "cp1250": N_("Windows-1250 (Central European)"),
    "cp1251": N_("Windows-1251 (Cyrillic)"), "cp1252": N_("Windows-1252 (Western European)"),
    "cp1253": N_("Windows-1253 (Greek)"), "cp1254": N_("Windows-1254 (Turkish)"),
    "cp1255": N_("Windows-1255 (Hebrew)"), "cp1256": N_("Windows-1256 (Arabic)"),
    "cp1257": N_("Windows-1257 (Baltic)"), "cp866": N_("DOS Cyrillic (866)"),
    "cp874": N_("Windows-874 (Thai)"), "koi8_u": N_("KOI8 (Cyrillic)"),
    "koi8_r": N_("KOI8 (Cyrillic)"),
    "mac_roman": "Mac Roman",
}  # fmt: skip
_KINDS = {"jsonl": "JSON lines", "json": "JSON", "parquet": "Parquet", "html": "HTML table"}
_DELIMITERS = {
    ",": N_("commas"),
    ";": N_("semicolons"),
    "\t": N_("tabs"),
    "|": N_("pipes"),
    " ": N_("spaces"),
    "": N_("one column"),
    "^": N_("carets"),
    "~": N_("tildes"),
    ":": N_("colons"),
    "\x01": N_("control characters (0x01)"),
    "\x1f": N_("control characters (0x1F)"),
}


def encoding_name(encoding: str) -> str:
    """The common name of an encoding, however Python spells it: "Mac Roman" for "mac-roman"."""
    codec = encoding.lower().replace("-", "_")
    if codec in _ENCODINGS:
        return _(_ENCODINGS[codec])
    return codec.upper().replace("_", "-").replace("ISO8859", "ISO-8859")


def delimiter_name(delimiter: str) -> str:
    """The common name of a delimiter, in the plural: "semicolons"."""
    if delimiter in _DELIMITERS:
        return _(_DELIMITERS[delimiter])
    name = _DELIMITERS.get(delimiter.strip(" "))
    return _(name) if name else _("“{sign}” signs", sign=delimiter.strip())


def table_report(table: Table) -> dict[str, Any]:
    """Report on how a file was read, as values for JSON.

    Keys: file, summary (one sentence), kind (see `Table`), sheet, encoding, delimiter, quote,
    header_row (line from 1, 0 for none), columns, rows_read, rows_kept, rejected (a list of [line,
    reason, text]), notes. `rows_read` is `rows_kept` plus the number of rejected rows.
    """
    return {
        "file": table.name,
        "summary": summarise(table),
        "kind": table.kind,
        "sheet": table.sheet,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "quote": table.quote,
        "header_row": table.header_row,
        "columns": [str(column) for column in table.frame.columns],
        "rows_read": table.rows_read,
        "rows_kept": len(table.frame),
        "rejected": [[row.line, row.reason, row.text] for row in table.rejected],
        "notes": list(table.notes),
    }


def summarise(table: Table) -> str:
    """Summarise: "hotel.csv: Shift-JIS, semicolons, 12,408 rows read, 37 rejected"."""
    if table.kind == "text":
        what = [encoding_name(table.encoding), delimiter_name(table.delimiter)]
    elif table.sheet is not None:
        program = "OpenDocument" if table.kind == "ods" else "Excel"
        what = [f"{program} sheet “{short_name(table.sheet)}”"]
    else:
        what = [_KINDS.get(table.kind, table.kind)]
    if not table.header_row and table.kind not in ("jsonl", "json", "parquet"):
        what.append("no header")
    what.append(f"{count_noun(table.rows_read, 'row')} read")
    return f"{table.name}: {', '.join(what)}, {len(table.rejected):,} rejected"


def output_name(file: Path) -> str:
    """The name for the files of a table: "hotel" for hotel.csv and for hotel.csv.gz."""
    packed = file.suffix.lower() in (".gz", ".zip") and Path(file.stem).suffix
    return Path(file.stem).stem if packed else file.stem


def write_table(table: Table, folder: Path, name: str) -> None:
    """Write `folder`/`name`.csv and `folder`/`name`.report.json, both or neither.

    The CSV is UTF-8 with commas, one header row and "\\n" line ends. It is a copy for programs to
    compare, so values are exactly those that were read: cells that a spreadsheet would run as
    formulas are not escaped.

    Raises:
        InputError: the folder can't be written to.
    """
    report = json.dumps(table_report(table), ensure_ascii=False, indent=1) + "\n"
    scratch: list[tuple[Path, Path]] = []
    try:
        make_folder(folder)
        for target, chunks in (
            (folder / f"{name}.csv", _csv_chunks(table)),
            (folder / f"{name}.report.json", iter([report])),
        ):
            handle, path = tempfile.mkstemp(dir=folder, prefix=f".{target.name[:100]}.")
            scratch.append((Path(path), target))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            set_rights(Path(path), within=folder)
        for scratch_file, target in scratch:
            scratch_file.replace(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            "Can't write to '{folder}': {reason}. Choose another folder.",
            folder=folder,
            reason=reason,
        ) from error
    finally:
        for scratch_file, _target in scratch:
            scratch_file.unlink(missing_ok=True)


def _csv_chunks(table: Table) -> Iterator[str]:
    """The CSV text in chunks, so that a million rows are never held as one string."""
    yield _csv_text([[str(column) for column in table.frame.columns]])
    for start in range(0, len(table.frame), _BATCH_ROWS):
        part = table.frame.iloc[start : start + _BATCH_ROWS]
        yield _csv_text(zip(*(part[column].tolist() for column in part.columns), strict=True))


def _csv_text(rows: Iterable[Iterable[str]]) -> str:
    # A row of one blank cell is written as "", so that it isn't skipped as a blank line.
    return "".join((",".join(map(_quote, row)) or '""') + "\n" for row in rows)


def _quote(cell: str) -> str:
    # Before Python 3.13, the csv module doesn't quote a lone "\r", which is read as a line end.
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell
