"""Numbers, dates, lists and names of languages as the reader's language writes them, by the CLDR.

The language is that of :func:`pipeline.common.translation.current_language`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import reduce

from babel import Locale, lists, numbers
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format

from pipeline.common.translation import current_language, locale_of, pgettext
from pipeline.common.translation import gettext as _

_UNDETERMINED = "und"  # ISO 639: where no language was found


def format_number(value: float, digits: int = 0, *, signed: bool = False) -> str:
    """A number: "1,234"; with digits after the point, "3.4"; signed, "+3.4" or "-3.4"."""
    form = "#,##0" + ("." + digits * "0" if digits else "")
    text = str(numbers.format_decimal(value, form, locale=_locale()))
    return f"+{text}" if signed and value >= 0 else text


def format_percent(share: float, digits: int = 0) -> str:
    """A share from 0 to 1: "22%", in German "22 %" with a space that doesn't break."""
    form = _locale().percent_formats[None].pattern
    if digits:
        form = form.replace("##0", "##0." + digits * "0")
    return str(numbers.format_percent(share, form, locale=_locale()))


def format_day(value: date) -> str:
    """ "3 March 2026"."""
    return str(format_date(value, "long", locale=_locale()))


def format_month(value: date, *, short: bool = False) -> str:
    """ "March 2026"; short, "Mar 2026"."""
    return str(format_skeleton("yMMM" if short else "yMMMM", value, locale=_locale()))


def format_moment(value: datetime) -> str:
    """ "23 Nov 2026, 20:05"."""
    day = str(format_skeleton("yMMMd", value, locale=_locale()))
    time = str(format_time(value, "HH:mm", locale=_locale()))
    return str(get_datetime_format("medium", locale=_locale())).format(time, day)


def format_list(names: Iterable[str]) -> str:
    """Names in a sentence: "a, b and c"."""
    return str(lists.format_list(list(names), locale=_locale()))


def join_parts(parts: Iterable[str]) -> str:
    """Parts of one sentence: "twice as often, since May, mostly Madrid"; blank ones left out."""
    return _joined(parts, lambda both: pgettext("parts of a sentence", "{first}, {second}", **both))


def join_names(names: Iterable[str]) -> str:
    """Names that more may follow: "a, b, c"."""
    return _joined(names, lambda both: pgettext("names in a list", "{first}, {second}", **both))


def join_statements(statements: Iterable[str]) -> str:
    """Statements that have commas themselves: "a, b; c, d"."""
    return _joined(
        statements, lambda both: pgettext("statements in a list", "{first}; {second}", **both)
    )


def language_name(code: str) -> str:
    """The name of a language: "Japanese"; its code where it has none."""
    if code == _UNDETERMINED:
        return _("Unknown language")
    name = _locale().languages.get(code.replace("-", "_"))
    return name[:1].upper() + name[1:] if name else code


def _joined(parts: Iterable[str], join: Callable[[dict[str, str]], str]) -> str:
    given = [part for part in parts if part]
    return reduce(lambda first, second: join({"first": first, "second": second}), given or [""])


def _locale() -> Locale:
    return locale_of(current_language())
