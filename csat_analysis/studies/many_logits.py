"""Thousands of logits at once: the package's fit, effects and variance over a stack of companies, for simulation studies.

Arrays are companies × contacts × coefficients. That the numbers are the package's own, to 1e-8, is a test
(tests/test_study_repurchase.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from csat_analysis.models.effects import LARGEST_LEVERAGE
from csat_analysis.models.shape import CURVE_STEPS, STEEPEST

PRECISION = 1e-10
STEPS, PENALISED_STEPS = 30, 200
LONGEST_STEP = 2.0
DIVERGED = 1e-6  # of the standardised coefficients: what still moves after STEPS is going to infinity


@dataclass(frozen=True)
class Fits:
    """beta: companies × coefficients; separated: fitted by Firth's penalised likelihood, the likeliest being infinite."""

    x: np.ndarray
    y: np.ndarray
    weight: np.ndarray
    beta: np.ndarray
    separated: np.ndarray

    def probability(self) -> np.ndarray:
        return special.expit(np.einsum("dnk,dk->dn", self.x, self.beta))


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> Fits:
    """Logits of y on the columns of x (the first the intercept); weights are common to all companies and have mean 1."""
    centre, scale = x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)
    centre[..., 0], scale[..., 0] = 0.0, 1.0
    standard = (x - centre) / np.where(scale > 0, scale, 1.0)
    beta, moving = newton(standard, y, weight, penalised=False, steps=STEPS)
    separated = moving > DIVERGED
    if separated.any():
        beta[separated] = newton(standard[separated], y[separated], weight, penalised=True, steps=PENALISED_STEPS)[0]
    beta = beta / np.where(scale > 0, scale, 1.0)[:, 0]
    beta[:, 0] -= (beta[:, 1:] * centre[:, 0, 1:]).sum(axis=1)
    return Fits(x, y, weight, beta, separated)


def newton(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, *, penalised: bool, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    beta = np.zeros((len(x), x.shape[2]))
    ridge = 1e-12 * np.eye(x.shape[2])
    size = np.full(len(x), np.inf)
    for _ in range(steps):
        p = special.expit(np.einsum("dnk,dk->dn", x, beta))
        spread, residual = weight * p * (1 - p), weight * (y - p)
        curvature = information(x, spread) + ridge
        if penalised:  # as in models/separation.py
            own = leverage(x, spread, curvature)
            residual, curvature = residual + own * (0.5 - p), information(x, (weight + own) * p * (1 - p)) + ridge
        step = np.linalg.solve(curvature, np.einsum("dnk,dn->dk", x, residual)[..., None])[..., 0]
        size = np.abs(step).max(axis=1)
        beta = beta + step * np.minimum(1.0, LONGEST_STEP / np.maximum(size, 1e-300))[:, None]
        if size.max() < PRECISION:
            break
    return beta, size


def information(x: np.ndarray, spread: np.ndarray) -> np.ndarray:
    return np.matmul(np.swapaxes(x, 1, 2) * spread[:, None, :], x)


def leverage(x: np.ndarray, spread: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    return spread * np.einsum("dnk,dnk->dn", np.matmul(x, np.linalg.inv(curvature)), x)


def robust_influence(fits: Fits) -> np.ndarray:
    """Companies × contacts × coefficients, each contact's divided by 1 − its leverage (models/effects.py)."""
    p = fits.probability()
    spread = fits.weight * p * (1 - p)
    curvature = information(fits.x, spread)
    own = leverage(fits.x, spread, curvature)
    residual = fits.weight * (fits.y - p) + np.where(fits.separated[:, None], own * (0.5 - p), 0.0)
    return np.matmul(fits.x, np.linalg.inv(curvature)) * (residual / (1 - np.minimum(own, LARGEST_LEVERAGE)))[..., None]


def average_marginal_effect(
    fits: Fits, slopes: np.ndarray | None = None, inside: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Value a company, and influence companies × contacts.

    slopes  companies × contacts × coefficients: how each column moves; None: the first after the intercept, by one.
    inside  companies × contacts, 0 and 1: over whom the average goes; None: all.
    """
    p, weight = fits.probability(), shares(fits, inside)
    rise = p * (1 - p)
    slope = fits.beta[:, 1, None] if slopes is None else np.einsum("dnk,dk->dn", slopes, fits.beta)
    value = (weight * rise * slope).sum(axis=1)
    gradient = np.einsum("dn,dnk->dk", weight * rise * (1 - 2 * p) * slope, fits.x)
    if slopes is None:
        gradient[:, 1] += (weight * rise).sum(axis=1)
    else:
        gradient += np.einsum("dn,dnk->dk", weight * rise, slopes)
    carried = np.einsum("dnk,dk->dn", robust_influence(fits), gradient)
    return value, weight * (rise * slope - value[:, None]) + carried


def prediction(fits: Fits, at: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean probability were everybody's first column so, a company; and its influence."""
    x = fits.x.copy()
    x[..., 1] = at
    return predicted(fits, x)


def predicted(fits: Fits, x: np.ndarray, inside: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Mean probability were everybody's columns these, over those inside."""
    p, weight = special.expit(np.einsum("dnk,dk->dn", x, fits.beta)), shares(fits, inside)
    value = (weight * p).sum(axis=1)
    gradient = np.einsum("dn,dnk->dk", weight * p * (1 - p), x)
    carried = np.einsum("dnk,dk->dn", robust_influence(fits), gradient)
    return value, weight * (p - value[:, None]) + carried


def shares(fits: Fits, inside: np.ndarray | None) -> np.ndarray:
    """Weights that sum to 1 over those inside."""
    if inside is None:
        return fits.weight / fits.weight.sum()
    weight = fits.weight * inside
    return weight / weight.sum(axis=1, keepdims=True)


def linear_slope(x: np.ndarray, y: np.ndarray, weight: np.ndarray, column: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Slope of the linear probability model and its robust influence."""
    spread = np.broadcast_to(weight, y.shape)
    inverse = np.linalg.inv(information(x, spread))
    directions = np.matmul(x, inverse)
    beta = np.einsum("dnk,dn->dk", directions, weight * y)
    own = spread * np.einsum("dnk,dnk->dn", directions, x)
    residual = weight * (y - np.einsum("dnk,dk->dn", x, beta)) / (1 - np.minimum(own, LARGEST_LEVERAGE))
    return beta[:, column], directions[..., column] * residual


def covariance(left: np.ndarray, right: np.ndarray, unit: np.ndarray, stratum: np.ndarray) -> np.ndarray:
    """Covariance a company of two influences, over sampling units within strata (no finite population).

    unit     ascending codes, one a contact; stratum: one a unit.
    """
    starts = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])
    a, b = (np.add.reduceat(influence, starts, axis=1) for influence in (left, right))
    total = np.zeros(len(a))
    for name in np.unique(stratum):
        x, y = a[:, stratum == name], b[:, stratum == name]
        m = x.shape[1]
        total += m / (m - 1) * ((x - x.mean(axis=1, keepdims=True)) * (y - y.mean(axis=1, keepdims=True))).sum(axis=1)
    return total


def noncentrality(fits: Fits, score: np.ndarray, spread: np.ndarray, effect: float) -> np.ndarray:
    """λ of the test of shape where the named curvature is true, a company (models/shape.py: `noncentrality`).

    fits    the score in the first column after the intercept, its bends in the next, as many as `spread` has rows.
    spread  covariance of the bends' coefficients.
    """
    count, weight = spread.shape[1], fits.weight / fits.weight.sum()
    others = np.einsum("dnk,dk->dn", fits.x[..., 2 + count :], fits.beta[:, 2 + count :])
    hinge = np.maximum(score - np.median(score, axis=1, keepdims=True), 0.0)
    rate, level, slope = (fits.y @ weight)[:, None], np.zeros((len(score), 1)), np.zeros((len(score), 1))
    for _ in range(CURVE_STEPS):
        p = special.expit(level + slope * hinge + others)
        level = level - np.clip(((p @ weight)[:, None] - rate) / ((p * (1 - p)) @ weight)[:, None], -1, 1)
        p = special.expit(level + slope * hinge + others)
        steep = effect / (((hinge > 0) * p * (1 - p)) @ weight)[:, None]
        slope = (slope + np.minimum(steep, STEEPEST)) / 2
    impossible = np.abs(steep - slope)[:, 0] > 1e-3 * slope[:, 0]
    p = special.expit(level + slope * hinge + others)
    there = fits.weight * p * (1 - p)
    curvature = information(fits.x, there)
    bends = slice(2, 2 + count)
    named = np.linalg.solve(curvature, np.einsum("dnk,dn->dk", fits.x, there * slope * hinge)[..., None])[:, bends, 0]
    fitted = fits.probability()
    here = np.linalg.inv(information(fits.x, fits.weight * fitted * (1 - fitted)))[:, bends, bends]
    inflated = np.einsum("dii->d", np.linalg.solve(here, spread)) / count
    expected = np.linalg.inv(curvature)[:, bends, bends] * inflated[:, None, None]
    return np.where(impossible, np.nan, np.einsum("di,dij,dj->d", named, np.linalg.inv(expected), named))
