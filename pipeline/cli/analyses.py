"""``python -m pipeline analyses ...``: the user's saved analyses."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli import (
    analyses_backup,
    analyses_dimensions,
    analyses_notes,
    analyses_search,
)
from pipeline.cli.arguments import Subparsers, add_workspace, open_command_catalogue

if TYPE_CHECKING:
    from pipeline.library.catalogue import Catalogue
    from pipeline.library.entry import Entry


def add_parser(subparsers: Subparsers) -> None:
    """Add the command; each of its actions takes the catalogue and the options."""
    parser = subparsers.add_parser(
        "analyses", help="list, search, rename, delete, export, import, back up analyses"
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

    add = actions.add_parser("add", help="save a folder of 'analyse' here")
    add.add_argument("folder", type=Path, metavar="DIR")
    add.add_argument("--name", metavar="NAME", help="the folder's name when left out")
    add.set_defaults(act=_add)

    listing = actions.add_parser("list", help="newest first")
    listing.add_argument("--trash", action="store_true", help="list what is in the trash instead")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(act=_list)

    rename = actions.add_parser("rename", help="rename one")
    _add_analysis(rename)
    rename.add_argument("name", metavar="NAME")
    rename.set_defaults(act=_rename)

    delete = actions.add_parser("delete", help="move one to the trash for 30 days")
    _add_analysis(delete)
    delete.set_defaults(act=_delete)

    undelete = actions.add_parser("undelete", help="restore one from the trash")
    _add_analysis(undelete)
    undelete.set_defaults(act=_undelete)

    export = actions.add_parser("export", help="write one as a single file, without any code in it")
    _add_analysis(export)
    export.add_argument("--out", required=True, type=Path, metavar="FILE.zip")
    export.set_defaults(act=_export)

    import_ = actions.add_parser("import", help="save one that was exported")
    import_.add_argument("file", type=Path, metavar="FILE.zip")
    import_.set_defaults(act=_import)

    remove = actions.add_parser("remove", help="remove one in the trash for good")
    _add_analysis(remove)
    remove.set_defaults(act=_remove)

    analyses_search.add_parser(actions)
    analyses_dimensions.add_parser(actions)
    analyses_backup.add_parser(actions)
    analyses_notes.add_parser(actions)
    for action in actions.choices.values():
        add_workspace(action)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Do an action in the user's workspace."""
    options.act(open_command_catalogue(options), options)


def _add_analysis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("analysis", metavar="ANALYSIS", help="its token, or its name")


def _add(catalogue: Catalogue, options: argparse.Namespace) -> None:
    from pipeline.analysis.storage import load_analysis

    name = options.name or options.folder.resolve().name
    analysis = load_analysis(options.folder)
    print(_line(catalogue.add(analysis, name=name, file=analysis.batches[0].name)))


def _list(catalogue: Catalogue, options: argparse.Namespace) -> None:
    entries = catalogue.trashed() if options.trash else catalogue.entries()
    if options.json:
        print(json.dumps([asdict(entry) for entry in entries], ensure_ascii=False, indent=1))
        return
    for entry in entries:
        print(_line(entry))
    if not entries:
        print("the trash is empty" if options.trash else "no analyses yet")


def _rename(catalogue: Catalogue, options: argparse.Namespace) -> None:
    token = catalogue.find(options.analysis).token
    print(_line(catalogue.rename(token, options.name)))


def _delete(catalogue: Catalogue, options: argparse.Namespace) -> None:
    token = catalogue.find(options.analysis).token
    print(_line(catalogue.delete(token)))
    print(f"in the trash for 30 days: 'analyses undelete {token}' restores it")


def _undelete(catalogue: Catalogue, options: argparse.Namespace) -> None:
    token = catalogue.find(options.analysis, trashed=True).token
    print(_line(catalogue.undelete(token)))


def _remove(catalogue: Catalogue, options: argparse.Namespace) -> None:
    token = catalogue.find(options.analysis, trashed=True).token
    print(f"{_line(catalogue.remove(token))}: removed for good")


def _export(catalogue: Catalogue, options: argparse.Namespace) -> None:
    entry = catalogue.find(options.analysis)
    catalogue.export(entry.token, options.out)
    print(f"{_line(entry)} -> {options.out}")


def _import(catalogue: Catalogue, options: argparse.Namespace) -> None:
    print(_line(catalogue.import_archive(options.file)))


def _line(entry: Entry) -> str:
    """An analysis in one line; names were made one line when they were given."""
    languages = ", ".join(list(entry.languages)[:5])
    more = len(entry.languages) - 5
    languages += f" and {more} more" if more > 0 else ""
    file = f"{entry.file}  " if entry.file else ""
    return (
        f"{entry.token}  {entry.created[:10]}  {entry.reviews:7d} reviews  {entry.topics:3d} topics"
        f"  {entry.name}  {file}[{languages}]"
    )
