"""The parts of a review, which stand in several columns, joined into one text."""

from collections.abc import Iterator, Sequence

import pandas as pd

from pipeline.reviews.cleaning import Cleaner
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.placeholders import is_dash, is_placeholder
from pipeline.reviews.role_scores import is_hotel_name

# What programs write for a missing value, and no guest as a whole review.
_MISSING = {"nan", "null", "n/a", "#n/a", "<na>", "nat"}
_MIN_REPEATED = 5  # titles from which on repetition tells something
_MAX_NAMES = 200  # different titles that are looked at


def join_columns(
    frame: pd.DataFrame, columns: ColumnRoles, clean: Cleaner, questions: Sequence[str] = ()
) -> tuple[list[str], list[int]]:
    """Join the columns of each row's review: text, liked and disliked, and by the rules its title.

    A review without any of these is its title, unless the titles are names of hotels.

    Args:
        frame: n rows.
        columns: the column roles.
        clean: cleans each cell.
        questions: columns of answers to open questions, to be joined as well.

    Returns:
        n texts, "" where the review is blank, and the rows whose text is their title alone.
    """
    parts = (columns.text, columns.positive, columns.negative)
    # What was liked comes before what was not; with more questions, the order is the file's.
    ordered = parts if set(questions) <= set(parts) else questions
    names = dict.fromkeys(filter(None, ordered))
    cells = [clean.clean_column(frame[name]) for name in names]
    texts = (
        [_blank_if_missing(text) for text in cells[0]]
        if len(cells) == 1
        else [join_parts(row) for row in zip(*cells, strict=True)]
    )
    if columns.title is None or columns.title in names:
        return texts, []
    if clean.rules.join_title:
        titles = list(map(clean, frame[columns.title].tolist()))
        without_text = [i for i, text in enumerate(texts) if not text]
        texts = [join_parts(pair) for pair in zip(titles, texts, strict=True)]
        return texts, [i for i in without_text if texts[i]]
    return texts, _fill_from_titles(texts, frame[columns.title], clean)


def join_parts(parts: Sequence[str]) -> str:
    """Join several cells of one review, without placeholders and what another cell says too."""
    distinct = [part for part in dict.fromkeys(parts) if part and not is_placeholder(part)]
    if len(distinct) > 1:  # exports put the whole review beside its halves
        distinct = [
            part
            for part in distinct
            if not any(part in other for other in distinct if other is not part)
        ]
    return "\n".join(distinct)


def _blank_if_missing(text: str) -> str:
    return "" if text.lower() in _MISSING or (len(text) < 20 and is_dash(text)) else text


def _fill_from_titles(texts: list[str], titles: pd.Series, clean: Cleaner) -> list[int]:
    """Put the title in place of each blank text; returns the rows."""
    blank = [i for i, text in enumerate(texts) if not text]
    if not blank or _are_hotel_names(titles):
        return []
    filled = []
    for i, title in zip(blank, titles.iloc[blank].tolist(), strict=True):
        texts[i] = join_parts([clean(title)])
        if texts[i]:
            filled.append(i)
    return filled


def _are_hotel_names(titles: pd.Series) -> bool:
    """Whether "titles" are a few names that recur, as in exports of maps, rather than headings."""
    counts = titles[titles.str.strip() != ""].value_counts()
    if counts.sum() < _MIN_REPEATED or len(counts) > 0.5 * counts.sum():
        return False
    distinct = [str(title) for title in counts.index[:_MAX_NAMES]]
    named = sum(is_hotel_name(title) or _is_title_case(title) for title in distinct)
    return len(distinct) == 1 or named > 0.5 * len(distinct)


def _is_title_case(text: str) -> bool:
    """Whether the words after the first start with capitals, as in names, or the only one does."""
    words = list(_cased_words(text))
    later = words[1:] or words
    return sum(word[0].isupper() for word in later) > 0.5 * len(later)


def _cased_words(text: str) -> Iterator[str]:
    return (word for word in text.split() if word[0].lower() != word[0].upper())
