"""Verification of kept analyses: whether every byte is what was written."""

from __future__ import annotations

from pathlib import Path

from pipeline.analysis.manifest import damaged_files, has_digests
from pipeline.analysis.photos import damaged_photos, has_photos
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.library.checkout import damaged_extras
from pipeline.library.entry import read_entry
from pipeline.library.store_manifest import (
    drop_store_manifest,
    read_store_manifest,
    rows_are_intact,
)


def find_damage(folder: Path) -> list[str]:
    """What is damaged in the folder of a kept analysis: one phrase each; none if all is well.

    Analyses of version 0.1.0 have no digests: theirs are loaded instead, which finds less.
    """
    found = [] if read_entry(folder) else ["entry.json can't be read"]
    try:
        found += damaged_files(folder)
        if not has_digests(folder):
            load_analysis(folder)
        if has_photos(folder) and damaged_photos(folder, load_analysis(folder)):
            found.append("photos are not what was written")
    except InputError as error:
        found.append(str(error))
    found += [f"{name} is not what was written" for name in damaged_extras(folder, everything=True)]
    return found


def mend_store(folder: Path) -> bool:
    """Check all of a search store, and let it be made anew if it is damaged; whether it was."""
    manifest = read_store_manifest(folder)
    if manifest is None or rows_are_intact(folder, manifest, everything=True):
        return False
    drop_store_manifest(folder, manifest)
    return True
