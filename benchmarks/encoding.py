"""Texts a second: SentenceTransformer.encode as shipped, and this program's two precisions.

``python -m benchmarks.encoding [--texts 600] [--rounds 3]``. Each side lives in a process of its
own and is asked in turn, so that whatever else the machine does hits all alike; figures are medians
over the rounds. The texts are the sample's (and the labelled sets', where they are), joined to the
lengths of real reviews: mean about 45 tokens, the longest 512.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import data

SIDES = {
    "shipped": "SentenceTransformer.encode as shipped (float32, batch_size 32)",
    "float32": "Polyguest, float32",
    "int8": "Polyguest, int8",
    "limit": "float32 matrix product, 512 x 384 x 1536",
}
_TOKEN_OPERATIONS = 12 * 2 * (4 * 384 * 384 + 2 * 384 * 1536)  # in the matrices of one token
_LIMIT_SECONDS = 3.0


def texts_like_reviews(count: int) -> list[str]:
    """Texts in many languages whose lengths are spread as those of real reviews are."""
    pool = data.sample()["review"].tolist()
    if place := data.folder():
        import pandas as pd

        for name, (column, *_) in data.COLUMNS.items():
            if name != "sample":
                frame = pd.read_csv(place / f"{name}.csv", dtype=str, keep_default_na=False)
                pool += frame[column].tolist()
    chance = random.Random(0)
    texts = []
    for _ in range(count - 1):
        length = chance.lognormvariate(4.0, 1.0)
        text = chance.choice(pool)
        while len(text) < length:
            text += " " + chance.choice(pool)
        texts.append(text[:1600])
    return [*texts, " ".join(chance.choice(pool) for _ in range(80))]


def serve(side: str, count: int) -> None:
    """One side: a line with what was computed and the seconds for every line that comes in."""
    work = _worker_of(side, texts_like_reviews(count))
    print(json.dumps({"ready": True}), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        done = work()
        seconds = time.perf_counter() - began
        status = Path("/proc/self/status")
        peak = int(status.read_text().split("VmHWM:")[1].split()[0]) // 1000
        print(json.dumps({"done": done, "seconds": seconds, "peak_mb": peak}), flush=True)


def _worker_of(side: str, texts: list[str]) -> Callable[[], int]:
    import torch

    if side == "limit":
        left, right = torch.randn(512, 384), torch.randn(384, 1536)

        def multiply() -> int:
            until, done = time.perf_counter() + _LIMIT_SECONDS, 0
            while time.perf_counter() < until:
                for _ in range(20):
                    left @ right
                done += 20 * 2 * 512 * 384 * 1536
            return done // _TOKEN_OPERATIONS

        return multiply
    from sentence_transformers import SentenceTransformer

    from pipeline.embedding.bundled_model import model_folder
    from pipeline.embedding.registry import DEFAULT_MODEL, load_encoder

    if side == "shipped":
        model = SentenceTransformer(str(model_folder()), device="cpu")

        def encode() -> object:
            return model.encode(
                texts, prompt="query: ", batch_size=32, show_progress_bar=False,
                normalize_embeddings=True,
            )  # fmt: skip
    else:
        encoder = load_encoder(f"{DEFAULT_MODEL}:{side}")

        def encode() -> object:
            return encoder.encode_documents(texts)

    tokens = _tokens(texts)

    def work() -> int:
        encode()
        return sum(tokens)

    model_warm = encoder.encode_queries if side != "shipped" else model.encode
    model_warm(texts[:4])
    return work


def _tokens(texts: list[str]) -> list[int]:
    from tokenizers import Tokenizer

    from pipeline.embedding.bundled_model import model_folder

    tokenizer = Tokenizer.from_file(str(model_folder() / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(512)
    return [len(e.ids) for e in tokenizer.encode_batch([f"query: {text}" for text in texts])]


def main() -> None:
    """Measure all sides in turn and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.encoding")
    parser.add_argument("--texts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", choices=SIDES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.texts)
        return
    lengths = _tokens(texts_like_reviews(options.texts))
    print(
        f"{len(lengths)} texts, mean {statistics.mean(lengths):.1f} tokens, most {max(lengths)}\n"
    )
    sides = {side: _start(side, options.texts) for side in SIDES}
    rounds = [
        {side: _ask(process) for side, process in sides.items()} for _ in range(options.rounds)
    ]
    for process in sides.values():
        assert process.stdin
        process.stdin.close()
        process.wait()
    print("| | tokens a second | x as shipped | share of the limit | peak MB |")
    print("| --- | --- | --- | --- | --- |")
    for side, title in SIDES.items():
        speed, ratio, share = (
            [pace(one[side]) / (pace(one[base]) if base else 1) for one in rounds]
            for base in ("", "shipped", "limit")
        )
        median = [statistics.median(figures) for figures in (speed, ratio, share)]
        spread = f"{min(ratio):.2f} to {max(ratio):.2f}"
        peak = max(one[side]["peak_mb"] for one in rounds)
        print(
            f"| {title} | {median[0]:,.0f} | {median[1]:.2f} ({spread}) | {median[2]:.2f} | "
            f"{peak:,} |",
            flush=True,
        )


def pace(answer: dict[str, float]) -> float:
    """Tokens a second."""
    return answer["done"] / answer["seconds"]


def _start(side: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.encoding", "--serve", side, "--texts", str(count)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    json.loads(process.stdout.readline())
    return process


def _ask(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdin and process.stdout
    process.stdin.write("go\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())


if __name__ == "__main__":
    main()
