"""Confidence intervals for one number, from its variance or effective sample size; `estimate` says which one suits."""

from __future__ import annotations

import numpy as np
from scipy import optimize, special, stats

NPS_PSEUDO_ANSWERS = {"promoter": 0.75, "passive": 1.5, "detractor": 0.75}  # Rocks (2016): adjusted Wald, n + 3


def t_interval(value: float, se: float, degrees_of_freedom: int, confidence: float) -> tuple[float, float]:
    half = stats.t.ppf((1 + confidence) / 2, degrees_of_freedom) * se
    return value - half, value + half


def log_complement(value: float, se: float, degrees_of_freedom: float, confidence: float) -> tuple[float, float]:
    """t interval for log(1 − value) of a reliability below 1, taken back (Bonett 2002 for α)."""
    half = stats.t.ppf((1 + confidence) / 2, degrees_of_freedom) * se / (1 - value)
    return float(1 - (1 - value) * np.exp(half)), float(1 - (1 - value) * np.exp(-half))


def logarithmic(value: float, se: float, degrees_of_freedom: float, confidence: float) -> tuple[float, float]:
    """t interval for the logarithm of an amount above 0, taken back."""
    half = stats.t.ppf((1 + confidence) / 2, degrees_of_freedom) * se / value
    return float(value * np.exp(-half)), float(value * np.exp(half))


def wilson(p: float, n: float, confidence: float) -> tuple[float, float]:
    """Wilson (1927) for a share p of n (effective) answers; it holds p and stays within 0–1 to the last digit."""
    z2 = stats.norm.ppf((1 + confidence) / 2) ** 2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(min(centre - half, p), 0.0), min(max(centre + half, p), 1.0)


def logit(p: float, se: float, degrees_of_freedom: int, confidence: float) -> tuple[float, float]:
    """t interval for the log odds of a share p (0–1), taken back to shares; NaN at p = 0 and 1 (infinite log odds).

    Checked against R survey `svyciprop(method = "logit")` (tests/reference/survey.R).
    """
    if not 0 < p < 1:
        return float("nan"), float("nan")
    low, high = t_interval(float(special.logit(p)), se / (p * (1 - p)), degrees_of_freedom, confidence)
    return float(special.expit(low)), float(special.expit(high))


def adjusted_wald_nps(promoters: float, detractors: float, n: float, confidence: float) -> tuple[float, float]:
    """Rocks (2016) for NPS in points: three pseudo-answers are added to n (effective) answers before the Wald interval."""
    total = n + sum(NPS_PSEUDO_ANSWERS.values())
    up = (promoters * n + NPS_PSEUDO_ANSWERS["promoter"]) / total
    down = (detractors * n + NPS_PSEUDO_ANSWERS["detractor"]) / total
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt((up + down - (up - down) ** 2) / total)
    return 100 * (up - down - half), 100 * (up - down + half)


def quantile_ranks(p: float, n: float, confidence: float) -> tuple[float, float]:
    """Ranks among n (effective) ordered answers between which the p-quantile lies; NaN where n allows no interval.

    The exact interval of order statistics, made continuous in the rank (the level of rank r of n is Beta(r, n − r + 1)).
    Where even the largest or smallest answer leaves more than half of the error to its side, the other side takes the
    rest; where it leaves all of it (P90 with n below 29), there is no interval.
    """
    error = 1 - confidence
    above, below = p**n, (1 - p) ** n  # chance that the quantile lies beyond the largest, the smallest answer
    if above >= error or below >= error or above + below >= error:
        return float("nan"), float("nan")
    upper_error, lower_error = max(error / 2, above), max(error / 2, below)
    if upper_error > error / 2:
        lower_error = error - upper_error
    elif lower_error > error / 2:
        upper_error = error - lower_error
    low = optimize.brentq(lambda r: stats.beta.cdf(p, r, n - r + 1) - (1 - lower_error), 1e-9, n)
    high = (
        optimize.brentq(lambda r: stats.beta.cdf(p, r, n - r + 1) - upper_error, 1e-9, n) if upper_error > above else n
    )
    return low, high
