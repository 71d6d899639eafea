"""Memory that is given back."""

import platform
import threading

import psutil
import pytest

from pipeline.common.memory import release_memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_memory_that_is_free_goes_back_to_the_system():
    kept = []

    def visit():
        pieces = [bytes(4000) for _ in range(16_000)]
        kept.append(pieces[-1])  # what is free lies below it, where the library leaves it

    def resident():
        return psutil.Process().memory_info().rss

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()
    before = resident()
    release_memory()
    assert before - resident() > 30e6
