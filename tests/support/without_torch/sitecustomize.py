"""Python where PyTorch and the libraries of models are not installed, nor what only they need.

For a process, and those that it starts, whose ``PYTHONPATH`` begins with this folder.
"""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from types import ModuleType

ABSENT = ("torch", "transformers", "sentence_transformers", "safetensors", "sympy", "networkx")


class NotInstalled(MetaPathFinder):
    """Finds no module of those packages."""

    def find_spec(self, fullname: str, _path: object, _target: ModuleType | None = None) -> None:
        if fullname.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


sys.meta_path.insert(0, NotInstalled())
