"""The messages of the sources and their translations, and what the check of them finds."""

import ast

import pytest
from babel.messages.catalog import Catalog

from tests.support import catalogues


def test_messages_and_translations_are_sound():
    assert catalogues.find_problems() == []


@pytest.mark.parametrize(
    ("message", "translation", "problem"),
    [
        ("{name} is open", "{nom} est ouvert", "other placeholders"),
        ("{name} is open", "{name!r} est ouvert", "other placeholders"),
        ("{name} is open", "{name est ouvert", "other placeholders"),
        ("Open", "Ouvrir ", "other spaces"),
        ("<b>Open</b>", "<i>Ouvrir</i>", "other HTML tags"),
        ("**Open**", "Ouvrir", "other Markdown"),
        (("{n} of {all}", "{n} of {all}"), ("un de {all}", "{n} de {all}"), ""),
        (("{n} of {all}", "{n} of {all}"), ("un", "{n} de {all}"), "other placeholders"),
        ("Open", "", "has no translation"),
        ("Gone", "Parti", "is in no source"),
    ],
)
def test_what_is_wrong_with_a_translation(message, translation, problem):
    template, catalogue = Catalog(), Catalog(locale="de")
    if message != "Gone":
        template.add(message)
    catalogue.add(message, translation)
    found = list(catalogues.catalogue_problems(catalogue, template, allow_missing=False))
    assert len(found) == bool(problem) and problem in "".join(found)


def test_a_text_of_a_module_is_not_translated_at_import():
    source = "A = _('a')\ndef f(x=_('b')):\n    return _('c')\nB = lambda: _('d')\n"
    calls = [
        node.args[0].value
        for node in catalogues.outside_functions(ast.parse(source))
        if isinstance(node, ast.Call)
    ]
    assert calls == ["a", "b"]


@pytest.mark.parametrize("package", ["embedding", "evaluation", "insights", "reviews", "tables"])
def test_messages_of_errors_are_constants(package):
    """An f-string is filled before it can be translated."""
    filled = [
        f"{path.name}:{node.lineno}"
        for path in (catalogues.ROOT / "pipeline" / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "InputError"
        and node.args
        and any(isinstance(part, ast.JoinedStr) for part in ast.walk(node.args[0]))
    ]
    assert not filled
