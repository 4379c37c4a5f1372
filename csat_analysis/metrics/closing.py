"""How leads end, and after how long, where some are still open: they are censored on the day that is last known of them."""

from __future__ import annotations

import numpy as np
from scipy import stats

OPEN = -1


def endings(days: np.ndarray, ending: np.ndarray, kinds: int) -> tuple[np.ndarray, np.ndarray]:
    """Share of all leads that end each way within the longest time seen (Aalen–Johansen), and each lead's influence on it.

    days    from a lead's first day to its last, or, of an open one, to the last day that is known of it.
    ending  0 … kinds − 1, or OPEN.
    Returns shares (kinds) and influences (leads × kinds; the derivative by the lead's weight over all weights, so that the
    variance is Σ influence²). Without open leads they are plain shares. Ties: who ends on a day was at risk on it, and so was
    who is still open then. Right where how long a lead is watched has nothing to do with how it will end.
    """
    days, ending, size = np.asarray(days, dtype=float), np.asarray(ending, dtype=int), len(days)
    times = np.unique(days[ending != OPEN])
    ends = np.zeros((len(times), kinds))
    place = np.searchsorted(times, days)
    closed = ending != OPEN
    np.add.at(ends, (place[closed], ending[closed]), 1.0)
    at_risk = (size - np.searchsorted(np.sort(days), times, side="left")).astype(float)
    total = ends.sum(axis=1)
    step = 1 - total / at_risk
    left = np.concatenate([[1.0], np.cumprod(step)])[:-1]  # still open just before each time
    added = left[:, None] * ends / at_risk[:, None]
    shares = added.sum(axis=0)
    # d share / d weight of a lead: its own event, less its part in the numbers at risk, then through `left` of later times
    later = shares - np.cumsum(added, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard_part = np.where(at_risk > total, 1 / (at_risk - total), 0.0)
        own_later = later * hazard_part[:, None]
        risk_later = later * (total / at_risk * hazard_part)[:, None]
    risk = np.cumsum(added / at_risk[:, None] - risk_later, axis=0)
    last = np.searchsorted(times, days, side="right") - 1  # the last time at which a lead is at risk
    influence = np.zeros((size, kinds))
    seen = last >= 0
    influence[seen] -= risk[last[seen]]
    influence[closed] -= own_later[place[closed]]
    influence[np.flatnonzero(closed), ending[closed]] += (left / at_risk)[place[closed]]
    return shares, influence


def still_open(days: np.ndarray, closed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Kaplan–Meier: the times at which leads close, the share still open after each, and its Greenwood standard error."""
    days, closed = np.asarray(days, dtype=float), np.asarray(closed, dtype=bool)
    times, ends = np.unique(days[closed], return_counts=True)
    at_risk = len(days) - np.searchsorted(np.sort(days), times, side="left")
    survival = np.cumprod(1 - ends / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.cumsum(np.where(at_risk > ends, ends / (at_risk * (at_risk - ends)), np.inf)))
    with np.errstate(invalid="ignore"):
        return times, survival, np.where(survival > 0, survival * spread, 0.0)


def median_days(days: np.ndarray, closed: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Median days to close with its interval (Brookmeyer & Crowley 1982, on log(−log)); NaN where half never closed.

    Checked against R survival `survfit(conf.type = "log-log")`'s definition: the interval holds the times at which the
    interval of the share still open holds one half.
    """
    times, survival, error = still_open(days, closed)
    if not len(times) or survival[-1] > 0.5:
        return np.nan, np.nan, np.nan
    far = stats.norm.ppf((1 + confidence) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = far * error / (survival * np.abs(np.log(survival)))
        lower = np.where(survival > 0, survival ** np.exp(half), 0.0)
        upper = np.where(survival > 0, survival ** np.exp(-half), 0.0)
    return tuple(first_at_most(times, curve) for curve in (survival, lower, upper))


def first_at_most(times: np.ndarray, curve: np.ndarray) -> float:
    """The first time at which a falling curve is at one half or below; NaN where it never is."""
    reached = np.flatnonzero(curve <= 0.5 + 1e-12)
    return float(times[reached[0]]) if len(reached) else np.nan
