"""How much of an outcome's variance each driver explains: LMG (Shapley) shares, Johnson's relative weights, and halo-free
semipartial correlations; each from covariance matrices alone, for one survey or for thousands of resamples at once.

Matrices are stacks: draws × (drivers + 1) × (drivers + 1), the outcome last. Shares are of R², between 0 and 1.
"""

from __future__ import annotations

from math import comb

import numpy as np

RIDGE = 1e-10  # of correlations: twice the same driver then share equally instead of breaking the algebra
MOST_FOR_LMG = 12  # drivers: 2^12 models; beyond that Johnson's weights, which need one decomposition


def covariances(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weighted covariance matrices and means of the columns of `values` (contacts × columns) under each row of `weights`.

    Covariances are Σw(x − x̄)(y − ȳ)/Σw; a draw in which nothing has weight gives zeros.
    """
    size = values.shape[1]
    centre = values.mean(axis=0)
    centred = values - centre
    rows, columns = np.triu_indices(size)
    total = np.maximum(weights.sum(axis=1), 1e-300)[:, None]
    means = weights @ centred / total
    upper = weights @ (centred[:, rows] * centred[:, columns]) / total - means[:, rows] * means[:, columns]
    found = np.empty((len(weights), size, size))
    found[:, rows, columns] = upper
    found[:, columns, rows] = upper
    return found, means + centre


def correlations(covariance: np.ndarray) -> np.ndarray:
    """Correlation matrices; a column that doesn't vary correlates with nothing (0), so that it explains nothing."""
    variance = np.einsum("...ii->...i", covariance)
    spread = np.sqrt(np.maximum(variance, 0.0))
    largest = spread.max(axis=-1, keepdims=True)
    inverse = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-9 * np.maximum(largest, 1e-300))
    found = covariance * inverse[..., :, None] * inverse[..., None, :]
    found[..., np.arange(found.shape[-1]), np.arange(found.shape[-1])] = 1.0
    return np.clip(found, -1.0, 1.0)


def explained(correlation: np.ndarray, drivers: tuple[int, ...]) -> np.ndarray:
    """R² of the outcome (last column) on these drivers: rᵀ R⁻¹ r."""
    if not drivers:
        return np.zeros(len(correlation))
    own = list(drivers)
    among = correlation[:, own][:, :, own] + RIDGE * np.eye(len(own))
    with_outcome = correlation[:, own, -1]
    return (with_outcome * np.linalg.solve(among, with_outcome[..., None])[..., 0]).sum(axis=1)


def lmg(covariance: np.ndarray) -> np.ndarray:
    """LMG (Lindeman, Merenda and Gold 1980; the Shapley value): draws × drivers, summing to R² in each draw.

    What it tells a manager: how much of what customers differ in on the outcome goes with this driver, on average over every
    order in which drivers could enter the model. Never negative; a driver that lowers the outcome has a share too, so look
    at its sign. A constant driver has 0; the same driver twice shares equally.
    Computed over all 2^k models, each once. Checked against the published shares of ecsi_mobi and sfo_2017 (R relaimpo).
    """
    correlation = correlations(covariance)
    count = correlation.shape[1] - 1
    members = [tuple(d for d in range(count) if model >> d & 1) for model in range(2**count)]
    r2 = np.stack([explained(correlation, own) for own in members], axis=1)
    shares = np.zeros((len(correlation), count))
    for model, own in enumerate(members):
        chance = 1 / (count * comb(count - 1, len(own))) if len(own) < count else 0.0
        for driver in range(count):
            if not model >> driver & 1:
                shares[:, driver] += chance * (r2[:, model | 1 << driver] - r2[:, model])
    return np.maximum(shares, 0.0)


def relative_weights(covariance: np.ndarray) -> np.ndarray:
    """Johnson's (2000) relative weights: draws × drivers, summing to R² in each draw; near LMG, and cheap for many items.

    ε = Λ² β² with Λ = R^½ and β = Λ⁻¹ r: the outcome on the orthogonal variables nearest to the drivers, and those back on
    the drivers. Checked against the published weights of ecsi_mobi.
    """
    correlation = correlations(covariance)
    among, with_outcome = correlation[:, :-1, :-1], correlation[:, :-1, -1]
    values, vectors = np.linalg.eigh(among)
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=values > RIDGE)
    turned = np.einsum("dji,dj->di", vectors, with_outcome)
    beta = np.einsum("dij,dj->di", vectors, inverse * turned)
    loading = np.einsum("dij,dj,dkj->dik", vectors, root, vectors)
    return np.einsum("dik,dk->di", loading**2, beta**2)


def beyond_halo(covariance: np.ndarray) -> np.ndarray:
    """Semipartial correlation of each driver with the outcome beyond the mean of the other drivers: draws × drivers, −1…1.

    What it tells a manager: what is left of a driver when everything that a customer gives to all sides alike is taken as a
    habit of answering (halo) and removed. That is the cautious extreme: some of it is real, so the truth lies between this and
    the plain share. The mean of the *other* drivers is partialled out, because with a person's own mean over all of them the
    residuals would be collinear. Signed: a driver may stand against the outcome.
    """
    count = covariance.shape[1] - 1
    found = np.empty((len(covariance), count))
    for driver in range(count):
        others = np.array([float(d != driver) for d in range(count)] + [0.0]) / max(count - 1, 1)
        with_general = covariance @ others
        general = with_general @ others
        slope = np.divide(with_general[:, driver], general, out=np.zeros(len(general)), where=general > 0)
        own = covariance[:, driver, driver] - slope * with_general[:, driver]
        shared = covariance[:, driver, -1] - slope * with_general[:, -1]
        spread = np.sqrt(np.maximum(own, 0.0) * np.maximum(covariance[:, -1, -1], 0.0))
        found[:, driver] = np.divide(shared, spread, out=np.zeros(len(spread)), where=spread > RIDGE)
    return found


def normalised(shares: np.ndarray) -> np.ndarray:
    """Shares of R² that sum to 1; equal ones where nothing is explained."""
    total = shares.sum(axis=1, keepdims=True)
    return np.divide(shares, total, out=np.full_like(shares, 1 / shares.shape[1]), where=total > 0)


def rank_chances(shares: np.ndarray) -> np.ndarray:
    """Drivers × ranks (first, second, …): in what share of the draws each driver has each rank."""
    order = np.argsort(-shares, axis=1, kind="stable")
    ranks = np.argsort(order, axis=1)
    count = shares.shape[1]
    return np.stack([(ranks == rank).mean(axis=0) for rank in range(count)], axis=1)
