"""PyTorch and the two libraries of models, which an installation may lack.

Without them (``requirements-core.txt``) the bundled model is computed in 8 bits, and all that needs
another model says so in one line.
"""

from __future__ import annotations

from importlib.util import find_spec

from pipeline.common.errors import InputError
from pipeline.common.translation import gettext_noop as N_

_LIBRARIES = ("torch", "transformers", "sentence_transformers")


def has_torch() -> bool:
    """Whether PyTorch and the libraries of models are installed; none of them is imported."""
    return all(map(_is_installed, _LIBRARIES))


def check_models() -> None:
    """Check that models other than the bundled one can be loaded.

    Raises:
        InputError: PyTorch or a library of models is not installed.
    """
    _require_torch(
        N_(
            "Models other than the bundled one, and photos, need PyTorch and sentence-transformers,"
            " which are not installed here: 'pip install \"polyguest[models]\"' or 'pip install -r "
            "requirements.txt' installs them"
        )
    )


def check_float32() -> None:
    """Check that the bundled model can be computed in float32.

    Raises:
        InputError: PyTorch or a library of models is not installed.
    """
    _require_torch(
        N_(
            "The bundled model in float32 needs PyTorch, which is not installed here: 'pip install "
            "\"polyguest[models]\"' or 'pip install -r requirements.txt' installs "
            "it; POLYGUEST_PRECISION=int8 does without"
        )
    )


def _require_torch(otherwise: str) -> None:
    if not has_torch():
        raise InputError(otherwise)


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):  # something else of that name
        return False
