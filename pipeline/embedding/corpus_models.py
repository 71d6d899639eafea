"""Methods that learn from the corpus itself: what there was before trained encoders."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from pipeline.common.arrays import unit_rows
from pipeline.common.errors import InputError
from pipeline.common.progress import Progress
from pipeline.embedding.encoder import CorpusModel, Encoder
from pipeline.embedding.word_encoders import MEAN, SIF, WordVectorModel

TFIDF = "tfidf"
CORPUS_MODELS = (TFIDF, MEAN, SIF)
_NAME = re.compile(rf"({'|'.join(CORPUS_MODELS)})(?:@([1-9]\d{{0,3}}))?", re.ASCII)
_NGRAMS = (2, 4)  # characters within words: they need no tokeniser, and hold in any language
_DIMENSIONS = {TFIDF: 256, MEAN: 100, SIF: 100}  # where none is asked for
_MIN_TEXTS = 20


def is_corpus_model(model: str) -> bool:
    """Whether a name is that of a method that is fitted to the corpus."""
    return _NAME.fullmatch(model) is not None


def make_corpus_model(model: str, *, seed: int = 0) -> CorpusModel:
    """The method of a name, not fitted yet.

    Args:
        model: one of :data:`CORPUS_MODELS`, or "tfidf@128" with that many dimensions.
        seed: the same corpus and seed give the same vectors.

    Raises:
        InputError: there is no such method.
    """
    found = _NAME.fullmatch(model)
    if found is None:
        raise InputError(
            "There is no method '{model}': choose {methods}, or tfidf@128 and the "
            "like for another number of dimensions",
            model=model,
            methods=", ".join(CORPUS_MODELS),
        )
    dimension = int(found[2] or _DIMENSIONS[found[1]])
    if found[1] == TFIDF:
        return TfidfModel(dimension, name=model, seed=seed)
    return WordVectorModel(dimension, name=model, weighted=found[1] == SIF, seed=seed)


class TfidfModel:
    """TF-IDF of n-grams of characters, reduced by a singular value decomposition.

    That is latent semantic analysis (Deerwester et al. 1990). Words of different languages share no
    n-grams but names and loan words.

    Args:
        dimension: of the vectors, or fewer where the corpus has fewer.
        name: as given by the user.
        seed: of the randomised decomposition.
    """

    def __init__(self, dimension: int, *, name: str, seed: int = 0) -> None:
        self.name, self._dimension, self._seed = name, dimension, seed

    def fit(self, texts: Sequence[str], languages: Sequence[str]) -> Encoder:
        """The encoder for these texts; the languages are not looked at.

        Raises:
            InputError: there are fewer than 20 different texts.
        """
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.utils.extmath import randomized_svd

        distinct = list(dict.fromkeys(texts))
        if len(distinct) < _MIN_TEXTS:
            raise InputError(
                "TF-IDF needs at least {least} different texts; there are {number}",
                least=_MIN_TEXTS,
                number=len(distinct),
            )
        vectorizer = TfidfVectorizer(
            analyzer="char_wb", ngram_range=_NGRAMS, min_df=2, sublinear_tf=True, dtype=np.float32
        )
        try:
            weights = csr_array(vectorizer.fit_transform(distinct))
        except ValueError as error:  # no n-gram occurs in two texts
            raise InputError("The texts have no letters in common: TF-IDF finds nothing") from error
        count = min(self._dimension, min(weights.shape) - 1)
        _left, values, right = randomized_svd(weights, count, random_state=self._seed)
        made_from = "\0".join([str(self._seed), *sorted(distinct)])
        digest = hashlib.sha256(made_from.encode("utf-8", "surrogatepass"))
        return _Fitted(vectorizer, right, self.name, f"{TFIDF}{count}-{digest.hexdigest()[:16]}")


class _Fitted:
    """The encoder of a corpus."""

    def __init__(
        self, vectorizer: object, components: np.ndarray, name: str, fingerprint: str
    ) -> None:
        self._vectorizer, self._components = vectorizer, components.astype(np.float32)
        self.name, self.fingerprint, self.dimension = name, fingerprint, len(components)
        self.size_bytes = self._components.nbytes

    def encode_documents(
        self, texts: Sequence[str], *, progress: Progress | None = None
    ) -> np.ndarray:
        """Vectors of texts: float32 (n, d), rows of length 1, or nought without a known n-gram."""
        if not len(texts):
            return np.zeros((0, self.dimension), np.float32)
        weights = self._vectorizer.transform(texts)  # type: ignore[attr-defined]
        vectors = unit_rows(weights @ self._components.T).astype(np.float32)
        if progress:
            progress(len(texts), len(texts))
        return vectors

    encode_queries = encode_documents
