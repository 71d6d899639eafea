"""The preview of an upload: column roles, cleaning rules and first rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pipeline.reviews.cleaning import CleaningRules, QuestionsRule
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.ratings import RatingScale
from pipeline.reviews.read import Reviews
from pipeline.tables.read import Table
from ui.components.widgets import count, escape_markdown
from ui.session.preview import Preview
from ui.upload.role_notes import show_role_note

_SHOWN_ROWS = 50
_PER_ROW = 4
_SHOWN_ENDINGS = 2
_ROLES = {
    "text": "Review text",
    "title": "Title",
    "rating": "Rating",
    "date": "Date",
    "hotel": "Hotel",
    "language": "Language",
    "id": "Review ID",
    "source": "Platform",
    "scraped": "Collected on",
}
_SCALES = ("5", "10", "20", "100", "bubbles")
_PAIR = {"positive": "Liked", "negative": "Disliked"}
_RULES = {
    "drop_duplicates": "Drop duplicate rows",
    "drop_one_word": "Drop one-word reviews",
    "strip_boilerplate": "Remove “Translated by Google”, “Read more”, hotels' replies",
    "strip_shared_endings": "Remove endings and beginnings that most reviews share",
    "repair_mojibake": "Repair garbled letters (FrÃ¼hstÃ¼ck)",
    "join_title": "Prepend the title",
}
_QUESTIONS: dict[QuestionsRule, str] = {
    "join": "One review",
    "split": "A review each",
    "one": "Only “Review text”",
}
# Rule -> kind of what it looks for, its noun, what is done to it and what where it is off.
_FOUND = {
    "drop_duplicates": ("duplicates", "row", "left out", "kept"),
    "drop_one_word": ("one_word", "review", "left out", "kept"),
    "strip_boilerplate": ("boilerplate", "review", "cleaned", "left unchanged"),
    "strip_shared_endings": ("endings", "review", "cleaned", "left unchanged"),
    "repair_mojibake": ("mojibake", "review", "repaired", "left unchanged"),
}


@dataclass(frozen=True)
class ColumnChoice:
    """What is chosen of the columns, and where to say what it led to.

    Attributes:
        columns: the roles; None while no text column is chosen.
        rating_scale: code of the scale of the ratings; None to judge it.
        places: role -> below its box.
        keys: role -> key of its box.
        below_scale: below the box of the scale; None without ratings.
    """

    columns: ColumnRoles | None
    rating_scale: str | None
    places: dict[str, DeltaGenerator]
    keys: dict[str, str]
    below_scale: DeltaGenerator | None = None

    def tell(self, preview: Preview, reviews: Reviews) -> None:
        """Write below each box why its column was chosen, and three values as understood."""
        examples, guesses = preview.examples(reviews), preview.explain(reviews.columns)
        for role, place in self.places.items():
            known = examples.get(role) if getattr(reviews.columns, role) else None
            if role == "language":  # detected where the file has no column
                known = examples.get(role)
            show_role_note(place, self.keys[role], guesses.get(role), known)
        if self.below_scale is not None and reviews.ratings is not None:
            self.below_scale.caption(escape_markdown(reviews.ratings.describe()))


def choose_columns(preview: Preview, table: Table) -> ColumnChoice:
    """A box for each role, set to the guess, and one for the scale of the ratings."""
    guessed = preview.guessed
    names = [str(name) for name in table.frame.columns]
    st.subheader("Columns", anchor=False)
    if preview.remembered:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Set as you corrected them for an earlier file with these columns.")
            st.button(
                "Detect again",
                type="tertiary",
                icon=":material/undo:",
                key=f"guess-{preview.number}",
                on_click=preview.guess_again,
            )
    roles = _ROLES
    if guessed and (guessed.positive or guessed.negative):
        roles = {"text": _ROLES["text"]} | _PAIR | _ROLES
        st.caption("“Liked” and “Disliked” are joined into one review.")
    chosen: dict[str, str | None] = {}
    below, keys = {}, {}
    with st.container(key="roles"):
        places = _places(len(roles) + 1, _PER_ROW)
    for place, (role, label) in zip(places, roles.items(), strict=False):
        guess = getattr(guessed, role) if guessed else None
        options: list[str | None] = [*names] if role == "text" else [None, *names]
        keys[role] = f"column-{role}-{preview.number}-{preview.times}"
        with place.container(gap="xxsmall"):
            chosen[role] = st.selectbox(
                label,
                options,
                index=options.index(guess) if guess in options else (None if role == "text" else 0),
                format_func=lambda name: "none" if name is None else name,
                key=keys[role],
                placeholder="Choose the column",
            )
            below[role] = st.empty()
    scale, below_scale = None, None
    if chosen["rating"]:
        with places[len(roles)].container(gap="xxsmall"):
            scale, below_scale = _choose_scale(preview), st.empty()
    text = chosen.pop("text")
    columns = None if text is None else ColumnRoles(text, **chosen)
    return ColumnChoice(columns, scale, below, keys, below_scale)


def _choose_scale(preview: Preview) -> str | None:
    """The scale of the ratings, judged unless another one is chosen."""
    scales = [None, *_SCALES]

    def name(code: str | None) -> str:
        return "Detected" if code is None else f"Ratings {RatingScale.from_code(code).describe()}"

    return st.selectbox(
        "Rating scale",
        scales,
        index=scales.index(preview.rating_scale),
        format_func=name,
        key=f"scale-{preview.number}-{preview.times}",
        help="The best mark of the file. Marks out of 10 are shown out of 10.",
    )


def choose_questions(preview: Preview, columns: ColumnRoles | None) -> QuestionsRule:
    """A box for what becomes of several texts in a row, where there are some."""
    found = preview.questions(columns) if columns else ()
    if not found:
        return preview.rules.questions
    options: list[QuestionsRule] = list(_QUESTIONS)
    with _places(1, _PER_ROW)[0]:
        chosen = st.selectbox(
            "Several texts in a row",
            options,
            index=options.index(preview.rules.questions),
            format_func=lambda choice: _QUESTIONS[choice],
            key=f"questions-{preview.number}",
            help="What becomes of answers to several questions, or of what was liked and disliked.",
        )
    if len(found) > len(_PAIR):
        listed = ", ".join(f"“{escape_markdown(name)}”" for name in found)
        st.caption(f"Questions of this file: {listed}")
    return chosen


def choose_rules(
    preview: Preview, questions: QuestionsRule
) -> tuple[CleaningRules, Callable[[Reviews], None]]:
    """A checkbox for each rule, and the function that writes below each what it did.

    Args:
        preview: of the upload.
        questions: as chosen.
    """
    st.subheader("Cleaning", anchor=False)
    chosen, places = {}, {}
    free = _places(len(_RULES) + 1, 3)
    for place, (rule, label) in zip(free, _RULES.items(), strict=False):
        with place.container(gap="xxsmall"):
            chosen[rule] = st.checkbox(
                label, value=getattr(preview.rules, rule), key=f"rule-{rule}-{preview.number}"
            )
            places[rule] = st.empty()
    html = free[len(_RULES)].empty()

    def tell(reviews: Reviews) -> None:
        for rule, (kind, noun, done, otherwise) in _FOUND.items():
            found = reviews.counts.get(kind, 0)
            done = done if getattr(reviews.rules, rule) else otherwise
            places[rule].caption(f"{count(found, noun)} found, {done}" if found else "None found")
        if reviews.endings:
            places["strip_shared_endings"].caption(_tell_endings(reviews))
        if reviews.columns.title is None:
            places["join_title"].caption("No title column is chosen")
        if found := reviews.counts.get("html", 0):
            html.caption(f"HTML was removed from {count(found, 'review')}")

    return CleaningRules(**chosen, questions=questions), tell


def _tell_endings(reviews: Reviews) -> str:
    """How many endings were removed, and the first ones, escaped."""
    done = "cleaned" if reviews.rules.strip_shared_endings else "left unchanged"
    shown = (f"“{escape_markdown(ending)}”" for ending in reviews.endings[:_SHOWN_ENDINGS])
    return f"{count(reviews.counts['endings'], 'review')} found, {done}: {', '.join(shown)}"


def _places(number: int, per_row: int) -> list[DeltaGenerator]:
    """A grid of containers, row by row; on a phone they stack in this order."""
    rows = range(0, number, per_row)
    return [place for _ in rows for place in st.columns(per_row, gap="small")]


def show_table(table: Table) -> None:
    """The first rows, as they are in the file."""
    first = table.frame.head(_SHOWN_ROWS)
    st.subheader("First rows", anchor=False)
    st.dataframe(
        first,
        height=min(38 + 35 * len(first), 360),
        hide_index=True,
        alt=f"The first {count(len(first), 'row')} of the file",
    )
