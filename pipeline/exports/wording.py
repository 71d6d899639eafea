"""The report's words, numbers and dates in a language, by gettext and the CLDR.

A translation is a compiled catalogue ``pipeline/data/locale/xx/LC_MESSAGES/report.mo``; without one
the words are English, and numbers and dates are written as in English with them.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent

from pipeline.common.paths import PACKAGE_DATA
from pipeline.text.language_id import UNKNOWN

_DOMAIN, _CATALOGUES = "report", PACKAGE_DATA / "locale"
_RIGHT_TO_LEFT = frozenset("ar arc ckb dv fa he iw ku nqo ps sd syr ug ur yi".split())


def direction(language: str) -> str:
    """The direction that a language is written in: "ltr" or "rtl"."""
    return "rtl" if language.split("-")[0].lower() in _RIGHT_TO_LEFT else "ltr"


@dataclass(frozen=True)
class Wording:
    """Words, numbers and dates of one language.

    Attributes:
        language: code of the language.
        translations: of the words.
    """

    language: str
    translations: gettext.NullTranslations

    def text(self, message: str, **values: object) -> str:
        """A message in the language, with its values put in."""
        translated = self.translations.gettext(message)
        return translated.format(**values) if values else translated

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """A message that depends on a number, which it names ``{n}``."""
        translated = self.translations.ngettext(one, many, number)
        return translated.format(n=self.number(number), **values)

    def number(self, value: float, digits: int = 0) -> str:
        """ "1,234" or, with digits, "3.4"."""
        form = "#,##0" + ("." + digits * "0" if digits else "")
        return str(format_decimal(value, form, locale=self._locale))

    def percent(self, share: float, digits: int = 0) -> str:
        """ "22 %" of a share from 0 to 1, with a space that doesn't break."""
        form = "#,##0" + ("." + digits * "0" if digits else "") + "\u00a0%"
        return str(format_percent(share, form, locale=self._locale))

    def day(self, value: date) -> str:
        """ "3 March 2026"."""
        return str(format_date(value, "d MMMM y", locale=self._locale))

    def month(self, value: date) -> str:
        """ "March 2026"."""
        return str(format_date(value, "MMMM y", locale=self._locale))

    def language_name(self, code: str) -> str:
        """The name of a language: "Japanese"."""
        if code == UNKNOWN:
            return self.text("Unknown language")
        name = self._locale.languages.get(code.replace("-", "_"))
        return name[:1].upper() + name[1:] if name else code

    def join(self, names: list[str]) -> str:
        """ "a, b and c"."""
        if len(names) < 2:
            return "".join(names)
        return self.text("{names} and {last}", names=", ".join(names[:-1]), last=names[-1])

    @property
    def _locale(self) -> Locale:
        return _locale(self.language)


def find_wording(language: str) -> Wording:
    """The wording of a language; in English where there is no translation."""
    code = language.split("-")[0].lower()
    try:
        return Wording(code, gettext.translation(_DOMAIN, _CATALOGUES, [code]))
    except OSError:
        return Wording("en", gettext.NullTranslations())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_GB" if language == "en" else language)
