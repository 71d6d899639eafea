"""Typesetting by Typst: a template with data to PDF, PNG or SVG, with this computer's fonts."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext_noop as N_

if TYPE_CHECKING:
    from typst import Fonts

# Sans serif fonts of Windows, macOS and Linux, by language; "" is for Latin, Greek and Cyrillic.
# What none of them has is taken from any other font that has it.
_FONTS = {
    "": (
        "Segoe UI", "Helvetica Neue", "Noto Sans", "Open Sans", "Liberation Sans", "Arial",
        "DejaVu Sans", "Libertinus Serif",
    ),
    "ar": ("Segoe UI", "Geeza Pro", "Noto Sans Arabic", "Noto Naskh Arabic", "DejaVu Sans"),
    "fa": ("Segoe UI", "Geeza Pro", "Noto Sans Arabic", "Noto Naskh Arabic", "DejaVu Sans"),
    "he": ("Segoe UI", "Arial Hebrew", "Noto Sans Hebrew", "DejaVu Sans"),
    "hi": ("Nirmala UI", "Kohinoor Devanagari", "Noto Sans Devanagari"),
    "ja": ("Yu Gothic", "Hiragino Sans", "Noto Sans CJK JP", "Noto Sans JP", "Meiryo"),
    "ko": ("Malgun Gothic", "Apple SD Gothic Neo", "Noto Sans CJK KR", "Noto Sans KR"),
    "th": ("Leelawadee UI", "Thonburi", "Noto Sans Thai", "Noto Looped Thai"),
    "zh": ("Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC"),
}  # fmt: skip
_MISSING = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_INSTALL = N_("PDF and pictures need the package typst: 'pip install typst', or choose HTML")


class MissingGlyphsError(ValueError):
    """A text has characters that no font of this computer has.

    Attributes:
        characters: all of them.
    """

    def __init__(self, characters: frozenset[str]) -> None:
        super().__init__("no font has these characters")
        self.characters = characters


def is_installed() -> bool:
    """Whether the typesetter is there."""
    return find_spec("typst") is not None


def font_families() -> dict[str, list[str]]:
    """The fonts of this computer by language, best first; "" for all other languages."""
    known = set(_fonts().families())
    common = [family for family in _FONTS[""] if family in known]
    return {
        language: [*(family for family in families if family in known), *common]
        if language
        else common
        for language, families in _FONTS.items()
    }


def typeset_pdf(template: str, data: dict[str, Any]) -> bytes:
    """A template of this package with data as an accessible PDF (PDF/UA-1), its fonts embedded.

    Args:
        template: name of the file.
        data: JSON values, which the template reads as ``sys.inputs.data``.

    Raises:
        InputError: Typst is not installed.
        MissingGlyphsError: a text can't be shown.
    """
    return _typeset(template, data, format="pdf", pdf_standards=["ua-1"])


def typeset_image(template: str, data: dict[str, Any], *, svg: bool, ppi: float = 144) -> bytes:
    """A template with data as PNG or SVG; texts of the SVG are outlines.

    Args:
        template, data: see :func:`typeset_pdf`.
        svg: whether it is to be SVG.
        ppi: pixels per inch of a PNG.

    Raises:
        InputError: Typst is not installed.
    """
    return _typeset(template, data, format="svg" if svg else "png", ppi=ppi)


def _typeset(template: str, data: dict[str, Any], **options: Any) -> bytes:
    from typst import TypstError

    source = resources.files("pipeline.exports").joinpath("templates", template).read_bytes()
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    inputs["tagged"] = "yes" if options["format"] == "pdf" else ""
    try:
        made = _compiler().compile(input=source, sys_inputs=inputs, **options)
    except TypstError as error:
        if found := _MISSING.findall(str(error.diagnostic)):
            raise MissingGlyphsError(frozenset("".join(map(_unescape, found)))) from error
        raise
    return made if isinstance(made, bytes) else made[0]


def _unescape(literal: str) -> str:
    """The text of a string literal of Rust."""
    plain = _ESCAPE.sub(lambda found: f"\\U{int(found[1], 16):08x}", literal)
    return str(ast.literal_eval(plain))


def _compiler() -> Any:  # noqa: ANN401  of a library without types for it
    from typst import Compiler

    return Compiler(font_paths=_fonts())


@cache
def _fonts() -> Fonts:
    """The fonts of this computer; looked for once, which takes a while."""
    try:
        from typst import Fonts
    except ImportError as error:
        raise InputError(_INSTALL) from error
    return Fonts()
