"""Difference in differences over waves: what changed among the treated less what changed among the others.

Each wave's gap (treated − others) is an estimate with its influences; the effect is the mean gap of the waves after the start
less the mean of those before, so that a customer who answers in several is counted with the right covariance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean

WHOLE = 0.9  # of a cluster's customers treated, or not: then the cluster was treated whole
MOST_LOTS, LOTS = 20_000, 9_999  # lots that are all drawn up; beyond it so many are drawn
SEED = 20260709


@dataclass(frozen=True, eq=False)
class Side:
    """One wave as an action sees it: design, scores (points; NaN: none), treated (True, False, NaN: not compared) and cluster,
    one a contact."""

    design: Design
    score: np.ndarray
    treated: np.ndarray
    cluster: np.ndarray

    def inside(self, yes: float) -> np.ndarray:
        return self.treated == yes

    @property
    def gap(self) -> Estimate | NoEstimate:
        """Treated less others, points."""
        treated, others = (mean(self.design, self.score, inside=self.inside(yes)) for yes in (1.0, 0.0))
        return treated - others if isinstance(treated, Estimate) else treated

    def answers(self, yes: float) -> int:
        return int((self.inside(yes) & ~np.isnan(self.score)).sum())


@dataclass(frozen=True, eq=False)
class Effect:
    """value, se, degrees of freedom; the treated answers of the thinnest wave; clusters compared.

    customers_se  as if only customers' own luck moved scores, nothing that a cluster has in common.
    p_value       of the lot among clusters that were treated whole, with the smallest that so many allow; None where each
                  cluster holds both kinds.
    """

    value: float
    se: float
    freedom: float
    treated: int
    clusters: int
    customers_se: float
    p_value: float | None = None
    smallest_p: float = 0.0
    treated_clusters: int = 0

    def interval(self, confidence: float) -> tuple[float, float]:
        half = stats.t.ppf((1 + confidence) / 2, self.freedom) * self.se
        return self.value - half, self.value + half


def difference_in_differences(before: Sequence[Side], after: Sequence[Side]) -> Effect | NoEstimate:
    """The effect in points.

    Where clusters hold both kinds: the larger of the customers' own standard error (influences aligned by contact) and that of
    influences summed by cluster, G/(G − 1) Σ u_g²; t on the smaller degrees of freedom. Where whole clusters were treated, see
    `among_clusters`.
    """
    gaps = [[side.gap for side in sides] for sides in (before, after)]
    for gap in [*gaps[0], *gaps[1]]:
        if isinstance(gap, NoEstimate):
            return NoEstimate("not_estimable", "a wave has no answers of the treated, or of the others", gap.n)
    effect = (sum(gaps[1]) / len(gaps[1]) - sum(gaps[0]) / len(gaps[0])).process()
    sides = [*before, *after]
    treated = min(side.answers(1.0) for side in sides)
    of_contact = dict(pair for side in sides for pair in zip(side.design.contact, side.cluster, strict=True))
    cluster = np.array([str(of_contact.get(contact, "")) for contact in effect.design.contact[effect.rows]])
    own = np.sqrt(effect.variance * effect._correction)
    freedom = effect.degrees_of_freedom
    names, place = np.unique(cluster, return_inverse=True)
    if not freedom >= 1 or not own > 0:
        return NoEstimate("not_estimable", "too few answers to tell how far chance goes", treated)
    whole = treated_whole(sides)
    if whole is not None:
        return among_clusters(before, after, whole, float(own), treated)
    by_cluster = np.bincount(place, effect.influence)
    count = len(names)
    clustered = np.sqrt(count / (count - 1) * (by_cluster**2).sum()) if count > 1 else 0.0
    if clustered > own:
        freedom = min(freedom, count - 1)
    return Effect(effect.value, float(max(own, clustered)), freedom, treated, count, float(own))


def treated_whole(sides: Sequence[Side]) -> dict[str, bool] | None:
    """Cluster → treated, where (nearly) everybody of every cluster is on one side; None where some cluster holds both."""
    both = pd.concat([pd.DataFrame({"cluster": s.cluster, "treated": s.treated}) for s in sides]).dropna()
    share = both.groupby(both["cluster"].astype(str))["treated"].mean()
    mixed = (share > 1 - WHOLE) & (share < WHOLE)
    return None if mixed.any() or len(share) < 2 else {str(name): bool(s > 0.5) for name, s in share.items()}


def among_clusters(
    before: Sequence[Side], after: Sequence[Side], treated: dict[str, bool], customers_se: float, answers: int
) -> Effect | NoEstimate:
    """Whole clusters were treated: each is one repetition, whatever its customers. Mean change of the treated clusters less that
    of the others; t with the spread of clusters' changes (pooled, G − 2 degrees of freedom), and the lot among them."""
    change = pd.Series({name: cluster_change(before, after, name) for name in treated}).dropna()
    chosen = change.index.map(treated).to_numpy(bool)
    count, many = len(change), int(chosen.sum())
    if not 0 < many < count or count < 3:
        return NoEstimate("not_estimable", "whole clusters were treated, and too few of them have answers", answers)
    one, rest = change.to_numpy()[chosen], change.to_numpy()[~chosen]
    pooled = (((one - one.mean()) ** 2).sum() + ((rest - rest.mean()) ** 2).sum()) / (count - 2)
    se = float(np.sqrt(pooled * (1 / many + 1 / (count - many))))
    if not se > 0:
        return NoEstimate("not_estimable", "all clusters changed alike: nothing to tell chance by", answers)
    p_value, smallest = lot(change.to_numpy(), chosen)
    value = float(one.mean() - rest.mean())
    return Effect(value, se, count - 2, answers, count, customers_se, p_value, smallest, many)


def lot(change: np.ndarray, treated: np.ndarray) -> tuple[float, float]:
    """Randomisation inference: had another lot been drawn among the clusters, how often would the difference be as large?

    change, treated  one a cluster. Two-sided p over all lots of as many clusters (a random 9,999 and the real one where there
    are more than 20,000), and the smallest p that so few allow: one region of four, .25.

    >>> lot(np.array([9.0, 1.0, 0.0, -1.0]), np.array([True, False, False, False]))
    (0.25, 0.25)
    """
    count, many = len(change), int(treated.sum())
    chosen = np.flatnonzero(treated)
    lots = comb(count, many)
    if lots <= MOST_LOTS:
        picked = np.array(list(combinations(range(count), many)))
    else:
        rng = np.random.default_rng(SEED)
        drawn = np.argsort(rng.random((LOTS, count)), axis=1)[:, :many]
        picked = np.vstack([chosen, drawn])
    inside = np.zeros((len(picked), count), dtype=bool)
    np.put_along_axis(inside, picked, True, axis=1)
    difference = (inside @ change) / many - (~inside @ change) / (count - many)
    real = change[chosen].mean() - np.delete(change, chosen).mean()
    as_large = np.abs(difference) >= abs(real) - 1e-12
    return float(as_large.mean()), (2 if 2 * many == count else 1) / min(lots, len(picked))


def cluster_change(before: Sequence[Side], after: Sequence[Side], name: str) -> float:
    """Mean score of a cluster's customers after less before, over waves; NaN where it has no answers in one."""

    def level(side: Side) -> float:
        inside = (side.cluster.astype(str) == name) & ~np.isnan(side.score) & ~np.isnan(side.treated)
        weight = side.design.weight[inside]
        return float((weight * side.score[inside]).sum() / weight.sum()) if weight.sum() > 0 else np.nan

    return float(np.mean([level(side) for side in after]) - np.mean([level(side) for side in before]))


def low_scorers(before: Side, after: Side) -> Estimate | NoEstimate:
    """Regression to the mean: among the others who answered both waves, how much more did those rise who were below their median?

    They were treated by nothing: whatever low scorers gain on the rest, they gain anyway.
    """
    earlier = pd.Series(np.where(before.inside(0.0), before.score, np.nan), index=before.design.contact)
    known = earlier.reindex(after.design.contact).to_numpy()
    rise = np.where(after.inside(0.0), after.score - known, np.nan)
    both = ~np.isnan(rise)
    if both.sum() < 2:
        return NoEstimate("not_estimable", "too few of the others answered both times", int(both.sum()))
    low = both & (known < np.median(known[both]))
    one, rest = mean(after.design, rise, inside=low), mean(after.design, rise, inside=both & ~low)
    return (one - rest).process() if isinstance(one, Estimate) else one
