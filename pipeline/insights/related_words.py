"""Related words of an analysis: word vectors learnt from its reviews, language by language.

They are kept in the cache folder "words", each under what it was learnt from.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.common.locale_format import format_number, language_name
from pipeline.common.paths import cache_folder, report_unusable_cache
from pipeline.common.progress import Progress
from pipeline.common.translation import ngettext
from pipeline.common.wording import short_name
from pipeline.embedding.word_vectors import Word2VecSettings, WordVectors, train_word_vectors
from pipeline.insights.attributes import count_values
from pipeline.text.ngrams import most_frequent, split_word_sequences

log = logging.getLogger(__name__)

MIN_SENTENCES = 30_000  # of a language, from which on related words mean something: measured
_MAX_SENTENCES = 200_000  # of a language that are learnt from, evenly spaced
_MIN_LEARNT = 20  # sentences of a language, below which nothing is learnt
_MAX_FILES = 60  # in the cache
_TOPIC_KEYWORDS = 3  # that related words are near to
_FORMAT = "1"


def learn_word_vectors(
    analysis: Analysis,
    settings: Word2VecSettings | None = None,
    *,
    min_sentences: int = _MIN_LEARNT,
    progress: Progress | None = None,
) -> dict[str, WordVectors]:
    """The word vectors of each language of an analysis, the largest language first.

    Args:
        analysis: whose reviews are learnt from.
        settings: of Word2Vec.
        min_sentences: languages with fewer are left out.
        progress: called with the number of languages done.

    Raises:
        InputError: gensim is not installed.
    """
    settings = settings or Word2VecSettings()
    texts = _sentences(analysis)
    wanted = [language for language, own in texts.items() if len(own) >= min_sentences]
    found = {}
    for done, language in enumerate(wanted):
        if progress:
            progress(done, len(wanted))
        path, key = _cached_file(texts[language], language, settings)
        vectors = WordVectors.load(path, key=key)
        if vectors is None and (vectors := _learn(texts[language], language, settings)):
            _keep(vectors, path, key)
        if vectors is not None:
            found[language] = vectors
    return found


def learnt_word_vectors(analysis: Analysis) -> dict[str, WordVectors] | None:
    """The vectors of the languages with enough sentences, if all have been learnt; else None."""
    settings = Word2VecSettings()
    found = {}
    for language, own in _sentences(analysis).items():
        if len(own) >= MIN_SENTENCES:
            path, key = _cached_file(own, language, settings)
            vectors = WordVectors.load(path, key=key)
            if vectors is None:
                return None
            found[language] = vectors
    return found


def count_sentences(analysis: Analysis) -> dict[str, int]:
    """Language -> number of its sentences, or of its reviews where these are grouped."""
    return count_values(analysis.languages[analysis.units.review].tolist())


def related_to_topic(
    vectors: Mapping[str, WordVectors], keywords: Mapping[str, Sequence[str]], *, top: int = 5
) -> dict[str, list[str]]:
    """Language -> the words nearest to a topic's keywords, without these.

    Args:
        vectors: of each language.
        keywords: language -> the topic's words, the first ones count most.
        top: most words of a language.
    """
    found = {}
    for language, own in vectors.items():
        keys = [_keys(word, language) for word in keywords.get(language, [])]
        known = [key for key in keys if key and own.count(key)][:_TOPIC_KEYWORDS]
        if known:
            said = {tuple(key) for key in keys}
            near = own.related([word for key in known for word in key], top=2 * top)
            words = [word for word, _ in near if tuple(_keys(word, language)) not in said]
            found[language] = words[:top]
    return found


def find_language(
    vectors: Mapping[str, WordVectors], words: Sequence[str], language: str | None = None
) -> tuple[str, list[list[str]]]:
    """The language in which some words occur most often, and their keys in it.

    Args:
        vectors: of each language.
        words: one or several, each perhaps of several words ("front desk").
        language: where the user has chosen it.

    Raises:
        InputError: no language has them all.
    """
    if language is not None and language not in vectors:
        known = ", ".join(vectors) or "none"
        raise InputError(
            "There are too few texts in '{language}' to learn from; choose of: {known}",
            language=short_name(language),
            known=known,
        )
    best: tuple[int, str, list[list[str]]] | None = None
    for code in [language] if language else vectors:
        keys = [_keys(word, code) for word in words]
        count = min(
            (vectors[code].count(own) if own else 0 for own in keys),
            default=0,
        )
        if count and (best is None or count > best[0]):
            best = count, code, keys
    if best is None:
        code = language or next(iter(vectors), "")
        for word in words:
            if code and (own := _keys(word, code)):
                vectors[code].related(own, top=1)  # says what there is instead
        raise InputError(
            "'{words}' is a function word or too rare in these texts: choose words that "
            "guests use often",
            words=short_name(" ".join(words)),
        )
    return best[1], best[2]


def warn_if_small(vectors: WordVectors, language: str) -> str:
    """A sentence for a corpus that is too small to rely on; "" for one that is not."""
    if vectors.sentences >= MIN_SENTENCES:
        return ""
    return ngettext(
        "learnt from {n} sentence in {language}; below {least} related words mean little",
        "learnt from {n} sentences in {language}; below {least} related words mean little",
        vectors.sentences,
        language=language_name(language),
        least=format_number(MIN_SENTENCES),
    )


def _keys(text: str, language: str) -> list[str]:
    (words,) = split_word_sequences([text], language)
    return [word.negates or word.key for word in words]


def _sentences(analysis: Analysis) -> dict[str, list[str]]:
    """Language -> its sentences, or its reviews where these are grouped; the largest first."""
    units = analysis.units
    found: dict[str, list[str]] = defaultdict(list)
    for text, language in zip(units.texts, analysis.languages[units.review].tolist(), strict=True):
        found[language].append(text)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def _learn(texts: Sequence[str], language: str, settings: Word2VecSettings) -> WordVectors | None:
    """Vectors of the words of a language; None where no word is frequent enough."""
    if len(texts) > _MAX_SENTENCES:
        rows = np.linspace(0, len(texts) - 1, _MAX_SENTENCES).astype(int).tolist()
        texts = [texts[row] for row in rows]
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    sentences, counts = [], Counter[str]()
    for words in split_word_sequences(texts, language):
        keys = []
        for word in words:
            # "Not clean" stands among the words that "clean" does.
            key = word.negates or word.key
            keys.append(key)
            if not word.negates:
                spellings[key][word.text] += 1
        counts.update(keys)
        sentences.append(keys)
    if max(counts.values(), default=0) < settings.min_count:
        return None
    written = {key: most_frequent(own) for key, own in spellings.items()}
    return train_word_vectors(sentences, written, settings)


def _cached_file(
    texts: Sequence[str], language: str, settings: Word2VecSettings
) -> tuple[Path, str]:
    """Where the vectors of these texts are kept, and the key that says so."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{_FORMAT}|{language}|{_MAX_SENTENCES}|{asdict(settings)}".encode())
    for text in texts:
        data = text.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "little"))
        digest.update(data)
    key = digest.hexdigest()
    return cache_folder("words") / f"{key}.npz", key


def _keep(vectors: WordVectors, path: Path, key: str) -> None:
    """Save vectors, and remove those that were saved longest ago where there are many."""
    try:
        vectors.save(path, key=key)
        files = sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for old in files[:-_MAX_FILES]:
            old.unlink(missing_ok=True)
    except OSError as error:
        report_unusable_cache(path, error)
