"""Outcomes that a column tells apart: found before a fit, and the penalised fit that is finite nevertheless."""

from __future__ import annotations

import numpy as np
from scipy import linalg, optimize, special

from csat_analysis.errors import EstimateError

PRECISION = 1e-10  # of the standardised coefficients
STEPS = 500
LONGEST_STEP = 2.0  # in standardised coefficients; Newton's own can overshoot where the likelihood is flat
HALVINGS = 30
ROUNDING = 1e-12  # share of the likelihood by which it may fall through rounding


def separating_columns(y: np.ndarray, columns: np.ndarray, names: list[str]) -> list[str]:
    """Names of the columns that, together, tell the 1s from the 0s; none where the likeliest coefficients are finite.

    Separation, complete or not, is a direction b with (2y − 1) xb ≥ 0 for all and > 0 for some: a linear programme
    (Konis 2007), which sees it before a fit wanders off to infinity. The first column is the intercept.
    """
    distinct = np.unique(np.column_stack([2 * y - 1, columns / np.abs(columns).max(axis=0)]), axis=0)
    towards = distinct[:, :1] * distinct[:, 1:]
    found = optimize.linprog(-towards.sum(axis=0), -towards, np.zeros(len(towards)), bounds=(-1, 1))
    if np.abs(found.x).max() <= 0.5:  # a direction that separates can be as long as the bounds let it; otherwise b is 0
        return []
    return [name for name, b in zip(names[1:], found.x[1:], strict=True) if abs(b) > 1e-9]


def firth(y: np.ndarray, columns: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic coefficients of the penalised likelihood (Firth 1993; Heinze and Schemper 2002): always finite.

    Solves Σ x (w (y − p) + h (½ − p)) = 0 with h the leverages: ½ log |XᵀWX| is added to the log-likelihood, which takes
    the bias of order 1/n from the coefficients and keeps a perfect separation from driving them to infinity. Steps as Newton's,
    halved while they would lower the penalised likelihood. The first column is the intercept; weights have mean 1.

    Raises EstimateError where it doesn't converge. Checked against the published fit of telco_status, and the closed form of
    a 0/1 column (half a contact more in each cell).
    """
    scale = np.r_[1.0, columns[:, 1:].std(axis=0)]
    centre = np.r_[0.0, columns[:, 1:].mean(axis=0)]
    x = (columns - centre) / scale
    beta = np.zeros(x.shape[1])
    reached = penalised_likelihood(beta, y, x, weight)
    for _ in range(STEPS):
        step = penalised_step(beta, y, x, weight)
        size = np.abs(step).max()
        step = step * min(1.0, LONGEST_STEP / max(size, 1e-300))
        for _ in range(HALVINGS):
            likelihood = penalised_likelihood(beta + step, y, x, weight)
            if likelihood >= reached - ROUNDING * abs(reached):
                break
            step = step / 2
        beta, reached = beta + step, likelihood
        if size < PRECISION:
            back = beta / scale
            return np.r_[back[0] - (back[1:] * centre[1:]).sum(), back[1:]]
    raise EstimateError(f"logit: Firth's penalised fit did not converge in {STEPS} steps: use fewer columns")


def penalised_likelihood(beta: np.ndarray, y: np.ndarray, x: np.ndarray, weight: np.ndarray) -> float:
    """Σ w (y xβ − log(1 + exp xβ)) + ½ log |XᵀWX|; −∞ where the information vanishes."""
    odds = x @ beta
    p = special.expit(odds)
    sign, penalty = np.linalg.slogdet(x.T @ ((weight * p * (1 - p))[:, None] * x))
    return float(weight @ (y * odds - np.logaddexp(0.0, odds)) + penalty / 2) if sign > 0 else -np.inf


def penalised_step(beta: np.ndarray, y: np.ndarray, x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """One step of the penalised score, with the information of w + h contacts at each row in place of w.

    The penalty acts as h contacts more, half of whom bought. With the information of w alone the step of a lone member of a
    0/1 column (h near 1) is twice too long, and goes to and fro for ever.
    """
    p = special.expit(x @ beta)
    spread = weight * p * (1 - p)
    factor = linalg.cho_factor(x.T @ (spread[:, None] * x))
    leverage = spread * np.einsum("ij,ji->i", x, linalg.cho_solve(factor, x.T))
    together = x.T @ (((weight + leverage) * p * (1 - p))[:, None] * x)
    return linalg.solve(together, x.T @ (weight * (y - p) + leverage * (0.5 - p)), assume_a="pos")
