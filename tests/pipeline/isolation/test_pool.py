"""Processes with limits of time and memory."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.common.errors import InputError
from pipeline.isolation.budget import Budget
from pipeline.isolation.messages import Request
from pipeline.isolation.pool import IsolatedPool, run_isolated, shared_pool

PLENTY = Budget(30, 1000, 1000)


def double(values):
    return values * 2


def column(frame):
    return frame.assign(twice=frame["n"] * 2)


def own_id():
    return os.getpid()


def keep(megabytes):
    """Hold memory after the work is done, as a library's tables are held."""
    global kept
    kept = np.ones(megabytes * 1_000_000 // 8)
    return os.getpid()


def setting():
    return os.environ.get("POLYGUEST_MAX_ROWS"), str(Path.cwd())


def refuse():
    raise InputError("reviews.csv is no table.")


def fail():
    raise ValueError("a fault")


def recurse():
    return recurse()


def compute():
    while True:
        pass


def wait_for(path):
    while not path.exists():
        time.sleep(0.02)
    return True


def fill(megabytes):
    """Take memory in pieces, as a parser does."""
    taken = []
    for _ in range(megabytes):
        taken.append(np.ones(1_000_000 // 8))
        time.sleep(0.0005)
    return len(taken)


def fill_at_once():
    return np.ones(10**12)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def report(progress):
    for done in range(5):
        progress(done, 4)


def run(function, *arguments, budget=PLENTY, **options):
    return run_isolated(function, *arguments, label="reviews.csv", budget=budget, **options)


def test_arguments_and_results_pass_and_the_process_is_used_again():
    assert run(own_id) != os.getpid()
    assert run(own_id) == run(own_id)
    large = np.arange(3_000_000)
    assert (run(double, large) == large * 2).all()
    frame = pd.DataFrame({"n": [1, 2], "text": pd.array(["a", "ü"], "string[pyarrow]")})
    pd.testing.assert_frame_equal(run(column, frame), column(frame))


def test_what_an_earlier_file_left_is_not_counted_against_the_next_one():
    shared_pool().rest()  # tests before this one may have left as much
    large = run(keep, 300)
    assert run(own_id) == large
    assert run(own_id, budget=Budget(30, 400, 1000)) != large


def test_the_settings_and_the_folder_are_those_of_the_caller(monkeypatch, tmp_path):
    monkeypatch.setenv("POLYGUEST_MAX_ROWS", "77")
    monkeypatch.chdir(tmp_path)
    assert run(setting) == ("77", str(tmp_path))
    monkeypatch.delenv("POLYGUEST_MAX_ROWS")
    assert run(setting)[0] is None


def test_progress_is_reported_in_the_thread_that_asks():
    seen = []

    def progress(done, total):
        seen.append((done, total, threading.get_ident()))

    run(report, progress=progress)
    assert seen[0] == (0, 4, threading.get_ident()) and seen[-1][:2] == (4, 4)


@pytest.mark.slow  # computes for seconds
@pytest.mark.parametrize(
    ("function", "arguments", "says"),
    [
        (refuse, (), r"^reviews.csv is no table\.$"),
        (fail, (), r"^reviews.csv can't be read: the program failed at it \(ValueError\)"),
        (recurse, (), "^reviews.csv is nested too deeply"),
        (fill_at_once, (), "^reviews.csv takes more than 400 MB of memory to read"),
        (fill, (2000,), "^reviews.csv takes more than 400 MB of memory to read"),
        (compute, (), "^reviews.csv takes more than 1 s of processor time to read"),
        (crash, (), r"^reviews.csv made the process that reads files end \(SIGSEGV\)"),
    ],
)
def test_what_ends_a_process_is_said_in_one_line_and_the_next_request_succeeds(
    function, arguments, says
):
    with pytest.raises(InputError, match=says) as raised:
        run(function, *arguments, budget=Budget(1, 400, 1000))
    assert "\n" not in str(raised.value)
    assert run(double, 21) == 42


def test_others_are_served_while_a_process_is_at_work(tmp_path):
    ended = []

    def ask():
        ended.append(run(wait_for, tmp_path / "end"))

    thread = threading.Thread(target=ask)
    thread.start()
    assert run(double, 21) == 42 and not ended
    (tmp_path / "end").touch()
    thread.join()
    assert ended == [True]


def test_a_pool_keeps_a_process_ready_until_it_is_closed():
    pool = IsolatedPool(1)
    pool.keep_ready("json")
    ready = pool._ready
    assert ready is not None and ready.is_reusable
    pool.rest()  # it takes memory; the next call starts another, and that is kept
    assert not ready.is_reusable and pool._ready is None
    request = Request(own_id, (), {}, False, PLENTY, {}, "en", Path.cwd())
    assert pool.run(request, "a file") != os.getpid()
    ready = pool._ready
    assert ready is not None and ready.is_reusable
    pool.close()
    assert not ready.is_reusable


@pytest.mark.parametrize(
    ("size", "head", "seconds"),
    [(1000, b"review", 8), (5_000_000, b"review", 8), (6_300_000, b"review", 16),
     (1_000_000, b"PK\x03\x04", 8), (1_575_000, b"PAR1", 16)],
)  # fmt: skip
def test_larger_files_have_longer(tmp_path, size, head, seconds):
    path = tmp_path / "file"
    path.write_bytes(head)
    os.truncate(path, size)
    assert Budget.for_file(path).seconds == pytest.approx(seconds)
    assert Budget.for_file(path).size == size
    os.truncate(path, 150_000_000)  # a hole: takes no room
    assert Budget.for_file(path).megabytes == Budget.for_file(b"").megabytes + 1000
