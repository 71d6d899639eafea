"""Commands one after the other in one process, each an argument, and what they print."""

from __future__ import annotations

import shlex
import sys

from sitecustomize import ABSENT

from ui.command import main
from ui.server.memory import import_page_modules


def run(command: str) -> int | str | None:
    """Its exit code."""
    try:
        return main(shlex.split(command))
    except SystemExit as end:  # doctor, where something fails
        return end.code


if __name__ == "__main__":
    import_page_modules()
    for command in sys.argv[1:]:
        print(f"exit code {run(command)}: {command}", flush=True)
    print("imported nevertheless:", *sorted(set(ABSENT) & set(sys.modules)))
