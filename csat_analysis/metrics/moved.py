"""A change read as a statement about the process: value, standard error on the scale its interval is made on, interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from csat_analysis.detectable import detectable_size
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured


@dataclass(frozen=True)
class Moved:
    """A change. `logarithmic`: `value` and `se` are of the logarithm of a ratio, and the change is that ratio less 1.

    n      customers that it rests on.
    holds  whether a study showed its interval to hold at this n.
    """

    value: float
    se: float
    degrees_of_freedom: float
    n: int
    holds: bool
    logarithmic: bool = False

    @classmethod
    def of(cls, change: Estimate | NoEstimate, n: int, holds: bool) -> Moved | NoEstimate:
        """A difference of estimates, with the standard error and degrees of freedom of its interval."""
        if isinstance(change, NoEstimate):
            return change
        if change.status != "ok":
            return NoEstimate("not_estimable", "nothing to judge the spread by", change.n)
        low, high = change.interval(0.95)
        freedom = change.degrees_of_freedom
        return cls(float(change.value), float((high - low) / 2 / stats.t.ppf(0.975, freedom)), freedom, n, holds)

    def on_scale(self, value: float) -> float:
        return float(np.expm1(value)) if self.logarithmic else float(value)

    def measured(self, confidence: float) -> Measured:
        half = stats.t.ppf((1 + confidence) / 2, self.degrees_of_freedom) * self.se
        low, high = (self.on_scale(end) for end in (self.value - half, self.value + half))
        return Measured(self.on_scale(self.value), low, high, self.n, self.holds, None if self.logarithmic else self.se)

    @property
    def p_value(self) -> float:
        return float(2 * stats.t.sf(abs(self.value) / self.se, self.degrees_of_freedom))

    def detectable(self, confidence: float) -> float:
        """The smallest true change that would be found with 80 % power, in the change's own unit."""
        return self.on_scale(detectable_size(self.se, self.degrees_of_freedom, confidence))

    def chance_above(self, against: float) -> float:
        """How much of the t distribution that makes the interval lies at or above a value (0–1).

        At 97.5 % the 95 % interval lies wholly above. It is of what was measured, not a forecast.
        """
        return float(stats.t.sf((against - self.value) / self.se, self.degrees_of_freedom))


def log_growth(now: np.ndarray, before: np.ndarray) -> tuple[float, float, int] | NoEstimate:
    """Log of Σ now / Σ before over customers, its standard error, and the customers with either.

    The influence of a customer is now/Σnow − before/Σbefore, each customer a unit of its own (who came, left or changed
    sides counts with 0 on one side); the variance is the jackknife's, which a few large customers don't make too small.
    """
    now, before = np.asarray(now, dtype=float), np.asarray(before, dtype=float)
    either = (now > 0) | (before > 0)
    now, before, size = now[either], before[either], int(either.sum())
    total, earlier = now.sum(), before.sum()
    if size < 2 or not total > 0 or not earlier > 0:
        return NoEstimate("not_estimable", "nothing was sold on one of the two sides", size)
    if (now >= total).any() or (before >= earlier).any():
        return NoEstimate("not_estimable", "all sales are one customer's", size)
    without = np.log((total - now) / total) - np.log((earlier - before) / earlier)
    spread = (size - 1) / size * ((without - without.mean()) ** 2).sum()
    if not spread > 0:
        return NoEstimate("not_estimable", "nothing to judge the spread by", size)
    return float(np.log(total / earlier)), float(np.sqrt(spread)), size
