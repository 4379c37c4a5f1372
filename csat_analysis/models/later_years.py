"""What a customer who stays brings in the years after this one: yearly margin × the discounted multiple of the class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.value import DEFAULTS, DISCOUNT_RATE, classes_at, cohort
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.survey.frame import levels_of

FEWEST_OF_A_CLASS = 100  # customers that a class's retention is counted on, in studies/plans.py
PRIOR = 0.5  # Jeffreys: as much as half a customer who stayed and half a one who left


@dataclass(frozen=True, eq=False)
class LaterYears:
    """Years' margins still to come, by class, discounted.

    classes    customer_id → class on this period's list.
    multiples  class → r/(1 + d − r): by the share who stayed first, then by plausible retentions.
    fewest     customers of the class whose retention was counted on fewest.
    """

    classes: pd.Series
    multiples: dict[str, np.ndarray]
    fewest: int

    def of(self, customers: pd.Index | pd.Series) -> np.ndarray:
        """Draws × customers; 0 where the class isn't known."""
        known = self.classes.reindex(customers)
        size = len(next(iter(self.multiples.values())))
        found = np.zeros((size, len(known)))
        for name, multiple in self.multiples.items():
            found[:, (known == name).to_numpy()] = multiple[:, None]
        return found


def later_years(waves: Mapping[Period, Wave], now: Period, *, draws: int, seed: int) -> LaterYears | NoEstimate:
    """Retention of each class since the list of a year before (metrics/value.py), with draws of Beta(stayed + ½, left + ½).

    What it tells a manager: how many years' margins a customer who is kept this year still brings, worth today.
    d is survey.yml's clv.discount_rate. Absent without two lists of customers, or without their yearly sales.
    """
    found = cohort(waves, now)
    if isinstance(found, NoEstimate):
        return found
    then, wave = classes_at(found), waves[now]
    today = levels_of(wave.clean.tables["customers"], wave.programme, wave.clean.survey_date, "customer_class")
    if then is None or today is None:
        return NoEstimate("not_supplied", "customers has no yearly sales: there are no classes")
    rate = (DEFAULTS | wave.programme.clv)[DISCOUNT_RATE]
    rng = np.random.default_rng(seed)
    stayed = found.table["stayed"].astype(bool)
    counts = {
        name: (int(stayed[then == name].sum()), int((then == name).sum())) for name in sorted(then.dropna().unique())
    }
    multiples = {
        name: multiple(retentions(yes, n, draws, rng) ** (1 / found.years), rate) for name, (yes, n) in counts.items()
    }
    return LaterYears(today, multiples, min(n for _, n in counts.values()))


def retentions(stayed: int, n: int, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The share who stayed, then so many plausible ones."""
    return np.r_[stayed / n, rng.beta(stayed + PRIOR, n - stayed + PRIOR, draws)]


def multiple(retention: np.ndarray, discount_rate: float) -> np.ndarray:
    """r/(1 + d − r): Σ (r/(1 + d))^t over the years t = 1, 2, … (Gupta and Lehmann 2003).

    >>> float(multiple(np.array(0.9), 0.1))
    4.5
    """
    return retention / (1 + discount_rate - retention)
