"""The model that an analysis names is neither fetched nor opened beside it without leave."""

import pytest

from pipeline.common.errors import InputError
from pipeline.embedding import registry


def test_models_that_an_analysis_names_are_neither_fetched_nor_opened(tmp_path, monkeypatch):
    loaded = []

    def load(model, *, local):
        loaded.append((model, local))
        raise OSError("not in the cache")

    monkeypatch.setattr(registry, "_load", load)
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path.parent)
    for model in (
        tmp_path.name,
        f"/{tmp_path}",
        r"\\server\share",
        "../model",
        "owner/model",
        "x" * 10_000,
    ):
        with pytest.raises(InputError, match="POLYGUEST_MODELS") as caught:
            registry.load_encoder_of_analysis(model)
        assert "\n" not in str(caught.value) and len(str(caught.value)) < 300
    assert loaded == [("owner/model", True)]
    monkeypatch.setenv("POLYGUEST_MODELS", f"owner/other, {tmp_path.name}")
    for model in ("owner/other", tmp_path.name, str(tmp_path)):
        with pytest.raises(InputError, match="load"):
            registry.load_encoder_of_analysis(model)
    assert loaded[1:] == [("owner/other", False), (tmp_path.name, True), (str(tmp_path), True)]


def test_an_analysis_keeps_the_precision_of_its_vectors(monkeypatch):
    bundled = f"{registry.DEFAULT_MODEL}-1571fc98-1"
    float32, int8 = f"{bundled}-0a1b", f"{bundled}-int8-4-0a1b"
    own = registry.DEFAULT_MODEL
    monkeypatch.setenv("POLYGUEST_PRECISION", "float32")
    assert registry.pinned_model(own, float32) == own
    assert registry.pinned_model(own, int8) == f"{own}:int8"
    assert registry.pinned_model(f"{own}@128", int8) == f"{own}:int8@128"
    monkeypatch.setenv("POLYGUEST_PRECISION", "int8")
    assert registry.pinned_model(own, int8) == own
    assert registry.pinned_model(own, float32) == f"{own}:float32"
    assert registry.pinned_model(f"{own}:float32", float32) == f"{own}:float32"
    assert registry.pinned_model("other/model", float32) == "other/model"
    assert registry.pinned_model(f"{own}:x", "other-1") == f"{own}:x"  # not made by the bundled one


@pytest.mark.parametrize("build", (2, 3))
def test_analyses_of_the_8_bits_of_before_keep_these(monkeypatch, build):
    own, before = registry.DEFAULT_MODEL, f"multilingual-e5-small-1571fc98-1-int8-{build}-0a1b"
    monkeypatch.setenv("POLYGUEST_PRECISION", "int8")
    for model in (own, f"{own}:int8"):
        assert registry.pinned_model(model, before) == f"{own}:int8-{build}"
        assert registry.pinned_model(f"{model}@128", before) == f"{own}:int8-{build}@128"
    assert registry.is_known_model(f"{own}:int8-{build}")
    assert not registry.is_known_model(f"{own}:int8-1")


@pytest.mark.slow  # loads PyTorch
@pytest.mark.model
def test_each_precision_is_loaded_by_the_name_that_its_analyses_keep():
    for name in ("float32", "int8", "int8-2", "int8-3"):
        encoder = registry.load_encoder_of_analysis(f"{registry.DEFAULT_MODEL}:{name}")
        assert registry.exact_model(registry.DEFAULT_MODEL, encoder.fingerprint) == encoder.name
