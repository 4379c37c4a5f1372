"""Does satisfaction pay alike in every group of customers: a slope of its own for each level, and the test that they are equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls
from csat_analysis.models.curves import SATISFACTION
from csat_analysis.models.regression import fit_logit
from csat_analysis.models.repurchase import Panel, rarer_outcome
from csat_analysis.models.shape import wald

FEWEST_RARER = 20  # of the rarer outcome in a level (about 100 contacts): with 10 the interval covered .925


@dataclass(frozen=True, eq=False)
class BySlope:
    """Slopes of satisfaction by level of a column.

    effects   level → average marginal effect among its customers, or why there is none.
    p_value   of the Wald test that all slopes (log odds) are equal; NaN with fewer than two levels.
    """

    effects: dict[str, Estimate | NoEstimate]
    p_value: float


def slopes_by(panel: Panel, held: Controls, column: str) -> BySlope | NoEstimate:
    """The average marginal effect of an index point in each level of a column of the panel (class, tenure, competition).

    A level with fewer than FEWEST_RARER of the rarer outcome has none; the others get a slope each in one logit.
    """
    if column not in panel.table or panel.table[column].isna().all():
        return NoEstimate("not_supplied", f"the list of customers has no {column}")
    level = panel.table[column]
    named = [str(name) for name in sorted(level[panel.usable].dropna().unique(), key=str)]
    large = large_levels(panel, held, column)
    few = NoEstimate("not_estimable", f"fewer than {FEWEST_RARER} of the rarer outcome")
    if len(large) < 2:
        alone = NoEstimate("not_computed", "no second group is large enough to compare with")
        return BySlope({name: alone if name in large else few for name in named}, float("nan"))
    try:
        return fitted_by(panel, held, column, named, large, few)
    except EstimateError as reason:
        return BySlope(dict.fromkeys(named, NoEstimate("not_estimable", str(reason))), float("nan"))


def large_levels(panel: Panel, held: Controls, column: str) -> list[str]:
    """Levels with enough of the rarer outcome among the contacts that a fit will use."""
    used = panel.usable & held.columns.notna().all(axis=1).to_numpy()
    level = panel.table[column].where(used)
    return [
        str(name)
        for name in sorted(level.dropna().unique(), key=str)
        if rarer_outcome(panel.outcome[(level == name).to_numpy()]) >= FEWEST_RARER
    ]


def fitted_by(
    panel: Panel, held: Controls, column: str, named: list[str], large: list[str], few: NoEstimate
) -> BySlope:
    level, score = panel.table[column], panel.table[SATISFACTION]
    own = {f"{SATISFACTION} x {name}": score * (level == name) for name in large[1:]}
    main = {f"{column} {name}": (level == name).astype(float) for name in large[1:]}
    others = held.columns.drop(columns=[name for name in held.columns if name.startswith(f"{column} ")])
    x = pd.concat([score.to_frame(), pd.DataFrame(own), pd.DataFrame(main), others], axis=1)
    fit = fit_logit(panel.design, panel.outcome, x, inside=level.isin(large).to_numpy())
    level_of = level.to_numpy()[fit.rows]
    slopes = np.zeros_like(fit.columns)
    slopes[:, 1] = 1.0
    for place, name in enumerate(large[1:]):
        slopes[:, 2 + place] = level_of == name
    found = {
        name: effects.average_marginal_effect(fit, slopes, inside=level_of == name, study="group_effect")
        if name in large
        else few
        for name in named
    }
    p_value = float("nan") if fit.separated else wald([effects.coefficient(fit, name) for name in own])[1]
    return BySlope(found, p_value)
