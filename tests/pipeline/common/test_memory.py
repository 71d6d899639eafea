"""Memory that is given back."""

import mmap
import platform
import sys
import threading
from pathlib import Path

import psutil
import pytest

from pipeline.common.memory import release_mapped, release_memory
from pipeline.text.tokenise import drop_dictionaries, split_words


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_memory_that_is_free_goes_back_to_the_system():
    kept = []

    def visit():
        pieces = [bytes(4000) for _ in range(16_000)]
        kept.append(pieces[-1])  # what is free lies below it, where the library leaves it

    def own_memory():
        return psutil.Process().memory_info().rss

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()
    before = own_memory()
    release_memory()
    assert before - own_memory() > 30e6


@pytest.mark.skipif(sys.platform != "linux", reason="tells of memory as Linux does")
def test_pages_of_mapped_files_are_given_back_and_read_again(tmp_path):
    path = tmp_path.resolve() / "own" / "table"
    path.parent.mkdir()
    path.write_bytes(bytes(range(256)) * 40_000)
    with open(path, "rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    assert sum(mapped[::4096]) >= 0 and resident(path) > 9_000
    release_mapped(tmp_path / "other")
    assert resident(path) > 9_000
    release_mapped(tmp_path / "own")
    assert resident(path) == 0
    assert mapped[255:257] == b"\xff\x00"


@pytest.mark.skipif(sys.platform != "linux", reason="tells of memory as Linux does")
def test_the_japanese_dictionary_takes_no_memory_once_it_is_dropped():
    import unidic_lite

    words = split_words("夜に音楽がうるさい", "ja")
    dictionary = Path(unidic_lite.DICDIR).resolve() / "sys.dic"
    assert words and resident(dictionary) > 0
    drop_dictionaries()
    assert resident(dictionary) == 0
    assert split_words("夜に音楽がうるさい", "ja") == words


def resident(path):
    """Kilobytes of a mapped file that are in this process' memory."""
    lines = Path("/proc/self/smaps").read_text("utf-8").splitlines()
    at = [row for row, line in enumerate(lines) if line.endswith(str(path))]
    sizes = (next(line for line in lines[row:] if line.startswith("Rss:")).split()[1] for row in at)
    return sum(map(int, sizes))
