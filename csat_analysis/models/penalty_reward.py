"""Is a driver one that is missed when it is bad, one that delights when it is good, or both alike: penalty–reward contrasts."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis.certification import design_effect, holds_at
from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.models import effects
from csat_analysis.models.regression import fit_linear

SPLITS = ("thirds", "points")
THIRDS = (1 / 3, 2 / 3)  # quantiles of the driver's scores: the lower and the upper third
POINTS = (60.0, 80.0)  # below and from
FEWEST = 10  # contacts that a low and a high group need
LARGEST_DESIGN_EFFECT = 1.7  # of weights (Kish): those of the study


@dataclass(frozen=True)
class Contrast:
    """One driver in one split, in points of the outcome's scale (0–100) against customers in between, other drivers equal.

    penalty  how much lower the outcome is where the driver is low; reward: how much higher where it is high;
    difference  reward − penalty: above 0 it delights more than it is missed.
    """

    penalty: Measured | NoEstimate
    reward: Measured | NoEstimate
    difference: Measured | NoEstimate


def penalty_reward(
    design: Design, y: pd.Series, drivers: pd.DataFrame, split: str, confidence: float = 0.95
) -> dict[str, Contrast]:
    """Contrast of each driver: the outcome on a low and a high indicator of every driver, by weighted least squares.

    What it tells a manager: basic drivers cost satisfaction when they fail and earn little when they shine; excitement
    drivers the other way round; performance drivers pay alike. Where low and high begin decides much: hence two splits, thirds
    of the customers and fixed points, and only what both say is said.
    A driver with fewer than FEWEST low or high contacts has no contrast in that split.
    Source: Brandt (1987); Mikulić and Prebežac (2011) on how far splits disagree.
    """
    used = y.notna().to_numpy() & drivers.notna().all(axis=1).to_numpy() & (design.weight > 0)
    columns, few = {}, {}
    for name in drivers:
        low, high = ends(drivers[name], used, split)
        counts = int(low[used].sum()), int(high[used].sum())
        if min(counts) < FEWEST:
            few[name] = NoEstimate("not_estimable", f"{counts[0]} low and {counts[1]} high contacts", int(used.sum()))
        else:
            columns |= {f"{name} low": low.astype(float), f"{name} high": high.astype(float)}
    found = {name: Contrast(why, why, why) for name, why in few.items()}
    if not columns:
        return found
    known = pd.DataFrame(columns, index=drivers.index).where(pd.Series(used, index=drivers.index), axis=0)
    try:
        fit = fit_linear(design, y, known)
    except EstimateError as reason:
        why = NoEstimate("not_estimable", str(reason), int(used.sum()))
        return found | {name: Contrast(why, why, why) for name in drivers if name not in found}
    for name in drivers:
        if name not in few:
            low, high = (effects.coefficient(fit, f"{name} {end}") for end in ("low", "high"))
            found[name] = Contrast(*(judged(e, confidence) for e in (-low, high, effects.combined(high + low))))
    return {name: found[name] for name in drivers}


def ends(scores: pd.Series, used: np.ndarray, split: str) -> tuple[pd.Series, pd.Series]:
    """Who is low and who is high on a driver."""
    if split == "points":
        return scores < POINTS[0], scores >= POINTS[1]
    below, above = np.quantile(scores[used], THIRDS) if used.any() else POINTS
    return scores <= below, scores > above


def judged(estimate: Estimate, confidence: float) -> Measured:
    """With its t interval, certified by the study of contrasts (studies/drivers.py)."""
    found = replace(estimate, kind="other", terms=())
    low, high = found.interval(confidence)
    tried = design_effect(found.design.weight[found.about]) <= LARGEST_DESIGN_EFFECT
    units = len(np.unique(found.design.unit[found.about]))
    return Measured(found.value, low, high, found.n, tried and holds_at("contrast", units), found.se)
