"""Errors whose message is for the user."""

from __future__ import annotations

import errno
import os

from pipeline.common.translation import gettext, gettext_noop


class InputError(ValueError):
    """An input of the user that can't be used: a file, an argument, a setting.

    The message is one line that says what was found and what to do. The command line prints it
    and exits with code 2; the app shows it in a box. Any other exception is a fault of the program:
    it is logged with its traceback and not shown.

    ``str()`` gives the message in the language of whoever reads it, also where the error was raised
    in another process.

    Args:
        message: in English, as a constant: "There is no column '{name}'".
        values: what it names in braces.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.values = values

    def __str__(self) -> str:
        """The message with its values."""
        return gettext(self.args[0], **self.values)


_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
_NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)
# What libraries say when the system refuses them memory or a thread.
_REFUSED = (
    "bad alloc",
    "bad_alloc",
    "allocate memory",
    "out of memory",
    "can't start new thread",
    "failed to map segment",
)
_NO_MEMORY = gettext_noop(
    "There is not enough memory for this: close other programs, or use a smaller file"
)


def resource_problem(error: BaseException) -> str:
    """What to tell the user of an error for want of memory, disk or rights; "" for any other."""
    if isinstance(error, MemoryError):
        return gettext(_NO_MEMORY)
    if isinstance(error, OSError):
        if error.errno == errno.ENOMEM:
            return gettext(_NO_MEMORY)
        path = str(os.fspath(error.filename)) if error.filename else ""
        if error.errno in _DISK_FULL and path:
            return gettext("The disk is full at '{path}': free some space and try again", path=path)
        if error.errno in _DISK_FULL:
            return gettext("The disk is full: free some space and try again")
        if error.errno in _NOT_WRITABLE and path:
            return gettext(
                "The system refuses access at '{path}' ({problem}): choose another folder",
                path=path,
                problem=error.strerror,
            )
        if error.errno in _NOT_WRITABLE:
            return gettext(
                "The system refuses access ({problem}): choose another folder",
                problem=error.strerror,
            )
    text = str(error).lower()
    if not isinstance(error, InputError) and any(words in text for words in _REFUSED):
        return gettext(_NO_MEMORY)
    return ""
