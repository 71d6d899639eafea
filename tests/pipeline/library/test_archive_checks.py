"""Every field of an imported file is checked: an equal import, or one line and nothing left."""

import io
import json
import math
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.analysis.analysis import Settings
from pipeline.analysis.edits.history import apply_edit
from pipeline.analysis.run import analyse
from pipeline.analysis.storage import load_analysis
from pipeline.common.errors import InputError
from pipeline.common.files import save_arrays, sealed
from pipeline.common.scratch import scratch_folder
from pipeline.library import archive
from pipeline.library.archive_checks import conforms
from pipeline.library.catalogue import Catalogue
from pipeline.reviews.read import read_reviews
from tests.support.fake_encoder import FakeEncoder

FILE = "review_id,language,rating,date,review\n" + "\n".join(
    f"A{n},{['en', 'ja', 'de'][n % 3]},{1 + n % 5},2025-0{1 + n % 9}-10,"
    f"The {['pool', 'noise', 'staff'][n % 3]} was number {n}. It was fine {n}."
    for n in range(40)
)


@pytest.fixture(scope="module")
def members(tmp_path_factory):
    """The parts of an exported analysis with sentences, edits, a map and a report."""
    folder = tmp_path_factory.mktemp("bundle")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POLYGUEST_CACHE", str(folder / "cache"))
        reviews = read_reviews(FILE.encode(), name="made.csv")
        settings = Settings(topic_count=3, unit="sentence", with_map=False)
        found = analyse(reviews, settings, encoder=FakeEncoder())
    places = np.zeros((len(found.units), 2), np.float32)
    found = replace(found, coordinates=places)
    edited = apply_edit(found, {"do": "rename", "topic": found.topics[0].key, "name": "Mine"})
    catalogue = Catalogue(folder / "analyses")
    catalogue.export(catalogue.add(edited, name="A").token, folder / "out.zip")
    with zipfile.ZipFile(folder / "out.zip") as written:
        return {name: written.read(name) for name in written.namelist()}


def _import(members, scratch):
    """Import what members make, in memory; the analysis, or None where one line refuses it."""
    meta = json.loads(members["analysis.json"])
    if isinstance(meta, dict):  # as whoever changed it would seal it
        meta = {key: value for key, value in meta.items() if key not in ("checksum", "digests")}
        members = members | {"analysis.json": json.dumps(sealed(meta)).encode()}
    path = scratch / "bundle.zip"
    with zipfile.ZipFile(path, "w") as out:
        for name, data in members.items():
            if not name.endswith(".csv"):
                out.writestr(name, data)
    try:
        with scratch_folder(scratch, "import") as folder:
            archive._rewrite(path, folder)
            return load_analysis(folder / archive._REWRITTEN)
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 300
        assert str(scratch) not in str(error)
        return None
    finally:
        path.unlink()
        assert list(scratch.iterdir()) == []


WRONG = (
    None,
    True,
    -1,
    10**9,
    1.5,
    math.inf,
    math.nan,
    "",
    "x",
    "\ud800",
    [],
    [{}],
    {},
    {"x": [1]},
)


def _mutations(value, depth=0):
    """The value with one part of it replaced, removed or doubled, by turns."""
    for wrong in WRONG:
        if type(wrong) is not type(value) or wrong != value:
            yield wrong
    if isinstance(value, dict) and depth < 4:
        for key in list(value)[:30]:
            for inner in _mutations(value[key], depth + 1):
                yield value | {key: inner}
            yield {other: each for other, each in value.items() if other != key}
        yield value | {"extra": 1}
    if isinstance(value, list) and value and depth < 4:
        yield value * 2
        yield value[:-1]
        for inner in _mutations(value[0], depth + 1):
            yield [inner, *value[1:]]


@pytest.mark.slow  # computes for seconds
@pytest.mark.parametrize("name", ["analysis.json", "report.json"])
def test_any_changed_json_field_is_refused_or_harmless(name, members, tmp_path):
    fields = json.loads(members[name])
    fields = {key: value for key, value in fields.items() if key not in ("checksum", "digests")}
    mutations = [changed for changed in _mutations(fields) if isinstance(changed, dict)]
    random = np.random.default_rng(0)
    chosen = random.choice(len(mutations), 60, replace=False)
    refused = 0
    for number in chosen.tolist():
        data = json.dumps(mutations[number]).encode()
        found = _import(members | {name: data}, tmp_path)
        refused += found is None
        if found is not None:
            _use(found)
    assert refused > 5


def _use(analysis):
    """What pages read of an analysis without a model."""
    assert [analysis.topic_of(unit).name for unit in range(len(analysis.units))]
    assert analysis.main_topics.shape == (len(analysis.texts),)
    assert analysis.assigner.assign(analysis.vectors).max() < len(analysis.topics)
    json.dumps(analysis.report, ensure_ascii=False, allow_nan=False).encode()
    analysis.settings.to_dict()


@pytest.mark.slow  # computes for seconds
def test_every_changed_array_is_refused(members, tmp_path):
    state = next(name for name in members if name.startswith("state-"))
    accepted = []
    for member in ("vectors.npz", state):
        with np.load(io.BytesIO(members[member])) as old:
            arrays = {name: old[name] for name in old.files if name not in ("key", "checksum")}
            key = str(old["key"])
        for name, array in arrays.items():
            for what, changed in _wrong_arrays(array):
                target = tmp_path.parent / f"{tmp_path.name}-{member}"
                rest = {other: each for other, each in arrays.items() if other != name}
                save_arrays(target, key=key, **rest, **({} if changed is None else {name: changed}))
                if _import(members | {member: target.read_bytes()}, tmp_path) is not None:
                    accepted.append((name, what))
    # Without these an analysis has no map; one without sentences has no offsets.
    assert set(accepted) <= {("places", "missing"), ("passage_unit", "missing")}


def _wrong_arrays(array):
    yield "missing", None
    yield "text", np.full(array.shape, "x")
    yield "one axis more", array[None]
    if array.size:
        yield "complex", array.astype(np.complex64)
    if array.ndim and array.size:
        yield "longer", np.concatenate([array, array[:1]])
        if array.dtype.kind == "f":
            spoilt = array.copy()
            spoilt.flat[0] = np.nan
            yield "not a number", spoilt
        else:
            yield "negative", array - array.max() - 1
            yield "huge", array + 10**12


def test_changed_tables_are_refused(members, tmp_path):
    def parquet(frame):
        out = io.BytesIO()
        frame.to_parquet(out, index=False)
        return out.getvalue()

    texts = pd.read_parquet(io.BytesIO(members["texts.parquet"]))
    table = pd.read_parquet(io.BytesIO(members["table.parquet"]))
    for changed in (
        texts.drop(columns="text"),
        texts.assign(text=range(len(texts))),
        texts.assign(text=None),
        texts.assign(id="same"),
        texts.assign(language="<b>"),
        texts.assign(rating=np.inf),
        texts.assign(rating_highest=0.0),
        texts.assign(rating="x"),
        texts.assign(day="x"),
        texts[:-1],
    ):
        assert _import(members | {"texts.parquet": parquet(changed)}, tmp_path) is None
    for changed in (
        table.drop(columns="review"),
        table.assign(review=1),
        table.assign(hotel=None),
        table[:-1],
    ):
        assert _import(members | {"table.parquet": parquet(changed)}, tmp_path) is None


def test_only_known_models_are_imported(members, tmp_path, monkeypatch):
    meta = json.loads(members["analysis.json"])
    for model in ("BAAI/bge-m3", "/tmp/model", r"\\server\share", "multilingual-e5-small:x"):
        meta["settings"]["model"] = model
        changed = members | {"analysis.json": json.dumps(meta).encode()}
        assert _import(changed, tmp_path) is None
    monkeypatch.setenv("POLYGUEST_MODELS", "BAAI/bge-m3, multilingual-e5-small:x")
    meta["settings"]["model"] = "BAAI/bge-m3"
    assert _import(members | {"analysis.json": json.dumps(meta).encode()}, tmp_path)


def test_types_of_json():
    assert conforms(1, float) and not conforms(True, int) and not conforms(1.0, int)
    assert not conforms(math.nan, float) and not conforms(10**400, int)
    assert conforms({"a": [None]}, dict[str, list[str | None]])
    assert not conforms("\ud800", str) and not conforms({1: "a"}, dict[str, str])
    assert conforms({"a": 1, "b": 2}, {"a": int}) and not conforms({}, {"a": int})
