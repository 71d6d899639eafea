"""What a user changes in the topics of an analysis: each change a small record, kept in order.

An edit is a plain dictionary, so that it can be stored as JSON and done again::

    {"do": "rename", "topic": key, "name": "Night noise"}
    {"do": "hide", "topic": key, "hidden": true}
    {"do": "merge", "topics": [key, key, ...]}
    {"do": "split", "topic": key, "parts": 3}
    {"do": "move", "units": [reference, ...], "to": key}
    {"do": "example", "name": "", "units": [reference, ...], "phrase": "late check-out"}

Topics are called by their keys and units by digests of their texts
(:func:`pipeline.analysis.edits.draft.unit_refs`), which hold when the analysis is opened again,
when a file is added and when it is made anew.
"""
