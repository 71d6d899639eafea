"""The question head: tells whether two questions of guests ask for the same, in any language.

It is trained on questions written for this project (``data/questions``), a file for each language:
line n asks for the same in every file, in one wording or in several, separated by " | ". Some lines
are about nothing that a hotel answers ("What is the capital of Canada?").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import language_directions
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import load_lines, shared_arrays
from pipeline.heads.network import Network, scale_input

NAME = "questions"
_SEPARATOR = " | "
_NETWORKS = ("alone", "translations")  # names of stored arrays


@dataclass(frozen=True)
class KnownQuestions:
    """The n questions of all languages.

    Attributes:
        texts: the questions.
        matters: int64 (n,), what each asks for: the number of its line.
    """

    texts: tuple[str, ...]
    matters: np.ndarray


@cache
def load_questions() -> KnownQuestions:
    """Load the questions, language by language."""
    found = [
        (text, number)
        for lines in load_lines(NAME).values()
        for number, line in enumerate(lines)
        for text in line.split(_SEPARATOR)
    ]
    texts, matters = zip(*found, strict=True)
    return KnownQuestions(tuple(texts), np.array(matters))


@dataclass(frozen=True)
class QuestionHead:
    """The trained head of one model.

    Attributes:
        removed: float32 (r, d), orthonormal directions of language.
        networks: each (d) -> (k), whose cosines tell whether two questions ask for the same.
        known: float32 (n, 2 k), vectors of :func:`load_questions`, rows of length 1.
    """

    removed: np.ndarray
    networks: tuple[Network, ...]
    known: np.ndarray

    def vectors(self, raw: np.ndarray) -> np.ndarray:
        """Vectors whose cosines tell whether two texts ask for the same: float32 (n, 2 k).

        Args:
            raw: float (n, d), the model's vectors of questions or of entries of a FAQ.
        """
        return _vectors(
            self.networks, scale_input(raw.astype(np.float32, copy=False), self.removed)
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Restore a head from the arrays that training returned."""
        return cls(
            np.asarray(arrays["removed"], np.float32),
            tuple(Network.from_arrays(name, arrays) for name in _NETWORKS),
            np.asarray(arrays["known"], np.float32),
        )


@cache
def find_question_head(fingerprint: str) -> QuestionHead | None:
    """The head of the model with this fingerprint; None where there is none."""
    arrays = shared_arrays(NAME, fingerprint)
    return None if arrays is None else QuestionHead.from_arrays(arrays)


def compute_question_head(encoder: Encoder) -> dict[str, np.ndarray]:
    """Train the head of a model; the arrays of :class:`QuestionHead`."""
    from pipeline.heads.training import train_questions

    questions = load_questions()
    removed = language_directions(parallel_means(encoder))
    networks = train_questions(encoder, removed, questions.texts, questions.matters)
    known = _vectors(networks, scale_input(encoder.encode_queries(questions.texts), removed))
    stored = {
        key: array.astype(np.float16)
        for name, network in zip(_NETWORKS, networks, strict=True)
        for key, array in network.to_arrays(name).items()
    }
    return {"removed": removed, "known": known.astype(np.float16), **stored}


def _vectors(networks: Sequence[Network], scaled: np.ndarray) -> np.ndarray:
    """Outputs of the networks side by side, whose cosine is the mean of theirs."""
    return unit_rows(np.concatenate([unit_rows(net(scaled)) for net in networks], axis=1)).astype(
        np.float32
    )
