"""The texts of hotels: a description of each, or what guests wrote about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.wording import list_names, short_name
from pipeline.reviews.read import Reviews
from pipeline.text.language_id import detect_languages
from pipeline.text.normalise import fold

if TYPE_CHECKING:
    from pipeline.analysis.analysis import Analysis

_MAX_LISTED = 5


@dataclass(frozen=True)
class HotelTexts:
    """The n texts of h hotels.

    Attributes:
        names: of the h hotels, in the order in which they first occur.
        texts: the n texts.
        languages: str (n,), language code of each text.
        hotel_of: int64 (n,), hotel of each text; -1 for a text without one.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...]
    languages: np.ndarray
    hotel_of: np.ndarray

    @cached_property
    def text_counts(self) -> np.ndarray:
        """Number of texts of each hotel: int64 (h,)."""
        return np.bincount(self.hotel_of[self.hotel_of >= 0], minlength=len(self.names))

    def texts_of(self, hotel: int) -> list[str]:
        """The texts of a hotel."""
        return [self.texts[row] for row in np.flatnonzero(self.hotel_of == hotel).tolist()]

    def find(self, name: str) -> int:
        """The hotel with this name, in any case and with or without accents, or a part of it.

        Raises:
            InputError: there is none, or there are several.
        """
        folded, wanted = list(map(fold, self.names)), fold(name)
        if wanted in folded:
            return folded.index(wanted)
        having = [row for row, each in enumerate(folded) if wanted and wanted in each]
        if len(having) == 1:
            return having[0]
        if having:
            listed = list_names((self.names[row] for row in having), most=_MAX_LISTED, quoted=True)
            raise InputError(
                "Several hotels are called '{name}': choose {listed}",
                name=short_name(name),
                listed=listed,
            )
        near = difflib.get_close_matches(wanted, folded, _MAX_LISTED, 0.5)
        shown = [self.names[folded.index(each)] for each in near] or self.names
        listed = list_names(shown, most=_MAX_LISTED, quoted=True)
        raise InputError(
            "There is no hotel '{name}' in the file: choose {listed}",
            name=short_name(name),
            listed=listed,
        )


def hotel_texts(reviews: Reviews) -> HotelTexts:
    """The texts of hotels in a file, of :func:`pipeline.reviews.hotel_table.read_hotels`.

    Raises:
        InputError: there are fewer than two hotels.
    """
    assert reviews.columns.hotel is not None  # noqa: S101  read_hotels has seen to it
    if reviews.columns.language is None:
        languages = detect_languages(reviews.texts)
    else:
        from pipeline.analysis.run import (
            identify_languages,
        )  # it loads much that descriptions need not

        languages = identify_languages(reviews)
    return _collect(reviews.frame[reviews.columns.hotel].tolist(), reviews.texts, languages)


def hotel_texts_of_analysis(analysis: Analysis) -> HotelTexts:
    """The reviews of each hotel of an analysis.

    Raises:
        InputError: it has no column of hotels, or fewer than two of them.
    """
    column = analysis.columns.get("hotel")
    if column is None:
        raise InputError(
            "The analysis has no column of hotels: analyse its file again and choose one"
        )
    return _collect(analysis.frame[column].tolist(), analysis.texts, analysis.languages)


def _collect(cells: Sequence[object], texts: Sequence[str], languages: np.ndarray) -> HotelTexts:
    numbers: dict[str, int] = {}
    hotel_of = np.full(len(texts), -1, np.int64)
    for row, cell in enumerate(cells):
        if name := " ".join(str(cell).split()):
            hotel_of[row] = numbers.setdefault(name, len(numbers))
    if len(numbers) < 2:
        raise InputError(
            "There are fewer than two hotels to compare: the file needs a row for each hotel, or "
            "reviews with a column of hotels"
        )
    return HotelTexts(tuple(numbers), tuple(texts), languages, hotel_of)
