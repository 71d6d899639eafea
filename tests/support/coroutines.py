"""Coroutines run to their end by tests that are not asynchronous."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run_coroutine(function: Callable[..., Coroutine[Any, Any, Result]], *arguments: Any) -> Result:
    """What a coroutine function returns, in a loop on a thread of its own.

    The synchronous Playwright of the browser tests keeps a loop running on the main thread,
    where `asyncio.run` is then refused.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(function(*arguments))).result()
