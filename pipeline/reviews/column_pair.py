"""The pair of columns that holds what guests liked and what they disliked.

Booking sites and surveys ask for the two apart: `pos_text` and `neg_text`, "What was good?" and
"What was bad?". Each name says on which side it stands, by its own word or by a negation ("liked
least"); the two of a pair read alike otherwise, and both columns hold texts.
"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from pipeline.reviews.column_statistics import cell_width
from pipeline.reviews.placeholders import is_placeholder
from pipeline.reviews.rating_words import answer_steps
from pipeline.tables.header_names import normalise_name, score_name

# Words in the names of columns that tell something about a half and aren't its text.
_NOT_TEXT = set(
    "response,reply,answer,antwort,reponse,respuesta,risposta,resposta,antwoord,ответ,author,user,"
    "url,link,count,counts,number,anzahl,length,words,score,scores,rating,ratings,rate,probability,"
    "percent,percentage,date,id,votes,label,class,keywords,tags,topics".split(",")
)
_LIKED_SIGNS, _DISLIKED_SIGNS = "+＋👍😀😊☺", "-–−－👎😞☹🙁"  # at the end of a name
_READ = 300  # characters of a cell that are looked at
_MIN_LETTERS = 0.4  # share of letters in the cells
_MIN_WIDTH = 6.0  # mean width of the cells, where "True" and "yes" are narrower
_MIN_LIKENESS = 0.5  # of two names, one of which is known as half of a pair only
_MIN_OPEN_WIDTH = 10.0  # mean width of answers to open questions, whose names needn't be alike


class _Half(NamedTuple):
    """A column that may be half of a pair.

    Attributes:
        column: its name in the file.
        name: normalised.
        score: how well the name says on which side it stands, from 1 to 3.
        known: whether the name says so outside a pair as well.
        width: mean width of its distinct cells, placeholders apart.
    """

    column: str
    name: str
    score: float
    known: bool
    width: float


def find_pair(values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Find the columns of what guests liked and disliked.

    Args:
        values: names of columns and a sample of their non-blank cells.

    Returns:
        The names of the columns "positive" and "negative"; {} unless there are both.
    """
    halves: dict[str, list[_Half]] = {"positive": [], "negative": []}
    for column, cells in values.items():
        found = _read_half(column, cells)
        if found is not None:
            halves[found[0]].append(found[1])
    pairs = [
        (liked.score + disliked.score + 2 * likeness, -i, -j)
        for i, liked in enumerate(halves["positive"])
        for j, disliked in enumerate(halves["negative"])
        if _is_pair(liked, disliked, likeness := _likeness(liked, disliked))
    ]
    if not pairs:
        return {}
    _, i, j = max(pairs)
    return {"positive": halves["positive"][-i].column, "negative": halves["negative"][-j].column}


def _read_half(column: str, cells: Sequence[str]) -> tuple[str, _Half] | None:
    """The side on which a column stands and what it is worth; None if it is no text."""
    name = normalise_name(column)
    if not cells or not column.strip() or set(name.split()) & _NOT_TEXT:
        return None
    letters = sum(sum(map(str.isalpha, cell[:_READ])) / len(cell[:_READ]) for cell in cells)
    written = {cell for cell in cells if not is_placeholder(cell)} or set(cells)
    width = sum(cell_width(cell[:_READ]) for cell in written) / len(written)
    if letters < _MIN_LETTERS * len(cells) or width < _MIN_WIDTH:
        return None
    if len(answer_steps(written)) > len(written) / 2:
        return None  # "How satisfied were you?": "Very satisfied"
    known = {side: score_name(column, side) for side in ("positive", "negative")}
    sign = column.strip()[-1:]
    liked = max(known["positive"], score_name(column, "liked") / 2, sign in _LIKED_SIGNS)
    disliked = max(known["negative"], score_name(column, "disliked") / 2, sign in _DISLIKED_SIGNS)
    if not disliked and score_name(column, "negation"):
        disliked, known["negative"] = liked, known["positive"]
    # "nicht gefallen" contains "gefallen": if both match, the negation counts.
    side = "negative" if disliked else "positive"
    score = disliked or liked
    return (side, _Half(column, name, score, known[side] > 0, width)) if score else None


def _likeness(liked: _Half, disliked: _Half) -> float:
    return SequenceMatcher(None, liked.name[:200], disliked.name[:200], autojunk=False).ratio()


def _is_pair(liked: _Half, disliked: _Half, likeness: float) -> bool:
    if liked.known and disliked.known:
        return True
    open_answers = min(liked.width, disliked.width) >= _MIN_OPEN_WIDTH
    return likeness >= _MIN_LIKENESS or open_answers
