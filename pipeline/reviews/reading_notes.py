"""Sentences on what was done to reviews while they were read: by rules, and to their columns."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.common.translation import gettext as _
from pipeline.common.translation import ngettext, ngettext_noop
from pipeline.common.wording import list_names, short_name
from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.declared_languages import find_contradicted, is_contradicted

COUNTED = ("html", "mojibake", "boilerplate", "endings", "duplicates", "one_word", "titles")
_DONE = {
    "html": ngettext_noop(
        "{n} review with HTML was cleaned.", "{n} reviews with HTML were cleaned."
    ),
    "mojibake": ngettext_noop(
        "{n} review with garbled characters was repaired.",
        "{n} reviews with garbled characters were repaired.",
    ),
    "boilerplate": ngettext_noop(
        "{n} review with a platform's own words was freed of them.",
        "{n} reviews with a platform's own words were freed of them.",
    ),
    "endings": ngettext_noop(
        "{n} review with an ending that most of them share ({endings}) was freed of it.",
        "{n} reviews with an ending that most of them share ({endings}) were freed of it.",
    ),
    "duplicates": ngettext_noop(
        "{n} row that repeats another was left out.", "{n} rows that repeat another were left out."
    ),
    "one_word": ngettext_noop(
        "{n} review of a single word was left out.", "{n} reviews of a single word were left out."
    ),
    "titles": ngettext_noop(
        "{n} review without a text was read from the title.",
        "{n} reviews without a text were read from the title.",
    ),
}
_KEPT = {
    "mojibake": ngettext_noop(
        "{n} review with garbled characters was kept as it is.",
        "{n} reviews with garbled characters were kept.",
    ),
    "boilerplate": ngettext_noop(
        "{n} review with a platform's own words was kept as it is.",
        "{n} reviews with a platform's own words were kept.",
    ),
    "endings": ngettext_noop(
        "{n} review with an ending that most of them share ({endings}) was kept as it is.",
        "{n} reviews with an ending that most of them share ({endings}) were kept.",
    ),
    "duplicates": ngettext_noop(
        "{n} row that repeats another was kept as it is.",
        "{n} rows that repeat another were kept.",
    ),
    "one_word": ngettext_noop(
        "{n} review of a single word was kept as it is.",
        "{n} reviews of a single word were kept.",
    ),
}
_SHOWN_ENDINGS = 3


def question_notes(questions: Sequence[str], columns: ColumnRoles) -> list[str]:
    """Say which columns of answers are one review, where there are more than a pair."""
    if set(questions) <= {columns.text, columns.positive, columns.negative}:
        return []
    listed = list_names(questions, quoted=True)
    return [
        _(
            "The answers to {number} questions are joined into one review: {columns}.",
            number=len(questions),
            columns=listed,
        )
    ]


def language_notes(frame: pd.DataFrame, columns: ColumnRoles, texts: list[str]) -> list[str]:
    """Say which values of the language column are not believed."""
    if columns.language is None:
        return []
    declared = frame[columns.language].tolist()
    if is_contradicted(texts, declared):
        return [
            _(
                "Column {column} was not believed, as many texts are in another language than it "
                "says; languages are detected.",
                column=repr(short_name(columns.language)),
            )
        ]
    count = len(find_contradicted(texts, declared))
    if not count:
        return []
    return [
        ngettext(
            "{n} value in column {column} was not believed, as the text is in another script; its "
            "language is detected.",
            "{n} values in column {column} were not believed, as the text is in another script; "
            "its language is detected.",
            count,
            column=repr(short_name(columns.language)),
        )
    ]


def rule_notes(counts: dict[str, int], rules: CleaningRules, endings: list[str]) -> list[str]:
    """Describe in sentences what the rules found and did."""
    shown = ", ".join(f"“{ending}”" for ending in endings[:_SHOWN_ENDINGS])
    switched_on = {
        "mojibake": rules.repair_mojibake,
        "boilerplate": rules.strip_boilerplate,
        "endings": rules.strip_shared_endings,
        "duplicates": rules.drop_duplicates,
        "one_word": rules.drop_one_word,
    }
    notes = []
    for kind in COUNTED:
        if count := counts[kind]:
            forms = _DONE[kind] if switched_on.get(kind, True) else _KEPT[kind]
            more = {"endings": shown} if kind == "endings" else {}
            notes.append(ngettext(*forms, count, **more))
    return notes
