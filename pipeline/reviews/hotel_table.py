"""Tables of hotels: which column has the name and which the description, and the texts to compare.

A file of reviews with a column of hotels will do as well: then what guests say stands for a hotel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.common.wording import list_names, short_name
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles, guess_columns
from pipeline.reviews.column_statistics import ColumnSample, sample_columns
from pipeline.reviews.read import Reviews, reviews_from_table
from pipeline.tables.header_names import normalise_name, score_name
from pipeline.tables.read import Table, read_table

_NAMES = frozenset(
    "name names hotel title nombre nom nome naam nazwa imie ad adi bezeichnung 名称 名稱 名字 名前 "
    "施設名 이름 이름명 الاسم اسم название имя наименование ชื่อ ten".split()
)
_DESCRIPTIONS = (
    "description desc about overview profile introduction intro beschreibung hotelbeschreibung "
    "descripcion descriptif descricao descrizione beschrijving opis aciklama 描述 简介 簡介 介绍 "
    "介紹 説明 紹介 紹介文 설명 소개 وصف الوصف описание รายละเอียด mo ta"
).split()
_MIN_WIDTH = 40  # Latin letters of a description, in the mean
_MAX_NAME_WIDTH = 120
_MIN_DISTINCT = 0.9  # share of names that stand in one row alone, where rows are hotels


def read_hotels(
    source: Path | bytes,
    *,
    name: str | None = None,
    name_column: str | None = None,
    text_column: str | None = None,
    progress: Progress | None = None,
    **options: Any,
) -> Reviews:
    """Read a file of hotels or of their reviews: each text with its hotel in a column.

    Args:
        source: the file, in any form that :func:`pipeline.tables.read.read_table` reads.
        name: of the file, for messages.
        name_column, text_column: guessed when left out.
        progress: of reading.
        options: of :func:`pipeline.tables.read.read_table`.

    Raises:
        InputError: the file can't be read, or has no column of names or of texts.
    """
    table = read_table(source, name=name, progress=progress, **options)
    return hotels_from_table(table, name_column=name_column, text_column=text_column)


def hotels_from_table(
    table: Table, *, name_column: str | None = None, text_column: str | None = None
) -> Reviews:
    """The texts of a table of hotels; see :func:`read_hotels`."""
    columns = find_hotel_columns(table, name_column=name_column, text_column=text_column)
    if set(columns.to_dict().values()) - {None, columns.text, columns.hotel}:
        return reviews_from_table(table, columns)
    # A description is one text, whatever other columns hold, and no platform has added to it.
    rules = CleaningRules(questions="one", strip_boilerplate=False, strip_shared_endings=False)
    return reviews_from_table(table, columns, rules=rules)


def find_hotel_columns(
    table: Table, *, name_column: str | None = None, text_column: str | None = None
) -> ColumnRoles:
    """The columns of names and of texts: those of a table of hotels, or those of reviews.

    Raises:
        InputError: the table lacks a named column, or has none that could be it.
    """
    frame = table.frame
    names = [str(column) for column in frame.columns]
    for given in (name_column, text_column):
        if given is not None and given not in names:
            raise InputError(
                "{table} has no column {given}. Columns found: {names}.",
                table=table.name,
                given=repr(short_name(given)),
                names=list_names(names),
            )
    if not len(frame):
        raise InputError(
            "{table} has a header but no rows that can be read. Choose another file.",
            table=table.name,
        )
    columns = sample_columns(frame)
    text = text_column or _find_description(columns, name_column)
    name = name_column or _find_name(columns, text)
    if text is None or name is None or frame[name].nunique() < _MIN_DISTINCT * len(frame):
        reviews = _columns_of_reviews(frame)  # takes as long as all the rest
        if reviews is not None:
            return replace(
                reviews, text=text_column or reviews.text, hotel=name_column or reviews.hotel
            )
    listed = list_names(names)
    if text is None:
        raise InputError(
            "{table} has no column of descriptions. Columns found: {columns}. "
            "Choose one (--text-column).",
            table=table.name,
            columns=listed,
        )
    if name is None:
        raise InputError(
            "{table} has no column of hotels' names. Columns found: {columns}. "
            "Choose one (--name-column).",
            table=table.name,
            columns=listed,
        )
    return ColumnRoles(text=text, hotel=name)


def _columns_of_reviews(frame: pd.DataFrame) -> ColumnRoles | None:
    """The columns of a file of reviews; None where it has no column of hotels."""
    try:
        columns = guess_columns(frame)
    except InputError:
        return None
    return columns if columns.hotel is not None else None


def _find_description(columns: Mapping[str, ColumnSample], name: str | None) -> str | None:
    """The column of the longest texts, among those whose name says so if there are any."""
    long = {
        column: sample
        for column, sample in columns.items()
        if column != name and sample.width >= _MIN_WIDTH and sample.letter_share > 0.5
    }
    named = [column for column in long if _says(column, _DESCRIPTIONS)]
    named = named or [column for column in long if score_name(column, "text") >= 2]
    return max(named or long, key=lambda column: long[column].width, default=None)


def _find_name(columns: Mapping[str, ColumnSample], text: str | None) -> str | None:
    """The column whose name says most clearly that it names hotels, of equals the most distinct."""
    scores = {}
    for place, (column, sample) in enumerate(columns.items()):
        if column == text or not sample.cells or sample.width > _MAX_NAME_WIDTH:
            continue
        if sample.letter_share < 0.4:
            continue
        named = normalise_name(column)
        score = score_name(column, "hotel")
        if score == 0 and (named in _NAMES or named.split()[-1:] == ["name"]):
            score = 2.2
        if score:
            scores[column] = (score, sample.distinct_share, -place)
    return max(scores, key=lambda column: scores[column], default=None)


def _says(column: str, words: list[str]) -> bool:
    named = normalise_name(column)
    spaced = f" {named} "
    return any(f" {word} " in spaced or (not word.isascii() and word in named) for word in words)
