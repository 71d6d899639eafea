"""Results of a comparison of models as JSON values: for commands, and between processes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pipeline.evaluation.compare_models import ModelResult
from pipeline.evaluation.verdict import Verdict, enough_dimensions


def result_records(results: Sequence[ModelResult], verdict: Verdict) -> list[dict[str, Any]]:
    """One object for each result.

    ``undominated`` and ``chosen`` are of models with all of their dimensions; ``enough`` marks the
    number of dimensions of a model after which a third more memory buys less than a point. LDA and
    LSA, which only group texts, have no quality and no dimension.

    Args:
        results: in the order of :func:`pipeline.evaluation.compare_models.compare_models`.
        verdict: on those with all of their dimensions.
    """
    whole = [result for result in results if result.is_whole_model]
    enough = {id(result) for result in _enough(results)}
    records = []
    for result in results:
        place = next((n for n, each in enumerate(whole) if each is result), None)
        record: dict[str, Any] = {
            "model": result.model,
            "dimension": None if result.only_groups else result.dimension,
            "reduction": result.reduction or None,
            "space": result.space,
            "quality": _number(result.quality),
        }
        for kind, measures in result.measures.items():
            record[kind] = {
                name: {part: _number(value) for part, value in vars(estimate).items()}
                for name, estimate in measures.items()
            }
        record["by_language"] = {code: _number(x) for code, x in result.by_language.items()}
        record |= {name: _number(value) for name, value in vars(result.costs).items()}
        megabytes = np.nan if result.only_groups else result.megabytes_per_million
        record["mb_per_million_reviews"] = _number(megabytes)
        record["undominated"] = place in verdict.undominated
        record["chosen"] = place == verdict.chosen
        record["enough"] = id(result) in enough
        records.append(record)
    return records


def _enough(results: Sequence[ModelResult]) -> list[ModelResult]:
    found = []
    for whole in results:
        if whole.reduction:
            continue
        own = [each for each in results if each.model == whole.model]
        for kind in dict.fromkeys(each.reduction for each in own if each.reduction):
            curve = [each for each in own if each.reduction in ("", kind)]
            if (place := enough_dimensions(curve)) is not None:
                found.append(curve[place])
    return found


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
