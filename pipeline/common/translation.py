"""Messages in the language of the reader, by gettext: ``_("{name} is open", name=name)``.

The translations lie in ``pipeline/data/locale/<code>/LC_MESSAGES/polyguest.po``. A process reads a
catalogue once, when it first needs it. Which language a message is in is decided at each call: that
of :func:`use_language`, else what the source of :func:`set_language_source` says, else English.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.numbers import format_decimal

LANGUAGES = {  # code -> its own name
    "en": "English",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
    "ja": "日本語",
    "zh": "简体中文",
}
ENGLISH = "en"
CATALOGUES, DOMAIN = Path(__file__).parent.parent / "data" / "locale", "polyguest"
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw ku nqo ps sd syr ug ur yi".split())

log = logging.getLogger(__name__)

_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_sources: list[Callable[[], str | None]] = []  # one at most


def gettext(message: str, **values: object) -> str:
    """A message in the current language, with its values put in: ``{name}`` by ``name``."""
    if not message:  # which stands for the header of a catalogue
        return ""
    return _fill(_translations(current_language()).gettext(message), message, values)


def pgettext(context: str, message: str, **values: object) -> str:
    """A message that is translated differently in different contexts, such as "Open"."""
    translated = _translations(current_language()).pgettext(context, message)
    return _fill(translated, message, values)


def ngettext(one: str, many: str, n: int, **values: object) -> str:
    """A message that depends on a number, which it names ``{n}``: "{n} review", "{n} reviews"."""
    language = current_language()
    translated = _translations(language).ngettext(one, many, n)
    number = str(format_decimal(n, locale=locale_of(language)))
    return _fill(translated, one if n == 1 else many, {"n": number, **values})


def gettext_noop(message: str) -> str:
    """Mark a constant for extraction; it is translated where it is shown."""
    return message


def ngettext_noop(one: str, many: str) -> tuple[str, str]:
    """Mark the two forms of a constant, for ``ngettext(*forms, n)``."""
    return one, many


def current_language() -> str:
    """The code of the language that messages are in now."""
    chosen = _chosen.get()
    if chosen is None and _sources:
        chosen = _sources[0]()
    return chosen or ENGLISH


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Have messages in a language within the block, and in what is called from it.

    Args:
        code: one of `LANGUAGES`; in any other, messages are in English.
    """
    token = _chosen.set(code if code in LANGUAGES else ENGLISH)
    try:
        yield
    finally:
        _chosen.reset(token)


def set_language_source(source: Callable[[], str | None]) -> None:
    """Have the language of each message told by a function: the web app's, whose page is drawn.

    Args:
        source: returns one of `LANGUAGES`, or None where it knows none.
    """
    _sources[:] = [source]


def find_language(tag: str | None) -> str | None:
    """The language of the interface for a browser's locale, such as "ja-JP"; None for no such."""
    code = (tag or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else None


def direction(language: str) -> str:
    """The direction that a language is written in: "ltr" or "rtl"."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


@cache
def locale_of(language: str) -> Locale:
    """How numbers and dates are written beside the words of a language."""
    return Locale.parse("en_GB" if language == ENGLISH else language)


def catalogue_path(language: str) -> Path:
    """Where the translations into a language lie."""
    return CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


@cache
def _translations(language: str) -> NullTranslations:
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = catalogue_path(language)
    if language == ENGLISH or not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def _fill(translated: str, message: str, values: dict[str, object]) -> str:
    """Put values into a translation; into the English message where the translation is broken."""
    if not values:
        return translated
    try:
        return translated.format(**values)
    except (LookupError, ValueError, AttributeError, TypeError):
        log.warning("the translation of %r into %s is broken", message, current_language())
        return message.format(**values)
