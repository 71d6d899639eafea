"""The parts of the page "Topics"."""

from __future__ import annotations

from ui.session.address import choice_part

TOPICS, ASPECTS, NOTES, FILE = "Topics", "Fixed list", "Notes", "Add a file"
PARTS = {"topics": TOPICS, "aspects": ASPECTS, "notes": NOTES, "file": FILE}

ADDRESS = (choice_part("part", "the part of the page", "part", lambda view: PARTS, default=TOPICS),)
