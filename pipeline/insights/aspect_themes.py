"""The aspects of the fixed list as themes: the same for every file, so that figures compare."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from pipeline.analysis.analysis import Analysis
from pipeline.common.errors import InputError
from pipeline.insights.themes import ASPECTS, Themes
from pipeline.topics.aspect_mentions import find_aspect_classifier
from pipeline.topics.aspects import aspect_groups, aspect_keys, aspect_names
from pipeline.topics.judged import incidence
from pipeline.topics.polarity import COMPLAINT, PRAISE


def has_aspects(analysis: Analysis) -> bool:
    """Whether aspects can be found: there is a classifier for the model that made the vectors."""
    return find_aspect_classifier(analysis.encoder) is not None


def aspect_themes(analysis: Analysis, *, language: str = "en") -> Themes:
    """The aspects that an analysis mentions as themes, each broad one before its narrow ones.

    A narrow aspect is part of its broad one, and a review that mentions it mentions both. An aspect
    that no review mentions is left out.

    Args:
        analysis: the analysis.
        language: of the names, one of :func:`pipeline.topics.naming.topic_name_languages`.

    Raises:
        InputError: there is no classifier of aspects for the model.
    """
    mentions = analysis.aspect_mentions
    if mentions is None:
        raise InputError(
            "The model {model} can't tell which aspects a review mentions: choose topics "
            "instead, or analyse the file with the default model",
            model=analysis.settings.model,
        )
    passages = analysis.searched_passages
    broad = np.array(aspect_groups()[0])
    shown = _in_order(np.union1d(mentions.aspects, broad[mentions.aspects]), broad)
    number = np.full(len(broad), -1, np.int64)
    number[shown] = np.arange(len(shown))
    # Every mention counts for the aspect and for its broad one.
    rows = np.tile(mentions.rows, 2)
    themes = number[np.concatenate([mentions.aspects, broad[mentions.aspects]])]
    shape = len(analysis.texts), len(shown)

    def reviews_of(chosen: np.ndarray) -> csr_array:
        return incidence(passages.review[rows[chosen]], themes[chosen], shape)

    sentiment = analysis.passage_sentiment
    judged = None if sentiment is None else sentiment[rows]
    keys, names = aspect_keys(), aspect_names(language)
    main = mentions.main_aspects(len(passages))
    return Themes(
        kind=ASPECTS,
        keys=tuple(keys[aspect] for aspect in shown),
        names=tuple(names[aspect] for aspect in shown),
        mentions=reviews_of(np.ones(len(rows), bool)),
        praise=None if judged is None else reviews_of(judged == PRAISE),
        complaints=None if judged is None else reviews_of(judged == COMPLAINT),
        passage_themes=np.where(main >= 0, number[main], -1),
        passage_sentiment=sentiment,
        told=analysis.has_sentiment,
        passage_mentions=incidence(rows, themes, (len(passages), len(shown))),
        parents=tuple(-1 if broad[a] == a else int(number[broad[a]]) for a in shown),
    )


def _in_order(aspects: np.ndarray, broad: np.ndarray) -> np.ndarray:
    """Aspects in order of the list, the narrow ones after their broad one: int64 (k,)."""
    order = np.lexsort((aspects, broad[aspects] != aspects, broad[aspects]))
    return aspects[order]
