"""Options of measurements that have few or none, so that ``--help`` measures and writes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from types import MappingProxyType


def read_flags(
    module: str, description: str | None, flags: Mapping[str, str] = MappingProxyType({})
) -> argparse.Namespace:
    """Read the command line; "--help", or what is not known, ends the program.

    Args:
        module: its name, without that of the package.
        description: its docstring.
        flags: each option that is given or not, such as "--write" -> what it does.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{module}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, said in flags.items():
        parser.add_argument(name, action="store_true", help=said)
    return parser.parse_args()
