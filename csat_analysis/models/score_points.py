"""A scorecard's arithmetic: figures stretched to points of 0–100, the mystery shopper's visits, and the weighted total."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.certification import holds_at, is_certified
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured

MANAGER = "manager_id"
FROM_ANSWERS = ("satisfaction", "nps")  # parts that the same people's answers give
Part = Estimate | Measured | NoEstimate | float
STRETCH = {
    "satisfaction": (1, 0),
    "audits": (1, 0),
    "nps": (0.5, 50),
    "complaint_rate": (-100, 100),
}  # factor, shift; others are shares


def weighted_total(told: Mapping[str, Measured], weights: Mapping[str, float], confidence: float) -> Measured:
    """The total of parts in points; certified where the study found such totals to hold for so many answers, or the least that any part
    rests on where it has none."""
    share = {part: weights[part] / sum(weights[p] for p in told) for part in told}
    value = sum(share[part] * told[part].value for part in told)
    together = sum(share[part] * (told[part].se or 0.0) for part in told if part in FROM_ANSWERS)
    variance = together**2 + sum((share[p] * (told[p].se or 0.0)) ** 2 for p in told if p not in FROM_ANSWERS)
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(variance)
    answers = [told[part].n for part in FROM_ANSWERS if part in told]
    n = min(answers or [score.n for score in told.values() if score.se])
    holds = holds_at("scorecard", n)
    return Measured(
        float(value), max(float(value - half), 0.0), min(float(value + half), 100.0), n, holds, float(np.sqrt(variance))
    )


def in_points(found: Part, part: str, confidence: float) -> Measured | NoEstimate:
    """A part's figure stretched to 0–100, its standard error read off its interval where that is of another shape."""
    if isinstance(found, NoEstimate):
        return found
    if not isinstance(found, Estimate | Measured):
        points = float(np.clip(100 * found, 0, 100))
        return Measured(points, points, points, 0, True, 0.0)
    if isinstance(found, Estimate):
        if found.status == "not_estimable":
            return NoEstimate("not_estimable", "too few answers, or all alike", found.n)
        low, high = found.interval(confidence)
        found = Measured(found.value, low, high, found.n, is_certified(found), found.se)
    slope, shift = STRETCH.get(part, (100, 0))
    value, low, high = (float(np.clip(slope * x + shift, 0, 100)) for x in (found.value, found.low, found.high))
    low, high = sorted((low, high))  # complaints turn round
    error = (high - low) / 2 / stats.norm.ppf((1 + confidence) / 2)
    return Measured(value, low, high, found.n, found.holds, error)


def audit_score(visits: pd.DataFrame, manager: str, confidence: float) -> Measured | NoEstimate:
    """Mean of a manager's visits with the spread of visits within managers, pooled: ± t √(s²/visits). n: scored checkpoints."""
    within = visits["mean"] - visits.groupby(MANAGER)["mean"].transform("mean")
    freedom = len(visits) - visits[MANAGER].nunique()
    own = visits[visits[MANAGER] == manager]
    if own.empty:
        return NoEstimate("not_supplied", "nobody visited this manager")
    if freedom < 2 or not (within**2).sum() > 0:
        return NoEstimate("not_estimable", "too few visits to tell how far two of them differ")
    se = float(np.sqrt((within**2).sum() / freedom / len(own)))
    half = float(stats.t.ppf((1 + confidence) / 2, freedom) * se)
    value = float(own["mean"].mean())
    return Measured(
        value,
        max(value - half, 0.0),
        min(value + half, 100.0),
        int(own["size"].sum()),
        holds_at("audit_score", freedom),
        se,
    )
