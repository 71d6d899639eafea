"""Word vectors learnt from a corpus: gensim's Word2Vec, and what is asked of its vectors.

Words that stand among the same words get similar vectors (Mikolov et al. 2013, arXiv 1301.3781 and
1310.4546). gensim is needed to learn them; what was learnt is kept as arrays and asked without it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.files import load_arrays, save_arrays
from pipeline.common.wording import list_names, short_name
from pipeline.embedding.gensim_library import importing_gensim

_MAX_LISTED = 5


@dataclass(frozen=True)
class Word2VecSettings:
    """Settings of Word2Vec, by gensim's names.

    Attributes:
        sg: 1 for skip-gram, which learns more from few sentences; 0 for CBOW, which is faster.
        window: words on either side that count as neighbours.
        min_count: fewest occurrences of a word that gets a vector.
        vector_size: length of a vector.
        epochs: how often the corpus is gone through.
        workers: threads. With one the same corpus and seed give the same vectors; with more the
            order in which they are updated is left to chance.
        seed: of the first vectors and the samples.
    """

    sg: int = 1
    window: int = 5
    min_count: int = 5
    vector_size: int = 100
    epochs: int = 10
    workers: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.sg not in (0, 1):
            raise InputError("sg is 1 for skip-gram or 0 for CBOW, not {value}", value=self.sg)
        for name, value in asdict(self).items():
            if name not in ("sg", "seed") and value < 1:
                raise InputError("{name} is a number from 1, not {value}", name=name, value=value)
        if not 0 <= self.seed < 2**32:
            raise InputError(
                "The seed {seed} is out of range: choose 0 to {most}",
                seed=self.seed,
                most=2**32 - 1,
            )


@dataclass(frozen=True)
class WordVectors:
    """The vectors of v words.

    Attributes:
        words: keys of the words, the most frequent first.
        spellings: the words as they are written most often.
        counts: int64 (v,), occurrences in the corpus.
        vectors: float32 (v, d), rows of length 1.
        sentences: number of sentences of the corpus.
    """

    words: tuple[str, ...]
    spellings: tuple[str, ...]
    counts: np.ndarray
    vectors: np.ndarray
    sentences: int

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.words)}

    def __contains__(self, word: str) -> bool:
        return word in self._rows

    def row(self, word: str) -> int | None:
        """The row of a word's vector; None where it has none."""
        return self._rows.get(word)

    def count(self, words: Sequence[str]) -> int:
        """How often the rarest of some words occurs; 0 where one has no vector."""
        return min((int(self.counts[self._rows[word]]) if word in self else 0) for word in words)

    def related(self, words: Sequence[str], *, top: int = 10) -> list[tuple[str, float]]:
        """The words nearest to some words, as written, with their cosines.

        Args:
            words: keys; their mean counts where there are several ("front desk").
            top: most words to return.

        Raises:
            InputError: one of the words has no vector.
        """
        return self.combine(words, (), top=top)

    def analogy(
        self, one: Sequence[str], without: Sequence[str], other: Sequence[str], *, top: int = 10
    ) -> list[tuple[str, float]]:
        """The words nearest to one - without + other ("breakfast" - "morning" + "evening").

        Raises:
            InputError: one of the words has no vector.
        """
        return self.combine([*one, *other], without, top=top)

    def combine(
        self, added: Sequence[str], subtracted: Sequence[str], *, top: int
    ) -> list[tuple[str, float]]:
        """The words nearest to a sum of unit vectors, without its own (3CosAdd, as in gensim)."""
        plus, minus = self._find(added), self._find(subtracted)
        target = self.vectors[plus].sum(axis=0) - self.vectors[minus].sum(axis=0)
        cosines = self.vectors @ unit_rows(target[None])[0]
        own = {*plus, *minus}
        order = np.argsort(-cosines, kind="stable")[: top + len(own)].tolist()
        found = [row for row in order if row not in own][:top]
        return [(self.spellings[row], float(cosines[row])) for row in found]

    def _find(self, words: Sequence[str]) -> list[int]:
        for word in words:
            if word not in self:
                near = difflib.get_close_matches(word, self.words, _MAX_LISTED, 0.7)
                listed = list_names(self.spellings[self._rows[each]] for each in near)
                if near:
                    raise InputError(
                        "The word '{word}' is too rare in these texts to have a vector; did you "
                        "mean {near}?",
                        word=short_name(word),
                        near=listed,
                    )
                raise InputError(
                    "The word '{word}' is too rare in these texts to have a vector",
                    word=short_name(word),
                )
        return [self._rows[word] for word in words]

    def to_word2vec_text(self) -> Iterator[str]:
        """Lines in the text format of word2vec, which gensim's ``KeyedVectors`` reads.

        Words as they are written, with "_" for a space; of two that are written alike the key.
        """
        taken: set[str] = set()
        yield f"{len(self.words)} {self.vectors.shape[1]}\n"
        for word, spelling, vector in zip(self.words, self.spellings, self.vectors, strict=True):
            name = "_".join((word if spelling in taken else spelling).split())
            taken.add(spelling)
            yield f"{name} {' '.join(f'{value:.6f}' for value in vector.tolist())}\n"

    def save(self, path: Path, *, key: str) -> None:
        """Save as arrays, without pickle; the key says what they were learnt from."""
        save_arrays(
            path,
            key=key,
            words=np.array(self.words),
            spellings=np.array(self.spellings),
            counts=self.counts,
            vectors=self.vectors,
            sentences=np.array(self.sentences),
        )

    @classmethod
    def load(cls, path: Path, *, key: str) -> Self | None:
        """What was saved with this key; None where it is missing, damaged or of another key."""
        arrays = load_arrays(path, key=key)
        if arrays is None:
            return None
        return cls(
            tuple(arrays["words"].tolist()),
            tuple(arrays["spellings"].tolist()),
            arrays["counts"],
            arrays["vectors"],
            int(arrays["sentences"]),
        )


def train_word_vectors(
    sentences: Sequence[Sequence[str]],
    spellings: dict[str, str] | None = None,
    settings: Word2VecSettings | None = None,
) -> WordVectors:
    """Learn word vectors from n sentences, each the keys of its words in order.

    Args:
        sentences: of one language.
        spellings: key -> the word as it is written; the key itself when left out.
        settings: of Word2Vec.

    Raises:
        InputError: gensim is not installed, or no word occurs often enough.
    """
    with importing_gensim():
        from gensim.models.word2vec import Word2Vec
    settings = settings or Word2VecSettings()
    model = Word2Vec(**asdict(settings))
    model.build_vocab(sentences)
    if not len(model.wv):
        raise InputError(
            "No word occurs {number} times: the texts are too few", number=settings.min_count
        )
    model.train(sentences, total_examples=model.corpus_count, epochs=model.epochs)
    words = tuple(model.wv.index_to_key)
    return WordVectors(
        words,
        tuple((spellings or {}).get(word, word) for word in words),
        np.array([model.wv.get_vecattr(word, "count") for word in words], np.int64),
        unit_rows(np.asarray(model.wv.vectors, np.float32)),
        len(sentences),
    )
