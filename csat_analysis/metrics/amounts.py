"""Mean amounts, which are skewed: a few customers buy most. Their interval allows for it."""

from __future__ import annotations

import numpy as np
from scipy import stats

from csat_analysis import certification
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured

SPREADS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)  # relative spreads that studies/customers.py tried
MARGIN = 1.25  # a sample that missed its largest customers shows too small a spread, and then its interval misses too
AMOUNT = "amount"
UNTRIED = "beyond"


def amount_per_unit(
    amount: np.ndarray, units: np.ndarray | None = None, confidence: float = 0.95
) -> Measured | NoEstimate:
    """Σ amount / Σ units over customers (a mean where `units` is left out): CNY a customer, an order or a year.

    Each customer's influence is (amount − value · units) / mean units; the interval is `skewed_interval`, about the process.
    Customers without either value are left out. Whether it held at this n depends on the
    relative spread of the influences (for a mean, the coefficient of variation): `kind_at` says which setting speaks.
    """
    y = np.asarray(amount, dtype=float)
    x = np.ones_like(y) if units is None else np.asarray(units, dtype=float)
    known = np.isfinite(y) & np.isfinite(x)
    y, x = y[known], x[known]
    n = len(y)
    if n < 2 or not (x.sum() > 0 and y.sum() > 0):
        return NoEstimate("not_estimable", "fewer than two customers with an amount", n)
    value = y.sum() / x.sum()
    relative = (y - value * x) / (x.mean() * value)
    spread = float(np.std(relative, ddof=1))
    if not spread > 0:
        return NoEstimate("not_estimable", "all amounts are equal: their spread says nothing", n)
    low, high = skewed_interval(value, relative, confidence)
    holds = certification.holds_at(kind_at(spread), n)
    return Measured(float(value), float(low), float(high), n, holds, se=float(value * spread / np.sqrt(n)))


def skewed_interval(value: np.ndarray, relative: np.ndarray, confidence: float = 0.95) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of a positive mean or ratio from its customers' influences, each divided by the value (last axis; mean 0).

    The wider, on each side, of two intervals: t of the logarithm, and Hall's (1992) cubic transformation, which removes the
    skewness as far as the sample shows it. Alone the first covers .89–.94 and the second .90–.94 of lognormal amounts with
    coefficients of variation of 1 to 2 from 80 customers; together .92–.95 (studies/customers.py).
    """
    n = relative.shape[-1]
    sd = np.std(relative, axis=-1, ddof=1)
    error = sd / np.sqrt(n)
    skew = (relative**3).mean(axis=-1) / np.maximum(np.std(relative, axis=-1), 1e-300) ** 3
    t = stats.t.ppf((1 + confidence) / 2, n - 1)
    bend = skew / (3 * np.sqrt(n))
    bend = np.where(np.abs(bend) < 1e-6, 1e-6, bend)
    below, above = ((np.cbrt(1 + 3 * bend * (q - skew / (6 * np.sqrt(n)))) - 1) / bend for q in (t, -t))
    low = value * np.minimum(np.exp(-t * error), np.maximum(1 - error * below, 0))
    return low, value * np.maximum(np.exp(t * error), 1 - error * above)


def relative_spread(found: Measured) -> float:
    """The relative spread of the influences behind an amount."""
    return found.se / found.value * np.sqrt(found.n)


def kind_at(spread: float, of: str = AMOUNT) -> str:
    """The study's kind for an observed relative spread: that of the next tried one above it by MARGIN."""
    return next((f"{of}_{tried:g}" for tried in SPREADS if MARGIN * spread <= tried), UNTRIED)
