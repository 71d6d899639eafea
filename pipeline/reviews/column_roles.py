"""Which column of a table holds the review, its title, id, language, hotel, date and rating.

Names decide first (in fifteen languages), the values confirm or decide where names don't tell.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.reviews.parse_values import OUT_OF_PATTERN, parse_dates, parse_ratings
from pipeline.tables.header_names import (
    COLUMN_NAMES,
    normalise_name,
    score_name,
)

# Columns about other things, though their names hold a word of a role: "Management response".
_ASIDE = set(
    "response,reply,answer,antwort,reponse,respuesta,risposta,resposta,antwoord,reactie,ответ,"
    "відповідь,رد,yanit,yaniti,odpowiedz,svar,odpoved,valasz,vastaus,απαντηση,תגובה,author,user,"
    "username,reviewer,url,link,count,counts,anzahl,source,type,status,by,length,"
    "likes,votes,helpful,useful,room,rooms,country,city,address,zimmer,chambre,camera,kamer".split(
        ","
    )
)
_HOTEL_WORD = re.compile(
    r"\b(?:hotel|hotels|inn|resort|hostel|motel|villa|suites|lodge|pension|palace|riad|ryokan)\b"
    r"|ホテル|旅館|酒店|飯店|饭店|宾馆|호텔|отел|فندق|โรงแรม|khach san"
)
# Small numbers that are no grades.
_COUNTS = set(
    "nights,night,nachte,nuits,noches,notti,noites,nachten,adults,children,persons,people,age,year,"
    "month,day,week,floor,index,row,cluster,fold,level,size,version,visits,stays".split(",")
)
_RIVALS = tuple(role for role in COLUMN_NAMES if role not in ("positive", "negative"))
_ASIDE_PARTS = (
    "返信",
    "回复",
    "回覆",
    "답변",
    "답글",
    "部屋",
    "房型",
    "객실",
    "การตอบกลับ",
    "投稿者",
    "用户名",
)


@dataclass(frozen=True)
class Columns:
    """The names of the columns that hold each part of a review; None where there is none.

    `positive` and `negative` are a pair as booking sites export it, what a guest liked and did not;
    the two become one review, and `text` is the first of them where there is no other text.
    """

    text: str
    title: str | None = None
    id: str | None = None
    language: str | None = None
    hotel: str | None = None
    date: str | None = None
    rating: str | None = None
    positive: str | None = None
    negative: str | None = None


def guess_columns(frame: pd.DataFrame, *, text: str | None = None) -> Columns:
    """Guess what each column of a table of strings holds, from its name and its values.

    `text` names the review column where the user has chosen it. Raises InputError when no column
    looks like review text; the message lists the columns.
    """
    values = {str(name): _some(frame[name]) for name in frame.columns}
    pair = _pair(values) if text is None else {}
    if text is None:
        scores = {name: _text_score(name, cells) for name, cells in values.items()}
        text = max(scores, key=lambda name: scores[name], default=None)
        if pair and (text in pair.values() or score_name(text or "", "text") < 2):
            text = pair["positive"]
        if text is None or (scores[text] <= 0 and not pair):
            found = ", ".join(map(str, frame.columns)) or "none"
            raise InputError(
                f"No column looks like review text. Columns found: {found}. "
                "Name the column that holds the reviews."
            )
    chosen: dict[str, str] = {"text": text, **pair}
    for role in ("language", "date", "rating", "id", "title", "hotel"):
        best, best_score = None, 0.0
        for name, cells in values.items():
            if name not in chosen.values():
                score = _role_score(role, name, cells)
                if score > best_score:
                    best, best_score = name, score
        if best is not None:
            chosen[role] = best
    return Columns(**chosen)


def _pair(values: dict[str, list[str]]) -> dict[str, str]:
    """The columns of what guests liked and disliked; {} unless there are both."""
    found: dict[str, tuple[float, str]] = {}
    for name, cells in values.items():
        letters = _letters(cells)
        if letters < 0.4 or _is_aside(name):
            continue
        liked, disliked = score_name(name, "positive"), score_name(name, "negative")
        # "nicht gefallen" holds "gefallen": where both are named, the negation counts.
        role = "negative" if disliked else "positive"
        score = max(liked, disliked)
        if score and score > found.get(role, (0.0, ""))[0]:
            found[role] = (score, name)
    return {role: name for role, (_, name) in found.items()} if len(found) == 2 else {}


def _is_aside(name: str) -> bool:
    return bool(set(normalise_name(name).split()) & _ASIDE) or any(
        part in name for part in _ASIDE_PARTS
    )


def _top(cells: list[str]) -> float:
    numbers = [re.sub(",", ".", cell.split("/")[0]).strip() for cell in cells]
    found = [float(n) for n in numbers if re.fullmatch(r"\d+(\.\d+)?", n)]
    return max(found, default=99.0)


def _letters(cells: list[str]) -> float:
    """The mean share of letters."""
    shares = [sum(map(str.isalpha, cell[:300])) / len(cell[:300]) for cell in cells]
    return float(np.mean(shares or [0.0]))


def _some(column: pd.Series) -> list[str]:
    """Up to 1,000 values that are not blank, from all over the column."""
    cells = [cell for cell in column.iloc[:: max(1, len(column) // 2000)].map(str.strip) if cell]
    return cells[:: max(1, len(cells) // 1000)]


def _text_score(name: str, cells: list[str]) -> float:
    letters = _letters(cells)
    wide = [sum(2.5 if c > "\u2e80" else 1.0 for c in cell[:1000]) for cell in cells]
    length = float(np.mean(wide or [0.0]))
    called = score_name(name, "text")
    others = max(score_name(name, role) for role in _RIVALS if role != "text")
    if _is_aside(name):
        called -= 4
    elif others > called or (others == called and length < 15):
        called -= 3
    if cells and (letters < 0.4 or np.isfinite(parse_ratings(cells[:200])).mean() > 0.8):
        return 0.0 if called < 3 else -1.0
    if cells and (~np.isnat(parse_dates(cells[:200]))).mean() > 0.8:
        return 0.0
    if not cells:
        return called  # a blank column tells by its name alone
    distinct = len(set(cells)) / max(1, len(cells))
    # Length counts by its logarithm: a column of 200 characters is no more a review than of 100.
    shape = min(2.0, np.log2(max(length, 1.0) / 12)) + (distinct - 0.5 if len(cells) > 5 else 0)
    return called + shape if called > 0 or length >= 20 else called + min(shape, 0.0)


def _role_score(role: str, name: str, cells: list[str]) -> float:
    called = score_name(name, role)
    rivals = max(score_name(name, other) for other in _RIVALS if other not in (role, "text"))
    if not cells or (rivals > called and role != "id"):
        return 0.0
    if _is_aside(name) and role in ("hotel", "title"):
        return 0.0
    sample = cells[:200]
    if role == "date":
        share = float((~np.isnat(parse_dates(sample))).mean())
        return called + share if share >= (0.5 if called else 0.9) else 0.0
    if role == "rating":
        share = float(np.isfinite(parse_ratings(sample)).mean())
        shaped = sum(bool(re.search("[★☆⭐]", c) or OUT_OF_PATTERN.fullmatch(c)) for c in sample)
        if called:
            return called + share if share >= 0.5 else 0.0
        if shaped >= 0.8 * len(sample):
            return share
        # Small numbers under a name that says nothing: better than a name of something else.
        low = parse_ratings(sample)
        counts = _is_aside(name) or set(normalise_name(name).split()) & _COUNTS
        graded = share > 0.95 and len(set(sample)) <= 21 and not counts
        ranged = graded and _top(sample) <= 10 and float(np.nanmin(low)) > 0
        return 0.3 if ranged and not rivals and len(sample) >= 5 else 0.0
    if role == "language":
        from pipeline.text.language_id import language_code

        share = sum(language_code(cell) is not None for cell in sample) / len(sample)
        few = len(set(cells)) <= max(2, 0.5 * len(cells))
        return called + share if share >= (0.5 if called else 0.95) and (called or few) else 0.0
    if role == "id":
        ends = bool(re.search(r"(?:^|[^a-z])id$", normalise_name(name)))
        distinct = len(set(cells)) / len(cells)
        short = float(np.mean(list(map(len, cells)))) <= 40
        about_review = bool(score_name(name, "text")) or normalise_name(name) == "id"
        least = 0.5 if about_review or called == 3 else 0.9  # exports repeat some ids
        if (rivals and not ends) or not short or distinct < least:
            return 0.0
        return called + about_review if called or ends else 0.0
    if role == "title":
        return called if np.mean(list(map(len, cells))) <= 150 else 0.0
    if not any(map(str.isalpha, "".join(sample))) or np.mean(list(map(len, cells))) > 80:
        return 0.0
    about_name = {"name", "nom", "nombre", "nome"} & set(normalise_name(name).split())
    if called:
        return called + (0.5 if about_name else 0.0)
    # A few names that come again, and many of them say what they are.
    few = 1 < len(set(cells)) <= max(2, 0.5 * len(cells))
    proper = (cell for cell in sample if not cell[0].islower() and "_" not in cell)
    share = sum(bool(_HOTEL_WORD.search(normalise_name(cell))) for cell in proper) / len(sample)
    return share if few and share >= 0.2 and not rivals else 0.0
