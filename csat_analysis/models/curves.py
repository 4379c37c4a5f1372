"""Buying again as a function of satisfaction: straight in the log odds, or a restricted cubic spline; and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls
from csat_analysis.models.regression import Fit, fit_linear, fit_logit
from csat_analysis.models.repurchase import Panel

SATISFACTION = "satisfaction"
KNOTS = {3: (0.10, 0.50, 0.90), 4: (0.05, 0.35, 0.65, 0.95)}  # quantiles of the scores (Harrell 2015, table 2.3)
FOUR_KNOTS_FROM = 100  # contacts


@dataclass(frozen=True, eq=False)
class Curve:
    """A regression of buying again in which satisfaction has the first columns after the intercept.

    knots  of the spline, in points; none where satisfaction enters straight.
    """

    fit: Fit
    scores: np.ndarray
    knots: tuple[float, ...] = ()

    @property
    def spline_names(self) -> list[str]:
        return spline_names(self.knots)

    def marginal_effect(self, inside: np.ndarray | None = None) -> Estimate | NoEstimate:
        """Average marginal effect of an index point on the probability of buying again."""
        slopes = np.zeros_like(self.fit.columns)
        own = spline_slopes(self.scores, self.knots)
        slopes[:, 1 : 1 + own.shape[1]] = own
        return effects.average_marginal_effect(self.fit, slopes, inside=inside)

    def predicted(self, at: float, inside: np.ndarray | None = None) -> Estimate | NoEstimate:
        """Mean probability of buying again were every customer at `at` points, all else as it is."""
        return effects.prediction(self.fit, self.columns_at(at), inside=inside)

    def columns_at(self, at: float | np.ndarray) -> np.ndarray:
        columns = self.fit.columns.copy()
        own = spline_columns(np.broadcast_to(np.asarray(at, dtype=float), len(columns)), self.knots)
        columns[:, 1 : 1 + own.shape[1]] = own
        return columns


def straight(panel: Panel, held: Controls) -> Curve:
    """Logit with one slope for satisfaction: the model of record."""
    return curve(panel, held, ())


def linear_probability(panel: Panel, held: Controls) -> Fit:
    """Least squares of the 0/1 outcome on the same columns: its slope is an effect without any curve."""
    return fit_linear(panel.design, panel.outcome, columns_with(panel, held, ()))


def curved(panel: Panel, held: Controls) -> Curve:
    """Logit with a restricted cubic spline of satisfaction: linear beyond the outer knots, smooth between them."""
    return curve(panel, held, knots_for(panel.table[SATISFACTION][panel.usable].to_numpy()))


def curve(panel: Panel, held: Controls, knots: tuple[float, ...]) -> Curve:
    fit = fit_logit(panel.design, panel.outcome, columns_with(panel, held, knots))
    return Curve(fit, panel.table[SATISFACTION].to_numpy()[fit.rows], knots)


def columns_with(panel: Panel, held: Controls, knots: tuple[float, ...]) -> pd.DataFrame:
    own = spline_columns(panel.table[SATISFACTION].to_numpy(), knots)
    names = [SATISFACTION, *spline_names(knots)]
    return pd.concat([pd.DataFrame(own, columns=names, index=panel.table.index), held.columns], axis=1)


def knots_for(scores: np.ndarray) -> tuple[float, ...]:
    """Knots at quantiles of the scores; fewer where scores repeat so much that knots would coincide."""
    wanted = KNOTS[4 if len(scores) >= FOUR_KNOTS_FROM else 3]
    found = np.unique(np.quantile(scores, wanted))
    return tuple(map(float, found)) if len(found) >= 3 else ()


def spline_names(knots: tuple[float, ...]) -> list[str]:
    return [f"{SATISFACTION} spline {place}" for place in range(1, max(len(knots) - 1, 1))]


def spline_columns(scores: np.ndarray, knots: tuple[float, ...]) -> np.ndarray:
    """Scores and the knots − 2 columns that bend: restricted cubic spline in truncated powers, in units of the outer span.

    (x − t_j)³₊ − (x − t_{k−1})³₊ (t_k − t_j)/(t_k − t_{k−1}) + (x − t_k)³₊ (t_{k−1} − t_j)/(t_k − t_{k−1}), over (t_k − t_1)².
    Source: Harrell (2015), section 2.4.5.
    """
    return np.column_stack([scores, *bends(scores, knots, lambda left: left**3)])


def spline_slopes(scores: np.ndarray, knots: tuple[float, ...]) -> np.ndarray:
    """Derivative of `spline_columns` in the scores."""
    return np.column_stack([np.ones(len(scores)), *bends(scores, knots, lambda left: 3 * left**2)])


def bends(scores: np.ndarray, knots: tuple[float, ...], power: Callable) -> list[np.ndarray]:
    if not knots:
        return []
    *_, before, last = knots
    beyond = {knot: power(np.maximum(scores - knot, 0.0)) for knot in knots}
    return [
        (
            beyond[knot]
            - beyond[before] * (last - knot) / (last - before)
            + beyond[last] * (before - knot) / (last - before)
        )
        / (last - knots[0]) ** 2
        for knot in knots[:-2]
    ]
