"""Sentences on what was done while reviews were read."""

from pipeline.reviews.cleaning import CleaningRules
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.reading_notes import COUNTED, question_notes, rule_notes


def counts(**found):
    return dict.fromkeys(COUNTED, 0) | found


def test_what_a_rule_did_or_left():
    off = CleaningRules(drop_duplicates=False)
    assert rule_notes(counts(duplicates=1), CleaningRules(), []) == [
        "1 row that repeats another was left out."
    ]
    assert rule_notes(counts(duplicates=2), off, []) == ["2 rows that repeat another were kept."]
    assert rule_notes(counts(), CleaningRules(), []) == []


def test_examples_of_endings_are_named():
    endings = ["Read more", "Translated", "More", "Less"]
    (note,) = rule_notes(counts(endings=3), CleaningRules(), endings)
    assert "“Read more”, “Translated”, “More”" in note and "Less" not in note


def test_a_pair_of_columns_is_nothing_to_speak_of():
    pair = ColumnRoles(text="Liked", positive="Liked", negative="Disliked")
    assert question_notes(("Liked", "Disliked"), pair) == []
    (note,) = question_notes(("Liked", "Disliked", "Why?"), pair)
    assert "3 questions" in note and "Why?" in note
