"""Least squares with many fixed effects and robust errors, of sparse indicators.

The levels of the factors (hotels, languages, months) are taken out of marks and indicators first
(Frisch & Waugh 1933), which gives the coefficients of a regression with a dummy for each level
without its size. Errors are HC3 (MacKinnon & White 1985), or clustered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, hstack

_BLOCK_ROWS = 8_192
_MIN_LEFT = 0.02  # of an indicator's variance, where the factors explain the rest
_MAX_INFLATION = 10.0  # of a coefficient's variance by the other indicators (Marquardt 1970)


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of p indicators, NaN where they can't be estimated.

    Attributes:
        values, errors: float64 (p,), the coefficients and their standard errors.
        low, high: float64 (p,), 95 % intervals.
        p_values: float64 (p,), of no effect.
        absorbed: bool (p,), whether the factors leave nothing of an indicator.
        partner: int64 (p,), the indicator that each can't be told apart from, -1 for none.
    """

    values: np.ndarray
    errors: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_values: np.ndarray
    absorbed: np.ndarray
    partner: np.ndarray


class FixedEffects:
    """n outcomes with the levels of their factors taken out.

    Rows that are the only one of a level are left out: they say nothing about anything else.

    Args:
        outcomes: float64 (n,).
        factors: int64 (n,) each, the level of each row.
        clusters: int64 (n,), within which errors may depend on one another; None for HC3.

    Attributes:
        rows: int64 (k,), the rows that are used.
    """

    def __init__(
        self,
        outcomes: np.ndarray,
        factors: Sequence[np.ndarray],
        *,
        clusters: np.ndarray | None = None,
    ) -> None:
        self.rows = _without_singletons(factors, len(outcomes))
        levels = [_renumber(factor[self.rows]) for factor in factors]
        if not levels:
            levels = [np.zeros(len(self.rows), np.int64)]
        counts = [int(codes.max(initial=-1)) + 1 for codes in levels]
        starts = np.cumsum([0, *counts[:-1]])
        columns = np.stack(
            [codes + start for codes, start in zip(levels, starts, strict=True)], axis=1
        )
        self._dummies = csr_array(
            hstack([_one_hot(codes, n) for codes, n in zip(levels, counts, strict=True)])
        )
        gram = (self._dummies.T @ self._dummies).toarray()
        self._inverse = np.linalg.pinv(gram, hermitian=True)
        self._rank = int(round(float(np.einsum("ij,ji->", self._inverse, gram))))
        within = outcomes[self.rows].astype(np.float64)
        self._outcomes = within - self._dummies @ (self._inverse @ (self._dummies.T @ within))
        pairs = self._inverse[columns[:, :, None], columns[:, None, :]]
        self._leverages = pairs.sum(axis=(1, 2))
        self._clusters: csr_array | None = None
        if clusters is not None:
            own = _renumber(clusters[self.rows])
            self._clusters = _one_hot(own, int(own.max(initial=-1)) + 1)

    @property
    def explained_all(self) -> bool:
        """Whether the factors leave nothing of the outcomes, or no row to judge by."""
        size = len(self.rows) - self._rank
        return size < 2 or float(np.abs(self._outcomes).max(initial=0.0)) < 1e-9

    def fit(self, indicators: csr_array) -> Coefficients:
        """Regress the outcomes on p indicators together.

        Args:
            indicators: sparse (n, p).
        """
        chosen, explained, gram, absorbed = self._take_out(indicators)
        order = np.argsort(-chosen.sum(axis=0), kind="stable")
        kept, partner = _independent(gram, order[~absorbed[order]])
        columns = np.full((5, chosen.shape[1]), np.nan)
        columns[:, kept] = self._estimate(
            chosen[:, kept], explained[:, kept], np.linalg.inv(gram[np.ix_(kept, kept)])
        )
        columns[:, partner >= 0] = np.nan  # nor the one that was kept: it stands for both
        return _coefficients(columns, absorbed, partner)

    def fit_each(self, indicators: csr_array) -> Coefficients:
        """Regress the outcomes on each of p indicators by itself.

        Args:
            indicators: sparse (n, p).
        """
        chosen, explained, gram, absorbed = self._take_out(indicators)
        kept = np.flatnonzero(~absorbed)
        columns = np.full((5, chosen.shape[1]), np.nan)
        columns[:, kept] = self._estimate(
            chosen[:, kept], explained[:, kept], 1 / np.diag(gram)[kept]
        )
        partner = np.full(chosen.shape[1], -1, np.int64)
        return _coefficients(columns, absorbed, partner)

    def _take_out(
        self, indicators: csr_array
    ) -> tuple[csr_array, np.ndarray, np.ndarray, np.ndarray]:
        """The rows used, the part of each level in them, inner products of what is left of them,
        and which have nothing left."""
        chosen = csr_array(indicators, dtype=np.float64)[self.rows]
        cross = (self._dummies.T @ chosen).toarray()
        explained = self._inverse @ cross
        gram = (chosen.T @ chosen).toarray() - cross.T @ explained
        shares = chosen.sum(axis=0) / max(len(self.rows), 1)
        absorbed = np.diag(gram) <= _MIN_LEFT * len(self.rows) * shares * (1 - shares)
        return chosen, explained, gram, absorbed

    def _estimate(
        self, chosen: csr_array, explained: np.ndarray, inverse: np.ndarray
    ) -> np.ndarray:
        """Values, errors, low, high and p values: float64 (5, p).

        Args:
            chosen: sparse (k, p), the indicators.
            explained: float64 (levels, p), what the levels explain of them.
            inverse: of the inner products of what is left of them: (p, p) for one regression, or
                (p,) for one each.
        """
        from scipy import stats

        together, count = inverse.ndim == 2, chosen.shape[1]
        used = self._rank + (count if together else 1)
        degrees = len(self.rows) - used
        if not count or degrees < 1:
            return np.full((5, count), np.nan)
        products = chosen.T @ self._outcomes
        values = inverse @ products if together else inverse * products
        middle = np.zeros(inverse.shape)
        clusters = 0 if self._clusters is None else self._clusters.shape[1]
        scores = np.zeros((clusters, count))
        for start in range(0, len(self.rows), _BLOCK_ROWS):
            part = slice(start, start + _BLOCK_ROWS)
            within = chosen[part].toarray() - self._dummies[part] @ explained
            fitted = (within @ values)[:, None] if together else within * values
            errors = self._outcomes[part][:, None] - fitted
            if self._clusters is not None:
                scores += self._clusters[part].T @ (within * errors)
                continue
            own = within @ inverse * within if together else inverse * within**2
            leverages = own.sum(axis=1, keepdims=True) if together else own
            free = 1 - self._leverages[part][:, None] - leverages
            # A row with a leverage of 1 is its own dummy: it has no error.
            scaled = np.divide(errors, free, out=np.zeros_like(free), where=free > 1e-9)
            weighted = within * scaled
            middle += weighted.T @ weighted if together else (weighted**2).sum(axis=0)
        if self._clusters is not None:
            rows = len(self.rows)
            correction = clusters / (clusters - 1) * (rows - 1) / (rows - used)
            middle = correction * (scores.T @ scores if together else (scores**2).sum(axis=0))
            degrees = clusters - 1
        variances = np.diag(inverse @ middle @ inverse) if together else inverse**2 * middle
        deviations = np.sqrt(np.maximum(variances, 0))
        half = stats.t.ppf(0.975, degrees) * deviations
        with np.errstate(invalid="ignore", divide="ignore"):
            p_values = 2 * stats.t.sf(np.abs(values) / deviations, degrees)
        found = np.stack([values, deviations, values - half, values + half, p_values])
        found[:, deviations < 1e-12] = np.nan  # no errors: there is nothing to judge by
        return found


def _coefficients(columns: np.ndarray, absorbed: np.ndarray, partner: np.ndarray) -> Coefficients:
    values, errors, low, high, p_values = columns
    return Coefficients(values, errors, low, high, p_values, absorbed, partner)


def _without_singletons(factors: Sequence[np.ndarray], size: int) -> np.ndarray:
    """Rows that are not the only one of any level, also after others were left out."""
    rows = np.arange(size)
    while True:
        single = np.zeros(len(rows), bool)
        for factor in factors:
            codes = _renumber(factor[rows])
            single |= np.bincount(codes)[codes] == 1 if len(codes) else single
        if not single.any():
            return rows
        rows = rows[~single]


def _renumber(codes: np.ndarray) -> np.ndarray:
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


def _one_hot(codes: np.ndarray, count: int) -> csr_array:
    rows = np.arange(len(codes))
    return csr_array((np.ones(len(codes)), (rows, codes)), shape=(len(codes), count))


def _independent(gram: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The columns to estimate together, and each one's partner, int64 (p,), -1 for none.

    A column is left out when those before it in the order explain it, by a Cholesky decomposition.

    Args:
        gram: float64 (p, p), inner products of the columns.
        order: in which the columns are tried.
    """
    partner = np.full(len(gram), -1, np.int64)
    kept: list[int] = []
    factor = np.zeros((len(order), len(order)))
    for column in order.tolist():
        size = len(kept)
        solved = np.zeros(size)
        for i, other in enumerate(kept):
            solved[i] = (gram[column, other] - factor[i, :i] @ solved[:i]) / factor[i, i]
        left = gram[column, column] - solved @ solved
        if left * _MAX_INFLATION <= gram[column, column]:
            scale = np.sqrt(np.diag(gram)[kept] * gram[column, column])
            nearest = kept[int(np.argmax(np.abs(gram[column, kept]) / scale))]
            partner[column] = nearest
            if partner[nearest] < 0:
                partner[nearest] = column
            continue
        factor[size, :size], factor[size, size] = solved, np.sqrt(left)
        kept.append(column)
    return np.array(kept, np.int64), partner
