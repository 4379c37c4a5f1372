"""Satisfaction against waiting: scores of customers by how long their cases took, and what a longer wait goes with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.measured import Compared
from csat_analysis.metrics.cases import WAITS
from csat_analysis.metrics.satisfaction import POINTS
from csat_analysis.models.served import Served, compared, slope_of

NOBODY_WAITED = "none"
BANDS = (NOBODY_WAITED, "quick", "middle", "slow")
A_MINUTE = 1 / 60  # hours; a reply at once is no shorter
FEWEST = 30  # customers with such a case from which they are parted into thirds


def bands(panel: Served, wait: str) -> pd.Series:
    """The third of each answer's mean wait, "none" for customers without such a case, missing where that isn't known.

    Missing for all where fewer than FEWEST customers had one. Thirds are of customers, so equal waits fall on one side.
    """
    found = panel.experience(wait)
    waited = found["wait"].dropna()
    if len(waited) < FEWEST:
        return pd.Series(index=found.index, dtype=object)
    limits = waited.quantile([1 / 3, 2 / 3])
    third = pd.Series(np.array(BANDS[1:])[np.searchsorted(limits, waited, side="left")], index=waited.index)
    return third.reindex(found.index).where(found["cases"] != 0, NOBODY_WAITED)


def band_limits(panel: Served, wait: str) -> tuple[float, float]:
    """The mean waits that part the thirds, in the wait's unit."""
    return tuple(panel.experience(wait)["wait"].dropna().quantile([1 / 3, 2 / 3]))


def by_band(panel: Served | NoEstimate, wait: str) -> dict[str, Estimate | NoEstimate]:
    """Band → mean score (points) of customers in it, over all waves: a curve in four steps."""
    if isinstance(panel, NoEstimate) or isinstance(panel.cases[wait], NoEstimate):
        return dict.fromkeys(BANDS, panel if isinstance(panel, NoEstimate) else panel.cases[wait])
    band = bands(panel, wait)
    if band.isna().all():
        return dict.fromkeys(BANDS, NoEstimate("not_estimable", "too few customers had such a case"))
    found = {name: mean(panel.design, panel.table["index"], inside=band == name, bounds=POINTS) for name in BANDS}
    return {name: estimate.process() for name, estimate in found.items()}


def slope(panel: Served | NoEstimate, wait: str, score: str, confidence: float = 0.95) -> Compared | NoEstimate:
    """By how many points a score is higher where the mean wait is twice as long (hours) or a day longer (days).

    What it tells a manager: what waiting goes with; an association. Among customers with such a case, of one survey and of
    equal yearly sales. score: a column of the panel: index, "dimension <name>" or "item <name>".
    """
    if isinstance(panel, NoEstimate) or isinstance(panel.cases[wait], NoEstimate):
        return panel if isinstance(panel, NoEstimate) else panel.cases[wait]
    waited = panel.experience(wait)["wait"]
    doubled = WAITS[wait].unit == "hours"
    x = np.log2(waited.clip(lower=A_MINUTE)) if doubled else waited
    inside = waited.notna().to_numpy()
    found = slope_of(panel, score, x.to_frame("waiting"), inside)
    return compared(found, "waiting_slope", found.n, confidence)
