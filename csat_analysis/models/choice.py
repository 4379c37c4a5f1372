"""Which plan, and would asking more people change that: chances over joint draws, and what better knowledge could be worth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.models.buying import OF_RECORD
from csat_analysis.models.planner import Reckoned


def gains(plans: Mapping[str, Reckoned], model: str = OF_RECORD) -> pd.DataFrame:
    """Draws × plans, CNY a year: plans whose gain can be reckoned; the first row is the estimate itself."""
    known = {name: plan.gain(model) for name, plan in plans.items() if isinstance(plan, Reckoned)}
    return pd.DataFrame({name: gain for name, gain in known.items() if isinstance(gain, np.ndarray)})


def pays_back(gain: np.ndarray) -> float:
    """Chance that a plan brings more than it costs within a year."""
    return float((gain[1:] > 0).mean())


def best_chances(table: pd.DataFrame) -> pd.Series:
    """Plan → in what share of the draws its gain is the largest."""
    if table.shape[1] < 2:
        return pd.Series(dtype=float)
    first = table.iloc[1:].to_numpy().argmax(axis=1)
    return pd.Series(np.bincount(first, minlength=table.shape[1]) / len(first), index=table.columns)


def value_of_knowing(table: pd.DataFrame, part: float = 1.0) -> float:
    """The most that knowing better could be worth before choosing one plan or none, CNY.

    part 1: everything the draws leave open became known: E max(0, gains) − max(0, E gains), the value of perfect information.
    part f < 1: a share f of each gain's variance became known; each draw is pulled towards the mean by √f.
    Never below 0. A bound: interviews can't tell what the plans' own assumptions leave open, nor whether association is effect.
    Source: Raiffa and Schlaifer (1961).
    """
    if table.empty:
        return 0.0
    drawn = table.iloc[1:].to_numpy()
    mean = drawn.mean(axis=0)
    known = mean + np.sqrt(part) * (drawn - mean)
    return max(float(np.maximum(known.max(axis=1), 0.0).mean() - max(mean.max(), 0.0)), 0.0)


def value_of_interviews(table: pd.DataFrame, interviews: int, customers: int) -> float:
    """The same for so many more interviews: they make n/(N + n) of what N customers left open known, at most."""
    return value_of_knowing(table, interviews / (interviews + customers)) if customers else 0.0
