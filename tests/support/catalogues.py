"""Message catalogues of the translations: ``python -m tests.support.catalogues update|check``.

``update`` (``make translations``) takes the messages from the sources into the template
``pipeline/data/locale/polyguest.pot`` and into each catalogue beside it; ``check`` (``make lint``)
says what is wrong with the messages and their translations.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import io
import re
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from pipeline.common.paths import PROJECT as ROOT
from pipeline.common.translation import CATALOGUES, DOMAIN, ENGLISH, LANGUAGES, catalogue_path

# Whether a message may wait for its translation; it is shown in English meanwhile.
MISSING_ALLOWED = False

TRANSLATIONS = tuple(code for code in LANGUAGES if code != ENGLISH)
TEMPLATE = CATALOGUES / f"{DOMAIN}.pot"
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "N_": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_noop": (1, 2),
    "pgettext": ((1, "c"), 2),
    "InputError": None,
}
_HEADER = ("Language:", "Plural-Forms", "MIME-Version", "Content-")  # fields that programs read
_CALLS = {"_", "gettext", "ngettext", "pgettext"}
_MARKED = re.compile(r"common\.translation import|InputError\(|\b_\(")
_TAG = re.compile(r"</?[a-z][^>]*>")


def sources() -> list[Path]:
    """The files that have messages. Commands speak English."""
    modules = [ROOT / "app.py", *(ROOT / "ui").rglob("*.py"), *(ROOT / "pipeline").rglob("*.py")]
    commands = set((ROOT / "pipeline/cli").rglob("*.py"))
    having = [path for path in set(modules) - commands if _MARKED.search(path.read_text("utf-8"))]
    return sorted([*having, *(ROOT / "pipeline/exports/templates").glob("*.html")])


def extract_messages() -> Catalog:
    """The messages of the sources, with the files that each is in and the comments on it."""
    catalogue = Catalog(project="Polyguest", copyright_holder="Polyguest", charset="utf-8")
    for path in sources():
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        with path.open("rb") as file:
            found = _extract(method, file)
            found += _missed_calls(path, found) if path.suffix == ".py" else []
            for line, message, comments, context in found:
                catalogue.add(
                    message,
                    locations=[(path.relative_to(ROOT).as_posix(), line)],
                    auto_comments=comments,
                    context=context,
                )
    return catalogue


def _extract(method: str, file: IO[bytes]) -> list[tuple[Any, ...]]:
    with contextlib.redirect_stderr(io.StringIO()):  # Babel on f-strings: ruff has rules for them
        found = extract(method, file, _KEYWORDS, ("Translators:",), strip_comment_tags=True)
        return list(found)


def _missed_calls(path: Path, found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Calls that Babel doesn't see: inside the braces of an f-string, and inside another call."""
    known = {(context, message) for _line, message, _comments, context in found}
    missed: list[tuple[Any, ...]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not (name := _called(node)) or name not in _KEYWORDS:
            continue
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        texts = [text for text in texts if isinstance(text, str)]
        context = texts.pop(0) if name == "pgettext" and len(texts) == 2 else None
        if not texts:
            continue
        message = tuple(texts[:2]) if name.startswith("ngettext") else texts[0]
        if (context, message) not in known:
            known.add((context, message))
            missed.append((node.lineno, message, [], context))
    return missed


def read_catalogue(language: str) -> Catalog:
    """The translations into a language; none where there is no file."""
    path = catalogue_path(language)
    if not path.is_file():
        return Catalog(locale=language, project="Polyguest", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue so that the same messages give the same bytes."""
    catalogue.header_comment, catalogue.fuzzy = "# Texts of Polyguest.", False
    made = io.BytesIO()
    write_po(made, catalogue, width=100, sort_output=True, include_lineno=False)
    head, *messages = made.getvalue().decode().split("\n\n")
    unread = rf'^"(?!{"|".join(_HEADER)})[A-Z][A-Za-z-]*: .*$\n?'
    head = re.sub(unread, "", head, flags=re.MULTILINE).rstrip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join([head, *messages]), "utf-8")


def merge_messages(catalogue: Catalog, template: Catalog) -> None:
    """Give a catalogue the messages of the template; new and changed ones are to be filled."""
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        if message.id and message.fuzzy:
            message.flags.discard("fuzzy")
            message.string = ("",) * catalogue.num_plurals if message.pluralizable else ""


def update() -> str:
    """Take the messages of the sources into the template and the catalogues; says what there is."""
    template = extract_messages()
    write_catalogue(TEMPLATE, template)
    said = [f"{len(template)} messages"]
    for language in TRANSLATIONS:
        catalogue = read_catalogue(language)
        merge_messages(catalogue, template)
        write_catalogue(catalogue_path(language), catalogue)
        missing = sum(not _is_translated(message) for message in catalogue if message.id)
        said.append(f"{language}: {missing} without a translation")
    return "\n".join(said)


def find_problems(*, allow_missing: bool = MISSING_ALLOWED) -> list[str]:
    """What is wrong with messages in the sources and with their translations, a line each."""
    template = extract_messages()
    problems = [problem for path in sources() for problem in _source_problems(path)]
    problems += [problem for message in template for problem in _message_problems(message)]
    for language in TRANSLATIONS:
        for problem in catalogue_problems(read_catalogue(language), template, allow_missing):
            problems.append(f"{language}: {problem}")
    return problems


def catalogue_problems(catalogue: Catalog, template: Catalog, allow_missing: bool) -> Iterator[str]:
    """What is wrong with the translations of one language."""
    known = {(message.context, message.id) for message in template if message.id}
    for message in catalogue:
        if not message.id:
            continue
        if (message.context, message.id) not in known:
            # While messages may wait for translations, translations may wait for `update`.
            if not allow_missing:
                yield f"{_name(message)} is in no source: run 'make translations'"
        elif message.fuzzy:
            yield f"{_name(message)} is marked fuzzy"
        elif _is_translated(message):
            yield from _translation_problems(message, catalogue.num_plurals)
        elif not allow_missing or any(_forms(message.string)):
            yield f"{_name(message)} has no translation"
    if not allow_missing:
        there = {(message.context, message.id) for message in catalogue}
        for _context, key in sorted(known - there, key=str):
            yield f"'{key}' is missing: run 'make translations'"


def _translation_problems(message: Message, plurals: int) -> Iterator[str]:
    name, forms = _name(message), _forms(message.string)
    english = _forms(message.id)
    if message.pluralizable and len(forms) != plurals:
        yield f"{name} has {len(forms)} plural forms, not {plurals}"
    wanted = set().union(*map(_placeholders, english))
    optional = {"n"} if message.pluralizable else set()  # "one review" needs no number
    for form in forms:
        found = _placeholders(form)
        if not wanted - optional <= found <= wanted:
            yield f"{name} has other placeholders in '{form}'"
        if _edges(form) != _edges(english[-1]):
            yield f"{name} has other spaces at its ends in '{form}'"
        if sorted(_TAG.findall(form)) != sorted(_TAG.findall(english[-1])):
            yield f"{name} has other HTML tags in '{form}'"
        if form.count("**") != english[-1].count("**") or form.count("`") != english[-1].count("`"):
            yield f"{name} has other Markdown in '{form}'"


def _message_problems(message: Message) -> Iterator[str]:
    """What is wrong with a message of the sources."""
    for form in _forms(message.id):
        for placeholder in _placeholders(form):
            if not placeholder.isidentifier():
                yield f"{_name(message)}: '{{{placeholder}}}' must be a plain name"


def _source_problems(path: Path) -> Iterator[str]:
    """Calls that would be translated at import, and names that hide ``_``."""
    text = path.read_text("utf-8")
    if path.suffix != ".py" or not ("common.translation import" in text or " _(" in text):
        return
    tree, where = ast.parse(text), path.relative_to(ROOT)
    runs_at_import = path.parent.name != "pages"  # Streamlit runs these scripts for each drawing
    for node in outside_functions(tree) if runs_at_import else ():
        if isinstance(node, ast.Call) and _called(node) in _CALLS:
            yield f"{where}:{node.lineno}: translated at import; mark it with N_()"
    if "gettext as _" in text or any(
        isinstance(node, ast.Call) and _called(node) == "_" for node in ast.walk(tree)
    ):
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id == "_" and isinstance(node.ctx, ast.Store):
                yield f"{where}:{node.lineno}: '_' is gettext here; name the variable _name"
            if isinstance(node, ast.arg) and node.arg == "_":
                yield f"{where}:{node.lineno}: '_' is gettext here; name the argument _name"


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when a module is imported, default values of functions among it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Lambda):
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (*child.decorator_list, *child.args.defaults, *child.args.kw_defaults):
                if part is not None:
                    yield part
                    yield from outside_functions(part)
            continue
        yield child
        yield from outside_functions(child)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _name(message: Message) -> str:
    return f"'{_forms(message.id)[0]}'"


def _forms(text: str | tuple[str | None, ...] | list[str] | None) -> tuple[str, ...]:
    """A text or its plural forms; "" for one that is missing."""
    return tuple(form or "" for form in (text if isinstance(text, tuple | list) else (text,)))


def _is_translated(message: Message) -> bool:
    return all(_forms(message.string))


def _placeholders(text: str) -> set[str]:
    """Names in braces, with what is written behind them: "n", "share:.0%"."""
    try:
        parsed = list(string.Formatter().parse(text))
    except ValueError:
        return {f"? {text}"}
    return {
        name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
        for _text, name, form, conversion in parsed
        if name is not None
    }


def _edges(text: str) -> tuple[str, str]:
    inner = text.strip()
    before, _inner, after = text.partition(inner) if inner else (text, "", "")
    return before, after


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["update", "check"])
    if parser.parse_args().action == "update":
        print(update())
    elif found := find_problems():
        sys.exit("\n".join(found))
