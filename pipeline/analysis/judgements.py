"""What is judged of each passage once for all: its sentiment, and the aspects that it mentions.

On 300,000 passages that takes seconds, so it is saved with the analysis, under a key of whatever
judged it: another version of the program judges anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from pipeline.analysis.analysis import Analysis
from pipeline.topics.aspect_mentions import AspectMentions, find_aspect_classifier
from pipeline.topics.sentiment import find_sentiment_classifier, sentiment_languages

_FORM = "1"  # of the arrays, and of how these classifiers are asked


def judgement_arrays(analysis: Analysis) -> dict[str, np.ndarray]:
    """The judgements of an analysis as arrays to save; none where its model has no classifiers."""
    key, mentions = judgement_key(analysis), analysis.aspect_mentions
    if not key or mentions is None or analysis.passage_sentiment is None:
        return {}
    return {
        "judged_by": np.array(key),
        "sentiment": analysis.passage_sentiment,
        "mention_rows": mentions.rows.astype(np.int32),
        "mention_aspects": mentions.aspects.astype(np.int16),
    }


def restore_judgements(analysis: Analysis, arrays: Mapping[str, np.ndarray]) -> None:
    """Give an analysis the judgements of :func:`judgement_arrays`, if they are still the same."""
    if "judged_by" not in arrays or str(arrays["judged_by"]) != judgement_key(analysis):
        return
    analysis.__dict__["passage_sentiment"] = arrays["sentiment"]
    analysis.__dict__["aspect_mentions"] = AspectMentions(
        arrays["mention_rows"].astype(np.int64), arrays["mention_aspects"].astype(np.int64)
    )


def forget_judgements(analysis: Analysis) -> None:
    """Let an analysis that came from elsewhere be judged anew."""
    for name in ("passage_sentiment", "aspect_mentions"):
        analysis.__dict__.pop(name, None)


def judgement_key(analysis: Analysis) -> str:
    """What judges the passages of an analysis; "" where nothing does."""
    sentiment = find_sentiment_classifier(analysis.encoder)
    aspects = find_aspect_classifier(analysis.encoder)
    if sentiment is None or aspects is None:
        return ""
    digest = hashlib.sha256(f"{_FORM} {sentiment.heads.fingerprint}".encode())
    digest.update(" ".join(sentiment_languages()).encode())
    for part in (sentiment.axis, aspects):
        for array in vars(part).values():
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]
