"""Headers of survey exports, which take two or three rows.

Qualtrics writes codes, the questions and {"ImportId": ...}; SurveyMonkey the questions and below
them "Open-Ended Response" or the answers that could be ticked. Seen in ropensci/qualtRics, where
files with all three rows and with two are read, and in exports of both services.
"""

import re
from typing import NamedTuple

from pipeline.tables.header_names import normalise_name
from pipeline.tables.types import Record

_MAX_ROWS_ABOVE = 5  # records within which the rows are looked for
_IMPORT_ID = re.compile(r"\s*\{\s*[\"']?ImportId[\"']?\s*:")
_CODE = re.compile(r"(?:Q|QID|V)\d+(?:[._#]\w+)*", re.IGNORECASE)
_QUESTION_MARKS = ("?", "？", "؟", "\u037e")
# What SurveyMonkey writes below a question that is not answered by ticking, in its languages.
_RESPONSES = set(
    "response,open ended response,other please specify,antwort,offene antwort,freitextantwort,"
    "beantwortung mit offenem ende,sonstiges bitte angeben,reponse,reponse ouverte,reponse libre,"
    "autre veuillez preciser,respuesta,respuesta abierta,otro especifique,risposta,"
    "risposta aperta,altro specificare,resposta,resposta aberta,outro especifique,reactie,"
    "antwoord,open antwoord,svar,oppet svar,abent svar,apent svar,vastaus,avoin vastaus,"
    "odpowiedz,odpowiedz otwarta,ответ,открытый ответ,yanit,acik uclu yanit,回答,自由回答,"
    "自由記述,回复,开放式回答,"
    "開放式回答,응답,주관식 응답".split(",")
)
_MAX_CODES = 40  # characters


class SurveyHeader(NamedTuple):
    """The header rows of a survey export.

    Attributes:
        first: index of the first header row.
        first_data: index of the first record that is data.
        names: of the columns, not yet unique.
    """

    first: int
    first_data: int
    names: list[str]


def find_survey_header(records: list[Record]) -> SurveyHeader | None:
    """Find the header rows of a survey among a file's first records."""
    for at, record in enumerate(records[: _MAX_ROWS_ABOVE + 2]):
        if at and _is_import_row(record):
            codes, questions = records[max(0, at - 2)].cells, records[at - 1].cells
            names = list(map(_join_code, codes, _padded(questions, len(codes))))
            return SurveyHeader(max(0, at - 2), at + 1, names)
    for at in range(min(_MAX_ROWS_ABOVE, len(records) - 2)):
        upper, lower = records[at].cells, records[at + 1].cells
        if len(upper) == len(lower) > 1 and not records[at + 1].blank_lines:
            if _are_codes(upper) and _are_questions(upper, lower):
                return SurveyHeader(at, at + 2, list(map(_join_code, upper, lower)))
            if _are_responses(upper, lower):
                return SurveyHeader(at, at + 2, _join_responses(upper, lower))
    return None


def is_question(cell: str) -> bool:
    """Whether a cell ends like a question."""
    return cell.rstrip(" *:\n").endswith(_QUESTION_MARKS)


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _is_import_row(record: Record) -> bool:
    filled = [cell for cell in record.cells if cell.strip()]
    return len(filled) > 1 and sum(map(bool, map(_IMPORT_ID.match, filled))) > 0.5 * len(filled)


def _are_codes(cells: list[str]) -> bool:
    """Whether cells are codes of questions, at least one of them such as "Q3_1"."""
    filled = [cell.strip() for cell in cells]
    codes = sum(map(bool, map(_CODE.fullmatch, filled)))
    return codes > 0 and all(0 < len(cell) <= _MAX_CODES for cell in filled)


def _are_questions(codes: list[str], cells: list[str]) -> bool:
    """Whether cells are the wordings of questions: words throughout, several below most codes."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if len(filled) < len(cells) or any(not any(map(str.isalpha, cell)) for cell in filled):
        return False
    asked = [cell for code, cell in zip(codes, cells, strict=True) if _CODE.fullmatch(code.strip())]
    worded = sum(is_question(cell) or len(cell.split()) > 1 for cell in asked)
    if worded <= 0.5 * len(asked) or len(set(filled)) < len(filled):
        return False
    return any(map(is_question, filled))


def _are_responses(upper: list[str], lower: list[str]) -> bool:
    """Whether the cells below questions are "Response" and the like, or answers to be ticked."""
    below = [cell.strip() for cell in lower]
    if not any(normalise_name(cell) in _RESPONSES for cell in below):
        return False
    # A column without a question goes on with the one before it, and says what is ticked.
    follows = [not top.strip() for top in upper[1:]] + [False]
    return all(
        (top.strip() or cell) if normalise_name(cell) in {*_RESPONSES, ""} else goes_on or not top
        for top, cell, goes_on in zip(upper, below, follows, strict=True)
    )


def _join_code(code: str, question: str) -> str:
    """ "Q3 What could we improve?"; a code that says the same in one word is enough."""
    code, question = " ".join(code.split()), " ".join(question.split())
    if not question or normalise_name(code) == normalise_name(question):
        return code
    return f"{code} {question}" if _CODE.fullmatch(code) else code


def _join_responses(upper: list[str], lower: list[str]) -> list[str]:
    names = []
    question = ""
    for top, below in zip(upper, lower, strict=True):
        question = " ".join(top.split()) or question
        answer = "" if normalise_name(below) in _RESPONSES and top.strip() else below.strip()
        names.append(f"{question} {answer}".strip())
    return names
