"""The filters in a page's address."""

from __future__ import annotations

from typing import Any

from pipeline.common.translation import gettext_noop as N_
from ui.filters.filter_bar import files_key, filters_as_text, set_filters, topics_key
from ui.session.address import AddressPart, Values, choices_part
from ui.session.view import View


def _read(view: View) -> Values:
    text = filters_as_text(view, topics=False, skip_unreadable=True)
    return (text,) if text else ()


def _apply(view: View, values: Values) -> None:
    if len(values) > 1:
        raise ValueError("where")
    set_filters(view, values[0] if values else "")


def _topics(view: View) -> dict[str, Any]:
    return {topic.key: topic.id for topic in view.original.topics if not topic.hidden}


def _files(view: View) -> dict[str, Any]:
    return {str(number): number for number in range(len(view.original.batches))}


ADDRESS = (
    # First: it clears the others.
    AddressPart(
        "where",
        N_("filters"),
        _read,
        _apply,
        lambda view: ("languages", "sentiments", "hotels"),
    ),
    choices_part("topic", N_("topics"), topics_key, _topics),
    choices_part("file", N_("files"), files_key, _files),
)
