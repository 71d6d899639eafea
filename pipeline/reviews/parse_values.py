"""Parsing of ratings as exports write them."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

_CJK_NUMERALS = {c: i for i, c in enumerate("一二三四五六七八九十", 1)} | {"两": 2, "兩": 2}
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_OUT_OF_WORDS = r"\s*\w{0,6}\s*(?:/|\b(?:out of|of|von|aus|sur|de|su|van|из|na|av|uit)\b)\s*"
OUT_OF_PATTERN = re.compile(_NUMBER + _OUT_OF_WORDS + _NUMBER)


def parse_ratings(values: Sequence[str]) -> np.ndarray:
    """Parse ratings to a scale of up to 5: float64 (n,), NaN if unreadable.

    Values with a scale of their own are converted ("8/10" is 4, "80%" is 4, "★★★☆☆" is 3). Plain
    numbers ("4,5") have one scale for the whole column: 5, or 10 or 100 if the largest exceeds it.
    A plain 0 means "not rated" in exports and is NaN.
    """
    result = np.full(len(values), np.nan)
    plain = np.full(len(values), np.nan)
    for i, value in enumerate(values):
        cell = unicodedata.normalize("NFKC", str(value)).strip().lower().replace("⭐", "★")
        full, empty = len(re.findall("[★✭🌟]", cell)), cell.count("☆")
        number = re.search(_NUMBER, cell)
        out_of = OUT_OF_PATTERN.search(cell)
        if not cell or len(cell) > 40:
            continue
        if out_of:
            top = _parse_number(out_of[2])
            result[i] = 5 * _parse_number(out_of[1]) / top if top else np.nan
        elif cjk := re.search(r"(\d+)\s*点\s*中\s*(\d+)", cell):
            result[i] = 5 * float(cjk[2]) / float(cjk[1]) if float(cjk[1]) else np.nan
        elif number and "%" in cell:
            result[i] = _parse_number(number[1]) / 20
        elif full + empty > (1 if number else 0):
            result[i] = 5 * full / (full + empty) if empty else full
        elif cjk := re.match(r"([一二三四五六七八九十两兩])(半?)\s*[星点分つ顆颗级級]", cell):
            result[i] = _CJK_NUMERALS[cjk[1]] + (0.5 if cjk[2] else 0)
        elif (
            number
            and cell[0] != "-"
            and len(re.findall(_NUMBER, cell)) == 1
            and len(re.sub(r"[\d.,\s+★*]", "", cell)) <= 10  # "4 stars", not a sentence
        ):
            plain[i] = _parse_number(number[1])
    top = np.nanmax(plain) if np.isfinite(plain).any() else 0.0
    scale = 1.0 if top <= 5 else 2.0 if top <= 10 else 20.0
    result = np.where(np.isfinite(plain), np.where(plain > 0, plain / scale, np.nan), result)
    result[~((result >= 0) & (result <= 5))] = np.nan
    return result


def _parse_number(number: str) -> float:
    return float(number.replace(",", "."))
