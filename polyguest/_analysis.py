"""Analyses of reviews: made, saved and loaded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyguest._frames import frame_of_rows
from polyguest._reviews import Reviews, Source, read_reviews

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from pipeline.analysis import analysis as inner
    from pipeline.embedding.encoder import Encoder

_WHOLE = ("topic_id", "reviews", "mentions", "sentence")
_NUMBERS = ("x", "y", "rating_of_5", "name_fits")
_DATES = ("review_date",)


class Analysis:
    """Reviews with their languages, topics and map; made by `analyse` or `load_analysis`."""

    def __init__(self, analysis: inner.Analysis, encoder: Encoder | None = None) -> None:
        self._analysis = analysis
        self._encoder = encoder

    def __len__(self) -> int:
        return len(self._analysis.texts)

    def __repr__(self) -> str:
        return f"<Analysis: {len(self)} reviews, {len(self._analysis.topics)} topics>"

    @cached_property
    def reviews(self) -> pd.DataFrame:
        """One row a review, with the columns of ``reviews.csv``.

        That is the file's own columns as text, then review_id, language, topic_id, topic, x and y
        (with a map), review_date and rating_of_5.
        """
        from pipeline.analysis.export import RESULT_COLUMNS, VALUE_COLUMNS, reviews_rows

        rows = reviews_rows(self._analysis)
        results = {*RESULT_COLUMNS, *VALUE_COLUMNS}
        return frame_of_rows(
            rows,
            whole=[name for name in _WHOLE if name in results],
            numbers=[name for name in _NUMBERS if name in results],
            dates=_DATES,
        )

    @cached_property
    def sentences(self) -> pd.DataFrame | None:
        """One row a sentence, as in ``sentences.csv``; None where whole reviews are grouped."""
        from pipeline.analysis.export import sentences_rows
        from pipeline.reviews.units import SENTENCE

        if self._analysis.units.kind != SENTENCE:
            return None
        return frame_of_rows(sentences_rows(self._analysis), whole=_WHOLE, numbers=_NUMBERS)

    @cached_property
    def topics(self) -> pd.DataFrame:
        """One row a topic, with the columns of ``topics.csv``: name, size, languages, keywords."""
        from pipeline.analysis.export import topics_rows

        shares = [f"share_{code}" for code in set(self._analysis.languages.tolist())]
        return frame_of_rows(
            topics_rows(self._analysis), whole=_WHOLE, numbers=[*_NUMBERS, *shares]
        )

    @property
    def report(self) -> dict[str, Any]:
        """Row counts, stages and measures, as in ``report.json``."""
        return dict(self._analysis.report)

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Save the analysis in a folder, as ``polyguest analyse --out`` does.

        Raises:
            InputError: the folder can't be written.
        """
        from pipeline.analysis.storage import save_analysis

        save_analysis(self._analysis, Path(folder))


def analyse(
    source: Reviews | Source,
    *,
    topics: int | None = None,
    unit: str = "auto",
    space: str = "neutral",
    model: str | None = None,
    seed: int = 0,
    with_map: bool = True,
    use_cache: bool = True,
    progress: Callable[[str, int, int], None] | None = None,
) -> Analysis:
    """Find the topics of reviews and draw their map.

    The same reviews, arguments and version give the same result.

    Args:
        source: what `read_reviews` has read, or what it reads.
        topics: how many topics; chosen automatically when left out.
        unit: what is grouped: "review", "sentence", or "auto" to choose by the reviews.
        space: "neutral", or "raw" to leave the language effect in.
        model: a sentence-transformers model by folder or name; the bundled one when left out.
        seed: random seed of topics and map.
        with_map: whether to draw the map, which takes a part of the time.
        use_cache: whether vectors are looked up and kept in the user's cache folder.
        progress: called with a stage, how much of it is done, and of how much. What it raises
            stops the analysis.

    Raises:
        InputError: an argument or the source can't be used.
    """
    from pipeline.analysis import run
    from pipeline.analysis.analysis import Settings
    from pipeline.embedding.registry import DEFAULT_MODEL

    settings = Settings(
        topic_count=topics,
        unit=unit,
        space=space,
        model=model or DEFAULT_MODEL,
        seed=seed,
        with_map=with_map,
    )
    reviews = source if isinstance(source, Reviews) else read_reviews(source)
    encoder = _load_encoder(settings.model)
    analysis = run.analyse(
        reviews._read,
        settings,
        name=reviews.name,
        encoder=encoder,
        progress=progress,
        use_cache=use_cache,
    )
    return Analysis(analysis, encoder)


def load_analysis(folder: str | os.PathLike[str]) -> Analysis:
    """Load an analysis that was saved in a folder, by Python or by ``polyguest analyse``.

    Raises:
        InputError: there is none, or it is damaged.
    """
    from pipeline.analysis import storage

    return Analysis(storage.load_analysis(Path(folder)))


def encoder_of(analysis: Analysis) -> Encoder:
    """The model of an analysis, loaded at the first call.

    Raises:
        InputError: it is not on this machine, or not allowed.
    """
    from pipeline.embedding.registry import is_known_model, load_encoder_of_analysis

    if analysis._encoder is None:
        model = analysis._analysis.settings.model
        load = _load_encoder if is_known_model(model) else load_encoder_of_analysis
        encoder = load(model)
        analysis._analysis.check_encoder(encoder)
        analysis._encoder = encoder
    return analysis._encoder


def units_passing(
    analysis: Analysis,
    *,
    languages: str | Iterable[str],
    topics: str | Iterable[str],
    where: dict[str, str | Iterable[str]] | None,
    filter: str,  # noqa: A002  the name of the option
) -> np.ndarray | None:
    """Mask of the grouped units that pass the filters; None where there is no filter.

    Raises:
        InputError: a filter names what is not there, or can't be read.
    """
    from pipeline.analysis.filter_columns import select_units

    return select_units(
        analysis._analysis,
        languages=_listed(languages),
        topics=_listed(topics),
        where={column: _listed(values) for column, values in (where or {}).items()},
        expression=filter,
    )


def _listed(values: str | Iterable[str]) -> list[str]:
    return [values] if isinstance(values, str) else [str(value) for value in values]


@lru_cache(maxsize=2)
def _load_encoder(model: str) -> Encoder:
    from pipeline.embedding.registry import load_encoder

    return load_encoder(model)
