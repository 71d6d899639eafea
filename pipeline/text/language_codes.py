"""Names and codes of languages, as files have them, to ISO 639-1 codes."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import langcodes

# Country codes and informal names that exports use for a language. "kr" and "se" are the codes of
# Kanuri and Northern Sami, which no booking system means by them.
_LANGUAGE_ALIASES = {
    "jp": "ja", "cn": "zh", "tw": "zh", "hk": "zh", "kr": "ko", "cz": "cs", "dk": "da", "gr": "el",
    "ua": "uk", "vn": "vi", "se": "sv", "us": "en", "gb": "en", "castellano": "es",
    "bahasa": "id", "bahasa melayu": "ms", "mandarin": "zh", "cantonese": "zh",
    "simplified chinese": "zh", "traditional chinese": "zh",
}  # fmt: skip
# One code where the standard has several for what most people call one language.
MERGED_CODES = {
    "nb": "no", "nn": "no", "fil": "tl", "yue": "zh", "wuu": "zh", "cmn": "zh", "arz": "ar",
    "ary": "ar", "uzs": "uz", "sdh": "ku", "ckb": "ku", "kmr": "ku", "sh": "sr", "mo": "ro",
}  # fmt: skip


@lru_cache(maxsize=4096)
def language_code(value: str) -> str | None:
    """Return the ISO 639-1 code that a language column's value stands for; None if there is none.

    Reads codes of ISO 639-1, -2 and -3 in any case with region or script ("ja-JP", "JA_jp",
    "jpn", "zh-Hant-TW"), names in most languages ("Japanese", "japanisch", "日本語", "Français")
    and country codes that exports use for a language ("jp", "cz"). Norwegian Bokmål and Nynorsk
    are "no", Cantonese and Mandarin "zh", Filipino "tl".
    """
    import langcodes

    text = unicodedata.normalize("NFKC", value).strip().casefold()
    text = re.sub(r"\.utf-?8$", "", text).strip(" .")
    if not text or len(text) > 60:
        return None
    if text in _LANGUAGE_ALIASES:
        return _LANGUAGE_ALIASES[text]
    tag = re.sub(r"\s*[_-]\s*", "-", text)
    if re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag) and langcodes.tag_is_valid(tag):
        return _iso_639_1(langcodes.Language.get(tag))
    for name in dict.fromkeys((text, re.split(r"\s*[-/,;:(\[|]", text)[0])):
        if name in _LANGUAGE_ALIASES:
            return _LANGUAGE_ALIASES[name]
        # Up to three Latin letters would match the beginning of some rare language's name.
        if name and not (name.isascii() and len(name) < 4):
            try:
                return _iso_639_1(langcodes.find(name))
            except LookupError:
                continue
    return None


def _iso_639_1(language: langcodes.Language) -> str | None:
    code = language.prefer_macrolanguage().language or ""
    code = MERGED_CODES.get(code, code)
    return code if len(code) == 2 and language.is_valid() else None
