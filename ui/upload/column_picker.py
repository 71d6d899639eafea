"""The preview of an upload: column roles, cleaning rules and first rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pipeline.common.locale_format import join_names
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.translation import ngettext, ngettext_noop
from pipeline.reviews.cleaning import CleaningRules, QuestionsRule
from pipeline.reviews.column_roles import ColumnRoles
from pipeline.reviews.rating_scale import RatingScale
from pipeline.reviews.read import Reviews
from pipeline.tables.read import Table
from ui.components.widgets import escape_markdown
from ui.session.preview import Preview
from ui.upload.role_notes import show_role_note

_SHOWN_ROWS = 50
_PER_ROW = 4
_SHOWN_ENDINGS = 2
_ROLES = {
    "text": N_("Review text"),
    "title": N_("Title"),
    "rating": N_("Rating"),
    "date": N_("Date"),
    "hotel": N_("Hotel"),
    "language": N_("Language"),
    "id": N_("Review ID"),
    "source": N_("Platform"),
    "scraped": N_("Collected on"),
}
_SCALES = ("5", "10", "20", "100", "bubbles", "1-5", "1-6")  # 1-6: 1 is the best of six
_PAIR = {"positive": N_("Liked"), "negative": N_("Disliked")}
_RULES = {
    "drop_duplicates": N_("Drop duplicate rows"),
    "drop_one_word": N_("Drop one-word reviews"),
    "strip_boilerplate": N_("Remove “Translated by Google”, “Read more”, hotels' replies"),
    "strip_shared_endings": N_("Remove endings and beginnings that most reviews share"),
    "repair_mojibake": N_("Repair garbled letters (FrÃ¼hstÃ¼ck)"),
    "join_title": N_("Prepend the title"),
}
_QUESTIONS: dict[QuestionsRule, str] = {
    "join": N_("One review"),
    "split": N_("A review each"),
    "one": N_("Only “Review text”"),
}
_UNCHANGED = ngettext_noop("{n} review found, left unchanged", "{n} reviews found, left unchanged")
_CLEANED = ngettext_noop("{n} review found, cleaned", "{n} reviews found, cleaned")
# Rule -> kind of what it looks for, what it did, and what is said where it is off.
_FOUND = {
    "drop_duplicates": (
        "duplicates",
        ngettext_noop("{n} row found, left out", "{n} rows found, left out"),
        ngettext_noop("{n} row found, kept", "{n} rows found, kept"),
    ),
    "drop_one_word": (
        "one_word",
        ngettext_noop("{n} review found, left out", "{n} reviews found, left out"),
        ngettext_noop("{n} review found, kept", "{n} reviews found, kept"),
    ),
    "strip_boilerplate": ("boilerplate", _CLEANED, _UNCHANGED),
    "strip_shared_endings": ("endings", _CLEANED, _UNCHANGED),
    "repair_mojibake": (
        "mojibake",
        ngettext_noop("{n} review found, repaired", "{n} reviews found, repaired"),
        _UNCHANGED,
    ),
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
    st.header(_("Columns"), anchor=False)
    if preview.remembered:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_("Set as you corrected them for an earlier file with these columns."))
            st.button(
                _("Detect again"),
                type="tertiary",
                icon=":material/undo:",
                key=f"guess-{preview.number}",
                on_click=preview.guess_again,
            )
    roles = _ROLES
    if guessed and (guessed.positive or guessed.negative):
        roles = {"text": _ROLES["text"]} | _PAIR | _ROLES
        st.caption(_("“Liked” and “Disliked” are joined into one review."))
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
                _(label),
                options,
                index=options.index(guess) if guess in options else (None if role == "text" else 0),
                format_func=lambda name: _("none") if name is None else name,
                key=keys[role],
                placeholder=_("Choose the column"),
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
        if code is None:
            return _("Detected")
        scale = RatingScale.from_code(code)
        if scale.is_turned:
            return _("Ratings from 1, the best, to {highest}", highest=f"{scale.highest:g}")
        if scale.unit != 1:
            return _("Ratings 10 to 50, out of 5")
        return _("Ratings out of {highest}", highest=f"{scale.highest:g}")

    return st.selectbox(
        _("Rating scale"),
        scales,
        index=scales.index(preview.rating_scale),
        format_func=name,
        key=f"scale-{preview.number}-{preview.times}",
        help=_(
            "The best mark that guests can give, such as 5 or 10. Choose it here if it "
            "was not recognised."
        ),
    )


def choose_questions(preview: Preview, columns: ColumnRoles | None) -> QuestionsRule:
    """A box for what becomes of several texts in a row, where there are some."""
    found = preview.questions(columns) if columns else ()
    if not found:
        return preview.rules.questions
    options: list[QuestionsRule] = list(_QUESTIONS)
    with _places(1, _PER_ROW)[0]:
        chosen = st.selectbox(
            _("Several texts in a row"),
            options,
            index=options.index(preview.rules.questions),
            format_func=lambda choice: _(_QUESTIONS[choice]),
            key=f"questions-{preview.number}",
            help=_(
                "Where a guest wrote in several columns, such as liked and disliked: make one"
                " review of them, or several."
            ),
        )
    if len(found) > len(_PAIR):
        listed = join_names(f"“{escape_markdown(name)}”" for name in found)
        st.caption(_("Questions of this file: {questions}", questions=listed))
    return chosen


def choose_rules(
    preview: Preview, questions: QuestionsRule
) -> tuple[CleaningRules, Callable[[Reviews], None]]:
    """A checkbox for each rule, and the function that writes below each what it did.

    Args:
        preview: of the upload.
        questions: as chosen.
    """
    st.header(_("Cleaning"), anchor=False)
    chosen, places = {}, {}
    free = _places(len(_RULES) + 1, 3)
    for place, (rule, label) in zip(free, _RULES.items(), strict=False):
        with place.container(gap="xxsmall"):
            chosen[rule] = st.checkbox(
                _(label), value=getattr(preview.rules, rule), key=f"rule-{rule}-{preview.number}"
            )
            places[rule] = st.empty()
    html = free[len(_RULES)].empty()

    def tell(reviews: Reviews) -> None:
        for rule, (kind, done, otherwise) in _FOUND.items():
            found = reviews.counts.get(kind, 0)
            forms = done if getattr(reviews.rules, rule) else otherwise
            places[rule].caption(ngettext(*forms, found) if found else _("None found"))
        if reviews.endings:
            places["strip_shared_endings"].caption(_tell_endings(reviews))
        if reviews.columns.title is None:
            places["join_title"].caption(_("No title column is chosen"))
        if found := reviews.counts.get("html", 0):
            html.caption(
                ngettext(
                    "HTML was removed from {n} review", "HTML was removed from {n} reviews", found
                )
            )

    return CleaningRules(**chosen, questions=questions), tell


def _tell_endings(reviews: Reviews) -> str:
    """How many endings were removed, and the first ones, escaped."""
    found = reviews.counts["endings"]
    listed = (f"“{escape_markdown(ending)}”" for ending in reviews.endings[:_SHOWN_ENDINGS])
    shown = join_names(listed)
    if reviews.rules.strip_shared_endings:
        return ngettext(
            "{n} review found, cleaned: {endings}",
            "{n} reviews found, cleaned: {endings}",
            found,
            endings=shown,
        )
    return ngettext(
        "{n} review found, left unchanged: {endings}",
        "{n} reviews found, left unchanged: {endings}",
        found,
        endings=shown,
    )


def _places(number: int, per_row: int) -> list[DeltaGenerator]:
    """A grid of containers, row by row; on a phone they stack in this order."""
    rows = range(0, number, per_row)
    return [place for _row in rows for place in st.columns(per_row, gap="small")]


def show_table(table: Table) -> None:
    """The first rows, as they are in the file."""
    first = table.frame.head(_SHOWN_ROWS)
    st.header(_("First rows"), anchor=False)
    st.dataframe(
        first,
        height=min(38 + 35 * len(first), 360),
        hide_index=True,
        alt=ngettext("The first {n} row of the file", "The first {n} rows of the file", len(first)),
    )
