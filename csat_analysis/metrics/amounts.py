"""Mean amounts, which are skewed: a few customers buy most. Their interval is t of the logarithm."""

from __future__ import annotations

import numpy as np

from csat_analysis import certification, intervals
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured

SPREADS = (0.5, 1.0, 1.5, 2.0, 2.5)  # relative spreads that studies/customers.py tried
MARGIN = 1.25  # a sample that missed its largest customers shows too small a spread, and then its interval misses too
AMOUNT = "amount"
UNTRIED = "beyond"


def amount_per_unit(
    amount: np.ndarray, units: np.ndarray | None = None, confidence: float = 0.95
) -> Measured | NoEstimate:
    """Σ amount / Σ units over customers (a mean where `units` is left out): CNY a customer, an order or a year.

    Each customer's influence is (amount − value · units) / mean units; the interval is t of the logarithm with n − 1 degrees
    of freedom, about the process. Customers without either value are left out. Whether it held at this n depends on the
    relative spread of the influences (for a mean, the coefficient of variation): `kind_at` says which setting speaks.
    """
    y = np.asarray(amount, dtype=float)
    x = np.ones_like(y) if units is None else np.asarray(units, dtype=float)
    known = np.isfinite(y) & np.isfinite(x)
    y, x = y[known], x[known]
    n = len(y)
    if n < 2 or not (x.sum() > 0 and y.sum() > 0):
        return NoEstimate("not_estimable", "fewer than two customers with an amount", n)
    value = float(y.sum() / x.sum())
    spread = float(np.std((y - value * x) / (x.mean() * value), ddof=1))
    if not spread > 0:
        return NoEstimate("not_estimable", "all amounts are equal: their spread says nothing", n)
    se = value * spread / np.sqrt(n)
    low, high = intervals.logarithmic(value, se, n - 1, confidence)
    return Measured(value, low, high, n, certification.holds_at(kind_at(spread), n), se=se)


def relative_spread(found: Measured) -> float:
    """The relative spread of the influences behind an amount."""
    return found.se / found.value * np.sqrt(found.n)


def kind_at(spread: float, of: str = AMOUNT) -> str:
    """The study's kind for an observed relative spread: that of the next tried one above it by MARGIN."""
    return next((f"{of}_{tried:g}" for tried in SPREADS if MARGIN * spread <= tried), UNTRIED)
