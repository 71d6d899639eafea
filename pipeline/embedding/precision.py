"""The precision of the bundled model: which there are, and which is faster on this machine."""

from __future__ import annotations

import platform
import sys
from functools import cache
from pathlib import Path

from pipeline.common import settings
from pipeline.embedding.torch_library import has_torch

PRECISIONS = ("float32", "int8")  # of the matrix products
AUTO = "auto"  # in the settings: the one that is faster here
# Builds of the model in 8 bits whose analyses are still opened, with their own vectors.
EARLIER = ("int8-2", "int8-3")
_BYTE_PRODUCTS = frozenset({"avx512_vnni", "avx_vnni", "asimddp"})  # instructions, as Linux says
_GPU_FILES = (Path("/dev/nvidiactl"), Path("/dev/nvidia0"), Path("/dev/kfd"), Path("/dev/dxg"))
_CPU = Path("/proc/cpuinfo")


def default_precision() -> str:
    """What the settings name; with "auto" 8 bits where they are faster, and float32 on a GPU.

    It depends on the machine alone, never on how busy it is: a file that is analysed again on the
    same machine has the same vectors.
    """
    return explained_precision()[0]


def explained_precision() -> tuple[str, str]:
    """The precision of the settings, and in a few words why it is that one."""
    named = settings.precision()
    if named == AUTO:
        return _faster_here()
    return named, f"as {settings.PRECISION.name} says"


def made_in(fingerprint: str) -> str:
    """The precision of the bundled model that made vectors."""
    for earlier in EARLIER:
        if f"-{earlier}-" in fingerprint:
            return earlier
    return "int8" if "-int8-" in fingerprint else "float32"


@cache
def _faster_here() -> tuple[str, str]:
    if not has_torch():
        return "int8", "as PyTorch is not installed"
    if not multiplies_bytes():
        return "float32", "as this processor has no instructions for products of bytes"
    if _may_have_gpu() and _has_gpu():
        return "float32", "on the GPU"
    return "int8", "which is faster on this processor"


def multiplies_bytes(cpu: Path = _CPU) -> bool:
    """Whether this processor has instructions for products of bytes.

    Where the system doesn't tell, it is tried: without them such products overflow (or are slow).

    Args:
        cpu: what Linux says of the processor.
    """
    try:
        words = cpu.read_text("utf-8", "replace").split()
    except OSError:
        from pipeline.embedding.onnx_graph import signed_products_overflow

        return not signed_products_overflow()
    return not _BYTE_PRODUCTS.isdisjoint(words)


def _may_have_gpu() -> bool:
    """Whether a GPU is possible: asking PyTorch costs a second and 100 MB."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return sys.platform != "linux" or any(path.exists() for path in _GPU_FILES)


def _has_gpu() -> bool:
    import torch

    return torch.accelerator.is_available()
