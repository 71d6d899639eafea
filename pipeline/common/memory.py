"""Memory: limits that are known before anything is allocated, and giving back what is free."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

from pipeline.common.errors import InputError

_DONT_NEED = 4  # of madvise


def check_address_space(needed: int) -> None:
    """Check that a limit of this process' memory (``ulimit -v``) leaves enough.

    Libraries in C++ end the process without a word when the system refuses them memory.

    Args:
        needed: bytes of addresses that will be needed on top of what the process has now.

    Raises:
        InputError: the limit leaves less.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    import psutil

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return
    left = limit - psutil.Process().memory_info().vms
    if left < needed:
        raise InputError(
            "There is not enough memory for the language model: it needs {needed} GB and "
            "the limit of this process leaves {left} GB; raise the limit (ulimit -v)",
            needed=f"{needed / 1000000000.0:.1f}",
            left=f"{max(left, 0) / 1000000000.0:.1f}",
        )


def release_memory() -> None:
    """Collect garbage and give free memory back to the system, which C libraries keep.

    Each thread allocates from an area of its own, and what it leaves free there is otherwise kept
    for that area's next thread. Takes some hundredths of a second: for processes that have done
    something large and now wait, and for the server at intervals.
    """
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)


def release_mapped(folder: Path) -> None:
    """Give back the pages of files that are mapped for reading; they are read again when needed.

    For libraries that never unmap their files. Linux only.

    Args:
        folder: of the files.
    """
    if sys.platform != "linux":
        return
    advise, folder = ctypes.CDLL(None).madvise, folder.resolve()  # as the system names it
    for line in Path("/proc/self/maps").read_text("utf-8", "replace").splitlines():
        place, rights, *_rest, path = line.split(maxsplit=5) if line.count("/") else ("", "", "")
        if rights.startswith("r-") and Path(path).is_relative_to(folder):
            start, end = (int(each, 16) for each in place.split("-"))
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONT_NEED)
