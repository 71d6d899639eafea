"""Measures what "Ask the reviews" says of its answers: ``python -m benchmarks.answer_checks``.

Claims on the sample's reviews, each citing some of them (``benchmarks/answers/claims.csv``): what
the reviews say; its reverse; another detail of the same matter; another matter. And questions that
the sample's reviews answer or not (``questions.csv``). The thresholds were chosen on the first
half of each, every second row; the other half is what they are judged by.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.data import SAMPLE
from benchmarks.options import read_flags
from pipeline.analysis.analysis import Analysis, Settings
from pipeline.analysis.run import analyse
from pipeline.answers.citations import MIN_SUPPORT, support_of
from pipeline.answers.passages import ANSWERING, EncodeQueries, gather_evidence
from pipeline.cli.ask import encode_queries_of
from pipeline.embedding.registry import load_encoder
from pipeline.reviews.read import read_reviews

_FOLDER = Path(__file__).parent / "answers"
_HALVES = ("first half", "other half")
_THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.3)


def measure_claims(analysis: Analysis, encode: EncodeQueries) -> None:
    """Print the share of each kind of claim that is marked as without support."""
    claims = pd.read_csv(_FOLDER / "claims.csv")
    number = {each: row for row, each in enumerate(analysis.ids)}
    cited = [[number[each] for each in ids.split()] for ids in claims["review_ids"]]
    support = support_of(claims["claim"].tolist(), cited, analysis, encode)
    kinds = list(claims["kind"].unique())
    half = np.arange(len(claims)) % 2
    for place, name in enumerate(_HALVES):
        print(f"claims, {name}: {(half == place).sum()}; marked below a support of")
        for threshold in _THRESHOLDS:
            shares = [
                float((support[(half == place) & (claims["kind"] == kind)] < threshold).mean())
                for kind in kinds
            ]
            said = ", ".join(f"{k} {s:.2f}" for k, s in zip(kinds, shares, strict=True))
            print(f"  {threshold:.2f}: {said}{' <- in use' * (threshold == MIN_SUPPORT)}")


def measure_questions(analysis: Analysis, encode: EncodeQueries) -> None:
    """Print how often questions are answered that the reviews answer, and others."""
    questions = pd.read_csv(_FOLDER / "questions.csv")
    answered = np.array(
        [bool(gather_evidence(analysis, text, encode).passages) for text in questions["question"]]
    )
    wanted = questions["answered"].to_numpy(bool)
    half = np.arange(len(questions)) % 2
    for place, name in enumerate(_HALVES):
        own = half == place
        print(
            f"questions, {name}: {own.sum()}; with a hit of {ANSWERING} or more: of those that the "
            f"reviews answer {answered[own & wanted].mean():.2f}, of others "
            f"{answered[own & ~wanted].mean():.2f}"
        )


def main() -> None:
    """Analyse the sample and measure both."""
    read_flags("answer_checks", __doc__)
    reviews = read_reviews(SAMPLE / "hotel_reviews.csv")
    settings = Settings(topic_count=12, unit="sentence", with_map=False)
    analysis = analyse(reviews, settings, encoder=load_encoder())
    encode = encode_queries_of(analysis)
    measure_claims(analysis, encode)
    measure_questions(analysis, encode)


if __name__ == "__main__":
    main()
