"""A curve of its own for each group of customers: is buying again flat until customers are very satisfied where competition is
hard, as Jones and Sasser (1995) found?
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls
from csat_analysis.models.curves import KNOTS, SATISFACTION, spline_columns, spline_names
from csat_analysis.models.groups import large_levels
from csat_analysis.models.regression import Fit, fit_logit
from csat_analysis.models.repurchase import Panel
from csat_analysis.models.shape import wald

INNER = (0.05, 0.95)  # quantiles of a group's scores between which its curve is drawn


@dataclass(frozen=True, eq=False)
class GroupCurves:
    """A restricted cubic spline of satisfaction for each level of a column, in one logit.

    p_value  of the Wald test that all curves are alike but for their height.
    scores, level_of  of the fit's rows.
    """

    fit: Fit
    levels: tuple[str, ...]
    knots: tuple[float, ...]
    scores: np.ndarray
    level_of: np.ndarray

    @property
    def p_value(self) -> float:
        own = [name for name in self.fit.names if " x " in name]
        return float("nan") if self.fit.separated else wald([effects.coefficient(self.fit, name) for name in own])[1]

    def predicted(self, level: str, at: float) -> Estimate | NoEstimate:
        """Mean probability of buying again of this level's customers, were each at `at` points."""
        there = spline_columns(np.full(len(self.scores), at), self.knots)
        columns = self.fit.columns.copy()
        columns[:, 1 : 1 + len(self.levels) * there.shape[1]] = by_level(there, self.level_of, self.levels)
        return effects.prediction(self.fit, columns, inside=self.level_of == level)

    def grid(self, level: str, step: float) -> list[float]:
        """Scores at which the level's curve is given: every `step` points where most of its customers are."""
        low, high = np.quantile(self.scores[self.level_of == level], INNER)
        return list(map(float, np.arange(np.ceil(low / step) * step, high + 1e-9, step)))

    def rarer(self, level: str) -> int:
        return effects.rarer(self.fit, self.level_of == level)


def curves_by(panel: Panel, held: Controls, column: str) -> GroupCurves | NoEstimate:
    """A curve for each level of a column of the panel that has enough of the rarer outcome; two such levels are needed."""
    if column not in panel.table or panel.table[column].isna().all():
        return NoEstimate("not_supplied", f"the list of customers has no {column}")
    levels = tuple(large_levels(panel, held, column))
    if len(levels) < 2:
        return NoEstimate("not_estimable", "no two groups have enough of the rarer outcome for a curve each")
    level, score = panel.table[column], panel.table[SATISFACTION]
    knots = tuple(map(float, np.unique(np.quantile(score[panel.usable], KNOTS[3]))))
    if len(knots) < 3:
        return NoEstimate("not_estimable", "scores take too few values for a curve")
    own = spline_columns(score.to_numpy(), knots)
    bends = [SATISFACTION, *spline_names(knots)]
    names = [*bends, *(f"{bend} x {name}" for name in levels[1:] for bend in bends)]
    columns = pd.DataFrame(by_level(own, level.to_numpy(), levels), columns=names, index=level.index)
    main = pd.DataFrame({f"{column} {name}": (level == name).astype(float) for name in levels[1:]})
    others = held.columns.drop(columns=[name for name in held.columns if name.startswith(f"{column} ")])
    try:
        x = pd.concat([columns, main, others], axis=1)
        fit = fit_logit(panel.design, panel.outcome, x, inside=level.isin(levels).to_numpy())
    except EstimateError as reason:
        return NoEstimate("not_estimable", str(reason))
    return GroupCurves(fit, levels, knots, score.to_numpy()[fit.rows], level.to_numpy()[fit.rows])


def by_level(own: np.ndarray, level_of: np.ndarray, levels: tuple[str, ...]) -> np.ndarray:
    """The first level's columns, then each other level's difference from them."""
    return np.column_stack([own, *(own * (level_of == name)[:, None] for name in levels[1:])])
