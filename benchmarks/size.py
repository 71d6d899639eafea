"""What an installation takes on the disk, package by package.

``python -m benchmarks.size [REQUIREMENTS ...] [--python PYTHON]``: the packages that files of
requirements name and all that these need, as they are installed, by the files that each lists in
its ``RECORD``; a file with several names is counted once. Compiled modules (``.pyc``) are counted
and said apart, and so is what no program imports: headers, static libraries and tests. Packages of
the environment that nothing in the requirements needs (tools of tests) are left out. What the
program builds of its model in the cache folder is said last.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path, PurePosixPath

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = Path(__file__).parents[1]
_SHOWN = 5  # MB; smaller packages are one line
_TOOLS = ("pip", "setuptools")  # of a new environment
_UNUSED_FOLDERS = frozenset({"include", "tests", "test", "testing", "_tests"})
_UNUSED_SUFFIXES = frozenset({".a", ".h", ".hpp", ".cuh", ".pxd", ".pyx", ".cmake"})


@dataclass
class Size:
    """Bytes of a package.

    Attributes:
        all: of its files.
        compiled: of these, modules compiled by pip.
        unused: of these, headers, static libraries and tests.
        blocks: what the disk takes for them.
    """

    all: int = 0
    compiled: int = 0
    unused: int = 0
    blocks: int = 0

    def add(self, other: Size) -> None:
        """Add another's."""
        self.all += other.all
        self.compiled += other.compiled
        self.unused += other.unused
        self.blocks += other.blocks


@dataclass
class Installed:
    """The packages of an environment that have been measured.

    Attributes:
        seen: device and number of each file, so that none counts twice.
    """

    seen: set[tuple[int, int]] = field(default_factory=set)

    def size(self, package: metadata.Distribution) -> Size:
        """Of the files that a package lists."""
        size = Size()
        for listed in package.files or ():
            try:
                found = os.lstat(str(package.locate_file(listed)))
            except OSError:  # a compiled module that was removed
                continue
            if (found.st_dev, found.st_ino) in self.seen:
                continue
            self.seen.add((found.st_dev, found.st_ino))
            size.all += found.st_size
            size.blocks += 512 * getattr(found, "st_blocks", -(-found.st_size // 512))
            if listed.suffix == ".pyc":
                size.compiled += found.st_size
            elif is_unused(listed):
                size.unused += found.st_size
        return size


def is_unused(listed: PurePosixPath) -> bool:
    """Whether a file is a header, a static library or a test."""
    return listed.suffix in _UNUSED_SUFFIXES or not _UNUSED_FOLDERS.isdisjoint(listed.parts[:-1])


def named(files: Iterable[Path]) -> Iterator[Requirement]:
    """The requirements in files, with those of files that they name."""
    for file in files:
        for line in file.read_text("utf-8").splitlines():
            text = line.partition("#")[0].strip()
            if text.startswith("-r "):
                yield from named([file.parent / text[3:].strip()])
            elif text:
                yield Requirement(text)


def needed(requirements: Iterable[Requirement]) -> dict[str, metadata.Distribution]:
    """Packages that are installed for requirements: name -> package.

    Raises:
        SystemExit: one is missing.
    """
    found: dict[str, metadata.Distribution] = {}
    waiting = [(each, "") for each in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        wanted = {"", *requirement.extras}
        if name in found and wanted == {""}:
            continue
        try:
            package = found.setdefault(name, metadata.distribution(name))
        except metadata.PackageNotFoundError:
            raise SystemExit(f"{requirement} is not installed: {sys.executable}") from None
        own = [Requirement(each) for each in package.requires or ()]
        waiting += [(each, extra) for each in own for extra in wanted]
    return found


def measured(files: Iterable[Path]) -> dict[str, Size]:
    """Size of each package, the largest first."""
    installed = Installed()
    packages = needed([*named(files), *map(Requirement, _TOOLS)])
    sizes = {name: installed.size(packages[name]) for name in sorted(packages)}
    return dict(sorted(sizes.items(), key=lambda item: -item[1].all))


def table(sizes: dict[str, Size]) -> Iterator[str]:
    """Lines of Markdown."""
    yield "| package | MB | of these compiled | headers, tests |\n| --- | ---: | ---: | ---: |"
    rest, total = Size(), Size()
    for name, size in sizes.items():
        total.add(size)
        if size.all >= _SHOWN * 1e6:
            yield _line(name, size)
        else:
            rest.add(size)
    yield _line(f"others, each below {_SHOWN}", rest)
    yield _line(f"all {len(sizes)}", total)
    yield f"\n{total.all / 1e9:.2f} GB, {total.blocks / 1e9:.2f} on the disk"


def _line(name: str, size: Size) -> str:
    figures = (size.all, size.compiled, size.unused)
    return f"| {name} | " + " | ".join(f"{figure / 1e6:.1f}" for figure in figures) + " |"


def built() -> int:
    """Bytes that the program has built in its cache of models."""
    from pipeline.common.paths import cache_folder

    return sum(path.stat().st_size for path in cache_folder("models").iterdir() if path.is_file())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.size")
    parser.add_argument(
        "requirements", type=Path, nargs="*", default=[_ROOT / "requirements.txt"], metavar="FILE"
    )
    parser.add_argument("--python", type=Path, help="of another environment")
    parser.add_argument("--json", action="store_true", help="bytes, for programs")
    options = parser.parse_args()
    files = [path.resolve() for path in options.requirements]
    if options.python is None:
        sizes = measured(files)
    else:  # which need not have this program's packages
        command = [str(options.python), "-m", "benchmarks.size", "--json", *map(str, files)]
        told = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=_ROOT).stdout
        sizes = {name: Size(**size) for name, size in json.loads(told).items()}
    if options.json:
        print(json.dumps({name: vars(size) for name, size in sizes.items()}))
        return
    print("\n".join(table(sizes)))
    print(f"built of the model and of languages: {built() / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
