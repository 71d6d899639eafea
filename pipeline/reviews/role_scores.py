"""Scores of a column for each role, with the reason, or with what speaks against it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.common.translation import gettext_noop as N_
from pipeline.reviews.column_statistics import ColumnSample, TableStatistics, holds_countries
from pipeline.reviews.ratings import zero_counts
from pipeline.tables.header_names import COLUMN_NAMES, normalise_name, score_name
from pipeline.tables.header_subjects import is_about, is_place_key
from pipeline.tables.survey_header import is_question

BY_NAME, BY_VALUES = N_("its name says so"), N_("its values look like it")
_COMPETING_ROLES = tuple(role for role in COLUMN_NAMES if role not in ("positive", "negative"))
_SAME_FOR_PLACE = N_("is the same for all reviews of a place")
_HOTEL_WORD = re.compile(
    r"\b(?:hotel|hotels|inn|resort|hostel|motel|villa|suites|lodge|pension|palace|riad|ryokan)\b"
    r"|ホテル|旅館|酒店|飯店|饭店|宾馆|호텔|отел|فندق|โรงแรม|khach san"
)
_ANSWER_WIDTH = 20.0  # mean width of the answers to an open question
_WRITTEN_WIDTH = 40.0  # mean width of texts that are no names, marks or kinds of anything
_SENTENCE = 7  # words of a name
_ASKS_WHICH = re.compile(
    r"\b(?:which|welche\w*|quel\w*|cual\w*|quale|qual|welke?|как\w+|hangi|ktor\w+|vilket|hvilket)\b"
    r"|どの|どちらの|哪|어느|أي فندق|ไหน|איזה"
)
_MOST_SOURCES = 30  # platforms in a file
_OTHER_DATES = {
    "scrape": N_("is when the file was collected"),
    "reply": N_("is when the hotel answered"),
    "update": N_("is when the row was changed"),
    "membership": N_("is no date of a stay"),
}
_NAME_WORDS = set(
    "name,names,title,nom,nombre,nome,naam,имя,название,名称,名稱,이름,名前".split(",")
)


@dataclass(frozen=True)
class Candidate:
    """A column as a candidate for a role.

    Attributes:
        name: of the column.
        score: how well it fits; 0 or less if it does not.
        reason: why it fits, in a few words.
        objection: what speaks against it ("is the same for all reviews of a place"), or "".
        weight: what the objection takes from the score; by default all of it.
    """

    name: str
    score: float
    reason: str = BY_NAME
    objection: str = ""
    weight: float = float("inf")

    @property
    def value(self) -> float:
        """The score less the objection."""
        return self.score - (self.weight if self.objection else 0.0)


def score_text(column: ColumnSample) -> Candidate:
    """Score a column as the text of the reviews."""
    name, cells = column.name, column.cells
    name_score = _score_text_name(column)
    if cells and column.date_share > 0.8:
        return Candidate(name, 0.0)
    if cells and column.link_share > 0.5:
        return Candidate(name, name_score, objection=N_("holds web addresses or keys"))
    if cells and name_score < 3 and column.address_share > 0.5:
        return Candidate(name, name_score, objection=N_("holds addresses"))
    if cells and (column.letter_share < 0.4 or column.numeral_rating_share > 0.8):
        return Candidate(name, 0.0 if name_score < 3 else -1.0)
    if not cells:
        return Candidate(name, name_score)  # a blank column is judged by its name alone
    # The logarithm of the width, as 200 characters are hardly more of a review than 100.
    shape = min(2.0, float(np.log2(max(column.width, 1.0) / 12)))
    shape += column.distinct_share - 0.5 if len(cells) > 5 else 0
    if name_score > 0 or column.width >= 20:
        reason = BY_NAME if name_score > 0 else N_("it holds the longest texts")
        return Candidate(name, name_score + shape, reason)
    return Candidate(name, name_score + min(shape, 0.0))


def _score_text_name(column: ColumnSample) -> float:
    """How well a column's name fits the text of the reviews; below 0 if it fits something else."""
    name = column.name
    score = score_name(name, "text")
    others = max(score_name(name, role) for role in _COMPETING_ROLES if role != "text")
    names_guests = score < 2.5 and column.width < 25 and is_about(name, "person")
    if _asks(name) and column.width >= _ANSWER_WIDTH:
        return score  # "Why this score?" asks for words, and is neither a score nor a count
    if is_about_other_subject(name) or names_guests:
        return score - 4
    if others > score or (others == score and column.width < 15):
        # "Hodnocení hosta" may be a mark or a review: long texts that differ are reviews.
        written = column.width >= _WRITTEN_WIDTH and column.distinct_share > 0.8
        return score - (1 if written else 3)
    return score - 0.7 * is_about(name, "translation")


def _asks(name: str) -> bool:
    """Whether a column's name is a sentence that asks: "この評価の理由を教えてください。"."""
    return is_question(name) or name.rstrip().endswith("。")


def _is_sentence(name: str) -> bool:
    """Whether a column's name is a sentence: "Would you recommend our hotel? - Group"."""
    return _asks(name) or "?" in name or len(name.split()) >= _SENTENCE


def score_role(role: str, column: ColumnSample, table: TableStatistics) -> Candidate:
    """Score a column for a role other than the text."""
    if not column.cells:
        return Candidate(column.name, 0.0)
    return _SCORERS[role](column, table)


def is_about_other_subject(name: str) -> bool:
    """Whether a name is about something else, as "Management response", though a word fits."""
    subjects = ("reply", "link", "count", "room", "country", "address", "amenities", "model")
    return is_about(name, *subjects) or bool(
        {"source", "type", "status", "by"} & set(normalise_name(name).split())
    )


def is_hotel_name(cell: str) -> bool:
    """Whether a cell contains a word such as "hotel" or "旅館"."""
    return bool(_HOTEL_WORD.search(normalise_name(cell)))


def _fit(name: str, role: str) -> tuple[float, float]:
    """How well a name fits a role, and how well it fits the best other role."""
    if _is_sentence(name):  # about several things: its values decide
        return score_name(name, role), 0.0
    others = (other for other in _COMPETING_ROLES if other not in (role, "text"))
    return score_name(name, role), max(score_name(name, other) for other in others)


def _score_date(column: ColumnSample, table: TableStatistics) -> Candidate:
    name_score, competing = _fit(column.name, "date")
    # Plain numbers count days or seconds only where the name says so.
    share = column.date_or_number_share if name_score else column.date_share
    if competing > name_score or share < (0.5 if name_score else 0.9):
        return Candidate(column.name, 0.0)
    is_of_review = is_about(column.name, "guest's own", "publication")
    score = name_score + share + 0.2 * is_of_review
    # Rather when the review was written than when its guest stayed, months before maybe.
    score += 1.2 * (is_of_review and not is_about(column.name, "stay"))
    score += 0.5 * column.day_share  # rather than times ago
    reason = BY_NAME if name_score else N_("its values are days or times ago")
    return Candidate(column.name, score, reason, _date_objection(column, table))


def _date_objection(column: ColumnSample, table: TableStatistics) -> str:
    """What speaks against dates of reviews or stays, or ""."""
    for subject, objection in _OTHER_DATES.items():
        # The date of a response is the guest's own in a survey, which has no texts of replies.
        if is_about(column.name, subject) and (subject != "reply" or table.has_replies):
            return objection
    return N_("is nearly the same in all rows, as the time of an export") * column.is_one_instant


def _score_rating(column: ColumnSample, table: TableStatistics) -> Candidate:
    name = column.name
    name_score, competing = _fit(name, "rating")
    if competing > name_score:
        return Candidate(name, 0.0)
    objection = _rating_objection(name)
    if name_score == 0 and (objection or competing or is_about_other_subject(name)):
        return Candidate(name, 0.0)
    reason, score = BY_NAME, 0.0
    if name_score and column.rating_share >= 0.5:
        preferred = 0.6 * is_about(name, "overall") + 0.6 * is_about(name, "guest's own")
        score = name_score + column.rating_share + preferred
        reason = (
            N_("it is the overall rating by its name") if is_about(name, "overall") else BY_NAME
        )
    elif column.written_rating_share >= 0.8:
        score, reason = column.rating_share, N_("its values are written as ratings")
    elif column.answer_share >= 0.8 and column.recurs:
        score, reason = 0.6, N_("its values are answers on a scale")
    elif _looks_graded(column) or _is_plain_average(column):
        score, reason = 0.3, N_("its values look like ratings")
    if not score or objection:
        return Candidate(name, score, reason, objection)
    if table.is_of_place(name):
        return Candidate(name, score, reason, _SAME_FOR_PLACE)
    if objection := _label_objection(column):
        return Candidate(name, score, reason, objection)
    return Candidate(name, score, reason, *_rating_doubt(column))


def _rating_objection(name: str) -> str:
    """What a name says against a rating of the guest's own, or ""."""
    if is_about(name, "model"):
        return N_("is a label or a model's own score")
    if is_about(name, "class") or (is_about(name, "stars") and score_name(name, "hotel")):
        return N_("is the hotel's class")
    if is_about(name, "aspect") and not is_about(name, "overall"):
        return N_("rates one aspect of the stay")
    graded = is_about(name, "stars") or "satisf" in normalise_name(name)  # "satisfaction level"
    if is_about(name, "count", "link") and not graded:
        return N_("is a number of something")
    return N_("belongs to the hotel's answer") if is_about(name, "reply") else ""


def _rating_doubt(column: ColumnSample) -> tuple[str, float]:
    """What makes another rating the better one, and its weight."""
    if column.distinct == 1 and len(column.cells) >= 10:
        return N_("is the same in all rows"), 1.5
    if is_about(column.name, "average") and not _is_plain_average(column):
        return N_("is an average by its name"), 0.5
    of_place = is_about(column.name, "place") and not _is_sentence(column.name)
    if of_place and not is_about(column.name, "guest's own"):
        return N_("rates the place by its name"), 0.6
    return "", 0.0


def _is_plain_average(column: ColumnSample) -> bool:
    """Whether a column named "Average" and no more holds marks: of a review's aspects."""
    numbers = column.numbers
    return (
        is_about(column.name, "average")
        and len(normalise_name(column.name).split()) == 1
        and len(numbers) == len(column.few) >= 5
        and column.rating_share >= 0.95
        and float(numbers.max()) <= 10
    )


def _label_objection(column: ColumnSample) -> str:
    """Whether numbers are 0 and 1 or fractions of 1, which no guest gives."""
    numbers = column.numbers
    if len(numbers) < 0.8 * len(column.few) or len(numbers) < 5:
        return ""
    return N_("holds labels or fractions of 1") if float(numbers.max()) <= 1 else ""


def _looks_graded(column: ColumnSample) -> bool:
    """Whether a column of an uninformative name holds small numbers on a scale."""
    numbers, may_be_0 = column.numbers, zero_counts(column.name)
    if len(column.few) < 5 or len(numbers) < len(column.few):
        return False
    if column.rating_share + may_be_0 * np.mean(numbers == 0) <= 0.95:
        return False
    steps = bool(np.all(numbers * 2 == np.round(numbers * 2))) or float(numbers.max()) > 5
    return bool(
        steps
        and 3 <= len(set(column.few)) <= 21
        and (numbers.min() > 0 or may_be_0)
        and 3 <= numbers.max() <= 10
    )


def _score_language(column: ColumnSample, table: TableStatistics) -> Candidate:
    from pipeline.text.language_codes import language_code

    name = column.name
    name_score, competing = _fit(name, "language")
    if competing > name_score:
        return Candidate(name, 0.0)
    share = sum(language_code(cell) is not None for cell in column.few) / len(column.few)
    if share < (0.5 if name_score else 0.95) or not (name_score or column.recurs):
        return Candidate(name, 0.0)
    about_country = not name_score and is_about(name, "country")
    countries = about_country or holds_countries(column.few, names_only=name_score > 0)
    objection = N_("holds countries") if countries else ""
    reason = BY_NAME if name_score else N_("its values are languages")
    return Candidate(name, name_score + share, reason, objection)


def _score_id(column: ColumnSample, table: TableStatistics) -> Candidate:
    name = column.name
    normalised = normalise_name(name)
    name_score, competing = _fit(name, "id")
    ends = bool(re.search(r"(?:^|[^a-z])id$", normalised))
    about_review = bool(score_name(name, "text")) or normalised == "id"
    least = 0.5 if about_review or name_score == 3 else 0.9  # some exports repeat ids
    if (competing and not ends) or column.length > 40 and not about_review:
        return Candidate(name, 0.0)
    if column.distinct_share < least or not (name_score or ends):
        return Candidate(name, 0.0)
    if {"total", "count"} & set(normalised.split()) or "number of" in normalised:
        return Candidate(name, 0.0)
    other = is_place_key(name) or is_about(name, "person")
    objection = N_("identifies guests or places") if other and not about_review else ""
    return Candidate(name, name_score + about_review, BY_NAME, objection)


def _score_title(column: ColumnSample, table: TableStatistics) -> Candidate:
    name = column.name
    name_score, competing = _fit(name, "title")
    if competing > name_score or is_about_other_subject(name) or is_about(name, "person"):
        return Candidate(name, 0.0)
    if column.length > 150 or _names_place(name):
        return Candidate(name, 0.0)
    objection = _SAME_FOR_PLACE if name_score and table.is_of_place(name) else ""
    return Candidate(name, name_score, BY_NAME, objection)


def _names_place(name: str) -> bool:
    """Whether a name is a word for places with one for names: "property_title", "Venue name"."""
    words = set(normalise_name(name).split())
    place = score_name(name, "hotel") > 0 or is_about(name, "place")
    return place and bool(words & _NAME_WORDS) and not is_about(name, "guest's own")


def _score_hotel(column: ColumnSample, table: TableStatistics) -> Candidate:
    name = column.name
    words = set(normalise_name(name).split())
    name_score, competing = _fit(name, "hotel")
    if not any(map(str.isalpha, "".join(column.few))) or column.length > 80:
        return Candidate(name, 0.0)
    if is_about_other_subject(name) or is_about(name, "stars", "class") or is_place_key(name):
        return Candidate(name, 0.0)
    guest = is_about(name, "person") and "guest house" not in normalise_name(name)
    objection = N_("names the guest") if guest else ""
    if _is_sentence(name) and not _ASKS_WHICH.search(normalise_name(name)):
        return Candidate(name, 0.0)  # "Would you recommend our hotel?" names none
    if _names_place(name):
        return Candidate(name, max(name_score, 2.0) + 0.5, BY_NAME, objection)
    if name_score >= competing and name_score:
        return Candidate(name, name_score + 0.5 * bool(words & _NAME_WORDS), BY_NAME, objection)
    if words and words <= _NAME_WORDS and table.describes_places:
        if table.is_of_place(name):
            return Candidate(name, 2.2, N_("it is the same for all reviews of a place"))
        if words != {"title"} and column.recurs:
            return Candidate(name, 1.0, N_("it stands beside the key or address of a place"))
    # A few names that recur, many of which contain a word such as "hotel".
    few = column.distinct > 1 and column.recurs
    proper = (cell for cell in column.few if not cell[0].islower() and "_" not in cell)
    share = sum(map(is_hotel_name, proper)) / len(column.few)
    fits = few and share >= 0.2 and not competing and not is_about(name, "person")
    return Candidate(name, share if fits else 0.0, N_("its values name hotels"))


def _score_source(column: ColumnSample, table: TableStatistics) -> Candidate:
    name = column.name
    words = normalise_name(name).split()
    fits = is_about(name, "source") and not is_about(name, "link", "reply", "country", "model")
    if not fits or words[-1] in ("id", "type", "rating", "score") or column.length > 40:
        return Candidate(name, 0.0)
    few = column.distinct <= _MOST_SOURCES and column.distinct <= max(1, 0.5 * len(column.cells))
    named = column.letter_share > 0.4 and few
    return Candidate(name, (3.0 if len(words) == 1 else 2.0) if named else 0.0)


def _score_scraped(column: ColumnSample, table: TableStatistics) -> Candidate:
    name = column.name
    fits = column.date_or_number_share >= 0.9
    if not fits or is_about(name, "reply"):
        return Candidate(name, 0.0)
    if is_about(name, "scrape"):
        return Candidate(name, 2.0 + bool(score_name(name, "date")))
    reason = N_("its dates are nearly the same in all rows")
    return Candidate(name, float(column.is_one_instant), reason)


_SCORERS: dict[str, Callable[[ColumnSample, TableStatistics], Candidate]] = {
    "hotel": _score_hotel,
    "source": _score_source,
    "scraped": _score_scraped,
    "language": _score_language,
    "date": _score_date,
    "rating": _score_rating,
    "id": _score_id,
    "title": _score_title,
}
