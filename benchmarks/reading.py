"""How well files are read: ``python -m benchmarks.reading [--rows N] [--fuzz N]``.

Prints the share of the corpus whose table is recovered exactly, the share of right column guesses,
rows a second and peak memory for a large file, and what mutated files do. See `benchmarks.corpus`,
`benchmarks.headers`, `benchmarks.public_headers`, `benchmarks.public_files`.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.corpus import cases
from benchmarks.corpus.case import Case
from benchmarks.corpus.texts import COLUMNS, table
from benchmarks.headers import score as score_headers
from benchmarks.public_files import table as public_files_table
from benchmarks.public_headers import table as public_headers_table
from pipeline.common.errors import InputError
from pipeline.reviews.read import reviews_from_table
from pipeline.tables.read import Table, read_table

_MEASURED = """
import json, sys, time
from pathlib import Path
from pipeline.{module} import {function}
from pipeline.common.progress import peak_memory_mb
start = time.perf_counter()
result = {function}(Path(sys.argv[1]))
seconds = time.perf_counter() - start
print(json.dumps([len(result.frame), result.rows_read, seconds, peak_memory_mb()]))
"""


def faults(case: Case, read: Table) -> list[str]:
    """What of a case was not recovered; [] when all is exact."""
    wrong = []
    if [list(read.frame.columns), *read.frame.to_numpy().tolist()] != case.rows:
        wrong.append(f"table ({len(read.frame)} rows, {len(case.rows) - 1} wanted)")
    lines = tuple(row.line for row in read.rejected)
    if case.rejected is not None and lines != case.rejected:
        wrong.append(f"rejected lines {lines[:5]}, {case.rejected[:5]} wanted")
    if case.note and not any(case.note in note for note in read.notes):
        wrong.append(f"no note on {case.note!r}")
    if case.encoding and read.encoding not in case.encoding:
        wrong.append(f"encoding {read.encoding}, {case.encoding[0]} wanted")
    return wrong


def score_corpus(corpus: list[Case]) -> dict[str, list[str]]:
    """Name -> what went wrong, [] for the files recovered exactly."""
    result = {}
    for case in corpus:
        try:
            result[case.name] = faults(case, read_table(case.data, **case.options))
        except InputError as error:
            result[case.name] = [str(error)]
    return result


def write_large(path: Path, rows: int) -> None:
    """A file of so many reviews in six languages, about 200 bytes a row."""
    parts = [table(lang, 50, tricky=True)[1:] for lang in ("en", "de", "ja", "zh", "ru", "es")]
    pool = [row for part in parts for row in part]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i in range(rows):
            row = list(pool[(i * 7) % len(pool)])
            row[0] = f"r{i}"
            writer.writerow(row)


def measure(path: Path, module: str, function: str) -> tuple[int, int, float, float]:
    """(rows kept, rows read, seconds, peak memory in MB) in a process of its own."""
    code = _MEASURED.format(module=module, function=function)
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    kept, read, seconds, peak = json.loads(done.stdout)
    return kept, read, seconds, peak


def mutated(corpus: list[Case], count: int, *, seed: int = 0) -> Iterator[bytes]:
    """Files of the corpus with bytes changed, cut, doubled and exchanged between them."""
    rng = random.Random(seed)
    small = [case.data for case in corpus if len(case.data) < 20_000]
    signs = (
        b"""" ' , ; \t | \\ \0 \xff \xef\xbb\xbf \xff\xfe \x1a "" PK\3\4 \x1f\x8b { = \x81""".split(
            b" "
        )
    )
    signs += [b"\n", b"\r", b" "]
    for _ in range(count):
        data = bytearray(rng.choice(small))
        for _ in range(rng.choice((1, 1, 2, 4, 16))):
            at = rng.randrange(len(data) + 1)
            to = min(len(data), at + rng.choice((1, 1, 4, 60)))
            kind = rng.randrange(6)
            if kind == 0:
                data[at:to] = rng.choice(signs)
            elif kind == 1:
                data[at:at] = rng.choice(signs) * rng.choice((1, 1, 1, 30))
            elif kind == 2:
                del data[at:to]
            elif kind == 3:
                data[at:at] = data[at:to] * 3
            elif kind == 4:
                data[at:to] = rng.randbytes(to - at)
            else:
                other = rng.choice(small)
                cut = rng.randrange(len(other) + 1)
                data[at:] = other[cut:]
        yield bytes(data)


def fuzz(corpus: list[Case], count: int, *, seed: int = 0) -> tuple[Counter[str], float]:
    """(outcomes, slowest seconds); an outcome is "read", "refused" or what must not happen."""
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    for data in mutated(corpus, count, seed=seed):
        start = time.perf_counter()
        try:
            read = read_table(data)
            outcomes["read" if _adds_up(read) else "rows don't add up"] += 1
        except InputError as error:
            outcomes["refused" if "\n" not in str(error) else "refused in several lines"] += 1
        except Exception as error:
            outcomes[f"{type(error).__name__}: {error}"[:200]] += 1
        slowest = max(slowest, time.perf_counter() - start)
    return outcomes, slowest


def _adds_up(read: Table) -> bool:
    """Whether no row of a table is lost, and none of the reviews made of it."""
    n = len(read.frame)
    whole = read.rows_read == n + len(read.rejected) and n == len(read.lines)
    whole &= len(set(read.frame.columns)) == len(read.frame.columns)
    try:
        reviews = reviews_from_table(read)
    except InputError:  # no review text in it
        return whole
    kept = len(reviews.frame) == len(reviews.texts) == len(reviews.ids) == len(set(reviews.ids))
    return whole and kept and reviews.rows_read == len(reviews.frame) + len(reviews.rejected)


def main() -> None:
    """Print all figures; exits with 1 when one is under its mark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--fuzz", type=int, default=10_000)
    options = parser.parse_args()
    corpus = cases()
    results = score_corpus(corpus)
    exact = sum(not wrong for wrong in results.values())
    print(f"files recovered exactly: {exact} of {len(results)} ({exact / len(results):.3f})")
    for name, wrong in results.items():
        if wrong:
            print(f"  {name}: {'; '.join(wrong)}")
    whole, headers, right, columns, misses = score_headers()
    print(f"columns guessed right: {right} of {columns} ({right / columns:.3f})")
    print(f"headers wholly right: {whole} of {headers} ({whole / headers:.3f})")
    print(*(f"  {miss}" for miss in misses), sep="\n", end="\n" if misses else "")
    for title, lines in (
        ("Headers of public exports", public_headers_table()),
        ("Files as people have them", public_files_table()),
        ("Large and damaged files", iter(())),
    ):
        print(f"## {title}", *lines, sep="\n", flush=True)
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        write_large(path, options.rows)
        size = path.stat().st_size / 1e6
        for module, function in (("tables.read", "read_table"), ("reviews.read", "read_reviews")):
            kept, read, seconds, peak = measure(path, module, function)
            print(f"{function}: {read:,} rows ({size:.0f} MB), {kept:,} kept, {seconds:.1f} s, "
                  f"{read / seconds:,.0f} rows/s, peak {peak:,.0f} MB")  # fmt: skip
            slow |= peak > 1500
    outcomes, slowest = fuzz(corpus, options.fuzz)
    print(f"fuzz: {dict(outcomes)}, slowest {slowest:.2f} s")
    bad = set(outcomes) - {"read", "refused"}
    if exact < 0.98 * len(results) or right < 0.95 * columns or bad or slowest > 5 or slow:
        sys.exit(1)


if __name__ == "__main__":
    main()
