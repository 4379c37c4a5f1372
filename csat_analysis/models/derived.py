"""The index were its dimensions weighted by what moves the outcome, with the weights' own uncertainty in it."""

from __future__ import annotations

import numpy as np
from scipy import stats

from csat_analysis.design import Design
from csat_analysis.models.drivers import Importance, widened
from csat_analysis.models.resampling import bootstrap_weights


def derived_means(
    design: Design, scores: np.ndarray, found: Importance, policy: np.ndarray | None = None
) -> np.ndarray:
    """Σ share · mean of each dimension in the survey and in each of the resamples that gave the shares; points.

    scores  contacts × the drivers' dimensions; NaN where missing.
    policy  weights in force: then the difference from the index by them.
    """
    weights = np.vstack([design.weight[None, :], bootstrap_weights(design, draws=len(found.draws), seed=found.seed)])
    known = ~np.isnan(scores)
    means = (weights @ np.where(known, scores, 0.0)) / np.maximum(weights @ known, 1e-300)
    shares = np.vstack([found.share[None, :], found.draws])
    return ((shares - (0.0 if policy is None else policy)) * means).sum(axis=1)


def with_t(values: np.ndarray, worth: float, fitted: int, confidence: float) -> tuple[float, float, float, float]:
    """Value, bounds by t with the resamples' spread, and that spread."""
    spread = float(widened(values[1:], worth, fitted).std())
    half = float(stats.t.isf((1 - confidence) / 2, max(worth - 2, 1))) * spread
    return float(values[0]), float(values[0]) - half, float(values[0]) + half, spread
