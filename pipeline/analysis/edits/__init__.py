"""Edits that a user makes to the topics of an analysis, as small records kept in order.

An edit is a plain dictionary, so that it can be stored as JSON and applied again::

    {"do": "rename", "topic": key, "name": "Night noise"}
    {"do": "hide", "topic": key, "hidden": true}
    {"do": "merge", "topics": [key, key, ...]}
    {"do": "split", "topic": key, "parts": 3}
    {"do": "move", "units": [reference, ...], "to": key}
    {"do": "example", "name": "", "units": [reference, ...], "phrase": "late check-out"}

Topics are identified by their keys and units by digests of their texts
(:func:`pipeline.analysis.edits.draft.unit_references`). Both remain valid when the analysis is
opened again, when a file is added and when it is recomputed.
"""
