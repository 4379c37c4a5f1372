"""Shares of customers that were counted, such as retention, and their differences: every customer is one independent draw."""

from __future__ import annotations

import numpy as np
from scipy import stats

from csat_analysis import certification, intervals
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured

SHARE, DIFFERENCE = "counted_share", "counted_difference"  # kinds of interval that studies/customers.py judges
NOBODY = NoEstimate("not_estimable", "there is nobody to count")


def counted_share(yes: int, n: int, confidence: float = 0.95) -> Measured | NoEstimate:
    """Share (0–1) of n customers with Wilson's interval, about the process: how far chance could move it in such a period."""
    if not n:
        return NOBODY
    p = yes / n
    low, high = intervals.wilson(p, n, confidence)
    return Measured(p, low, high, n, certification.holds_at(SHARE, n), se=float(np.sqrt(p * (1 - p) / n)) or None)


def counted_difference(
    yes: int, n: int, other_yes: int, other_n: int, confidence: float = 0.95
) -> Measured | NoEstimate:
    """Difference of two independent shares (−1 to 1), first − second, with Newcombe's (1998) hybrid of two Wilson intervals.

    n of the result is that of the smaller group: it decides how sure the difference is. Checked against Newcombe's own
    example 56/70 − 48/80: .0524 to .3339.
    """
    if not (n and other_n):
        return NOBODY
    p, q = yes / n, other_yes / other_n
    (low, high), (other_low, other_high) = (
        intervals.wilson(p, n, confidence),
        intervals.wilson(q, other_n, confidence),
    )
    d = p - q
    below, above = np.hypot(p - low, other_high - q), np.hypot(high - p, q - other_low)
    smaller = min(n, other_n)
    se = float(np.sqrt(p * (1 - p) / n + q * (1 - q) / other_n)) or None
    holds = certification.holds_at(DIFFERENCE, smaller)
    return Measured(d, max(d - below, -1.0), min(d + above, 1.0), smaller, holds, se=se)


def difference_p_value(yes: int, n: int, other_yes: int, other_n: int) -> float:
    """Two-sided p that two shares are equal, by Fisher's exact test, which errs only towards saying nothing."""
    return float(stats.fisher_exact([[yes, n - yes], [other_yes, other_n - other_yes]]).pvalue)
