"""Do the items of a dimension agree with each other? Item statistics, Cronbach's α and McDonald's ω with intervals.

Items of one dimension are numbers a contact, in the design's order; whoever left one of them out is left out of the
dimension's covariances (listwise) and counted as lost. Scores or points: none of these numbers depends on the scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import optimize

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, Kind, NoEstimate
from csat_analysis.estimators import domain, estimated
from csat_analysis.programme_parts import Scale

FEWEST_ITEMS_OF_A_FACTOR = 3  # with two items, one correlation can't tell two loadings
NO_ERROR = 0.005  # share of an item's variance that is its own; below it a one-factor solution has run into its edge


@dataclass(frozen=True, eq=False)
class Covariance:
    """Weighted covariances of the complete answers to some items, and what each contact adds to them."""

    design: Design
    rows: np.ndarray
    lost: np.ndarray
    weight: np.ndarray
    deviation: np.ndarray
    items: tuple[str, ...]

    @property
    def matrix(self) -> np.ndarray:
        """Σ w (x − m)(x − m)ᵀ / Σw: the divisor cancels in all that is made of it."""
        return (self.deviation * self.weight[:, None]).T @ self.deviation

    @property
    def correlation(self) -> np.ndarray:
        spread = np.sqrt(np.diag(self.matrix))
        return self.matrix / np.outer(spread, spread)

    def only(self, items: Sequence[str]) -> Covariance:
        """The same people's answers to some of the items."""
        places = [self.items.index(item) for item in items]
        return replace(self, deviation=self.deviation[:, places], items=tuple(items))

    def estimate(self, kind: Kind, value: float, influence: np.ndarray) -> Estimate:
        """A statement about the questionnaire, not about this frame: no finite-population factor, never exact.

        Influences are widened by √(n/(n − k)) for the k means that were taken off: without it, intervals of log(1 − α)
        from 20 answers covered .90–.93, with it .94–.96.
        """
        n, k = self.deviation.shape
        found = estimated(value, influence * np.sqrt(n / (n - k)), self.rows, self.design, self.lost)
        return replace(found, kind=kind, finite=False, bounds=(-np.inf, 1.0))


def covariance(design: Design, items: pd.DataFrame) -> Covariance | NoEstimate:
    """Covariances of the complete answers, or why there are none: too few people for so many items, an item that is
    the same for everyone.
    """
    values = items.to_numpy(dtype=float, na_value=np.nan)
    rows, lost = domain(design, values.sum(axis=1), None)
    if len(rows) <= items.shape[1]:
        reason = f"{len(rows)} complete answers to {items.shape[1]} items: there must be more answers than items"
        return NoEstimate("not_estimable", reason, len(rows))
    weight = design.weight[rows] / design.weight[rows].sum()
    deviation = values[rows] - weight @ values[rows]
    constant = np.ptp(values[rows], axis=0) == 0
    if constant.any():
        name = items.columns[np.argmax(constant)]
        return NoEstimate("not_estimable", f"everyone gave the item {name} the same answer", len(rows))
    return Covariance(design, rows, lost, weight, deviation, tuple(map(str, items.columns)))


def item_statistics(design: Design, items: pd.DataFrame, scale: Scale) -> pd.DataFrame:
    """How each item of one dimension was answered, and how it agrees with the others.

    One row an item, shares weighted by the design: `answered` and `missing` (counts), `mean`, `sd`, `floor` and `ceiling`
    (share on the lowest and highest point; over .15 is much, Terwee et al. 2007), `item_rest` (correlation with the sum of
    the dimension's other items, among complete answers), `alpha_if_deleted`. Missing where it can't be said.
    Checked against R psych `alpha` (tests/reference/psych.R).
    """
    values, weight = items.to_numpy(dtype=float, na_value=np.nan), design.weight[:, None]
    given = ~np.isnan(values) & (weight > 0)
    total = (given * weight).sum(axis=0)
    share = np.divide(given * weight, total, out=np.zeros(given.shape), where=total > 0)
    mean = np.where(total > 0, (share * np.nan_to_num(values)).sum(axis=0), np.nan)
    table = pd.DataFrame(
        {
            "answered": given.sum(axis=0),
            "missing": (~given & (weight > 0)).sum(axis=0),
            "mean": mean,
            "sd": np.sqrt((share * np.nan_to_num(values - mean) ** 2).sum(axis=0)),
            "floor": (share * (values == scale.min)).sum(axis=0),
            "ceiling": (share * (values == scale.max)).sum(axis=0),
        },
        index=items.columns.rename("item"),
    )
    table.loc[table["answered"] == 0, ["sd", "floor", "ceiling"]] = np.nan
    return table.join(agreement(covariance(design, items)), how="left")


def agreement(found: Covariance | NoEstimate) -> pd.DataFrame:
    """Item–rest correlation and α without the item; empty where there are no covariances or only one item."""
    rows = {}
    if isinstance(found, Covariance) and len(found.items) > 1:
        for place, item in enumerate(found.items):
            others = [name for name in found.items if name != item]
            own, rest = found.deviation[:, place], found.only(others).deviation.sum(axis=1)
            spread = np.sqrt((found.weight @ own**2) * (found.weight @ rest**2))
            without = alpha_of(found.only(others)) if len(others) > 1 else None
            rows[item] = {
                "item_rest": found.weight @ (own * rest) / spread if spread > 0 else np.nan,
                "alpha_if_deleted": without.value if isinstance(without, Estimate) else np.nan,
            }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["item_rest", "alpha_if_deleted"])


def cronbach_alpha(design: Design, items: pd.DataFrame) -> Estimate | NoEstimate:
    """Cronbach's α = k/(k − 1) · (1 − Σσ²_item/σ²_total) of k items, below 1; it can be negative.

    What it tells a manager: how far the items of a dimension pull together; .7 is usual for a survey, and a low value
    says that the dimension's score mixes unlike things. It rises with the number of items and isn't a proof of one factor.
    Weighted by the design. Influence: k/(k − 1) · w [σ²_items T² / σ⁴_total − Σz² / σ²_total] / Σw, with z the deviations and
    T their sum.
    Source: Cronbach (1951). Checked against R psych `alpha` (tests/reference/psych.R).
    """
    if items.shape[1] < 2:
        return NoEstimate("not_estimable", "one item can't be held against another")
    found = covariance(design, items)
    return found if isinstance(found, NoEstimate) else alpha_of(found)


def alpha_of(found: Covariance) -> Estimate | NoEstimate:
    """α of covariances already made."""
    k, own = len(found.items), np.trace(found.matrix)
    total = found.matrix.sum()
    if total <= 1e-12 * own:
        return NoEstimate("not_estimable", "the items' sum is the same for everyone", len(found.rows))
    squares, sums = (found.deviation**2).sum(axis=1), found.deviation.sum(axis=1) ** 2
    influence = k / (k - 1) * found.weight * (own * sums / total - squares) / total
    return found.estimate("alpha", float(k / (k - 1) * (1 - own / total)), influence)


def mcdonald_omega(design: Design, items: pd.DataFrame) -> Estimate | NoEstimate:
    """McDonald's ω = (Σλ)²/((Σλ)² + Σψ) of one factor fitted by maximum likelihood to the covariances, 0–1.

    What it tells a manager: the share of the variation of the dimension's score that is one common thing. Unlike α it
    doesn't ask the items to measure it equally well.
    λ loadings and ψ unique variances in the items' own units. Influence: that of an M-estimator, H⁻¹ w g / Σw with g a
    contact's gradient of the likelihood and H its curvature (right also where one factor doesn't fit exactly).
    Source: McDonald (1999). Checked against R psych `fa`, `omega` (tests/reference/psych.R).
    """
    if items.shape[1] < FEWEST_ITEMS_OF_A_FACTOR:
        return NoEstimate("not_estimable", f"a factor needs {FEWEST_ITEMS_OF_A_FACTOR} items")
    found = covariance(design, items)
    if isinstance(found, NoEstimate):
        return found
    fitted = one_factor(found.correlation)
    if isinstance(fitted, str):
        return NoEstimate("not_estimable", fitted, len(found.rows))
    spread = np.sqrt(np.diag(found.matrix))
    loading, unique = spread * fitted[0], spread**2 * fitted[1]
    common, own = loading.sum() ** 2, unique.sum()
    slope = np.concatenate(
        [np.full(len(loading), 2 * loading.sum() * own), np.full(len(unique), -common)] / (common + own) ** 2
    )
    influence = found.weight * (factor_influence(found, loading, unique) @ slope)
    return found.estimate("omega", float(common / (common + own)), influence)


def one_factor(correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray] | str:
    """Maximum likelihood loadings and unique variances of one factor; in words why there is no proper solution."""
    k = len(correlation)
    values, vectors = np.linalg.eigh(correlation)
    start = vectors[:, -1] * np.sqrt(max(values[-1], 0.1)) * 0.9
    start = start if start.sum() >= 0 else -start
    parameters = np.concatenate([start, np.clip(1 - start**2, 0.1, 0.9)])
    limits = [(None, None)] * k + [(NO_ERROR, None)] * k
    fit = optimize.minimize(
        discrepancy,
        parameters,
        args=(correlation,),
        jac=True,
        method="L-BFGS-B",
        bounds=limits,
        options={"maxiter": 2000, "maxfun": 5000, "ftol": 1e-15, "gtol": 1e-10},
    )
    loading, unique = fit.x[:k], fit.x[k:]
    if unique.min() <= NO_ERROR * 1.01:
        return "one factor would leave an item without error of its own (Heywood case): the items don't share one thing"
    step = np.linalg.solve(curvature(fit.x, correlation), discrepancy(fit.x, correlation)[1])
    if np.abs(step).max() > 1e-3:
        return "the one-factor fit didn't converge"
    return loading - step[:k], unique - step[k:]


def discrepancy(parameters: np.ndarray, observed: np.ndarray) -> tuple[float, np.ndarray]:
    """log|Σ| + tr(SΣ⁻¹) with Σ = λλᵀ + diag ψ, and its gradient in (λ, ψ)."""
    loading, unique = np.split(parameters, 2)
    implied = np.outer(loading, loading) + np.diag(unique)
    inverse = np.linalg.inv(implied)
    gap = inverse @ (implied - observed) @ inverse
    value = np.linalg.slogdet(implied)[1] + np.trace(observed @ inverse)
    return float(value), np.concatenate([2 * gap @ loading, np.diag(gap)])


def curvature(parameters: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Second derivatives of the discrepancy, from central differences of its gradient."""
    steps = 1e-5 * np.maximum(np.abs(parameters), 0.01)
    columns = [
        (discrepancy(parameters + move, observed)[1] - discrepancy(parameters - move, observed)[1]) / (2 * step)
        for step, move in zip(steps, np.diag(steps), strict=True)
    ]
    return np.array(columns)


def factor_influence(found: Covariance, loading: np.ndarray, unique: np.ndarray) -> np.ndarray:
    """Each contact's influence on (λ, ψ), still without its weight."""
    inverse = np.linalg.inv(np.outer(loading, loading) + np.diag(unique))
    observed, pulled = inverse @ found.matrix @ inverse, found.deviation @ inverse
    gradient = np.hstack([2 * pulled * (pulled @ loading)[:, None], pulled**2])
    gradient -= np.concatenate([2 * observed @ loading, np.diag(observed)])
    return np.linalg.solve(curvature(np.concatenate([loading, unique]), found.matrix), gradient.T).T
