"""The folders of one user."""

from __future__ import annotations

import errno
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.common import settings
from pipeline.common.paths import report_unusable_cache
from pipeline.common.rights import keep_private


@dataclass(frozen=True)
class Workspace:
    """Where a user's analyses and running sessions are.

    Made once for a command (``pipeline.cli``) or a session of the app and handed on from there, as
    itself or as ``open_home(workspace)``: no other code asks whose folders they are.

    Attributes:
        data: folder of what the user keeps.
        cache: folder of what is made again when it is missing; all users share it.
        owner: the user's name; "" while there are no logins, and everybody shares one workspace.
    """

    data: Path
    cache: Path
    owner: str = ""

    @classmethod
    def current(cls) -> Workspace:
        """The workspace that the settings name now."""
        return cls(settings.data_root(), settings.cache_root())

    @property
    def analyses(self) -> Path:
        """Folder of the saved analyses; made by the catalogue."""
        return self.data / "analyses"

    @property
    def room(self) -> str:
        """Name of the workspace in a database that has several; "" for the only one."""
        root = settings.data_root()
        if self.data == root or not self.data.is_relative_to(root):
            return ""
        return self.data.relative_to(root).as_posix()

    @property
    def copies(self) -> Path:
        """Folder of what this computer has of the analyses in a database; may be deleted."""
        return self.cache / "analyses"

    @property
    def sessions(self) -> Path:
        """Folder of the running sessions, one folder in it each; made when missing."""
        folder = self.cache / "sessions"
        try:
            keep_private(folder)
            if not os.access(folder, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:  # sessions can't do without a folder
            report_unusable_cache(folder, error)
            return Path(_temporary_folder().name)
        return folder


@cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with this process."""
    return tempfile.TemporaryDirectory(prefix="polyguest-sessions-", ignore_cleanup_errors=True)
