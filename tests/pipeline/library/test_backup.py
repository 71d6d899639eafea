"""Damage in kept analyses is found; backups hold everything, are checked, and replace nothing."""

import json
import os
import zipfile

import numpy as np
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis, save_analysis, save_state
from pipeline.cli.main import main
from pipeline.common.errors import InputError
from pipeline.common.files import sealed
from pipeline.library.backup import restore_backup, write_backup
from pipeline.library.catalogue import Catalogue
from pipeline.library.checkout import add_folder, checkout, commit
from pipeline.library.entry import read_entry, write_entry
from pipeline.library.search_store import has_current_store, update_search_store
from pipeline.library.verification import find_damage, mend_store
from pipeline.reviews.read import read_reviews
from pipeline.reviews.source import ReviewSource
from pipeline.search.evaluation import GoldenQuery, load_golden_set, save_golden_set
from pipeline.search.saved import SavedSearch, load_searches, save_searches
from tests.support.fake_encoder import FakeEncoder

THINGS = ("pool", "noise", "staff")
ROWS = [f"A{n},en,the {THINGS[n % 3]} was number {n}" for n in range(24)]
FILE = "\n".join(["review_id,language,review", *ROWS])


@pytest.fixture(scope="module")
def analysis(file_cache):
    reviews = read_reviews(FILE.encode(), name="made.csv")
    settings = Settings(topic_count=3, with_map=False)
    analysis = analyse(reviews, settings, encoder=FakeEncoder(), use_cache=False)
    edit = {"do": "rename", "topic": analysis.topics[0].key, "name": "Mine"}
    return apply_edit(analysis, edit, encoder=FakeEncoder())


@pytest.fixture
def catalogue(analysis, tmp_path):
    """Two analyses, one of them with all that a user can add to it."""
    source, own = tmp_path / "made.csv", tmp_path / "own"
    source.write_text(FILE)
    save_analysis(analysis, own)
    save_searches(own, [SavedSearch("Loud", "loud at night")])
    save_golden_set(own, [GoldenQuery("pool", frozenset({"A0"}), frozenset({"A1"}))])
    catalogue = Catalogue(tmp_path / "analyses")
    notes = {"files": [ReviewSource("made.csv", source, 24).to_dict()]}
    about = {"name": "Full", "file": "made.csv", "digest": "ab" * 32}
    add_folder(catalogue, analysis, own, **about, notes=notes, files=[source])
    catalogue.add(analysis, name="Plain")
    return catalogue


def folder_of(catalogue, name="Full"):
    return catalogue.path(catalogue.find(name).token)


def shown(catalogue, name="Full"):
    """All that a session shows of an analysis."""
    folder = folder_of(catalogue, name)
    own = catalogue.folder.parent / f"session-{os.urandom(4).hex()}"
    _, entry, notes, files = checkout(catalogue, folder.name, own)
    if notes.pop("damaged"):
        raise InputError("said on the page")
    analysis = load_analysis(own)
    return (
        (entry.name, entry.file, entry.reviews, entry.topics, entry.languages, entry.digest),
        (notes, [file.read_text() for file in files]),
        (load_searches(own), load_golden_set(own)),
        (analysis.texts, analysis.topics, analysis.edits, analysis.ids, analysis.report),
        (analysis.assignments.tolist(), analysis.raw.tolist(), analysis.frame.to_csv()),
    )


def test_damage_is_never_shown(catalogue):
    """A byte anywhere in any file is noticed, or changes nothing."""
    folder, right = folder_of(catalogue), shown(catalogue)
    random = np.random.default_rng(0)
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith("file-")]
    assert len(files) > 9 and find_damage(folder) == []
    noticed = 0
    for number in range(80):
        path = files[number % len(files)]
        data = bytearray(path.read_bytes())
        sound = bytes(data)
        data[random.integers(len(data))] ^= 1 << random.integers(8)
        path.write_bytes(data)
        try:
            assert shown(catalogue) == right, path.name
        except InputError as error:
            noticed += 1
            assert "\n" not in str(error)
            assert find_damage(folder) or not read_entry(folder), path.name
        path.write_bytes(sound)
    assert noticed > 40 and find_damage(folder) == []


@pytest.mark.parametrize("name", ["reviews.csv", "file-0", "texts.parquet", "searches.json"])
def test_every_file_is_verified(catalogue, name):
    folder = folder_of(catalogue)
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    (found,) = find_damage(folder)
    assert found.startswith(name)


def test_changes_of_the_user_are_no_damage(catalogue, analysis, tmp_path):
    token = catalogue.find("Full").token
    base, _, notes, files = checkout(catalogue, token, tmp_path / "session")
    edit = {"do": "rename", "topic": analysis.topics[1].key, "name": "Yours"}
    edited = apply_edit(analysis, edit, encoder=FakeEncoder())
    save_state(edited, tmp_path / "session", tables=False)
    save_searches(tmp_path / "session", [])
    notes = {"files": notes["files"]}
    assert commit(catalogue, base, edited, tmp_path / "session", notes=notes, files=files)
    catalogue.rename(token, "Other name")
    assert find_damage(catalogue.path(token)) == []
    catalogue.export(token, tmp_path / "one.zip")
    catalogue.delete(token)
    catalogue.undelete(token)
    assert find_damage(catalogue.path(token)) == []
    assert find_damage(catalogue.path(catalogue.import_archive(tmp_path / "one.zip").token)) == []


def test_an_analysis_without_digests_opens(catalogue):
    folder = folder_of(catalogue)
    meta = json.loads((folder / "analysis.json").read_text("utf-8"))
    del meta["digests"], meta["checksum"]
    (folder / "analysis.json").write_text(json.dumps(meta), "utf-8")
    assert load_analysis(folder).edits and find_damage(folder) == []
    (folder / "texts.parquet").write_bytes(b"PAR1")
    assert find_damage(folder)


def test_a_backup_brings_everything_back(catalogue, tmp_path):
    right = [shown(catalogue, name) for name in ("Full", "Plain")]
    made = [(entry.token, entry.created) for entry in catalogue.entries()]
    done, damaged = write_backup(catalogue, tmp_path / "all.zip")
    assert len(done) == 2 and not damaged
    other = Catalogue(tmp_path / "other" / "analyses")
    restored = list(restore_backup(other, tmp_path / "all.zip"))
    assert [each.is_new for each in restored] == [True, True]
    assert [shown(other, name) for name in ("Full", "Plain")] == right
    assert [(entry.token, entry.created) for entry in other.entries()] == made
    assert all(find_damage(other.path(token)) == [] for token, _ in made)
    # Again: nothing to do. Nor is anything left anywhere.
    assert [each.is_new for each in restore_backup(other, tmp_path / "all.zip")] == [False, False]
    assert len(other.entries()) == 2
    assert not [*other.folder.glob(".*"), *catalogue.folder.glob(".*"), *tmp_path.glob(".*")]


def test_restoring_replaces_nothing(catalogue, tmp_path):
    write_backup(catalogue, tmp_path / "all.zip")
    full, plain = (folder_of(catalogue, name) for name in ("Full", "Plain"))
    (full / "texts.parquet").write_bytes(b"damage")
    catalogue.delete(plain.name)
    before = {path.name: path.read_bytes() for path in full.iterdir() if path.is_file()}
    restored = {each.name: each for each in restore_backup(catalogue, tmp_path / "all.zip")}
    assert set(restored) == {"Full (restored)", "Plain (restored)"}
    assert all("that stays" in each.problem for each in restored.values())
    assert before == {path.name: path.read_bytes() for path in full.iterdir() if path.is_file()}
    assert [entry.token for entry in catalogue.trashed()] == [plain.name]
    assert load_analysis(folder_of(catalogue, "Full (restored)")).edits


def test_damaged_analyses_are_left_out_of_a_backup_and_named(catalogue, tmp_path):
    (folder_of(catalogue) / "vectors.npz").write_bytes(b"damage")
    done, damaged = write_backup(catalogue, tmp_path / "all.zip")
    assert [entry.name for entry in done] == ["Plain"]
    assert list(damaged.values()) == [["vectors.npz is not what was written"]]


def rewritten(path, change):
    """A backup with other members and contents that are sealed as they should be."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    contents = json.loads(members.pop("backup.json"))
    contents.pop("checksum")
    change(members, contents)
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as out:
        for name, data in members.items():
            out.writestr(name, data)
        out.writestr("backup.json", json.dumps(sealed(contents)))
    return target


def add(name, data=b"x"):
    def change(members, contents):
        members[name] = data
        contents["digests"][name] = "0" * 64

    return change


HOSTILE = {
    "slip": add("../../evil"),
    "absolute": add("/tmp/evil"),
    "unknown": add("run.py"),
    "token": add("AAAAAAAAAAAAAAAA/entry.json"),
    "later": lambda members, contents: contents.update(format=2),
    "missing": lambda members, contents: members.pop(sorted(members)[0]),
    "undeclared": lambda members, contents: members.update({f"{'0' * 16}/file-0": b"x"}),
    "no digests": lambda members, contents: contents.update(digests=[1]),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_backups_are_refused(catalogue, tmp_path, case):
    write_backup(catalogue, tmp_path / "all.zip")
    other = Catalogue(tmp_path / "other" / "analyses")
    with pytest.raises(InputError, match="can't be restored"):
        list(restore_backup(other, rewritten(tmp_path / "all.zip", HOSTILE[case])))
    assert [path.name for path in other.folder.iterdir()] == ["trash"]
    assert not (tmp_path / "evil").exists()


def test_damaged_backups(catalogue, tmp_path):
    write_backup(catalogue, tmp_path / "all.zip")
    data = (tmp_path / "all.zip").read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    (tmp_path / "noise.zip").write_bytes(os.urandom(5000))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("backup.json", " " * 50_000_000)
    for name in ("cut.zip", "noise.zip", "packed.zip", "nothing.zip"):
        with pytest.raises(InputError, match="can't be restored|no file"):
            list(restore_backup(catalogue, tmp_path / name))
    # A byte within one analysis: that one is named, the other restored.
    with zipfile.ZipFile(tmp_path / "all.zip") as backup:
        member = next(m for m in backup.infolist() if m.filename.endswith("analysis.zip"))
    flipped = bytearray(data)
    flipped[member.header_offset + 2000] ^= 255
    (tmp_path / "flipped.zip").write_bytes(flipped)
    other = Catalogue(tmp_path / "other" / "analyses")
    found = list(restore_backup(other, tmp_path / "flipped.zip"))
    assert sorted(each.is_new for each in found) == [False, True]
    assert len(other.entries()) == 1 and not list(other.folder.glob(".*"))


def test_an_entry_from_a_stranger_is_taken_over_where_it_is_well_formed(catalogue, tmp_path):
    folder = folder_of(catalogue, "Plain")
    entry = read_entry(folder)
    values = {"created": "yesterday", "digest": "../x", "name": "A\x1b[31m\nB"}
    write_entry(folder, type(entry)(**{**vars(entry), **values}))
    write_backup(catalogue, tmp_path / "all.zip")
    other = Catalogue(tmp_path / "other" / "analyses")
    list(restore_backup(other, tmp_path / "all.zip"))
    kept = other.find("A[31m B")
    assert kept.created.startswith("20") and kept.digest == ""


def test_a_damaged_store_is_found_by_verifying(catalogue):
    folder = folder_of(catalogue)
    update_search_store(folder)
    assert not mend_store(folder)
    path = folder / "store" / "store.sqlite"
    about, data = path.stat(), bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert find_damage(folder) == []  # the analysis is as it was
    assert mend_store(folder) and not has_current_store(folder)


def test_commands(catalogue, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("POLYGUEST_DATA", str(catalogue.folder.parent))
    backup = str(tmp_path / "all.zip")

    def run(*arguments):
        code = main(["analyses", *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    token = catalogue.find("Full").token
    code, out, _ = run("verify")
    assert code == 0 and f"{token}  Full: undamaged" in out
    assert run("backup", backup) == (0, f"2 analyses -> {backup}\n", "")
    code, out, _ = run("restore", backup)
    assert code == 0 and out.count("is in the list already") == 2
    (folder_of(catalogue) / "report.json").write_text("{}")
    code, out, err = run("verify", "Full")
    assert code == 2 and "Full: report.json is not what was written" in out
    assert err.startswith("error: 1 analysis of 1 damaged: 'analyses restore FILE.zip'")
    code, _, err = run("backup", backup)
    assert code == 2 and "Damaged and not in the backup: Full (report.json" in err
    code, _, err = run("remove", "Plain")
    assert code == 2 and "in the trash" in err
    assert run("delete", "Plain")[0] == 0
    code, out, _ = run("remove", "Plain")
    assert code == 0 and out.endswith("removed for good\n")
    assert not list(catalogue.folder.glob("trash/*"))
    assert run("restore", str(tmp_path / "no.zip"))[0] == 2
