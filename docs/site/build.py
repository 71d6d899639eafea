"""Builds the documentation site: ``python docs/site/build.py`` (``make docs``).

The pages are the Markdown files of ``docs/`` and a few beside it, as they are read on a code host.
They are copied to a folder of their own, where links that leave ``docs/`` are turned to the copies
and the navigation is added; then Sphinx makes the site, for which any warning is an error. What is
built needs no network and no server: ``build/site/index.html`` opens from the disk.
"""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OTHER_PAGES = {  # page of the site -> file of the repository, where it isn't docs/PAGE
    "search-method.md": "docs/search.md",  # as Sphinx has a page "search" of its own
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "results.md": "benchmarks/RESULTS.md",
}
NAVIGATION = {
    "For managers": ("guides/manager", "guides/pages", "map", "exports"),
    "For analysts": (
        "guides/analyst", "guides/python", "reading", "search-method", "aspects", "compare",
        "impact", "changes", "sentiment", "similar-hotels", "answers", "photos", "word-vectors",
        "models",
    ),
    "For administrators": (
        "guides/administrator", "guides/deploy", "guides/logins", "guides/operate", "guides/backup",
        "guides/database", "settings", "security", "scale", "accessibility",
    ),
    "For engineers": (
        "guides/engineer", "architecture", "method", "names", "stores", "vector-databases",
        "accessibility", "usability", "results", "decisions/README", "contributing", "glossary",
        "licences", "changelog",
    ),
}  # fmt: skip
_LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[#)])")
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_STATE = re.compile(r'^\s*state "(.+)" as (\w+)$', re.MULTILINE)
_STEP = re.compile(r"^\s*(\S+) --> (\w+)(?:: (.+))?$", re.MULTILINE)
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=.(?:https?:)?//|"
    r"<link\b(?![^>]*rel=.canonical)[^>]*\bhref=.(?:https?:)?//|"
    r"url\(.?(?:https?:)?//|@import\s+.(?:https?:)?//"
)


class SiteError(Exception):
    """What keeps the site from being built: a message for whoever writes documentation."""


def stage(folder: Path) -> None:
    """Write the sources of the site.

    Args:
        folder: replaced.

    Raises:
        SiteError: a link leads nowhere, or a page is in no section.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("site", "*.md"))
    sources = [path.relative_to(ROOT).as_posix() for path in DOCS.rglob("*.md")]
    others = set(OTHER_PAGES.values())
    pages = {source.removeprefix("docs/"): source for source in sources if source not in others}
    pages |= OTHER_PAGES
    placed = {"index", *(name for names in NAVIGATION.values() for name in names)}
    records = sorted(page for page in pages if page.startswith("decisions/0"))
    missing = {page.removesuffix(".md") for page in pages if page not in records} ^ placed
    if missing:
        names = ", ".join(sorted(missing))
        raise SiteError(
            f"not both among the pages and in NAVIGATION of docs/site/build.py: {names}"
        )
    for page, source in pages.items():
        text = (ROOT / source).read_text("utf-8")
        pieces = _FENCED.split(text)
        pieces[0::2] = [
            _LINK.sub(_relink(page, source, pages, folder), each) for each in pieces[0::2]
        ]
        pieces[1::2] = [_without_drawing(each) for each in pieces[1::2]]
        text = "".join(pieces)
        if page == "index.md":
            text += "".join(_toctree(names, caption) for caption, names in NAVIGATION.items())
        elif page == "decisions/README.md":
            text += _toctree([Path(record).stem for record in records])
        target = folder / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def build(sources: Path, site: Path) -> None:
    """Make the site of its sources.

    Raises:
        SiteError: Sphinx warns of something, or a page would fetch something from elsewhere.
    """
    from sphinx.cmd.build import main as sphinx

    shutil.rmtree(site, ignore_errors=True)
    options = ["-q", "-W", "--keep-going", "-j", "auto", "-c", str(Path(__file__).parent)]
    if sphinx([*options, "-d", str(sources.parent / "doctrees"), str(sources), str(site)]):
        raise SiteError("Sphinx has found the problems above")
    for path in site.rglob("*"):
        if path.suffix in (".html", ".css") and (found := _FETCHED.search(path.read_text("utf-8"))):
            raise SiteError(f"{path} would fetch from elsewhere: {found[0]}")


def _relink(
    page: str, source: str, pages: dict[str, str], folder: Path
) -> Callable[[re.Match[str]], str]:
    """What turns a link of a file of the repository to where the site has it."""
    places = {file: name for name, file in pages.items()}
    here = posixpath.dirname(page)

    def turned(match: re.Match[str]) -> str:
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), match[1]))
        if not (ROOT / file).exists():
            raise SiteError(f"{source} links to {match[1]}, which does not exist")
        place = places.get(file)
        if place is None:
            place = file.removeprefix("docs/") if file.startswith("docs/") else f"files/{file}"
            if (ROOT / file).is_dir() or file.endswith(".md"):
                raise SiteError(f"{source} links to {match[1]}, which the site has no page of")
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, folder / place)
        return posixpath.relpath(place, here or ".")

    return turned


def _without_drawing(block: str) -> str:
    """A state chart as a table, as drawing it takes megabytes of scripts; other code as it is."""
    if not block.startswith("```mermaid"):
        return block
    return "\n".join(_rows(block))


def _rows(chart: str) -> Iterator[str]:
    names = {short: name for name, short in _STATE.findall(chart)} | {"[*]": "(a new session)"}
    steps = _STEP.findall(chart)
    if not steps:
        raise SiteError(f"a drawing that is no state chart: {chart[:60]!r}")
    yield from ("| From | To | When |", "| --- | --- | --- |")
    for start, end, when in steps:
        yield f"| {names.get(start, start)} | {names.get(end, end)} | {when} |"


def _toctree(names: tuple[str, ...] | list[str], caption: str = "") -> str:
    options = f":caption: {caption}\n" if caption else ""
    return "\n\n```{toctree}\n:hidden:\n" + options + "\n" + "\n".join(names) + "\n```\n"


def main() -> None:
    """Build the site in ``build/site``."""
    sources, site = ROOT / "build" / "site-sources", ROOT / "build" / "site"
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # the same sources give the same pages
    try:
        stage(sources)
        build(sources, site)
    except SiteError as error:
        sys.exit(f"error: {error}")
    print(f"-> {site / 'index.html'}")


if __name__ == "__main__":
    main()
