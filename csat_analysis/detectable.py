"""What a comparison can find: the power of a two-sided t test, and the smallest difference that it finds."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import optimize, stats

POWER = 0.80


def detectable_size(se: float, degrees_of_freedom: float, confidence: float = 0.95, power: float = POWER) -> float:
    """Smallest true difference that a two-sided t test finds with this power, in the unit of its standard error.

    About (z at the confidence + z at the power) × SE = 2.80 SE in a large sample. Checked against R's power.t.test.
    """
    return se * detectable_errors(degrees_of_freedom, confidence, power)


@lru_cache(maxsize=4096)
def detectable_errors(degrees_of_freedom: float, confidence: float, power: float) -> float:
    """The same in standard errors."""
    return float(optimize.brentq(lambda size: power_of(size, degrees_of_freedom, confidence) - power, 0.0, 1e3))


def power_of(size: float, degrees_of_freedom: float, confidence: float = 0.95) -> float:
    """Chance (0–1) that a two-sided t test finds a true difference of `size` standard errors (noncentral t)."""
    limit = stats.t.ppf((1 + confidence) / 2, degrees_of_freedom)
    below = stats.nct.cdf(-limit, degrees_of_freedom, size)
    return float(stats.nct.sf(limit, degrees_of_freedom, size) + np.nan_to_num(below))
