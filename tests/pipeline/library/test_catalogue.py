"""The catalogue: add, rename, delete, restore, export, and import with checks."""

import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from pipeline.analysis.analysis import Settings
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import save_analysis
from pipeline.cli.main import main
from pipeline.common.errors import InputError
from pipeline.common.files import save_arrays, sealed
from pipeline.library.catalogue import Catalogue
from pipeline.reviews.read import read_reviews
from tests.support.command import ROOT
from tests.support.fake_encoder import FakeEncoder
from tests.support.naughty import NAUGHTY

FILE = "review_id,language,review\n" + "\n".join(
    f"A{n},{['en', 'ja', 'de'][n % 3]},the {['pool', 'noise', 'staff'][n % 3]} was number {n}"
    for n in range(40)
)


@pytest.fixture(scope="module")
def analysis(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(tmp_path_factory.mktemp("cache")))
        reviews = read_reviews(FILE.encode(), name="made.csv")
        return analyse(reviews, Settings(topic_count=3, with_map=False), encoder=FakeEncoder())


@pytest.fixture
def catalogue(tmp_path):
    return Catalogue(tmp_path / "analyses")


def same(one, other) -> bool:
    np.testing.assert_array_equal(one.raw, other.raw)
    np.testing.assert_array_equal(one.assignments, other.assignments)
    return one.texts == other.texts and one.topics == other.topics and one.ids == other.ids


def test_kept_listed_opened_renamed(catalogue, analysis):
    first = catalogue.add(analysis, name="Spring", file="made.csv")
    second = catalogue.add(analysis, name="  Spring\n\x1b[31m ", file="made.csv")
    assert {entry.token for entry in catalogue.entries()} == {first.token, second.token}
    assert second.name == "Spring [31m" and first.reviews == 40 and first.topics == 3
    assert first.languages == {"en": 14, "ja": 13, "de": 13}
    assert same(catalogue.open(first.token), analysis)
    assert catalogue.rename(second.token, "Summer").name == "Summer"
    assert catalogue.find("Summer").token == catalogue.find(second.token).token == second.token
    with pytest.raises(InputError, match="no analysis 'Winter' in the list"):
        catalogue.find("Winter")
    with pytest.raises(InputError, match="name is empty"):
        catalogue.rename(second.token, " \n\u200b")
    catalogue.rename(second.token, "Spring")
    with pytest.raises(InputError, match="2 analyses in the list have this name"):
        catalogue.find("Spring")
    assert not list(catalogue.folder.glob(".*"))


def test_deleted_comes_back_for_thirty_days(catalogue, analysis):
    token = catalogue.add(analysis, name="A").token
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    catalogue.delete(token, now=begin)
    assert catalogue.entries() == [] and [e.token for e in catalogue.trashed()] == [token]
    with pytest.raises(InputError, match="no such analysis any more"):
        catalogue.open(token)
    assert catalogue.undelete(token).deleted is None and same(catalogue.open(token), analysis)
    catalogue.delete(token, now=begin)
    assert catalogue.purge(now=begin + timedelta(days=29, hours=23)) == 0
    assert catalogue.purge(now=begin + timedelta(days=30)) == 1
    assert catalogue.trashed() == []
    with pytest.raises(InputError, match="no such analysis any more"):
        catalogue.undelete(token)


def test_files_left_where_an_analysis_was_do_not_keep_it_away(catalogue, analysis):
    """A process that fills a search store may still write where the analysis has gone."""

    def leave_files(token):
        (catalogue.folder / token / "store").mkdir(parents=True)
        (catalogue.folder / token / "store" / "rows.sqlite").write_bytes(b"rows")

    entry = catalogue.add(analysis, name="Spring")
    catalogue.delete(entry.token)
    leave_files(entry.token)
    catalogue.undelete(entry.token)
    assert same(catalogue.open(entry.token), analysis)

    # Version 0.1.0 was killed while the analysis was being replaced.
    catalogue.path(entry.token).rename(catalogue.folder / f".old-{entry.token}")
    leave_files(entry.token)
    assert same(Catalogue(catalogue.folder).open(entry.token), analysis)
    assert not (catalogue.path(entry.token) / "store" / "rows.sqlite").exists()


@pytest.mark.parametrize(
    "token", ["../analyses", "..", "", "/etc", "a" * 16, "trash", "\x00", "A" * 16]
)
def test_tokens_are_never_paths(catalogue, analysis, token):
    catalogue.add(analysis, name="A")
    for action in (catalogue.open, catalogue.delete, catalogue.undelete, catalogue.path):
        with pytest.raises(InputError, match="no such analysis any more"):
            action(token)


def test_naughty_names_are_values(catalogue, analysis):
    token = catalogue.add(analysis, name="A").token
    for text in NAUGHTY[::3]:
        try:
            name = catalogue.rename(token, text).name
        except InputError as error:
            assert "name is empty" in str(error)
        else:
            assert name.isprintable() and catalogue.find(name).token == token
    assert not list((catalogue.folder / "trash").iterdir())


def test_damaged_entry_is_left_out(catalogue, analysis):
    token, other = (catalogue.add(analysis, name=name).token for name in "AB")
    (catalogue.folder / token / "entry.json").write_text("{")
    assert [entry.token for entry in catalogue.entries()] == [other]


CHANGER = """
import sys
from pathlib import Path
from pipeline.common.errors import InputError
from pipeline.library.catalogue import Catalogue
catalogue = Catalogue(Path(sys.argv[1]))
for number in range(15):
    for action in ("delete", "undelete", "rename"):
        try:
            getattr(catalogue, action)(sys.argv[2], *([f"n{number}"] if action == "rename" else []))
        except InputError as error:
            assert "no such analysis" in str(error), error
    assert len({e.token for e in catalogue.entries() + catalogue.trashed()}) <= 2
"""


@pytest.mark.slow  # processes of its own
def test_two_processes_change_the_list(catalogue, analysis):
    token = catalogue.add(analysis, name="A").token
    catalogue.add(analysis, name="B")
    arguments = [sys.executable, "-c", CHANGER, str(catalogue.folder), token]
    changers = [subprocess.Popen(arguments, cwd=ROOT) for _ in range(2)]
    assert [changer.wait(300) for changer in changers] == [0, 0]
    everything = catalogue.entries() + catalogue.trashed()
    assert len(everything) == 2 and token in {entry.token for entry in everything}


def test_export_and_import(catalogue, analysis, tmp_path):
    token = catalogue.add(analysis, name="Spring 春", file="made.csv").token
    catalogue.export(token, tmp_path / "out.zip")
    catalogue.export(token, tmp_path / "again.zip")
    assert (tmp_path / "out.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()
    other = Catalogue(tmp_path / "elsewhere")
    entry = other.import_archive(tmp_path / "out.zip")
    assert (entry.name, entry.file, entry.reviews) == ("Spring 春", "made.csv", 40)
    assert entry.token != token and same(other.open(entry.token), analysis)
    with zipfile.ZipFile(tmp_path / "out.zip") as written:  # every file of an analysis is known
        files = {file.name for file in catalogue.path(token).iterdir()} - {"entry.json"}
        assert set(written.namelist()) == files | {"about.json"}
    with pytest.raises(InputError, match="There is no file"):
        other.import_archive(tmp_path / "nothing.zip")
    with pytest.raises(InputError, match="can't be written"):
        catalogue.export(token, tmp_path / "out.zip" / "below.zip")


def _rewritten(path: Path, changes: dict[str, bytes | None], extra=()) -> Path:
    """The zip with members replaced, left out (None) or added."""
    with zipfile.ZipFile(path) as source:
        members = {name: source.read(name) for name in source.namelist()}
    members |= changes
    if "analysis.json" in members:
        members["analysis.json"] = _resealed(members)
    target = path.with_name("hostile.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members.items():
            if data is not None:
                out.writestr(name, data)
        for member, data in extra:
            out.writestr(member, data)
    return target


def _resealed(members: dict[str, bytes | None]) -> bytes | None:
    """The manifest with digests and checksum as whoever changed the members would write them."""
    manifest = members["analysis.json"]
    try:
        meta = json.loads(manifest)
    except (ValueError, TypeError, RecursionError):
        return manifest
    for name in meta["digests"]:
        if data := members.get(name):
            meta["digests"][name] = hashlib.sha256(data).hexdigest()
    return json.dumps(sealed({key: meta[key] for key in meta if key != "checksum"})).encode()


def _link() -> tuple[zipfile.ZipInfo, bytes]:
    member = zipfile.ZipInfo("reviews.csv")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    return member, b"/etc/passwd"


def _npz(**arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.savez(out, allow_pickle=True, **arrays)
    return out.getvalue()


def _packed_npz() -> bytes:
    out = io.BytesIO()
    np.savez_compressed(out, raw=np.zeros((1000, 1000), np.float32))
    return out.getvalue()


def _huge_header() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as arrays:
        header = io.BytesIO()
        fields = {"descr": "<f4", "fortran_order": False, "shape": (10**12, 384)}
        np.lib.format.write_array_header_1_0(header, fields)
        arrays.writestr("raw.npy", header.getvalue())
    return out.getvalue()


def _bomb_table() -> bytes:
    """400 texts of a million letters each in a few kilobytes."""
    word = pa.array(["x" * 1_000_000])
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 400, pa.int32()), word)
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": column}), out, store_schema=False)
    assert len(out.getvalue()) < 100_000
    return out.getvalue()


def _arrays(path: Path, **changes) -> bytes:
    """The arrays with some of them changed, and the checksum of the whole as it should be."""
    with zipfile.ZipFile(path) as source, np.load(io.BytesIO(source.read("vectors.npz"))) as old:
        arrays = {name: old[name] for name in old.files if name not in ("key", "checksum")}
        key = str(old["key"])
    arrays |= {name: change(arrays[name]) for name, change in changes.items()}
    target = path.with_name("arrays.npz")
    save_arrays(target, key=key, **arrays)
    return target.read_bytes()


def _meta(path: Path, **changes) -> bytes:
    with zipfile.ZipFile(path) as source:
        meta = json.loads(source.read("analysis.json"))
    for key, value in changes.items():
        meta[key] = {**meta[key], **value} if isinstance(value, dict) else value
    return json.dumps(meta).encode()


HOSTILE = {
    "slip": (lambda p: {"../../evil.txt": b"x"}, r"'\.\./\.\./evil\.txt', which is no part"),
    "absolute": (lambda p: {"/tmp/evil": b"x"}, "no part of an analysis"),
    "unknown": (lambda p: {"run.py": b"print(1)"}, "'run.py', which is no part"),
    "folder": (lambda p: {"store/": b""}, "no part of an analysis"),
    "pickle": (lambda p: {"vectors.npz": _npz(raw=np.array([{}], object))}, "arrays are damaged"),
    "packed arrays": (lambda p: {"vectors.npz": _packed_npz()}, "its arrays are packed"),
    "huge header": (lambda p: {"vectors.npz": _huge_header()}, "arrays are damaged"),
    "bomb": (lambda p: {"report.json": b" " * 50_000_000}, "'report.json' would be too large"),
    "too large": (lambda p: {"about.json": b" " * 2_000_000}, "'about.json' would be too large"),
    "no arrays": (lambda p: {"vectors.npz": None}, "vectors.npz is missing"),
    "two states": (lambda p: {f"state-{'0' * 16}.npz": b""}, "one file of topics"),
    "deep json": (lambda p: {"analysis.json": b"[" * 100_000}, "damaged"),
    "no json": (lambda p: {"analysis.json": b"\xff{"}, "damaged"),
    "model folder": (
        lambda p: {"analysis.json": _meta(p, settings={"model": "/tmp/evil-model"})},
        "made by another model",
    ),
    "model share": (
        lambda p: {"analysis.json": _meta(p, settings={"model": r"\\evil\share"})},
        "made by another model",
    ),
    "column that isn't there": (
        lambda p: {"analysis.json": _meta(p, columns={"hotel": "nope"})},
        "don't fit together",
    ),
    "fewer topics": (lambda p: {"analysis.json": _meta(p, topics=[])}, "don't fit together"),
    "passages elsewhere": (
        lambda p: {"vectors.npz": _arrays(p, passage_ends=lambda ends: ends + 100_000)},
        "don't fit together",
    ),
    "passages of no number": (
        lambda p: {"vectors.npz": _arrays(p, passage_raw=lambda raw: raw * np.float16("nan"))},
        "don't fit together",
    ),
    "passages of other units": (
        lambda p: {"vectors.npz": _arrays(p, passage_unit=lambda unit: unit + 7)},
        "damaged",
    ),
    "other key": (lambda p: {"analysis.json": _meta(p, key="0" * 32)}, "damaged"),
}  # fmt: skip


@pytest.fixture
def exported(catalogue, analysis, tmp_path) -> Path:
    token = catalogue.add(analysis, name="A").token
    catalogue.export(token, tmp_path / "out.zip")
    return tmp_path / "out.zip"


def _refused(catalogue, path: Path, says: str) -> None:
    before = sorted(catalogue.folder.rglob("*"))
    with pytest.raises(InputError, match=says) as caught:
        catalogue.import_archive(path)
    assert "\n" not in str(caught.value) and str(catalogue.folder) not in str(caught.value)
    assert sorted(catalogue.folder.rglob("*")) == before


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_and_leave_nothing(catalogue, exported, case):
    changes, says = HOSTILE[case]
    _refused(catalogue, _rewritten(exported, changes(exported)), says)


def test_links_twins_tables_that_grow_and_noise(catalogue, exported, tmp_path, monkeypatch):
    no_csv = {"reviews.csv": None}
    _refused(catalogue, _rewritten(exported, no_csv, [_link()]), "no plain file")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = _rewritten(exported, {}, [("about.json", b"{}")])
    _refused(catalogue, twice, "holds a file twice")
    monkeypatch.setenv("POLYGUEST_MAX_MB", "30")
    bomb = _rewritten(exported, {"texts.parquet": _bomb_table()})
    _refused(catalogue, bomb, "more than 30 million characters, which is the limit")
    monkeypatch.delenv("POLYGUEST_MAX_MB")
    (tmp_path / "noise.zip").write_bytes(os.urandom(5000))
    _refused(catalogue, tmp_path / "noise.zip", "no exported analysis")
    data = exported.read_bytes()
    for share in (0.1, 0.5, 0.99):
        (tmp_path / "cut.zip").write_bytes(data[: int(len(data) * share)])
        _refused(catalogue, tmp_path / "cut.zip", "no exported analysis")


def test_any_flipped_byte_is_refused_or_harmless(catalogue, exported, analysis, tmp_path):
    data = bytearray(exported.read_bytes())
    random = np.random.default_rng(0)
    for place in random.integers(0, len(data), 25):
        flipped = bytearray(data)
        flipped[place] ^= 255
        (tmp_path / "flipped.zip").write_bytes(flipped)
        try:
            entry = catalogue.import_archive(tmp_path / "flipped.zip")
        except InputError as error:
            assert "\n" not in str(error)
        else:
            assert same(catalogue.open(entry.token), analysis)


def test_the_tables_for_people_are_written_anew(catalogue, exported):
    evil = _rewritten(exported, {"reviews.csv": b"=cmd|' /C calc'!A0"})
    entry = catalogue.import_archive(evil)
    assert "calc" not in (catalogue.path(entry.token) / "reviews.csv").read_text()


def test_command_line(analysis, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("POLYGUEST_DATA", str(tmp_path / "data"))
    saved, out = tmp_path / "Spring", str(tmp_path / "s.zip")
    save_analysis(analysis, saved)
    assert main(["analyses", "add", str(saved)]) == 0
    token = capsys.readouterr().out.split()[0]
    calls = [
        (["list"], f"{token}  "),
        (["rename", "Spring", "Summer"], "40 reviews    3 topics  Summer  "),
        (["export", token, "--out", out], f"-> {out}"),
        (["delete", "Summer"], f"'analyses undelete {token}' restores it"),
        (["list"], "no analyses yet"),
        (["list", "--trash"], token),
        (["import", out], "Summer"),
        (["undelete", token], "Summer"),
        (["list", "--json"], '"reviews": 40'),
    ]
    for arguments, says in calls:
        assert main(["analyses", *arguments]) == 0
        assert says in capsys.readouterr().out
    assert main(["analyses", "delete", "nope"]) == 2
    assert capsys.readouterr().err.startswith("error: There is no analysis 'nope' in the list")
