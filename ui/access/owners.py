"""Whose sessions there are, and whose files: an address that was guessed or overheard opens none.

Streamlit names uploads by their session, and what it hands out by a hash of its bytes; it asks
nobody who fetches them.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from typing import TypeVar

from streamlit.runtime import Runtime
from streamlit.runtime.memory_media_file_storage import _calculate_file_id
from streamlit.runtime.scriptrunner import get_script_run_ctx

_MOST = 10_000  # sessions, and files, that are remembered
_PATIENCE = 20  # times a tenth of a second: a page that is drawn anew names its files again
T = TypeVar("T")
_lock = threading.Lock()
_sessions: OrderedDict[str, str] = OrderedDict()  # Streamlit's identifier -> who has it
_files: OrderedDict[str, set[str]] = OrderedDict()  # media file -> who may fetch it


def note_session(user: str) -> None:
    """Take note that the page that is drawn is a user's."""
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        with _lock:
            _remember(_sessions, context.session_id, user)


def owns_session(user: str, session: str) -> bool:
    """Whether a session is a user's. One that has drawn no page yet is nobody's."""
    with _lock:
        return _sessions.get(session) == user


def note_download(user: str, data: bytes, mimetype: str, name: str) -> None:
    """Take note that a file was made for a user, who has pressed a button.

    Streamlit keeps no note of such a file: its page offered a promise of it.
    """
    file = _calculate_file_id(data, mimetype, name)
    with _lock:
        _remember(_files, file, _files.get(file, set()) | {user})


async def may_fetch(user: str, file: str) -> bool:
    """Whether a page of the user shows a media file or has done so, or it was made for the user.

    Args:
        user: who asks.
        file: the last part of its address.
    """
    name = file.partition(".")[0]
    for _time in range(_PATIENCE):
        with _lock:
            holders = {_sessions.get(session, "") for session in _sessions_with(name)} - {""}
            if holders:
                _remember(_files, name, _files.get(name, set()) | holders)
            known = _files.get(name, set())
        if user in known:
            return True
        if known:
            return False
        await asyncio.sleep(0.1)
    return False


def _sessions_with(file: str) -> list[str]:
    if not Runtime.exists():
        return []
    manager = Runtime.instance().media_file_mgr
    with manager._lock:
        return [
            session
            for session, files in manager._files_by_session_and_coord.items()
            if any(each.partition(".")[0] == file for each in files.values())
        ]


def _remember(kept: OrderedDict[str, T], name: str, value: T) -> None:
    kept[name] = value
    kept.move_to_end(name)
    while len(kept) > _MOST:
        kept.popitem(last=False)
