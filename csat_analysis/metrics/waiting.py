"""How long a wait lasts: Kaplan–Meier's curve with the open cases in it, its median and P90, and the share within a target.

Customers with several cases are clusters: their cases are alike, so fewer customers tell more than many cases of few.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis import certification, intervals
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.cases import Cases

QUANTILES = {"median": 0.5, "p90": 0.9}
STATISTICS = ("median", "p90", "within_target")
FEW_OPEN, MANY_OPEN = 0.06, 0.30  # share of cases still open up to which the study's settings speak
NEVER = "too few cases, or too many of them still open, for {what}"


@dataclass(frozen=True, eq=False)
class Survival:
    """The share S(t) of cases that wait longer than t, by Kaplan and Meier (1958).

    times     distinct times at which waits ended, ascending; `ended`, `waiting` the cases that ended then and that had
              waited so long.
    survival  S just after each time.
    wait, over, cluster  the cases themselves; cluster as codes 0, 1, …
    """

    times: np.ndarray
    ended: np.ndarray
    waiting: np.ndarray
    survival: np.ndarray
    wait: np.ndarray
    over: np.ndarray
    cluster: np.ndarray

    @property
    def clusters(self) -> int:
        return int(self.cluster.max()) + 1

    @cached_property
    def _hazards(self) -> np.ndarray:
        """Σ d/(Y(Y − d)) up to each time; infinite from where nobody is left waiting."""
        with np.errstate(divide="ignore"):
            return np.cumsum(self.ended / (self.waiting * (self.waiting - self.ended)))

    @cached_property
    def _last(self) -> np.ndarray:
        """Place of the last end at or before each case's own; −1 where there is none."""
        return np.searchsorted(self.times, self.wait, side="right") - 1

    def at(self, t: float) -> float:
        """S(t)."""
        place = np.searchsorted(self.times, t, side="right") - 1
        return 1.0 if place < 0 else float(self.survival[place])

    def variance(self, t: float) -> float:
        """Variance of S(t), with cases clustered by customer: n/(n − 1) times the sum over customers of their influence squared.

        A case's influence on log S(t) is Σ d/(Y(Y − d)) over the ends it was waiting at, less 1/(Y − d) at its own. With
        every case its own customer and no ties the sum is Greenwood's variance. NaN where S is 0.
        """
        place = np.searchsorted(self.times, t, side="right") - 1
        if place < 0:
            return 0.0
        if self.survival[place] <= 0:
            return float("nan")
        hazards = np.concatenate(
            [self._hazards[: place + 1], [0.0]]
        )  # the last stands for cases that no end came before
        influence = hazards[np.minimum(self._last, place)]
        ends = self.over & (self._last <= place)
        own = self._last[ends]
        influence[ends] -= 1 / (self.waiting[own] - self.ended[own])
        by_customer = np.bincount(self.cluster, influence)
        n = len(by_customer)
        return float(self.survival[place] ** 2 * (by_customer**2).sum() * n / (n - 1)) if n > 1 else float("nan")

    def quantile(self, level: float, confidence: float) -> tuple[float, float, float]:
        """The wait that a share `level` of cases doesn't exceed, with its bounds; NaN for what the open cases hide.

        The first time at which S falls to 1 − level (the middle of two where it meets it exactly). Bounds: the times at which
        the limits of S do, from t of log(−log S) (Brookmeyer and Crowley 1982), degrees of freedom customers − 1.
        """
        left = 1 - level
        reached = np.flatnonzero(self.survival <= left + 1e-12)
        if not len(reached):
            return float("nan"), float("nan"), float("nan")
        first = reached[0]
        met = abs(self.survival[first] - left) < 1e-12 and first + 1 < len(self.times)
        value = float((self.times[first] + self.times[first + 1]) / 2 if met else self.times[first])
        low = self._first(lambda t: self.limits(t, confidence)[0] <= left + 1e-12)
        high = self._first(lambda t: self.limits(t, confidence)[1] <= left + 1e-12)
        return value, min(low, value), max(high, value)

    def _first(self, fallen: Callable[[float], bool]) -> float:
        """The first time at which a limit has fallen, by bisection (limits fall with time); NaN where it never does."""
        place = bisect.bisect_left(range(len(self.times)), True, key=lambda k: fallen(float(self.times[k])))
        return float(self.times[place]) if place < len(self.times) else float("nan")

    def limits(self, t: float, confidence: float) -> tuple[float, float]:
        """Lower and upper limit of S(t) by log(−log S); 1, 1 before the first end; NaN where it is 0."""
        s = self.at(t)
        if s >= 1:
            return 1.0, 1.0
        if s <= 0:
            return 0.0, 1.0  # nobody is left to tell how much longer it could last
        far = far_out(confidence, self.clusters - 1)
        half = far * np.sqrt(self.variance(t)) / (s * abs(np.log(s)))
        bend = np.log(-np.log(s))
        return float(np.exp(-np.exp(bend + half))), float(np.exp(-np.exp(bend - half)))

    def within(self, target: float, confidence: float) -> tuple[float, float, float]:
        """Share of cases over within a target, 1 − S(target), with Wilson's interval at the effective number of cases.

        That is F(1 − F) over the clustered variance, never more than there are cases, less what few customers leave unknown
        of that variance (Korn and Graubard 1998); where all or none were over in time, nothing tells how alike a customer's
        cases are, and customers count.
        """
        share = 1 - self.at(target)
        variance = self.variance(target)
        spread = share * (1 - share)
        known = np.isfinite(variance) and variance > 0 and spread > 0
        n = min(spread / variance, len(self.wait)) if known else self.clusters
        n *= (stats.norm.ppf((1 + confidence) / 2) / far_out(confidence, self.clusters - 1)) ** 2
        return share, *intervals.wilson(min(max(share, 0.0), 1.0), n, confidence)


@cache
def far_out(confidence: float, degrees_of_freedom: int) -> float:
    return float(stats.t.ppf((1 + confidence) / 2, degrees_of_freedom))


def kaplan_meier(wait: np.ndarray, over: np.ndarray, cluster: np.ndarray) -> Survival:
    """The curve of waits that are over (`over`) or that had lasted so long when last heard of.

    wait     time waited, ≥ 0; cluster  whose case it is.
    A case that is still open at the very time when others end counts as waiting longer than they did.
    Checked against R's survfit, clustered and not (tests/reference/waiting.R).
    """
    wait, over = np.asarray(wait, dtype=float), np.asarray(over, dtype=bool)
    times, ended = np.unique(wait[over], return_counts=True)
    waiting = len(wait) - np.searchsorted(np.sort(wait), times, side="left")
    survival = np.cumprod(1 - ended / waiting)
    codes = pd.factorize(np.asarray(cluster))[0]
    return Survival(times, ended, waiting, survival, wait, over, codes)


def curve_of(cases: Cases) -> Survival:
    return kaplan_meier(cases.table["wait"], cases.table["ended"], cases.table["customer_id"])


def waiting_number(
    cases: Cases | NoEstimate, statistic: str, *, target: float | None = None, confidence: float = 0.95
) -> Measured | NoEstimate:
    """median, p90 or within_target of a kind of wait; n are its cases, and how many customers there are decides if it holds.

    What it tells a manager: how long half of all cases, or all but the slowest tenth, take at most; how many keep the promise.
    Unit: that of the wait; within_target a share.
    """
    if isinstance(cases, NoEstimate):
        return cases
    n, customers = len(cases.table), cases.customers
    if customers < 2:
        return NoEstimate("not_estimable", "cases of one customer alone tell nothing of others", n)
    curve = curve_of(cases)
    if statistic == "within_target":
        if target is None:
            return NoEstimate("not_supplied", "survey.yml names no target (service_targets)", n)
        if target > cases.table["wait"].max() and not cases.table["ended"].all():
            return NoEstimate("not_estimable", "no case could be followed as long as the target", n)
        value, low, high = curve.within(target, confidence)
    else:
        value, low, high = curve.quantile(QUANTILES[statistic], confidence)
    if np.isnan([value, low, high]).any():
        return NoEstimate("not_estimable", NEVER.format(what=statistic), n)
    return Measured(value, low, high, n, holds(statistic, 1 - cases.table["ended"].mean(), customers))


def holds(statistic: str, still_open: float, customers: int) -> bool:
    """Did the study show this interval to hold with so many customers, and so large a share of cases still open?"""
    if still_open > MANY_OPEN:
        return False
    return certification.holds_at(f"wait_{statistic}" + ("" if still_open <= FEW_OPEN else "_open"), customers)
