"""The scores that `python -m benchmarks.reading` measures in full, on fewer files."""

import pytest

from benchmarks import headers
from benchmarks.corpus import cases, combined
from benchmarks.reading import fuzz, measure, score_corpus, write_large

pytestmark = pytest.mark.slow  # processes of its own, or many files

CORPUS = cases()


def test_corpus_is_large_and_deterministic():
    assert len(CORPUS) >= 250
    assert len({case.name for case in CORPUS}) == len(CORPUS)
    assert [case.name for case in cases()] == [case.name for case in CORPUS]
    again = {case.name: case.data for case in cases()}
    text_only = [case for case in CORPUS if "xlsx" not in case.name]  # these hold the time
    assert all(again[case.name] == case.data for case in text_only)


@pytest.mark.parametrize("kind", ["encodings", "dialects", "structure", "formats"])
def test_tables_are_recovered_exactly(kind):
    wrong = score_corpus([case for case in CORPUS if case.name.startswith(kind)])
    assert len(wrong) > 30
    assert {name: faults for name, faults in wrong.items() if faults} == {}


@pytest.mark.parametrize("seed", [0, 10])
def test_random_mixtures_are_recovered_exactly(seed):
    wrong = score_corpus(list(combined.cases(60, seed=seed)))
    assert {name: faults for name, faults in wrong.items() if faults} == {}


def test_column_roles_are_guessed():
    whole, count, right, columns, wrong = headers.score()
    assert count >= 60
    assert len({line.split(":")[0] for line in headers.HEADERS}) >= 15
    assert right >= 0.95 * columns, wrong


def test_mutated_files_give_a_table_or_one_clear_line():
    outcomes, slowest = fuzz(CORPUS, 250, seed=7)
    assert set(outcomes) <= {"read", "refused"}
    assert outcomes["read"] > outcomes["refused"] > 0
    assert slowest < 5


def test_large_files_take_bounded_memory(tmp_path):
    path = tmp_path / "large.csv"
    write_large(path, 100_000)
    kept, read, seconds, peak = measure(path, "tables.read", "read_table")
    assert kept == read == 100_000
    assert seconds < 30
    assert peak < 450  # MB, of which pandas and pyarrow take 150
