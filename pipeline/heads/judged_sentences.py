"""Judged sentences: invented remarks of guests, each about one matter and with one judgement.

They lie in ``data/judged``, a file for each language: matter, judgement and sentence, separated by
tabs. The judgement is "+" for praise, "-" for a complaint, "0" for neither and "±" for both. The
matters are named by their keys, such as ``wifi``; "none" is a remark about nothing in particular,
"two" one about two matters, "other" one that was written for its judgement alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.embedding.reference import load_lines

NAME = "judged"
NO_MATTER = ("none", "two", "other")
COMPLAINT, NEUTRAL, PRAISE = 0, 1, 2  # classes of polarity
_CLASSES = {"-": COMPLAINT, "0": NEUTRAL, "+": PRAISE}


@dataclass(frozen=True)
class JudgedSentences:
    """The n sentences of all languages.

    Attributes:
        texts: the sentences.
        languages: str (n,), ISO 639-1 codes.
        matters: str (n,).
        polarities: int64 (n,), a class of polarity; -1 for mixed sentences.
    """

    texts: tuple[str, ...]
    languages: np.ndarray
    matters: np.ndarray
    polarities: np.ndarray


def load_judged_sentences() -> JudgedSentences:
    """Load the sentences, language by language."""
    rows = [
        (code, *line.split("\t", 2)) for code, lines in load_lines(NAME).items() for line in lines
    ]
    languages, matters, marks, texts = zip(*rows, strict=True)
    return JudgedSentences(
        tuple(texts),
        np.array(languages),
        np.array(matters),
        np.array([_CLASSES.get(mark, -1) for mark in marks]),
    )
