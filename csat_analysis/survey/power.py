"""How many answers a margin needs, and how small a change a planned survey could find: worked out before fieldwork."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.detectable import detectable_size, power_of
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate

FEWEST_PAIRS = 10  # customers in both waves from which a correlation is believed; below it they count as strangers


@dataclass(frozen=True)
class SampleSize:
    """Answers (`completes`) and `invitations` that a margin needs, and whether the frame has that many customers."""

    completes: int
    invitations: int
    feasible: bool


def sample_size(
    sd: float,
    margin: float,
    *,
    deff: float = 1.0,
    population: float = np.inf,
    response_rate: float = 1.0,
    confidence: float = 0.95,
) -> SampleSize:
    """n0 = z² σ² / e²; completes = n0 deff / (1 + (n0 deff − 1)/N); invitations = completes / response rate (Cochran 1977, 4.4).

    What it tells a manager: how many to ask so that the interval is ± margin. Not feasible where that is over the frame.

    sd, margin     of one answer, and the half-width wanted, in one unit (a share: √(p(1 − p)) and the same unit).
    deff           design effect of weights and strata, 1 for a simple random sample.
    """
    for name, value in (("sd", sd), ("margin", margin), ("deff", deff), ("response rate", response_rate)):
        if not value > 0:
            raise EstimateError(f"sample size: the {name} is {value:g}; it must be above 0")
    needed = deff * (stats.norm.ppf((1 + confidence) / 2) * sd / margin) ** 2
    completes = (
        int(np.ceil(needed / (1 + (needed - 1) / population) - 1e-9))
        if np.isfinite(population)
        else int(np.ceil(needed - 1e-9))
    )
    invitations = int(np.ceil(completes / response_rate - 1e-9))
    return SampleSize(completes, invitations, invitations <= population)


@dataclass(frozen=True)
class PlannedChange:
    """The change from a wave that was held to one that is planned.

    variance     of the last wave's number, as a change counts it (of the process, without the list's order).
    n, df        customers that it rests on, and its degrees of freedom.
    planned      answers expected of the planned wave.
    overlap      of them, customers who answered the last wave too.
    correlation  between such a customer's two answers.
    """

    variance: float
    n: float
    df: float
    planned: float
    overlap: float = 0.0
    correlation: float = 0.0

    @property
    def se(self) -> float:
        """√[V (1 + n/m − 2 ρ k/m)]: V of the last wave's n answers, m planned ones of the same spread, k in both (Kish 1965, 12.4)."""
        ratio = self.n / self.planned
        shared = min(self.overlap, self.planned, self.n) / self.planned
        return float(np.sqrt(self.variance * (1 + ratio - 2 * self.correlation * shared)))

    @property
    def degrees_of_freedom(self) -> float:
        """As the change will have: of each customer in either wave as many as the last wave had of one of its own (strata
        and unequal weights take theirs), not more than Welch's of the two waves."""
        a_customer, ratio = self.df / self.n, self.n / self.planned
        own = (self.n + self.planned - min(self.overlap, self.planned, self.n)) * a_customer
        welch = (1 + ratio) ** 2 / (1 / max(self.df, 1) + ratio**2 / max(self.planned * a_customer, 1))
        return max(min(own, welch), 1.0)

    def power(self, change: float, confidence: float = 0.95) -> float:
        """Chance (0–1) that a true change of this size is found."""
        return power_of(abs(change) / self.se, self.degrees_of_freedom, confidence)

    def detectable(self, confidence: float = 0.95) -> float:
        """Smallest true change found with 80 % power."""
        return detectable_size(self.se, self.degrees_of_freedom, confidence)


def plan_change(
    last: Estimate, planned: float, *, overlap: float = 0.0, correlation: float = 0.0, customers: float | None = None
) -> PlannedChange:
    """A planned change of a number from its last estimate; `planned` answers, `overlap` of them by the same customers.

    customers  that the last estimate rests on, where that isn't its number of contacts.
    """
    as_change = as_a_change_counts(last)
    n = float(as_change.n if customers is None else customers)
    variance = as_change.variance * small_domain(as_change)
    return PlannedChange(variance, n, float(as_change.degrees_of_freedom), float(planned), float(overlap), correlation)


def by_size(
    last: Estimate,
    sizes: Iterable[int],
    *,
    correlation: float,
    response_rate: float,
    population: float = np.inf,
    cost: float | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """What more answers would buy: one row a size of both waves, in answers.

    Columns: answers, invitations, feasible, detectable_fresh (other customers each time), detectable_same (the same; missing
    where their correlation isn't known, 0), in the number's unit, and cost in CNY where the cost of an interview is known.
    """
    one = plan_change(last, last.n)
    rows = []
    for size in sizes:
        wave = replace(one, variance=one.variance * one.n / size, n=size, df=one.df * size / one.n, planned=size)
        same = replace(wave, overlap=size, correlation=correlation)
        invitations = int(np.ceil(size / response_rate))
        row = {"answers": size, "invitations": invitations, "feasible": invitations <= population}
        row |= {"detectable_fresh": wave.detectable(confidence)}
        row |= {"detectable_same": same.detectable(confidence) if correlation else np.nan}
        rows.append(row | ({"cost": size * cost} if cost else {}))
    return pd.DataFrame(rows)


def as_a_change_counts(number: Estimate) -> Estimate:
    """The number as one side of a change: of the process, and without the order of one draw's list."""
    strata = number.design.strata.assign(population=np.inf, drawn=np.inf, systematic=False)
    return replace(number, design=replace(number.design, strata=strata), finite=False)


def small_domain(number: Estimate) -> float:
    """n/(n − 1) of a group within the sample, as its interval has it."""
    units, sampled = number.design.degrees_of_freedom(number.about) + 1, len(number.design.unit_name)
    return units / (units - 1) * (sampled - 1) / sampled if 1 < units < sampled else 1.0


def correlation_between(earlier: Estimate, later: Estimate) -> float:
    """Correlation (0–1) of the same customers' answers behind two waves' numbers, from each one's distance to the mean.

    0 where fewer than `FEWEST_PAIRS` answered both times, or where it is below 0: they then count as strangers, which asks
    for more answers rather than fewer.
    """
    left, right = distances(earlier), distances(later)
    shared = left.keys() & right.keys()
    if len(shared) < FEWEST_PAIRS:
        return 0.0
    pairs = np.array([(left[contact], right[contact]) for contact in sorted(shared)])
    if not (pairs.std(axis=0) > 0).all():
        return 0.0
    return float(max(np.corrcoef(pairs.T)[0, 1], 0.0))


def distances(number: Estimate) -> dict[str, float]:
    """Contact → how far its answer lies from the mean, up to one factor: its influence for its weight."""
    weight = number.design.weight[number.rows]
    inside = weight > 0
    contacts = number.design.contact[number.rows[inside]].astype(str)
    return dict(zip(contacts, number.influence[inside] / weight[inside], strict=True))
