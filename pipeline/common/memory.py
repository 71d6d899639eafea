"""Memory: limits that are known before anything is allocated, and giving back what is free."""

from __future__ import annotations

import ctypes
import gc
import sys

from pipeline.common.errors import InputError


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
