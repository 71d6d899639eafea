"""Column roles: which column holds the review, its title, id, language, hotel, date and rating.

Names decide first; the values confirm or exclude them, or decide if names don't tell. Each guess
comes with its reason and its runner-up, so that a wrong one is seen and changed.
"""

from dataclasses import dataclass

import pandas as pd

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext as _
from pipeline.common.translation import gettext_noop as N_
from pipeline.common.wording import list_names, short_name
from pipeline.reviews.column_pair import find_pair
from pipeline.reviews.column_statistics import ColumnSample, TableStatistics, sample_columns
from pipeline.reviews.open_questions import pick_questions
from pipeline.reviews.role_scores import Candidate, score_role, score_text
from pipeline.tables.header_names import score_name

_ROLES = ("language", "date", "rating", "id", "title", "hotel", "source", "scraped")
_CHOSEN = N_("chosen by the user")


@dataclass(frozen=True)
class ColumnRoles:
    """The names of the columns that hold each part of a review; None if there is none.

    `positive` and `negative` are what a guest liked and disliked, a pair that booking sites export.
    They become one review; if there is no other text, `text` is the first of them. `source` is the
    platform that a review was written on, and `scraped` the day on which it was collected.
    """

    text: str
    title: str | None = None
    id: str | None = None
    language: str | None = None
    hotel: str | None = None
    date: str | None = None
    rating: str | None = None
    positive: str | None = None
    negative: str | None = None
    source: str | None = None
    scraped: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        """JSON values. Roles that version 0.1.0 did not know are left out where they are None."""
        return {
            role: name
            for role, name in vars(self).items()
            if name is not None or role not in ("source", "scraped")
        }


@dataclass(frozen=True)
class RoleGuess:
    """The guess of a role, and what it is based on.

    Attributes:
        role: a field of `ColumnRoles`.
        name: the column; None if none fits.
        reason: why, in a few words: "its name says so", or what speaks against the runner-up.
        runner_up: the column that fits next best, or that has the role by its name alone.
    """

    role: str
    name: str | None
    reason: str
    runner_up: str | None = None

    def to_dict(self) -> dict[str, str | None]:
        """JSON values for a report: role, name, reason, runner_up."""
        return vars(self).copy()


def guess_columns(frame: pd.DataFrame, *, text: str | None = None) -> ColumnRoles:
    """Guess the role of each column from its name and its values.

    Args:
        frame: a table of strings.
        text: the review column, if the user has chosen it.

    Raises:
        InputError: no column looks like review text; the message lists the columns.
    """
    guesses = guess_roles(frame, text=text)
    return ColumnRoles(**{guess.role: guess.name for guess in guesses if guess.name is not None})


def guess_roles(frame: pd.DataFrame, *, text: str | None = None) -> tuple[RoleGuess, ...]:
    """Guess the column of each role, with the reason and the runner-up of each.

    Args, Raises: see `guess_columns`.
    """
    columns = sample_columns(frame)
    samples = {name: column.cells for name, column in columns.items()}
    pair = find_pair(samples) if text is None else {}
    guesses = [RoleGuess("text", text, _(_CHOSEN)) if text else _guess_text(columns, pair)]
    guesses += [RoleGuess(role, name, _("they stand as a pair")) for role, name in pair.items()]
    taken = {guess.name for guess in guesses}
    taken |= set(pick_questions(columns, list(columns), taken))
    named = [name for name in columns if score_name(name, "hotel") >= 2]
    table = TableStatistics(frame, columns, named)
    # Of equals the one beside the text: in JSON "original.language" belongs to "original.text".
    beside = guesses[0].name.rpartition(".")[0] + "." if guesses[0].name else "."
    ordered = sorted(columns.items(), key=lambda item: not item[0].startswith(beside))
    for role in _ROLES:
        free = [column for name, column in ordered if name not in taken]
        guess = _decide(role, [score_role(role, column, table) for column in free])
        if guess.name or guess.runner_up:
            guesses.append(guess)
            taken.add(guess.name)
    return tuple(guesses)


def explain_roles(frame: pd.DataFrame, chosen: ColumnRoles) -> tuple[RoleGuess, ...]:
    """The reason of each role as it was chosen in the end, by the guess or by the user.

    Args:
        frame: a table of strings.
        chosen: the roles.
    """
    try:
        guesses = guess_roles(frame)
    except InputError:  # no column looks like text: the user has chosen one
        guesses = guess_roles(frame, text=chosen.text)
    known = {guess.role: guess for guess in guesses}
    said = []
    for role, name in vars(chosen).items():
        guess = known.get(role)
        if guess is not None and guess.name == name:
            said.append(guess)
        elif name is not None or guess is not None:
            said.append(RoleGuess(role, name, _(_CHOSEN), guess.name if guess else None))
    return tuple(said)


def _guess_text(columns: dict[str, ColumnSample], pair: dict[str, str]) -> RoleGuess:
    guess = _decide("text", [score_text(column) for column in columns.values()])
    text = guess.name
    if pair and (text is None or text in pair.values() or score_name(text, "text") < 2):
        return RoleGuess("text", pair["positive"], _("what was liked and disliked is one review"))
    if text is None:
        found = list_names(columns) or _("none")
        raise InputError(
            "No column looks like review text. Columns found: {found}. Choose the column "
            "that holds the reviews.",
            found=found,
        )
    return guess


def _decide(role: str, candidates: list[Candidate]) -> RoleGuess:
    """The best candidate that nothing excludes; the runner-up is the best of the others."""
    best = max(candidates, key=lambda one: one.value, default=None)
    if best is None or best.value <= 0:
        best = None
    others = [one for one in candidates if one is not best and one.score > 0]
    second = max(others, key=lambda one: one.score, default=None)
    name, runner_up = (one.name if one else None for one in (best, second))
    if second is not None and second.objection:
        reason = _(
            "“{column}” {objection}",
            column=short_name(second.name),
            objection=_(second.objection),
        )
    else:
        reason = _(best.reason) if best else ""
    return RoleGuess(role, name, reason, runner_up)
