"""What a user changes in the topics of an analysis: each change a small record, kept in order.

An edit is a plain dictionary, so that it can be stored as JSON and done again::

    {"do": "rename", "topic": key, "name": "Night noise"}
    {"do": "hide", "topic": key, "hidden": true}
    {"do": "merge", "topics": [key, key, ...]}
    {"do": "split", "topic": key, "parts": 3}
    {"do": "move", "units": [reference, ...], "to": key}
    {"do": "example", "name": "", "units": [reference, ...], "phrase": "late check-out"}

Topics are called by their keys and units by digests of their texts (:func:`unit_refs`), which hold
when the analysis is opened again, when a file is added and when it is made anew.
"""

from __future__ import annotations

from pipeline.edits.draft import Edit, clean_name, unit_refs
from pipeline.edits.history import (
    apply_edit,
    carry_over,
    describe_edit,
    in_colours_of,
    matching_topics,
    needs_model,
    redo,
    replay,
    undo,
    unedited,
)

__all__ = [
    "Edit",
    "apply_edit",
    "carry_over",
    "clean_name",
    "describe_edit",
    "in_colours_of",
    "matching_topics",
    "needs_model",
    "redo",
    "replay",
    "undo",
    "unedited",
    "unit_refs",
]
