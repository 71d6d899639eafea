"""Delimiter, quote and escape of a file, judged on its first lines."""

import re
from collections import Counter

from pipeline.tables.csv_parser import Dialect, records
from pipeline.tables.header_names import is_known_name
from pipeline.tables.types import Record

DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f", "¦", " ")
_SEEDS = (":", "<", "#", "=", "@", "&", "$", "*", "!", "%", "+", "-")  # only as part of several
# Spaces around the delimiter of every cell, quoted cells as well: they belong to the delimiter.
_PADDED = (" | ", "| ", " ; ", "; ", " , ", ", ")
_SAMPLE = 1000  # lines
_LONGEST = 1 << 18  # characters of the sample
_NUMBER = re.compile(r"[\s\d.,:/%+\-]*\d[\s\d.,:/%+\-]*")


def sniff(lines: list[str], *, delimiter: str | None = None) -> Dialect:
    """The dialect of a file with these first lines; `delimiter` where the user has chosen it.

    Where no delimiter gives most rows one and the same number of cells, the file has one column.
    """
    lines = _sample(lines)
    text = "".join(lines)
    quotes = ['"']
    # Apostrophes at both ends of a cell, many times: quotes. One at one end: an apostrophe.
    if len(re.findall(r"(?:^|[,;\t|^~])[ ]?'[^'\n]*'[ ]?(?=[,;\t|^~\r\n]|$)", text, re.M)) > 2:
        quotes.append("'")
    best, best_score = Dialect(""), 0.6
    for quote in quotes:
        for candidate in (delimiter,) if delimiter else (*DELIMITERS, *_PADDED):
            if candidate not in text:
                continue
            dialect = Dialect(candidate, quote, _escape(text, quote))
            score, width = _score(lines, dialect, chosen=delimiter is not None)
            if score > best_score or (delimiter and score >= best_score):
                best = Dialect(candidate, quote, dialect.escape, width=width)
                best_score = score
    if delimiter:
        padded = delimiter != " " and _padded(lines, best or Dialect(delimiter))
        return _with_width(lines, best if best.delimiter else Dialect(delimiter), strip=padded)
    best = _widen(lines, best, best_score)
    return best if best.delimiter else _one_column(text)


def _one_column(text: str) -> Dialect:
    return Dialect("", '"', _escape(text, '"'), width=1)


def _sample(lines: list[str]) -> list[str]:
    size = 0
    kept: list[str] = []
    # A cell of megabytes tells nothing about the dialect.
    brief = [line for line in lines if len(line) < _LONGEST // 4]
    for line in (brief if len(brief) > 2 else lines)[:_SAMPLE]:
        size += len(line)
        if size > _LONGEST and len(kept) > 10:
            break
        kept.append(line)
    return kept


def _escape(text: str, quote: str) -> str | None:
    """A backslash where the file escapes quotes with it instead of doubling them."""
    escaped = len(re.findall(r"\\" + quote + r"(?![,;\t|\r\n]|$)", text))
    doubled = len(re.findall(r"[^,;\t|\r\n\\]" + quote * 2 + r"(?!\")", text))
    return "\\" if escaped > doubled else None


def _score(lines: list[str], dialect: Dialect, *, chosen: bool) -> tuple[float, int]:
    """(how well the dialect explains the lines, the usual number of cells)."""
    rows = [row for row in records(lines, dialect) if any(row.cells)]
    if not rows:
        return 0.0, 0
    # What stands above a row of known names says nothing about the table.
    top = (i for i, row in enumerate(rows[:30]) if sum(map(is_known_name, row.cells)) > 1)
    rows = rows[next(top, 0) :]
    widths = Counter(len(row.cells) for row in rows)
    width, same = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
    if chosen:
        return 1.0 + same / len(rows), width
    if width < 2:
        return 0.0, width
    cells = rows[0].cells
    named = width == len(cells) and all(len(cell.strip()) <= 40 for cell in cells)
    known = max(sum(map(is_known_name, row.cells)) for row in rows[:10])
    if _is_prose(dialect, rows, width, same, known):
        return 0.0, width
    if dialect.delimiter == " ":
        signs = any(cell.strip() in DELIMITERS for cell in cells)
        if same < len(rows) or width < 3 or not named or signs:
            return 0.0, width
    share = same / len(rows)
    # Tables below one another, or a few lines above: what stays together counts as well.
    runs = sum(len(a.cells) == len(b.cells) > 1 for a, b in zip(rows, rows[1:], strict=False))
    share = max(share, 0.9 * runs / max(1, len(rows) - 1))
    stray = sum(row.stray for row in rows) / len(rows)
    quoted = sum(dialect.quote in row.raw for row in rows) / len(rows)
    spaces = 0.05 * (len(dialect.delimiter) - len(dialect.delimiter.strip(" ")))
    score = share + spaces + 0.3 * named + 0.1 * min(known, 3) - 0.5 * stray
    score += 0.05 * quoted * (dialect.quote == "'") - 0.3 * (dialect.delimiter == " ")
    return score * (1 + 0.01 * min(width, 30)), width


def _is_prose(dialect: Dialect, rows: list[Record], width: int, same: int, known: int) -> bool:
    """Whether the delimiter is the comma of sentences: white space behind it, no names above."""
    later = [cell for row in rows for cell in row.cells[1:]]
    spaced = sum(cell[:1] == " " for cell in later) > 0.8 * len(later)
    if known == 1 and len(rows[0].cells) == 1 and same < len(rows):
        return True
    spaced |= dialect.delimiter.endswith(" ")
    if not spaced or known * 2 >= width:
        return False
    body = [row.cells for row in rows[1:] if len(row.cells) == width]
    numbers = any(
        sum(bool(_NUMBER.fullmatch(cells[j])) for cells in body) > 0.8 * len(body)
        for j in range(width)
        if body
    )
    return not (numbers and same >= 0.9 * len(rows))


def _widen(lines: list[str], best: Dialect, best_score: float) -> Dialect:
    """A delimiter of several characters (||, |~|, ::, " | ") where one stands alone nowhere."""
    text = "".join(lines)
    for seed in (best.delimiter, *_SEEDS):
        if len(seed) != 1 or seed in "\x01\x1f " or seed not in text:
            continue
        several = _several(lines, seed)
        if several is None:
            continue
        dialect = Dialect(several, best.quote, best.escape)
        score, width = _score(lines, dialect, chosen=False)
        # Signs that always stand beside a delimiter (",$") are no part of it unless it is one.
        least = min(best_score, 0.9) if seed == best.delimiter else best_score + 1e-9
        if score >= least and (seed == best.delimiter or width >= best.width):
            return Dialect(several, best.quote, best.escape, _padded(lines, dialect), width)
    if best.delimiter and best.delimiter != " " and _padded(lines, best):
        return _with_width(lines, best, strip=True)
    return best


def _several(lines: list[str], seed: str) -> str | None:
    """The run of signs that every occurrence of `seed` is part of; None where there is no one."""
    held = [line for line in lines if seed in line]
    plain = [line for line in held if '"' not in line and "'" not in line]
    plain = plain if len(plain) > max(1, 0.2 * len(held)) else held
    if len(plain) < 2:
        return None
    kind = "[" + re.escape("|~^;:,<>#*@$%&!=+-") + "]"
    runs: Counter[str] = Counter()
    for line in plain:
        runs.update(re.findall(rf" ?{kind}*{re.escape(seed)}{kind}* ?", line.rstrip("\r\n")))
    first = re.findall(rf"{kind}*{re.escape(seed)}{kind}*", held[0])
    if len(set(first)) != 1:
        return None
    cores: Counter[str] = Counter()
    for run, count in runs.items():
        cores[run.strip(" ")] += count
    core, count = cores.most_common(1)[0]
    total = sum(runs.values())
    if not 2 <= len(core) <= 4 or count < 0.98 * total:
        return None
    spaced = sum(n for run, n in runs.items() if run == f" {core} ")
    return f" {core} " if spaced >= 0.98 * total else core


def _padded(lines: list[str], dialect: Dialect) -> bool:
    """Whether cells are padded to columns of one breadth each, as printed tables are."""
    rows = [row.cells for row in records(lines, dialect) if len(row.cells) > 1]
    cells = [cell for row in rows for cell in row[:-1]]
    ends = sum(cell != cell.strip(" ") for cell in cells)
    if len(rows) < 2 or ends < 0.4 * len(cells):
        return False
    breadths = [
        Counter(len(row[j]) for row in rows if len(row) > j).most_common(1)[0][1] / len(rows)
        for j in range(min(map(len, rows)) - 1)
    ]
    return bool(breadths) and min(breadths) > 0.9


def _with_width(lines: list[str], dialect: Dialect, *, strip: bool = False) -> Dialect:
    widths = Counter(len(row.cells) for row in records(lines, dialect))
    width = widths.most_common(1)[0][0] if widths else 0
    return Dialect(dialect.delimiter, dialect.quote, dialect.escape, strip, width)
