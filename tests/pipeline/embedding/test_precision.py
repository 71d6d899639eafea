"""The precision of the bundled model: as a setting says, or the one that is faster here."""

import pytest

from pipeline.common.settings import PRECISION
from pipeline.embedding import precision
from pipeline.embedding.onnx_graph import signed_products_overflow


@pytest.fixture
def machine(monkeypatch):
    """A machine with PyTorch, a processor that multiplies bytes, and no GPU; to be changed."""
    monkeypatch.setenv(PRECISION.name, precision.AUTO)
    monkeypatch.setattr(precision, "has_torch", lambda: True)
    monkeypatch.setattr(precision, "multiplies_bytes", lambda: True)
    monkeypatch.setattr(precision, "_may_have_gpu", lambda: False)
    precision._faster_here.cache_clear()
    yield monkeypatch
    precision._faster_here.cache_clear()


def test_8_bits_where_bytes_are_multiplied_fast(machine):
    assert precision.default_precision() == "int8"


def test_float32_on_other_processors(machine):
    machine.setattr(precision, "multiplies_bytes", lambda: False)
    found, reason = precision.explained_precision()
    assert found == "float32" and "products of bytes" in reason


def test_float32_on_a_gpu(machine):
    machine.setattr(precision, "_may_have_gpu", lambda: True)
    machine.setattr(precision, "_has_gpu", lambda: True)
    assert precision.explained_precision() == ("float32", "on the GPU")


def test_a_gpu_that_pytorch_does_not_know_of_is_none(machine):
    machine.setattr(precision, "_may_have_gpu", lambda: True)
    machine.setattr(precision, "_has_gpu", lambda: False)
    assert precision.default_precision() == "int8"


def test_8_bits_without_pytorch(machine):
    machine.setattr(precision, "has_torch", lambda: False)
    machine.setattr(precision, "multiplies_bytes", lambda: False)
    assert precision.default_precision() == "int8"


def test_a_setting_decides(machine):
    machine.setenv(PRECISION.name, "float32")
    assert precision.explained_precision() == ("float32", "as POLYGUEST_PRECISION says")
    machine.setenv(PRECISION.name, "int8")
    assert precision.explained_precision() == ("int8", "as POLYGUEST_PRECISION says")
    machine.delenv(PRECISION.name)
    assert precision.explained_precision() == ("int8", "which is faster on this processor")


def test_processors_are_told_by_their_flags(tmp_path):
    cpu = tmp_path / "cpuinfo"
    for flags, fast in (("avx2 avx512f avx512_vnni", True), ("avx2 avx_vnni", True),
                        ("fp asimd asimddp", True), ("avx2 avx512f avx512bw", False)):  # fmt: skip
        cpu.write_text(f"model name : any\nflags : {flags}\n")
        assert precision.multiplies_bytes(cpu) is fast


def test_where_the_system_does_not_tell_products_are_tried(tmp_path):
    assert precision.multiplies_bytes(tmp_path / "none") is not signed_products_overflow()


def test_what_made_vectors():
    assert precision.made_in("e5-1571fc98-1-0a1b") == "float32"
    assert precision.made_in("e5-1571fc98-1-int8-2-0a1b") == "int8-2"
    assert precision.made_in("e5-1571fc98-1-int8-3-0a1b") == "int8-3"
    assert precision.made_in("e5-1571fc98-1-int8-4-0a1b") == "int8"
