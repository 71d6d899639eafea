"""``python -m pipeline analyses notes``: what users have written on topics and reviews."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from pipeline.cli.arguments import ANALYSIS_HELP, Subparsers, analysis_folder

if TYPE_CHECKING:
    from pipeline.library.catalogue import Catalogue


def add_parser(actions: Subparsers) -> None:
    """Add the action."""
    notes = actions.add_parser("notes", help="list what users have written on topics and reviews")
    notes.add_argument("analysis", metavar="ANALYSIS", help=ANALYSIS_HELP)
    notes.add_argument("--json", action="store_true")
    notes.set_defaults(act=_list)


def _list(catalogue: Catalogue, options: argparse.Namespace) -> None:
    from pipeline.analysis.notes import NoteSubjects, load_notes
    from pipeline.analysis.storage import load_analysis

    folder = analysis_folder(catalogue, options.analysis)
    notes = load_notes(folder)
    if not notes:
        print("[]" if options.json else "no notes yet")
        return
    subjects = NoteSubjects(load_analysis(folder))
    rows = []
    for note in notes:
        topic = subjects.topic_of(note)
        rows.append(
            {
                "id": note.id,
                "topic": topic.name if topic else note.title or None,
                "review": note.key if note.about == "review" else None,
                "found": topic is not None or subjects.row_of(note) is not None,
                "text": note.text,
                "author": note.author,
                "written": note.written,
            }
        )
    if options.json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        subject = f"topic {row['topic']}" if row["review"] is None else f"review {row['review']}"
        text = " ".join(str(row["text"]).split())
        print(f"{str(row['written'])[:10]}  {row['author']}  {subject}: {text}")
