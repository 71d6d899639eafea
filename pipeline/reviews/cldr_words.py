"""Words of dates in the Unicode CLDR, by way of Babel: ``python -m benchmarks.ship`` keeps them.

Babel takes a third of a second to load its languages, in each process that reads a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.reviews.date_words import UNITS, Words, fold, words_of

# Languages of the reviews that this program has words for, and their neighbours; en wins a tie.
# Further countries where months have other names: Syria, Algeria, Morocco, Austria.
_LOCALES = (
    "en de fr es it pt nl ru ja zh zh_Hant ko ar th tr pl he cs fi uk hr hi hu ro el vi bg sr "
    "sr_Latn sk da no sv fa ms id bn sl lt lv et mk ca sq ka hy az kk ur ta te sw fil af is eu gl "
    "bs ar_SY ar_DZ ar_MA de_AT pt_PT".split()
)
# What is also written for "ago", {} being "3 months" as CLDR writes it.
_AGO = {
    "ar": "منذ {}|من {}", "el": "πριν {}", "es": "{} atrás", "fr": "{} plus tôt",
    "hi": "{} पहले", "id": "{} lalu", "ja": "{}前", "ko": "{} 전", "pt": "{} atrás|faz {}|há {}",
    "sv": "{} sedan", "th": "{}ที่แล้ว|{}ก่อน", "vi": "cách đây {}", "zh": "{}前", "zh_Hant": "{}前",
    "he": "לפני {}", "fa": "{} قبل", "ur": "{} پہلے",
}  # fmt: skip


def compute_cldr_words() -> Words:
    """The names of months, and the phrases such as "3 months ago", of all locales."""
    from babel import localedata

    words = Words({}, [])
    for locale in _LOCALES:
        data: Any = localedata.LocaleDataDict(localedata.load(locale))  # type: ignore[arg-type]
        _add_months(words.months, locale, data["months"])
        for unit in UNITS:
            words.ago.extend((unit, *phrase) for phrase in _ago_of_locale(locale, unit, data))
    return words._replace(ago=list(dict.fromkeys(words.ago)))


def _add_months(months: dict[str, dict[str, int]], locale: str, contexts: Any) -> None:  # noqa: ANN401  Babel's nested dictionaries
    for context in contexts.values():
        for width in ("wide", "abbreviated"):
            for number, name in context.get(width, {}).items():
                words = words_of(fold(name))
                if words and not any(map(str.isdecimal, name)) and len("".join(words)) > 1:
                    months.setdefault(" ".join(words), {}).setdefault(locale, number)


def _ago_of_locale(locale: str, unit: str, data: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401
    """Yield (phrase, count without a number) of one language."""
    for width in ("", "-short", "-narrow"):
        fields = data["date_fields"].get(unit + width, {})
        for form, text in fields.get("past", {}).items():
            if not text.startswith("-"):  # "-3 d." is a number
                yield text, 2 if form == "two" else 1
        if not width and unit in ("year", "month", "week", "day"):
            relative = fields.get("relative", {}).items()
            yield from ((text, -offset) for offset, text in relative if offset <= 0)
    patterns = data["unit_patterns"].get(f"duration-{unit}", {})
    for ago in filter(None, _AGO.get(locale, "").split("|")):
        for width in ("long", "short"):
            for form, text in patterns.get(width, {}).items():
                yield ago.format(text), 2 if form == "two" else 1
