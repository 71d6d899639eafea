"""The registry of models: loads an encoder by its name."""

from __future__ import annotations

import hashlib
import logging
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.common import settings, variables
from pipeline.common.errors import InputError
from pipeline.common.memory import check_address_space
from pipeline.common.wording import short_name
from pipeline.embedding.encoder import Encoder, SizedEncoder
from pipeline.embedding.endpoint import SCHEME, open_endpoint
from pipeline.embedding.precision import EARLIER, PRECISIONS, default_precision, made_in
from pipeline.embedding.reduction import ReducedEncoder, prefix_reduction
from pipeline.embedding.sentence_transformer import SentenceEncoder
from pipeline.embedding.torch_library import check_float32, check_models

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

DEFAULT_MODEL = "multilingual-e5-small"  # the bundled one
_ADDRESS_SPACE = 2_200_000_000  # bytes that PyTorch and the bundled model take
_HUB_NAME = re.compile(r"[\w.-]{1,96}(/[\w.-]{1,96})?", re.ASCII)
_DIMENSION = re.compile(r"(.+)@([1-9]\d{0,4})", re.ASCII)


def load_encoder(model: str = DEFAULT_MODEL, *, threads: int | None = None) -> Encoder:
    """Load the bundled model, a SentenceTransformer by its name or folder, or one of an endpoint.

    Args:
        model: :data:`DEFAULT_MODEL`, a folder, a name on the model hub
            ("intfloat/multilingual-e5-base", "BAAI/bge-m3", ...), or "endpoint:NAME" for a model
            of the endpoint that is set. The network is used only for an endpoint, and for a hub
            name that is not in the local cache. The bundled model's precision follows its name
            ("multilingual-e5-small:int8") or is set by ``POLYGUEST_PRECISION``. "@128" at the end
            keeps the first 128 dimensions.
        threads: calls of the model that run at once; the number of cores when None.

    Raises:
        InputError: there is no such model, it can't be downloaded or reached, or a limit leaves
            too little memory for it.
    """
    base, dimension = split_dimension(model)
    if base.startswith(SCHEME):
        return open_endpoint(base, dimension=dimension)
    encoder = _load_whole(base, threads)
    if dimension is None:
        return encoder
    return ReducedEncoder(encoder, prefix_reduction(encoder.dimension, dimension), name=model)


def split_dimension(model: str) -> tuple[str, int | None]:
    """The name of a model without "@128" at its end, and that number; None where it has none."""
    found = _DIMENSION.fullmatch(model)
    return (found[1], int(found[2])) if found else (model, None)


def _load_whole(model: str, threads: int | None) -> Encoder:
    """Load the bundled model, or a SentenceTransformer by its name or folder."""
    bundled, _, precision = model.partition(":")
    if bundled == DEFAULT_MODEL:
        return _load_bundled(model, precision or default_precision(), threads)
    loaded, fingerprint = load_transformer(model)
    return SentenceEncoder(loaded, name=model, fingerprint=fingerprint, threads=threads)


def load_transformer(model: str) -> tuple[SentenceTransformer, str]:
    """Load a SentenceTransformer by its name or folder; it comes with its fingerprint.

    Raises:
        InputError: there is none, it can't be downloaded or loaded, or PyTorch is not installed.
    """
    check_models()
    check_address_space(_ADDRESS_SPACE)
    folder = Path(model) if Path(model).is_dir() else None
    if (
        folder is not None
        and not (folder / "config.json").exists()
        and not (folder / "modules.json").exists()
    ):
        raise InputError("The folder '{folder}' holds no sentence-transformers model", folder=model)
    return _load_named(
        model, local=folder is not None, refusal=partial(_loading_error, model, folder is not None)
    )


def check_libraries(model: str) -> None:
    """Check that the libraries of a model are installed, which takes no time.

    Args:
        model: its name, as for :func:`load_encoder`.

    Raises:
        InputError: they are not, and what installs them.
    """
    base, _dimension = split_dimension(model)
    bundled, _, precision = base.partition(":")
    if base.startswith(SCHEME):
        return
    if bundled != DEFAULT_MODEL:
        check_models()
    elif (precision or default_precision()) == "float32":
        check_float32()


def model_bytes(model: str, encoder: Encoder) -> int | None:
    """Size of a model's files, or of its arrays in memory; None where it is elsewhere.

    Args:
        model: its name, as for :func:`load_encoder`.
        encoder: the model, loaded.
    """
    base, _dimension = split_dimension(model)
    if base.startswith(SCHEME):
        return None
    if base.partition(":")[0] == DEFAULT_MODEL:
        return _bundled_bytes(base.partition(":")[2] or default_precision())
    if Path(base).is_dir():
        return _folder_bytes(Path(base))
    return encoder.size_bytes if isinstance(encoder, SizedEncoder) else None


def _bundled_bytes(precision: str) -> int:
    from pipeline.embedding.bundled_model import find_weights, open_weights
    from pipeline.embedding.float32 import matrices_file

    path = find_weights()
    size = path.stat().st_size
    if precision == "float32":
        size += matrices_file(open_weights(path)).stat().st_size
    return size


def _folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def is_known_model(model: str) -> bool:
    """Whether an analysis may name a model: the bundled one, or one that the settings allow.

    The settings allow what ``POLYGUEST_MODELS`` names, and any model of the endpoint that is set.
    """
    base, _dimension = split_dimension(model)
    if base.startswith(SCHEME):
        return bool(variables.EMBEDDINGS_URL.given) and bool(
            _HUB_NAME.fullmatch(base[len(SCHEME) :])
        )
    bundled, _, precision = base.partition(":")
    if bundled == DEFAULT_MODEL:
        return precision in ("", *PRECISIONS, *EARLIER)
    return not {model, base}.isdisjoint(settings.trusted_models())


def is_hub_name(model: str) -> bool:
    """Whether a model is named as on the model hub, and no path."""
    return bool(_HUB_NAME.fullmatch(model)) and ".." not in model and not Path(model).exists()


def load_encoder_of_analysis(model: str) -> Encoder:
    """Load the model that an analysis names, which somebody else may have written.

    Other than :func:`load_encoder` it fetches nothing and opens no folder beside the analysis or on
    the network, unless ``POLYGUEST_MODELS`` names the model. A folder with its whole path, as
    ``--model`` took it, lies on this machine; imported analyses may not name one.

    Raises:
        InputError: as :func:`load_encoder`, or the model is none of these.
    """
    base, dimension = split_dimension(model)
    if is_known_model(model) or _is_local_folder(base):
        return load_encoder(model)
    refusal = InputError(
        "The analysis names the model '{model}', which is not in the local cache of the model hub: "
        "if you trust it, name it in the setting {setting}",
        model=short_name(model),
        setting=settings.MODELS.name,
    )
    if not is_hub_name(base):
        raise refusal
    check_models()
    check_address_space(_ADDRESS_SPACE)
    loaded, fingerprint = _load_named(base, local=True, refusal=lambda _error: refusal)
    encoder = SentenceEncoder(loaded, name=base, fingerprint=fingerprint)
    if dimension is None:
        return encoder
    return ReducedEncoder(encoder, prefix_reduction(encoder.dimension, dimension), name=model)


def _is_local_folder(model: str) -> bool:
    """Whether a model is a folder of this machine, by its whole path."""
    if model.startswith(("\\\\", "//")):  # of another machine, which would learn who asks
        return False
    try:
        return Path(model).is_absolute() and Path(model).is_dir()
    except (OSError, ValueError):  # too long, or with a NUL
        return False


def with_precision(model: str, precision: str | None) -> str:
    """The name of a model with a precision appended, for :func:`load_encoder`.

    Raises:
        InputError: a precision is given for a model other than the bundled one.
    """
    if precision is None:
        return model
    if model != DEFAULT_MODEL:
        raise InputError(
            "The precision {precision} is available for the bundled {bundled} only: leave it out "
            "for '{model}', which is computed in float32",
            precision=precision,
            bundled=DEFAULT_MODEL,
            model=model,
        )
    return f"{model}:{precision}"


def pinned_model(model: str, fingerprint: str) -> str:
    """The name that loads the model which made vectors, whatever precision is the default now.

    Args:
        model: as the analysis of the vectors names it.
        fingerprint: of the encoder that made them.
    """
    return model if made_in(fingerprint) == default_precision() else exact_model(model, fingerprint)


def exact_model(model: str, fingerprint: str) -> str:
    """The name that loads the model which made vectors, whatever the settings are elsewhere.

    Args:
        model: its name, as a user gave it.
        fingerprint: of the encoder that made them.
    """
    base, dimension = split_dimension(model)
    bundled, _, _precision = base.partition(":")
    if bundled != DEFAULT_MODEL or not fingerprint.startswith(f"{DEFAULT_MODEL}-"):
        return model  # nothing that was made by the bundled model
    made = made_in(fingerprint)
    return f"{bundled}:{made}" if dimension is None else f"{bundled}:{made}@{dimension}"


def _load_bundled(name: str, precision: str, threads: int | None) -> Encoder:
    if precision not in (*PRECISIONS, *EARLIER):
        raise InputError(
            "The precision '{precision}' is unknown: choose {precisions}",
            precision=precision,
            precisions=" / ".join(PRECISIONS),
        )
    if precision != "float32":
        from pipeline.embedding.int8 import BUILD, load_in_int8

        build = BUILD if precision == "int8" else int(precision.removeprefix("int8-"))
        return load_in_int8(name, build=build, threads=threads)
    check_float32()
    check_address_space(_ADDRESS_SPACE)
    import torch

    if not torch.accelerator.is_available():
        from pipeline.embedding.float32 import load_in_float32

        return load_in_float32(name, threads=threads)
    from pipeline.embedding.bundled_model import model_folder

    folder = model_folder()
    loaded = _load(str(folder), local=True)
    return SentenceEncoder(loaded, name=name, fingerprint=folder.name, threads=threads)


def _load_named(
    model: str, *, local: bool, refusal: Callable[[Exception], InputError]
) -> tuple[SentenceTransformer, str]:
    """A model other than the bundled one, and its fingerprint.

    Args:
        model: its name or folder.
        local: whether it lies on this machine, so that nothing is downloaded.
        refusal: what to say of an error.
    """
    try:
        loaded = _load(model, local=local)
    except (OSError, ValueError, RuntimeError, ImportError, KeyError) as error:
        log.info("model %r could not be loaded", model, exc_info=True)
        raise refusal(error) from error
    return loaded, _weights_fingerprint(loaded)


def _load(model: str, *, local: bool) -> SentenceTransformer:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()  # or it warns about the pooler, which e5 never uses
    loaded = SentenceTransformer(model, local_files_only=local, trust_remote_code=False)
    loaded.eval()
    if loaded.device.type == "cpu":
        torch.set_num_threads(1)  # SentenceEncoder runs a call per thread
    return loaded


def _loading_error(model: str, is_folder: bool, error: Exception) -> InputError:
    reason = str(error).strip().split("\n")[0][:200]
    if is_folder:
        return InputError(
            "The model in the folder '{folder}' can't be loaded: {reason}",
            folder=model,
            reason=reason,
        )
    if os.environ.get("HF_HUB_OFFLINE"):
        return InputError(
            "The model '{model}' is neither a folder nor in the local model cache, and it could "
            "not be downloaded (HF_HUB_OFFLINE is set): check the name and the network, give a "
            "model folder, or leave it out to use the bundled {bundled}",
            model=model,
            bundled=DEFAULT_MODEL,
        )
    return InputError(
        "The model '{model}' is neither a folder nor in the local model cache, and it could not "
        "be downloaded: check the name and the network, give a model folder, or leave it out to "
        "use the bundled {bundled}",
        model=model,
        bundled=DEFAULT_MODEL,
    )


def _weights_fingerprint(model: SentenceTransformer) -> str:
    """Digest over 4,096 values of every tensor: the weights under a name can change."""
    digest = hashlib.sha256()
    for name, tensor in model.state_dict().items():
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        flat = tensor.detach().flatten()
        step = max(len(flat) // 4096, 1)
        digest.update(flat[::step].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
