"""The parts of the page "Topics"."""

from __future__ import annotations

from pipeline.common.translation import gettext_noop as N_
from ui.session.address import choice_part

TOPICS, ASPECTS, NOTES, FILE = N_("Topics"), N_("Fixed aspects"), N_("Notes"), N_("Add a file")
PARTS = {"topics": TOPICS, "aspects": ASPECTS, "notes": NOTES, "file": FILE}

ADDRESS = (
    choice_part("part", N_("the part of the page"), "part", lambda view: PARTS, default=TOPICS),
)
