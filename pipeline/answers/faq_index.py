"""The index of a FAQ: a guest's question to the entries that answer it, or to none.

Each entry is compared with the question in several ways (:meth:`FaqIndex.features`), in vectors
without the directions of language. They are weighed by a conditional logit model with "no answer"
as one more choice (McFadden 1974), fitted on the FAQs and questions of five other, invented houses
(``benchmarks/faq_fit.py``). Nothing is fitted to the FAQ at hand, which may have three entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.answers.faq_file import Faq
from pipeline.answers.question_profiles import familiarity, profiles
from pipeline.common.progress import Progress
from pipeline.embedding.bundled_model import ENCODER_FINGERPRINT
from pipeline.embedding.encoder import Encoder
from pipeline.embedding.neutral import NeutralSpace, language_directions
from pipeline.embedding.parallel_corpus import NAME as PARALLEL
from pipeline.embedding.parallel_corpus import parallel_means
from pipeline.embedding.reference import shared_arrays
from pipeline.heads.questions import QuestionHead, find_question_head

# Weights of the features; and the score of "no answer": its constant, and what it grows by with the
# familiarity of the question: one that is known well should have an entry that is as near. With the
# question head and without.
WEIGHTS = (4.38, 3.18, 1.67, 2.13, 0.50, 8.29)
NO_ANSWER = (4.74, 4.02)
PLAIN_WEIGHTS = (2.86, 4.02, 4.82, 12.39)
PLAIN_NO_ANSWER = (8.30, 0.0)
MAX_NO_ANSWER = 0.40  # probability of "no answer" from which the FAQ does not answer
# The same with the question head and one feature more: how much of the question an entry covers.
COVERED_WEIGHTS = (3.80, 2.58, 1.56, 2.12, 0.10, 5.24, 6.83)
COVERED_NO_ANSWER = (8.36, 3.60)
COMPARED = 8  # entries that are compared with a question token by token
MIN_ANSWER = 0.42  # probability of the best entry from which it answers


@dataclass(frozen=True)
class FaqMatch:
    """An entry that may answer a question.

    Attributes:
        entry: number of the entry in the FAQ.
        probability: that it answers, 0 to 1; those of all entries and of "no answer" make 1.
    """

    entry: int
    probability: float


@dataclass(frozen=True)
class EncodedTexts:
    """What n texts are compared by.

    Attributes:
        neutral: float32 (n, d), vectors without the language effect.
        asked: float32 (n, k), by the question head; None without one.
        profiles: float32 (n, m), see :mod:`pipeline.answers.question_profiles`.
        familiarity: float32 (n,), see there; 0 without a question head.
    """

    neutral: np.ndarray
    asked: np.ndarray | None
    profiles: np.ndarray
    familiarity: np.ndarray


@dataclass(frozen=True)
class QuestionSpace:
    """The space in which questions and entries are compared: fixed for a model.

    Attributes:
        neutral: removes the directions of language.
        head: of the model; None where it has none.
    """

    neutral: NeutralSpace
    head: QuestionHead | None

    def encode(self, raw: np.ndarray, texts: Sequence[str]) -> EncodedTexts:
        """Encode n texts, given the model's vectors of them as queries, float (n, d)."""
        neutral = self.neutral.transform(raw.astype(np.float32, copy=False))
        if self.head is None:
            unknown = np.zeros(len(texts), np.float32)
            return EncodedTexts(neutral, None, profiles(texts, None, None), unknown)
        asked = self.head.vectors(raw)
        return EncodedTexts(
            neutral,
            asked,
            profiles(texts, asked, self.head),
            familiarity(asked, self.head),
        )


@dataclass(frozen=True)
class FaqIndex:
    """The n entries of a FAQ, ready to be asked.

    Attributes:
        space: in which they are compared.
        questions: the entries' questions.
        wholes: the entries' questions with their answers.
        texts: these as texts.
    """

    space: QuestionSpace
    questions: EncodedTexts
    wholes: EncodedTexts
    texts: tuple[str, ...]

    def match(
        self,
        texts: Sequence[str],
        raw: np.ndarray,
        *,
        top: int = 3,
        cover: Callable[[str, Sequence[str]], np.ndarray | None] | None = None,
    ) -> list[tuple[FaqMatch, ...]]:
        """The entries that answer each question, best first; none where the FAQ does not answer.

        Args:
            texts: q questions.
            raw: float (q, d), the model's vectors of them as queries.
            top: how many entries at most.
            cover: see :mod:`pipeline.answers.coverage`, of the model of these vectors; without it,
                or without a question head, the vectors alone decide.
        """
        asked, found = self.space.encode(raw, texts), None
        if cover is not None and self.space.head is not None:
            found = self.covered_probabilities(asked, texts, cover)
        if found is not None:
            return [_best(row, top, answers=row[:-1].max() >= MIN_ANSWER) for row in found]
        probabilities = self.probabilities(asked)
        return [_best(row, top, answers=row[-1] <= MAX_NO_ANSWER) for row in probabilities]

    def covered_probabilities(
        self,
        asked: EncodedTexts,
        texts: Sequence[str],
        cover: Callable[[str, Sequence[str]], np.ndarray | None],
    ) -> np.ndarray | None:
        """As :meth:`probabilities`, also by what each of the nearest entries says of a question.

        None where the model can't tell that.
        """
        features = self.features(asked)
        nearest = nearest_entries(features, np.array(WEIGHTS))
        found = np.zeros((len(texts), len(self.texts) + 1))
        for row, (text, chosen) in enumerate(zip(texts, nearest, strict=True)):
            shares = cover(text, [self.texts[entry] for entry in chosen])
            if shares is None:
                return None
            compared = np.concatenate([features[row, chosen], shares[:, None]], axis=1)
            none = COVERED_NO_ANSWER[0] + COVERED_NO_ANSWER[1] * asked.familiarity[row : row + 1]
            chances = choice_probabilities(compared[None], np.array(COVERED_WEIGHTS), none)[0]
            found[row, chosen], found[row, -1] = chances[:-1], chances[-1]
        return found

    def probabilities(self, asked: EncodedTexts) -> np.ndarray:
        """Probability of each entry, and last of "no answer": float64 (q, n + 1)."""
        known = self.space.head is not None
        weights, (constant, slope) = (
            (WEIGHTS, NO_ANSWER) if known else (PLAIN_WEIGHTS, PLAIN_NO_ANSWER)
        )
        none = constant + slope * asked.familiarity.astype(np.float64)
        return choice_probabilities(self.features(asked), np.array(weights), none)

    def features(self, asked: EncodedTexts) -> np.ndarray:
        """How questions and entries compare: float64 (q, n, f).

        With a question head f is 6: cosines of its vectors with an entry's question and with the
        whole entry; likewise products of profiles; likewise cosines of neutral vectors. Without one
        the first two are left out.
        """
        pairs = [
            (asked.profiles, self.questions.profiles),
            (asked.profiles, self.wholes.profiles),
            (asked.neutral, self.questions.neutral),
            (asked.neutral, self.wholes.neutral),
        ]
        heads = (asked.asked, self.questions.asked, self.wholes.asked)
        if heads[0] is not None and heads[1] is not None and heads[2] is not None:
            pairs = [(heads[0], heads[1]), (heads[0], heads[2]), *pairs]
        return np.stack([left @ right.T for left, right in pairs], axis=-1).astype(np.float64)


def nearest_entries(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The entries that a question is compared with token by token, best first: int64 (q, k)."""
    return np.argsort(-(features @ weights), axis=1, kind="stable")[:, :COMPARED]


def _best(chances: np.ndarray, top: int, *, answers: bool) -> tuple[FaqMatch, ...]:
    """The likeliest entries; none where the FAQ does not answer."""
    if not answers:
        return ()
    order = np.argsort(-chances[:-1], kind="stable")[:top]
    return tuple(FaqMatch(int(entry), float(chances[entry])) for entry in order if chances[entry])


def choice_probabilities(features: np.ndarray, weights: np.ndarray, none: np.ndarray) -> np.ndarray:
    """Probabilities of the conditional logit model: float64 (q, n + 1), the last of "no answer".

    Args:
        features: float64 (q, n, f).
        weights: float64 (f,).
        none: float64 (q,), scores of "no answer".
    """
    scores = np.concatenate([features @ weights, none[:, None]], axis=1)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def question_space(encoder: Encoder) -> QuestionSpace:
    """The space of a model; computed once in about a minute for models that are not shipped."""
    return _space(parallel_means(encoder), find_question_head(encoder.fingerprint))


def bundled_question_space() -> QuestionSpace:
    """The space of the bundled model, which need not be loaded for it."""
    arrays = shared_arrays(PARALLEL, ENCODER_FINGERPRINT)
    if arrays is None:
        raise RuntimeError("run `python -m benchmarks.ship`")
    return _space(arrays["means"], find_question_head(ENCODER_FINGERPRINT))


def _space(means: np.ndarray, head: QuestionHead | None) -> QuestionSpace:
    removed = language_directions(means)
    rest = means - (means @ removed.T) @ removed
    return QuestionSpace(NeutralSpace(removed, rest.mean(axis=0).astype(np.float32)), head)


def build_faq_index(faq: Faq, encoder: Encoder, *, progress: Progress | None = None) -> FaqIndex:
    """Encode the entries of a FAQ."""
    questions = [entry.question for entry in faq.entries]
    wholes = [entry.text for entry in faq.entries]
    raw = encoder.encode_queries([*questions, *wholes], progress=progress)
    return faq_index_of_vectors(faq, raw, question_space(encoder))


def faq_index_of_vectors(faq: Faq, raw: np.ndarray, space: QuestionSpace) -> FaqIndex:
    """The index from vectors, float (2 n, d): of the questions, then of the whole entries."""
    count = len(faq.entries)
    return FaqIndex(
        space,
        space.encode(raw[:count], [entry.question for entry in faq.entries]),
        space.encode(raw[count:], [entry.text for entry in faq.entries]),
        tuple(entry.text for entry in faq.entries),
    )
