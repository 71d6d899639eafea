"""``python -m pipeline analyses verify|backup|restore``: saved analyses kept safe."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments import Subparsers
from pipeline.common.errors import InputError
from pipeline.common.wording import count_noun

if TYPE_CHECKING:
    from pipeline.library.catalogue import Catalogue


def add_parser(actions: Subparsers) -> None:
    """Add ``verify``, ``backup`` and ``restore`` to the actions of ``analyses``."""
    verify = actions.add_parser("verify", help="check that every byte is what was written")
    verify.add_argument(
        "analyses", nargs="*", metavar="NAME", help="tokens or names; all when left out"
    )
    verify.set_defaults(act=_verify)

    backup = actions.add_parser("backup", help="write all to a single file")
    backup.add_argument("file", type=Path, metavar="FILE.zip")
    backup.set_defaults(act=_backup)

    restore = actions.add_parser("restore", help="add those of a backup; nothing is replaced")
    restore.add_argument("file", type=Path, metavar="FILE.zip")
    restore.set_defaults(act=_restore)


def _verify(catalogue: Catalogue, options: argparse.Namespace) -> None:
    from pipeline.library.verification import find_damage, mend_store

    names = {entry.token: entry.name for entry in catalogue.entries()}
    tokens = [catalogue.find(text).token for text in options.analyses] or catalogue.tokens()
    damaged = 0
    for token in tokens:
        folder = catalogue.folder_of(token)
        damage = find_damage(folder)
        damaged += bool(damage)
        print(f"{token}  {names.get(token, '?')}: {'; '.join(damage) or 'undamaged'}")
        if mend_store(folder):
            print(f"{token}  its search store is damaged: the next search makes it anew")
    if damaged:
        raise InputError(
            f"{count_noun(damaged, 'analysis', 'analyses')} of {len(tokens)} damaged: "
            "'analyses restore FILE.zip' restores them from a backup; else analyse their files "
            "again"
        )
    if not tokens:
        print("no analyses yet")


def _backup(catalogue: Catalogue, options: argparse.Namespace) -> None:
    from pipeline.library.backup import write_backup

    names = {entry.token: entry.name for entry in catalogue.entries()}
    done, damaged = write_backup(catalogue, options.file)
    print(f"{count_noun(len(done), 'analysis', 'analyses')} -> {options.file}")
    if damaged:
        listed = "; ".join(
            f"{names.get(token, token)} ({', '.join(found)})" for token, found in damaged.items()
        )
        raise InputError(f"Damaged and not in the backup: {listed}")


def _restore(catalogue: Catalogue, options: argparse.Namespace) -> None:
    from pipeline.library.backup import restore_backup

    failed = []
    for each in restore_backup(catalogue, options.file):
        if each.entry is None:
            failed.append(f"{each.name} ({each.problem})")
        elif each.is_new:
            problem = f": {each.problem}" if each.problem else ""
            print(f"{each.entry.token}  {each.name}: restored{problem}")
        else:
            print(f"{each.entry.token}  {each.name}: is in the list already")
    if failed:
        raise InputError(f"Not restored: {'; '.join(failed)}")
