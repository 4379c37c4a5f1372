"""A number that brings its influence: value, standard error and interval, and the arithmetic between such numbers.

Each estimate holds, for every contact it rests on, that contact's *influence* on it (the linearised variable of survey
sampling; `influence=TRUE` in R's survey). One variance serves all: sums, differences and multiples add their influences
aligned by contact, so a change between two waves, a gap between two groups or an index of dimensions has the right
covariance without a formula of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.design import Design, merge
from csat_analysis.errors import EstimateError

Kind = Literal["mean", "share", "nps"]
NPS_PSEUDO_ANSWERS = {"promoter": 0.75, "passive": 1.5, "detractor": 0.75}  # Rocks (2016): adjusted Wald, n + 3


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


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """A value and the influence of each contact on it.

    value      in the unit of what was averaged.
    influence  one number a row in `rows`; rows outside the domain have influence 0 and aren't stored.
    rows       positions in `design` of the contacts inside the domain who answered, ascending.
    lost       positions of those inside the domain who left the question out; to the finite population they are
               as if they hadn't answered (a census with a blank is none).
    bounds     the scale's ends; a bound of an interval never leaves them.
    kind       which interval suits it: t for means and all arithmetic, Wilson for shares, adjusted Wald for NPS.
    finite     True: a description of this period's frame (finite population; a census has no error).
               False: a statement about the process behind it (change, comparison).
    """

    value: float
    influence: np.ndarray
    rows: np.ndarray
    design: Design
    bounds: tuple[float, float] = (-np.inf, np.inf)
    kind: Kind = "mean"
    finite: bool = True
    promoter_detractor: tuple[float, float] | None = None
    lost: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))

    def __repr__(self) -> str:
        return f"Estimate({self.value:.6g}, se {self.se:.3g}, n {self.n:,}, {self.status})"

    def process(self) -> Estimate:
        """The same number read as a statement about the process: no finite-population factor."""
        return replace(self, finite=False)

    @property
    def n(self) -> int:
        """Contacts that the number rests on."""
        return len(self.rows)

    @cached_property
    def variance(self) -> float:
        return self.design.variance(self.influence, self.rows, lost=self.lost, finite=self.finite)

    @property
    def se(self) -> float:
        return float(np.sqrt(self.variance))

    @cached_property
    def degrees_of_freedom(self) -> int:
        """Sampling units less strata, both inside the domain (with the whole sample's a small domain covers too little)."""
        return self.design.degrees_of_freedom(self.rows)

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
        if self.kind == "mean" and self.variance <= 1e-18 * max(1.0, self.value**2):
            return "not_estimable"  # all answers equal: their spread says nothing about those who weren't asked
        return "ok"

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Lower and upper bound; both are the value for a census, NaN where the status is not_estimable."""
        if self.status == "exact":
            return self.value, self.value
        if self.status == "not_estimable":
            return np.nan, np.nan
        low, high = {"mean": self._t, "share": self._wilson, "nps": self._adjusted_wald}[self.kind](confidence)
        return max(low, self.bounds[0]), min(high, self.bounds[1])

    def p_value(self, against: float = 0.0) -> float:
        """Two-sided p of the t test that the value is `against`; NaN where no interval can be given."""
        if self.status != "ok":
            return np.nan
        return float(2 * stats.t.sf(abs(self.value - against) / self.se, self.degrees_of_freedom))

    def _t(self, confidence: float) -> tuple[float, float]:
        half = stats.t.ppf((1 + confidence) / 2, self.degrees_of_freedom) * self.se
        return self.value - half, self.value + half

    def _effective_n(self, spread: float) -> float:
        """Answers of a simple random sample that would be as precise; Kish's where the sample shows no spread."""
        if self.variance > 0 and spread > 0:
            return spread / self.variance
        weight = self.design.weight[self.rows]
        return float(weight.sum() ** 2 / (weight**2).sum())

    def _wilson(self, confidence: float) -> tuple[float, float]:
        """Wilson (1927) on the effective sample size."""
        p, z2 = self.value, stats.norm.ppf((1 + confidence) / 2) ** 2
        n = self._effective_n(p * (1 - p))
        centre = (p + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
        return centre - half, centre + half

    def _adjusted_wald(self, confidence: float) -> tuple[float, float]:
        """Rocks (2016): three pseudo-answers are added before the Wald interval, on the effective sample size."""
        promoters, detractors = self.promoter_detractor
        n = self._effective_n(10_000 * (promoters + detractors - (promoters - detractors) ** 2))
        total = n + sum(NPS_PSEUDO_ANSWERS.values())
        up = (promoters * n + NPS_PSEUDO_ANSWERS["promoter"]) / total
        down = (detractors * n + NPS_PSEUDO_ANSWERS["detractor"]) / total
        half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt((up + down - (up - down) ** 2) / total)
        return 100 * (up - down - half), 100 * (up - down + half)

    def __add__(self, other: Estimate | NoEstimate | float) -> Estimate | NoEstimate:
        if isinstance(other, NoEstimate):
            return other
        if not isinstance(other, Estimate):
            return self._scaled(1.0, shift=float(other))
        design, position = together(self.design, other.design)
        theirs = position[other.rows]
        influence = np.zeros(len(design.contact))
        influence[self.rows] += self.influence
        influence[theirs] += other.influence
        rows = np.union1d(self.rows, theirs)
        return Estimate(
            self.value + other.value,
            influence[rows],
            rows,
            design,
            bounds=(self.bounds[0] + other.bounds[0], self.bounds[1] + other.bounds[1]),
            finite=self.finite and other.finite and self.design.wave == other.design.wave,
            lost=np.union1d(self.lost, position[other.lost]),
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
        low, high = (
            sorted((factor * self.bounds[0] + shift, factor * self.bounds[1] + shift)) if factor else (shift, shift)
        )
        return replace(
            self,
            value=factor * self.value + shift,
            influence=factor * self.influence,
            bounds=(low, high),
            kind="mean",
            promoter_detractor=None,
        )


def together(left: Design, right: Design) -> tuple[Design, np.ndarray]:
    """One design for both, and where the right one's rows stand in it; a contact in both keeps the left one's stratum."""
    return (left, np.arange(len(right.contact))) if left is right else merge(left, right)


def mean(
    design: Design,
    y: np.ndarray | pd.Series,
    *,
    inside: np.ndarray | pd.Series | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate | NoEstimate:
    """Weighted mean Σwy/Σw of those inside the domain who answered; influence w(y − mean)/Σw.

    y       one number a contact of the design, NaN = no answer (left out of the domain, counted by `n`).
    inside  True for contacts in the domain; None = all.
    Checked against R survey `svymean`/`svyby` on apistrat (tests/reference).
    """
    y = np.asarray(y, dtype=float)
    rows, lost = domain(design, ~np.isnan(y), inside)
    weight, y = design.weight[rows], y[rows]
    if not len(rows) or not weight.sum() > 0:
        return NoEstimate("not_estimable", "nobody in this group answered")
    value = float((weight * y).sum() / weight.sum())
    return Estimate(value, weight * (y - value) / weight.sum(), rows, design, bounds=bounds, lost=lost)


def share(
    design: Design, yes: np.ndarray | pd.Series, *, inside: np.ndarray | pd.Series | None = None
) -> Estimate | NoEstimate:
    """Weighted share (0–1) of `yes` (1, 0, NaN = no answer) among those who answered, with Wilson's interval."""
    found = mean(design, yes, inside=inside, bounds=(0.0, 1.0))
    return (
        found if isinstance(found, NoEstimate) else replace(found, kind="share", value=min(max(found.value, 0.0), 1.0))
    )


def ratio(
    design: Design,
    y: np.ndarray | pd.Series,
    x: np.ndarray | pd.Series,
    *,
    inside: np.ndarray | pd.Series | None = None,
) -> Estimate | NoEstimate:
    """Ratio of weighted totals Σwy/Σwx; influence w(y − R x)/Σwx. Checked against R survey `svyratio` on apistrat."""
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    rows, lost = domain(design, ~np.isnan(y) & ~np.isnan(x), inside)
    weight, y, x = design.weight[rows], y[rows], x[rows]
    total = (weight * x).sum()
    if not len(rows) or total == 0:
        return NoEstimate("not_estimable", "the ratio's denominator is 0")
    value = float((weight * y).sum() / total)
    return Estimate(value, weight * (y - value * x) / total, rows, design, lost=lost)


def net_promoter_score(
    design: Design,
    promoter: np.ndarray | pd.Series,
    detractor: np.ndarray | pd.Series,
    *,
    inside: np.ndarray | pd.Series | None = None,
) -> Estimate | NoEstimate:
    """NPS in points −100…100: 100 × (share of promoters − share of detractors), with Rocks' adjusted Wald interval.

    promoter, detractor  1 or 0 a contact, NaN = no answer.
    """
    up, down = share(design, promoter, inside=inside), share(design, detractor, inside=inside)
    score = 100 * (up - down)
    if isinstance(score, NoEstimate):
        return score
    return replace(score, kind="nps", bounds=(-100.0, 100.0), promoter_detractor=(up.value, down.value))


def share_at_least(
    design: Design,
    score: np.ndarray | pd.Series,
    threshold: Estimate | float,
    *,
    inside: np.ndarray | pd.Series | None = None,
) -> Estimate | NoEstimate:
    """Share whose score reaches a threshold. An estimated threshold passes its own uncertainty on.

    Influence: that of the share at the fixed threshold, less the density of the scores there × the threshold's influence
    (Gaussian kernel, Silverman's bandwidth).
    """
    score = np.asarray(score, dtype=float)
    cut = threshold.value if isinstance(threshold, Estimate) else float(threshold)
    reached = np.where(np.isnan(score), np.nan, score >= cut)
    found = share(design, reached, inside=inside)
    if isinstance(found, NoEstimate) or not isinstance(threshold, Estimate):
        return found
    carried = found - density(design.weight[found.rows], score[found.rows], cut) * (threshold - cut)
    return replace(carried, kind="share", bounds=(0.0, 1.0))


def density(weight: np.ndarray, y: np.ndarray, at: float) -> float:
    """Weighted Gaussian kernel density at one point; 0 where all y are equal."""
    weight = weight / weight.sum()
    spread = np.sqrt((weight * (y - (weight * y).sum()) ** 2).sum())
    bandwidth = 1.06 * spread * len(y) ** -0.2
    return float((weight * stats.norm.pdf((at - y) / bandwidth)).sum() / bandwidth) if bandwidth > 0 else 0.0


def domain(
    design: Design, answered: np.ndarray, inside: np.ndarray | pd.Series | None
) -> tuple[np.ndarray, np.ndarray]:
    """Rows inside the domain with an answer, and those inside without one."""
    if len(answered) != len(design.contact):
        raise EstimateError(
            f"{len(answered)} values for a design of {len(design.contact)} contacts: give one a contact"
        )
    counted = design.weight > 0
    if inside is not None:
        counted = counted & np.asarray(inside, dtype=bool)
    return np.flatnonzero(counted & answered), np.flatnonzero(counted & ~answered)
