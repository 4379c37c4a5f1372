"""What moves an outcome: shares of the explained variance with intervals, how sure each rank is, and what is left of them
without a general habit of answering. Association: which of two things moves the other is not in a covariance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from csat_analysis.certification import design_effect, holds_at
from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Foretold, Measured
from csat_analysis.models import importance
from csat_analysis.models.resampling import DRAWS, SEED, bootstrap_weights
from csat_analysis.models.shrunken_ranks import shrunken_draws

MOST_MISSING = 0.5  # share of contacts who left the outcome out, beyond which the rest can't speak for them
SMALLEST_SPREAD = 0.02  # of p(1 − p): keeps the bound of a share near 0 from running away
LARGEST_DESIGN_EFFECT = 1.7  # of weights (Kish): those of the study


@dataclass(frozen=True, eq=False)
class Importance:
    """Drivers of one outcome.

    names      drivers in use, in survey.yml's order; `notes`: driver → why it was left out, or what is odd about it.
    share      of R², sums to 1; `low`, `high` its interval (see `share_interval`).
    n, units   contacts, and customers among them; `worth`: contacts of equal weight that would be as many (Kish).
    r2         share of the outcome's variance that all drivers explain together.
    ranks      drivers × ranks: the chance of each rank (see models/shrunken_ranks.py).
    slope      sign of the correlation with the outcome: −1 a driver that stands against it.
    beyond     semipartial correlation beyond the mean of the other drivers, with `beyond_low`, `beyond_high`.
    draws      resamples × drivers, shares; `kind` names the settings of studies/drivers.py that speak for it, and
               `rank_` + kind those of its chances.
    """

    outcome: str
    names: list[str]
    notes: dict[str, str]
    n: int
    units: int
    worth: float
    r2: float
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranks: np.ndarray
    slope: np.ndarray
    beyond: np.ndarray
    beyond_low: np.ndarray
    beyond_high: np.ndarray
    draws: np.ndarray
    kind: str
    weights_tried: bool
    seed: int

    def measured(self, name: str) -> Measured | NoEstimate:
        """A driver's share with its interval."""
        if name not in self.names:
            return NoEstimate("not_estimable", self.notes.get(name, "no driver of this outcome"), self.n)
        at = self.names.index(name)
        holds = self.holds(self.kind)
        return Measured(float(self.share[at]), float(self.low[at]), float(self.high[at]), self.n, holds)

    def halo_free(self, name: str) -> Measured | NoEstimate:
        if name not in self.names:
            return NoEstimate("not_estimable", self.notes.get(name, "no driver of this outcome"), self.n)
        at = self.names.index(name)
        bounds = float(self.beyond_low[at]), float(self.beyond_high[at])
        return Measured(float(self.beyond[at]), *bounds, self.n, self.holds("beyond_halo"))

    def first(self, name: str) -> Foretold | NoEstimate:
        """Chance that the driver is the most important."""
        if name not in self.names:
            return NoEstimate("not_estimable", self.notes.get(name, "no driver of this outcome"), self.n)
        return Foretold(float(self.ranks[self.names.index(name), 0]), self.n, self.chances_hold)

    @property
    def chances_hold(self) -> bool:
        return self.holds(f"rank_{self.kind}")

    def holds(self, kind: str) -> bool:
        return self.weights_tried and bool(self.kind) and holds_at(kind, self.units)

    def over(self, names: list[str]) -> Importance:
        """The same among more dimensions, which have no share; for sums over all of them."""
        places = [names.index(name) for name in self.names]
        share, draws = np.zeros(len(names)), np.zeros((len(self.draws), len(names)))
        share[places], draws[:, places] = self.share, self.draws
        return replace(self, names=names, share=share, draws=draws)

    def rank_table(self) -> pd.DataFrame:
        """Drivers, likeliest first: the chance of each rank."""
        ranks = [str(place) for place in range(1, len(self.names) + 1)]
        found = pd.DataFrame(self.ranks, index=self.names, columns=ranks)
        return found.sort_values(ranks, ascending=False)

    def table(self) -> pd.DataFrame:
        """share (low, high), chance to be first, sign, semipartial correlation beyond halo; a row a driver."""
        return pd.DataFrame(
            {
                "share": self.share,
                "low": self.low,
                "high": self.high,
                "first": self.ranks[:, 0],
                "sign": self.slope.astype(int),
                "beyond halo": self.beyond,
            },
            index=pd.Index(self.names, name="driver"),
        )


def drivers_of(
    outcome: str,
    design: Design,
    y: pd.Series,
    drivers: pd.DataFrame,
    *,
    kind: str,
    by_items: bool = False,
    confidence: float = 0.95,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Importance | NoEstimate:
    """Shares of the R² of y on the drivers, one row a contact of the design; whoever lacks any of them is left out.

    What it tells a manager: which sides of the business customers who are satisfied on the whole rate higher, and how sure
    the order is. LMG shares; Johnson's weights where `by_items` (or for more drivers than LMG can bear). For an outcome of
    0 and 1 the R² is that of the linear probability model.
    Where there is none the reason is said: an outcome that most left out, the same outcome for all, contacts no more than
    drivers. A constant driver is left out and named; one that follows from the others shares with them and is named.
    Intervals and ranks: Rao–Wu bootstrap in the design's strata, customers whole, weights carried, raking fixed.
    """
    y = pd.Series(np.asarray(y, dtype=float), index=drivers.index)
    answered = y.notna().to_numpy() & (design.weight > 0)
    used = answered & drivers.notna().all(axis=1).to_numpy()
    left_out = {name: "the same for everyone" for name in drivers if drivers.loc[used, name].nunique() < 2}
    names = [name for name in drivers if name not in left_out]
    why_not = nothing_to_explain(outcome, y[used], len(y), int(answered.sum()), len(names))
    if why_not:
        return why_not
    values = np.column_stack([drivers.loc[used, names].to_numpy(dtype=float), y[used]])
    weights = np.vstack([design.weight[None, :], bootstrap_weights(design, draws=draws, seed=seed)])[:, used]
    covariance, _ = importance.covariances(values, weights)
    worth = effective_size(design.weight[used])
    correlation = importance.correlations(covariance[:1])[0]
    return Importance(
        outcome=outcome,
        names=names,
        notes=left_out | following(correlation, names),
        n=int(used.sum()),
        units=len(np.unique(design.unit[used])),
        worth=worth,
        slope=np.sign(correlation[:-1, -1]),
        kind=kind,
        weights_tried=design_effect(design.weight[used]) <= LARGEST_DESIGN_EFFECT,
        seed=seed,
        **shares_and_ranks(covariance, worth, by_items=by_items, confidence=confidence, seed=seed),
        **left_beyond_halo(covariance, worth, confidence),
    )


def nothing_to_explain(outcome: str, y: pd.Series, asked: int, answered: int, drivers: int) -> NoEstimate | None:
    """Why an outcome has no drivers; y: its answers by those who have all drivers too."""
    size = len(y)
    if answered < (1 - MOST_MISSING) * asked:
        reason = f"{asked - answered} of {asked} left {outcome} out: the others can't speak for them"
        return NoEstimate("not_estimable", reason, answered)
    if size <= drivers + 1:
        return NoEstimate("not_estimable", f"{size} contacts with all answers for {drivers} drivers", size)
    if y.nunique() < 2:
        return NoEstimate("not_estimable", f"{outcome} is the same for everyone: nothing to explain", size)
    if drivers < 2:
        return NoEstimate("not_estimable", "one driver alone: nothing to compare it with", size)
    return None


def shares_and_ranks(
    covariance: np.ndarray, worth: float, *, by_items: bool, confidence: float, seed: int
) -> dict[str, object]:
    """R², its shares with their bounds, and the chances of each rank; covariance: the sample's first, then the resamples'."""
    explained = shares_of(covariance, by_items)
    share = importance.normalised(explained)
    resampled = widened(share[1:], worth, share.shape[1])
    low, high = share_interval(share[0], resampled, worth, confidence)
    ranks = importance.rank_chances(shrunken_draws(share[0], resampled, seed=seed))
    found = {"r2": float(explained[0].sum()), "share": share[0], "draws": share[1:]}
    return found | {"low": low, "high": high, "ranks": ranks}


def left_beyond_halo(covariance: np.ndarray, worth: float, confidence: float) -> dict[str, np.ndarray]:
    """Semipartial correlations beyond the mean of the other drivers, with their bounds."""
    beyond = importance.beyond_halo(covariance)
    low, high = correlation_interval(beyond[0], widened(beyond[1:], worth, 2), worth, confidence)
    return {"beyond": beyond[0], "beyond_low": low, "beyond_high": high}


def effective_size(weight: np.ndarray) -> float:
    """Contacts of equal weight that would be as many (Kish): (Σw)² / Σw²."""
    return float(weight.sum() ** 2 / (weight**2).sum())


def widened(draws: np.ndarray, worth: float, fitted: int) -> np.ndarray:
    """Resamples spread for the coefficients fitted: √(n/(n − k − 1)) about their mean, as the residual variance of a regression.

    Without it chances were too sure and intervals too narrow where weights are unequal (studies/drivers.py).
    """
    factor = np.sqrt(worth / max(worth - fitted - 1, worth / 4))
    centre = draws.mean(axis=0)
    return centre + factor * (draws - centre)


def shares_of(covariance: np.ndarray, by_items: bool) -> np.ndarray:
    """LMG, or Johnson's weights where they are asked for or there are too many drivers for all models."""
    few = covariance.shape[1] - 1 <= importance.MOST_FOR_LMG
    return importance.lmg(covariance) if few and not by_items else importance.relative_weights(covariance)


def share_interval(
    value: np.ndarray, draws: np.ndarray, worth: float, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of shares: the resamples' percentiles; above, t of the log odds where that reaches further.

    Noise pulls shares together, and where a share came out too small its resamples spread too little: percentiles alone
    missed the true share mostly from below (of the largest driver they held .90–.93). See studies/drivers.py.
    """
    error = (1 - confidence) / 2
    low, high = np.quantile(draws, [error, 1 - error], axis=0)
    spread = draws.std(axis=0) / np.maximum(value * (1 - value), SMALLEST_SPREAD)
    odds = special.logit(np.clip(value, 1e-6, 1 - 1e-6)) + stats.t.isf(error, max(worth - 2, 1)) * spread
    highest = np.maximum.reduce([high, special.expit(odds), value])
    return np.clip(np.minimum(low, value), 0.0, 1.0), np.clip(highest, 0.0, 1.0)


def correlation_interval(
    value: np.ndarray, draws: np.ndarray, worth: float, confidence: float
) -> tuple[np.ndarray, np.ndarray]:
    """t interval of the inverse hyperbolic tangent (Fisher's z) with the resamples' spread, taken back."""
    z = np.arctanh(np.clip(value, -0.999, 0.999))
    half = stats.t.isf((1 - confidence) / 2, max(worth - 2, 1)) * np.arctanh(np.clip(draws, -0.999, 0.999)).std(axis=0)
    return np.tanh(z - half), np.tanh(z + half)


def following(correlation: np.ndarray, names: list[str]) -> dict[str, str]:
    """Drivers that the ones before them already tell in full; they are kept, and share what they explain."""
    found = {}
    for place, name in enumerate(names[1:], start=1):
        before = correlation[:place, :place] + importance.RIDGE * np.eye(place)
        told = correlation[place, :place] @ np.linalg.solve(before, correlation[:place, place])
        if told > 1 - 1e-6:
            found[name] = "follows from the drivers before it: what they explain is split between them"
    return found
