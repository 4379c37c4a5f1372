"""A number that brings its influence: value, standard error and interval, and the arithmetic between such numbers.

Each estimate holds, for every contact it rests on, that contact's *influence* on it (the linearised variable of survey
sampling; `influence=TRUE` in R's survey). One variance serves all: sums, differences and multiples add their influences
aligned by contact, so a change between two waves, a gap between two groups or an index of dimensions has the right
covariance without a formula of its own. The estimators that make them are in `estimators`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy import stats

from csat_analysis import intervals
from csat_analysis.design import Design, merge

Kind = Literal["mean", "share", "nps", "quantile", "alpha", "omega", "effect", "amount", "other"]
NOBODY = np.array([], dtype=np.int64)


@dataclass(frozen=True)
class NoEstimate:
    """Why there is no number: a status of results.json and the reason in words. Arithmetic with it gives it back."""

    status: Literal["not_estimable", "not_supplied", "not_computed"]
    reason: str
    n: int = 0

    def _absorb(self, _: object = None) -> NoEstimate:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __neg__ = _absorb

    def process(self) -> NoEstimate:
        return self


@dataclass(frozen=True, eq=False)
class Distribution:
    """What an interval for a quantile needs: its level, the ordered answers with the middle of each one's step in the
    distribution, and the share at or below the quantile as an estimate.
    """

    level: float
    answers: np.ndarray
    steps: np.ndarray
    below: Estimate


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """A value and the influence of each contact on it.

    value      in the unit of what was averaged.
    influence  one number a row in `rows`; other contacts of the design have influence 0 and aren't stored.
    rows       positions in `design` of the contacts with influence, ascending.
    domain     positions of the contacts that the number is about and who answered; None: those in `rows`.
    lost       positions of those it is about who left the question, or a part of it, out; to the finite population they
               are as if they hadn't answered (a census with a blank is none).
    lost_part  the part (0–1) that each of them left out.
    bounds     the scale's ends; a bound of an interval never leaves them.
    kind       which interval suits it: t for means and all arithmetic, Wilson for shares, adjusted Wald for NPS, order
               statistics for quantiles; t of log(1 − value) for α and ω; t for effects of a
               model; t of the logarithm for amounts (sums, means and ratios of what is skewed and above 0); other: t, for ratios, totals and coefficients, which no study speaks for yet.
    terms      (factor, estimate) of the parts that were added up; none for an estimate made from answers.
    finite     True: a description of this period's frame (finite population; a census has no error).
               False: a statement about the process behind it (change, comparison).
    """

    value: float
    influence: np.ndarray
    rows: np.ndarray
    design: Design
    domain: np.ndarray | None = None
    lost: np.ndarray = field(default_factory=lambda: NOBODY)
    lost_part: np.ndarray = field(default_factory=lambda: NOBODY.astype(float))
    bounds: tuple[float, float] = (-np.inf, np.inf)
    kind: Kind = "mean"
    finite: bool = True
    promoter_detractor: tuple[float, float] | None = None
    distribution: Distribution | None = None
    terms: tuple[tuple[float, Estimate], ...] = ()

    def __repr__(self) -> str:
        return f"Estimate({self.value:.6g}, se {self.se:.3g}, n {self.n:,}, {self.status})"

    def process(self) -> Estimate:
        """The same number read as a statement about the process: no finite-population factor."""
        return replace(self, finite=False)

    @property
    def about(self) -> np.ndarray:
        return self.rows if self.domain is None else self.domain

    @property
    def n(self) -> int:
        """Contacts that the number rests on."""
        return len(self.about)

    @cached_property
    def variance(self) -> float:
        return self.design.variance(
            self.influence, self.rows, lost=self.lost, lost_part=self.lost_part, finite=self.finite
        )

    @property
    def se(self) -> float:
        return float(np.sqrt(self.variance))

    @cached_property
    def degrees_of_freedom(self) -> float:
        """Sampling units less strata, both inside the domain (with the whole sample's a small domain covers too little),
        fewer where weights are unequal, less the part that raking takes; for sums not more than Welch's of their parts (a
        small group among them decides).
        """
        own = self.design.degrees_of_freedom(self.about) * self._equality_of_weights * self.design.left_by_raking
        if not self.terms:
            return own
        parts = [(factor**2 * part.variance, part.degrees_of_freedom) for factor, part in self.terms]
        spread = [(v, df) for v, df in parts if v > 0 and df > 0]
        if not spread:
            return own
        return min(own, sum(v for v, _ in spread) ** 2 / sum(v**2 / df for v, df in spread))

    @property
    def _interval_variance(self) -> float:
        """The variance as intervals use it: corrected for small domains, and for raking, whose residuals are too small."""
        return self.variance * self._correction

    @cached_property
    def _correction(self) -> float:
        """n/(n − 1) of a domain, which linearisation leaves out (8 answers covered .92 without it), and what raking takes
        from the residuals; of a sum its parts' by their variances.
        """
        if self.terms:
            parts = [(factor**2 * part.variance, part._correction) for factor, part in self.terms]
            total = sum(variance for variance, _ in parts)
            return sum(variance * correction for variance, correction in parts) / total if total > 0 else 1.0
        units, sampled = self.design.degrees_of_freedom(self.about) + 1, len(self.design.unit_name)
        of_domain = units / (units - 1) * (sampled - 1) / sampled if 1 < units < sampled else 1.0
        return of_domain / self.design.left_by_raking

    @property
    def _equality_of_weights(self) -> float:
        """(Σw²)² / (n Σw⁴) of weights corrected for silence, 1 where they are equal: a few heavy answers decide how well
        the spread is known (Satterthwaite 1946, for answers of equal spread).
        """
        if self.design.base is None:
            return 1.0
        square = self.design.weight[self.about] ** 2
        return float(square.sum() ** 2 / (len(square) * (square**2).sum())) if len(square) else 1.0

    @cached_property
    def is_census(self) -> bool:
        return self.finite and not len(self.lost) and self.design.is_census(self.rows)

    @property
    def status(self) -> str:
        """exact: everybody in the frame answered. not_estimable: nothing to judge the spread by. Otherwise ok."""
        if self.is_census:
            return "exact"
        if self.degrees_of_freedom < 1 or not np.isfinite(self.variance):
            return "not_estimable"
        if self.kind not in ("share", "nps") and self.variance <= 1e-18 * max(1.0, self.value**2):
            return "not_estimable"  # all answers equal: their spread says nothing about those who weren't asked
        if self.kind == "amount" and not self.value > 0:
            return "not_estimable"  # nothing was counted: its logarithm has no interval
        if self.kind == "quantile" and np.isnan(self._quantile(0.95)[0]):
            return "not_estimable"  # too few answers for any interval: P90 needs 29
        return "ok"

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Lower and upper bound; both are the value for a census, NaN where the status is not_estimable."""
        if self.status == "exact":
            return self.value, self.value
        if self.status == "not_estimable":
            return np.nan, np.nan
        of_kind = {
            "mean": self._t,
            "share": self._wilson,
            "nps": self._adjusted_wald,
            "quantile": self._quantile,
            "alpha": self._log_complement,
            "omega": self._log_complement,
            "effect": self._t,
            "amount": self._t_of_log,
            "other": self._t,
        }
        low, high = of_kind[self.kind](confidence)
        return max(low, self.bounds[0]), min(high, self.bounds[1])

    def p_value(self, against: float = 0.0) -> float:
        """Two-sided p of the t test that the value is `against`; NaN where no interval can be given."""
        if self.status != "ok":
            return np.nan
        se = np.sqrt(self._interval_variance)
        return float(2 * stats.t.sf(abs(self.value - against) / se, self.degrees_of_freedom))

    def _t(self, confidence: float) -> tuple[float, float]:
        return intervals.t_interval(self.value, np.sqrt(self._interval_variance), self.degrees_of_freedom, confidence)

    def _log_complement(self, confidence: float) -> tuple[float, float]:
        se = np.sqrt(self._interval_variance)
        return intervals.log_complement(self.value, se, self.degrees_of_freedom, confidence)

    def _t_of_log(self, confidence: float) -> tuple[float, float]:
        se = np.sqrt(self._interval_variance)
        return intervals.logarithmic(self.value, se, self.degrees_of_freedom, confidence)

    def _wilson(self, confidence: float) -> tuple[float, float]:
        return intervals.wilson(
            self.value, self._effective_n(self.value * (1 - self.value), self._interval_variance), confidence
        )

    def _adjusted_wald(self, confidence: float) -> tuple[float, float]:
        up, down = self.promoter_detractor
        n = self._effective_n(up + down - (up - down) ** 2, self._interval_variance / 100**2)
        return intervals.adjusted_wald_nps(up, down, n, confidence)

    def _quantile(self, confidence: float) -> tuple[float, float]:
        """Order statistics at the effective sample size: an interval for the level, read off the answers (Woodruff 1952)."""
        given = self.distribution
        variance = replace(given.below, finite=self.finite)._interval_variance
        n = self._effective_n(given.level * (1 - given.level), variance * (1 - 1 / self.n))
        ranks = np.array(intervals.quantile_ranks(given.level, n, confidence))
        if np.isnan(ranks).any():
            return np.nan, np.nan
        low, high = np.interp((ranks - 0.5) / n, given.steps, given.answers)
        return float(low), float(high)

    def _effective_n(self, spread: float, variance: float) -> float:
        """Answers of a simple random sample that would be as precise.

        Not more than Kish's by the weights (with the finite population's): in small strata of unequal weight the variance
        is now and then far too small, and without this cap shares from 20 answers in three strata covered .86.
        """
        weight = self.design.weight[self.about]
        unsampled = 1 - self.design.sampled_part(self.about) if self.finite else 1.0
        by_weights = weight.sum() ** 2 / max((weight**2 * unsampled).sum(), 1e-300)
        return float(min(spread / variance, by_weights)) if variance > 0 and spread > 0 else float(by_weights)

    def __add__(self, other: Estimate | NoEstimate | float) -> Estimate | NoEstimate:
        if isinstance(other, NoEstimate):
            return other
        if not isinstance(other, Estimate):
            return self._scaled(1.0, shift=float(other))
        design, position = together(self.design, other.design)
        rows, influence = aligned(self.rows, self.influence, position[other.rows], other.influence)
        lost, lost_part = lost_in_either(self.lost, self.lost_part, position[other.lost], other.lost_part)
        return Estimate(
            self.value + other.value,
            influence,
            rows,
            design,
            domain=either(self.about, position[other.about]),
            lost=lost,
            lost_part=lost_part,
            bounds=(self.bounds[0] + other.bounds[0], self.bounds[1] + other.bounds[1]),
            finite=self.finite and other.finite and self.design.wave == other.design.wave,
            terms=((1.0, self), (1.0, other)),
        )

    __radd__ = __add__

    def __mul__(self, factor: float) -> Estimate:
        return self._scaled(float(factor))

    __rmul__ = __mul__

    def __truediv__(self, divisor: float) -> Estimate:
        return self._scaled(1 / float(divisor))

    def __neg__(self) -> Estimate:
        return self._scaled(-1.0)

    def __sub__(self, other: Estimate | NoEstimate | float) -> Estimate | NoEstimate:
        return self + (-other)

    def __rsub__(self, other: float) -> Estimate:
        return -self + other

    def _scaled(self, factor: float, shift: float = 0.0) -> Estimate:
        low, high = sorted(factor * bound + shift if factor else shift for bound in self.bounds)
        return replace(
            self,
            value=factor * self.value + shift,
            influence=factor * self.influence,
            bounds=(low, high),
            kind="mean",
            promoter_detractor=None,
            distribution=None,
            terms=((factor, self),),
        )


def together(left: Design, right: Design) -> tuple[Design, np.ndarray]:
    """One design for both, and where the right one's rows stand in it; a contact in both keeps the left one's stratum."""
    return (left, left.positions) if left is right else merge(left, right)


def aligned(left: np.ndarray, ours: np.ndarray, right: np.ndarray, theirs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows in either and the sum of their influences; mostly both are the same people, which is quick to see."""
    if np.array_equal(left, right):
        return left, ours + theirs
    rows = np.union1d(left, right)
    influence = np.zeros(len(rows))
    influence[np.searchsorted(rows, left)] += ours
    influence[np.searchsorted(rows, right)] += theirs
    return rows, influence


def either(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Positions in one or the other, ascending."""
    return left if np.array_equal(left, right) else np.union1d(left, right)


def lost_in_either(
    rows: np.ndarray, part: np.ndarray, others: np.ndarray, other_part: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Who left something out of either of two numbers, and the larger part of the two."""
    lost = either(rows, others)
    larger = np.zeros(len(lost))
    larger[np.searchsorted(lost, rows)] = part
    at = np.searchsorted(lost, others)
    larger[at] = np.maximum(larger[at], other_part)
    return lost, larger
