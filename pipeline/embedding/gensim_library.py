"""gensim, which is imported when it is first needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.common.errors import InputError


@contextmanager
def importing_gensim() -> Iterator[None]:
    """Say in one line what to do where gensim can't be imported.

    Raises:
        InputError: gensim is not installed, as where it has no wheel for this Python.
    """
    try:
        yield
    except ImportError as error:
        raise InputError(
            "Word vectors, LDA and LSA need the package gensim: install it with 'pip install "
            "gensim', under Python 3.11 to 3.13"
        ) from error
