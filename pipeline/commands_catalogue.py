"""``python -m pipeline analyses ...``: the analyses a user keeps in the data folder."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.commands_everywhere import add_action, search_analyses

if TYPE_CHECKING:
    from pipeline.store.catalogue import Entry


def add_parser(subparsers: Any) -> None:
    """Add the command and what it can do."""
    analyses = subparsers.add_parser(
        "analyses", help="list, search, name, delete, export, import analyses"
    )
    actions = analyses.add_subparsers(dest="action", required=True, metavar="ACTION")

    add = actions.add_parser("add", help="keep a folder of 'analyse'")
    add.add_argument("folder", type=Path, metavar="DIR")
    add.add_argument("--name", metavar="NAME", help="the folder's name when left out")
    listing = actions.add_parser("list", help="newest first")
    listing.add_argument("--trash", action="store_true", help="what was deleted and still is there")
    listing.add_argument("--json", action="store_true")
    rename = actions.add_parser("rename", help="call one something else")
    rename.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    rename.add_argument("name", metavar="NAME")
    for action, what in (
        ("delete", "put one into the trash for 30 days"),
        ("undelete", "bring one back from the trash"),
    ):
        parser = actions.add_parser(action, help=what)
        parser.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    export = actions.add_parser("export", help="write one as a single file, without any code in it")
    export.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")
    export.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    import_ = actions.add_parser("import", help="keep one that was exported")
    import_.add_argument("file", type=Path, metavar="FILE.zip")
    add_action(actions)
    analyses.set_defaults(run=analyses_command)


def analyses_command(options: argparse.Namespace) -> None:
    """Do what is asked with the user's analyses."""
    from pipeline.analysis_folder import load_analysis
    from pipeline.store.catalogue import Catalogue

    catalogue = Catalogue()
    if options.action == "list":
        entries = catalogue.trashed() if options.trash else catalogue.entries()
        if options.json:
            print(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1))
            return
        for entry in entries:
            print(_line(entry))
        if not entries:
            print("the trash is empty" if options.trash else "no analysis is kept yet")
    elif options.action == "add":
        name = options.name or options.folder.resolve().name
        analysis = load_analysis(options.folder)
        print(_line(catalogue.add(analysis, name=name, file=analysis.batches[0].name)))
    elif options.action == "search":
        search_analyses(catalogue, options)
    elif options.action == "import":
        print(_line(catalogue.import_(options.file)))
    elif options.action == "undelete":
        token = catalogue.find(options.analysis, trashed=True).token
        print(_line(catalogue.undelete(token)))
    else:
        token = catalogue.find(options.analysis).token
        if options.action == "rename":
            print(_line(catalogue.rename(token, options.name)))
        elif options.action == "delete":
            print(_line(catalogue.delete(token)))
            print(f"in the trash for 30 days: 'analyses undelete {token}' brings it back")
        else:
            catalogue.export(token, options.out)
            print(f"{_line(catalogue.find(token))} -> {options.out}")


def _line(entry: Entry) -> str:
    """An analysis in one line; names were made one line when they were given."""
    languages = ", ".join(list(entry.languages)[:5])
    more = len(entry.languages) - 5
    languages += f" and {more} more" if more > 0 else ""
    made = f"{entry.file}  " if entry.file else ""
    return (
        f"{entry.token}  {entry.created[:10]}  {entry.reviews:7d} reviews  {entry.topics:3d} topics"
        f"  {entry.name}  {made}[{languages}]"
    )
