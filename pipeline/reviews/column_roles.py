"""Column roles: which column holds the review, its title, id, language, hotel, date and rating.

Names decide first (in fifteen languages); the values confirm them, or decide if names don't tell.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.common.errors import InputError
from pipeline.reviews.collection_date import is_collection_name
from pipeline.reviews.column_pair import find_pair
from pipeline.reviews.dates import date_share
from pipeline.reviews.parse_values import OUT_OF_PATTERN, parse_ratings
from pipeline.tables.header_names import (
    COLUMN_NAMES,
    normalise_name,
    score_name,
)

# Words in the names of columns about something else, such as "Management response", though another
# word fits a role.
_OTHER_SUBJECTS = set(
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
# Names of columns with small numbers that are not ratings.
_COUNT_NAMES = set(
    "nights,night,nachte,nuits,noches,notti,noites,nachten,adults,children,persons,people,age,year,"
    "month,day,week,floor,index,row,cluster,fold,level,size,version,visits,stays".split(",")
)
_COMPETING_ROLES = tuple(role for role in COLUMN_NAMES if role not in ("positive", "negative"))
_OTHER_SUBJECT_PARTS = (
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
class ColumnRoles:
    """The names of the columns that hold each part of a review; None if there is none.

    `positive` and `negative` are what a guest liked and disliked, a pair that booking sites export.
    They become one review; if there is no other text, `text` is the first of them.
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


def guess_columns(frame: pd.DataFrame, *, text: str | None = None) -> ColumnRoles:
    """Guess the role of each column from its name and its values.

    Args:
        frame: a table of strings.
        text: the review column, if the user has chosen it.

    Raises:
        InputError: no column looks like review text; the message lists the columns.
    """
    values = {str(name): _sample_values(frame[name]) for name in frame.columns}
    pair = find_pair(values) if text is None else {}
    if text is None:
        scores = {name: _text_score(name, cells) for name, cells in values.items()}
        text = max(scores, key=lambda name: scores[name], default=None)
        if pair and (text in pair.values() or score_name(text or "", "text") < 2):
            text = pair["positive"]
        if text is None or (scores[text] <= 0 and not pair):
            found = ", ".join(map(str, frame.columns)) or "none"
            raise InputError(
                f"No column looks like review text. Columns found: {found}. "
                "Choose the column that holds the reviews."
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
    return ColumnRoles(**chosen)


def is_hotel_name(cell: str) -> bool:
    """Whether a cell contains a word such as "hotel" or "旅館"."""
    return bool(_HOTEL_WORD.search(normalise_name(cell)))


def _is_about_other_subject(name: str) -> bool:
    return bool(set(normalise_name(name).split()) & _OTHER_SUBJECTS) or any(
        part in name for part in _OTHER_SUBJECT_PARTS
    )


def _largest_number(cells: list[str]) -> float:
    numbers = [re.sub(",", ".", cell.split("/")[0]).strip() for cell in cells]
    found = [float(n) for n in numbers if re.fullmatch(r"\d+(\.\d+)?", n)]
    return max(found, default=99.0)


def _letter_share(cells: list[str]) -> float:
    """The mean share of letters in the cells."""
    shares = [sum(map(str.isalpha, cell[:300])) / len(cell[:300]) for cell in cells]
    return float(np.mean(shares or [0.0]))


def _sample_values(column: pd.Series) -> list[str]:
    """Sample up to 2,000 non-blank values from all over the column."""
    cells = [cell for cell in column.iloc[:: max(1, len(column) // 2000)].map(str.strip) if cell]
    return cells[:: max(1, len(cells) // 1000)]


def _text_score(name: str, cells: list[str]) -> float:
    letter_share = _letter_share(cells)
    widths = [sum(2.5 if c > "\u2e80" else 1.0 for c in cell[:1000]) for cell in cells]
    length = float(np.mean(widths or [0.0]))
    name_score = score_name(name, "text")
    others = max(score_name(name, role) for role in _COMPETING_ROLES if role != "text")
    if _is_about_other_subject(name):
        name_score -= 4
    elif others > name_score or (others == name_score and length < 15):
        name_score -= 3
    if cells and (letter_share < 0.4 or np.isfinite(parse_ratings(cells[:200])).mean() > 0.8):
        return 0.0 if name_score < 3 else -1.0
    if cells and date_share(cells[:200]) > 0.8:
        return 0.0
    if not cells:
        return name_score  # a blank column is judged by its name alone
    distinct = len(set(cells)) / max(1, len(cells))
    # The logarithm of the length, as 200 characters are hardly more of a review than 100.
    shape = min(2.0, np.log2(max(length, 1.0) / 12)) + (distinct - 0.5 if len(cells) > 5 else 0)
    return name_score + shape if name_score > 0 or length >= 20 else name_score + min(shape, 0.0)


def _role_score(role: str, name: str, cells: list[str]) -> float:  # noqa: C901  a case for each role
    name_score = score_name(name, role)
    competing_score = max(
        score_name(name, other) for other in _COMPETING_ROLES if other not in (role, "text")
    )
    if not cells or (competing_score > name_score and role != "id"):
        return 0.0
    if _is_about_other_subject(name) and role in ("hotel", "title"):
        return 0.0
    sample = cells[:200]
    if role == "date":
        if is_collection_name(name):
            return 0.0
        # Plain numbers count days or seconds only where the name says so.
        share = date_share(sample, numbers=bool(name_score))
        return name_score + share if share >= (0.5 if name_score else 0.9) else 0.0
    if role == "rating":
        share = float(np.isfinite(parse_ratings(sample)).mean())
        shaped = sum(bool(re.search("[★☆⭐]", c) or OUT_OF_PATTERN.fullmatch(c)) for c in sample)
        if name_score:
            return name_score + share if share >= 0.5 else 0.0
        if shaped >= 0.8 * len(sample):
            return share
        # Small numbers under an uninformative name, unless that is a name of something else.
        ratings = parse_ratings(sample)
        counts = _is_about_other_subject(name) or set(normalise_name(name).split()) & _COUNT_NAMES
        graded = share > 0.95 and len(set(sample)) <= 21 and not counts
        ranged = graded and _largest_number(sample) <= 10 and float(np.nanmin(ratings)) > 0
        return 0.3 if ranged and not competing_score and len(sample) >= 5 else 0.0
    if role == "language":
        from pipeline.text.language_id import language_code

        share = sum(language_code(cell) is not None for cell in sample) / len(sample)
        few = len(set(cells)) <= max(2, 0.5 * len(cells))
        return (
            name_score + share
            if share >= (0.5 if name_score else 0.95) and (name_score or few)
            else 0.0
        )
    if role == "id":
        ends = bool(re.search(r"(?:^|[^a-z])id$", normalise_name(name)))
        distinct = len(set(cells)) / len(cells)
        short = float(np.mean(list(map(len, cells)))) <= 40
        about_review = bool(score_name(name, "text")) or normalise_name(name) == "id"
        least = 0.5 if about_review or name_score == 3 else 0.9  # some exports repeat ids
        if (competing_score and not ends) or not short or distinct < least:
            return 0.0
        return name_score + about_review if name_score or ends else 0.0
    if role == "title":
        return name_score if np.mean(list(map(len, cells))) <= 150 else 0.0
    if not any(map(str.isalpha, "".join(sample))) or np.mean(list(map(len, cells))) > 80:
        return 0.0
    about_name = {"name", "nom", "nombre", "nome"} & set(normalise_name(name).split())
    if name_score:
        return name_score + (0.5 if about_name else 0.0)
    # A few names that recur, many of which contain a word such as "hotel".
    few = 1 < len(set(cells)) <= max(2, 0.5 * len(cells))
    proper = (cell for cell in sample if not cell[0].islower() and "_" not in cell)
    share = sum(map(is_hotel_name, proper)) / len(sample)
    return share if few and share >= 0.2 and not competing_score else 0.0
