"""From answers to estimates: means, totals, shares, ratios, NPS, quantiles and shares at an estimated threshold.

Each takes a design and one number a contact of it, in its order; NaN is no answer. `inside` narrows to a domain: True for
its contacts, or their positions (ascending), which is quicker for many small groups; None = everybody.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import NOBODY, Distribution, Estimate, NoEstimate, lost_in_either

Values = np.ndarray | pd.Series
NO_ANSWER = NoEstimate("not_estimable", "nobody in this group answered")


def mean(
    design: Design,
    y: Values,
    *,
    inside: Values | None = None,
    incomplete: Values | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate | NoEstimate:
    """Weighted mean Σwy/Σw of those inside the domain who answered; influence w(y − mean)/Σw.

    incomplete  part (0–1) of y's answers that a contact left out, the rest being prorated: y counts, but that part is not
                answered to the finite population.
    Checked against R survey `svymean`, `svyby` (tests/reference).
    """
    y = np.asarray(y, dtype=float)
    rows, lost = domain(design, y, inside)
    weight, y = design.weight[rows], y[rows]
    total = weight.sum()
    if not total > 0:
        return NO_ANSWER
    value = float((weight * y).sum() / total)
    found = estimated(value, weight * (y - value) / total, rows, design, lost, bounds=bounds)
    if incomplete is None:
        return found
    part = np.asarray(incomplete, dtype=float)[rows]
    everyone, lost_part = lost_in_either(lost, found.lost_part, rows[part > 0], part[part > 0])
    return replace(found, lost=everyone, lost_part=lost_part)


def total(design: Design, y: Values, *, inside: Values | None = None) -> Estimate | NoEstimate:
    """Weighted total Σwy over those inside the domain who answered; influence wy. Checked against R survey `svytotal`."""
    y = np.asarray(y, dtype=float)
    rows, lost = domain(design, y, inside)
    if not len(rows):
        return NO_ANSWER
    influence = design.weight[rows] * y[rows]
    return replace(estimated(float(influence.sum()), influence, rows, design, lost), kind="other")


def share(design: Design, yes: Values, *, inside: Values | None = None) -> Estimate | NoEstimate:
    """Weighted share (0–1) of `yes` (1, 0, NaN = no answer) among those who answered, with Wilson's interval."""
    found = mean(design, yes, inside=inside, bounds=(0.0, 1.0))
    if isinstance(found, NoEstimate):
        return found
    return replace(found, kind="share", value=min(max(found.value, 0.0), 1.0))


def ratio(design: Design, y: Values, x: Values, *, inside: Values | None = None) -> Estimate | NoEstimate:
    """Ratio of weighted totals Σwy/Σwx; influence w(y − R x)/Σwx. Checked against R survey `svyratio`."""
    y, x = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    rows, lost = domain(design, y + x, inside)
    weight, y, x = design.weight[rows], y[rows], x[rows]
    denominator = (weight * x).sum()
    if not len(rows) or denominator == 0:
        return NoEstimate("not_estimable", "the ratio's denominator is 0")
    value = float((weight * y).sum() / denominator)
    return replace(estimated(value, weight * (y - value * x) / denominator, rows, design, lost), kind="other")


def net_promoter_score(
    design: Design, promoter: Values, detractor: Values, *, inside: Values | None = None
) -> Estimate | NoEstimate:
    """NPS in points −100…100: 100 × (share of promoters − share of detractors), with Rocks' adjusted Wald interval.

    promoter, detractor  1 or 0 a contact, NaN = no answer.
    """
    up, down = share(design, promoter, inside=inside), share(design, detractor, inside=inside)
    score = 100 * (up - down)
    if isinstance(score, NoEstimate):
        return score
    return replace(score, kind="nps", bounds=(-100.0, 100.0), promoter_detractor=(up.value, down.value), terms=())


def quantile(design: Design, y: Values, level: float, *, inside: Values | None = None) -> Estimate | NoEstimate:
    """Weighted quantile, such as the median (.5) or P90 (.9) of waiting times, in y's unit.

    The smallest answer at which the weighted distribution reaches the level (the middle of two where it meets it exactly).
    Influence: −(1[y ≤ q] − level) w / (Σw · density at q); interval from order statistics, which needs 29 answers for P90.
    """
    if not 0 < level < 1:
        raise EstimateError(f"a quantile's level lies between 0 and 1, not at {level:g}")
    y = np.asarray(y, dtype=float)
    rows, lost = domain(design, y, inside)
    weight = design.weight[rows]
    if not weight.sum() > 0:
        return NO_ANSWER
    in_order = np.argsort(y[rows], kind="stable")
    answers, reached = y[rows][in_order], np.cumsum(weight[in_order]) / weight.sum()
    steps = reached - weight[in_order] / weight.sum() / 2
    place = min(int(np.searchsorted(reached, level - 1e-12)), len(answers) - 1)
    met = place + 1 < len(answers) and abs(reached[place] - level) < 1e-12
    value = float((answers[place] + answers[place + 1]) / 2 if met else answers[place])
    below = mean(design, np.where(np.isnan(y), np.nan, y <= value), inside=inside)
    height = density(weight, y[rows], value)
    influence = -below.influence / height if height > 0 else np.zeros_like(below.influence)
    return replace(
        below,
        value=value,
        influence=influence,
        kind="quantile",
        distribution=Distribution(level, answers, steps, below),
    )


def share_at_least(
    design: Design, score: Values, threshold: Estimate | float, *, inside: Values | None = None
) -> Estimate | NoEstimate:
    """Share whose score reaches a threshold. An estimated threshold passes its own uncertainty on.

    Influence: that of the share at the fixed threshold, less the density of the scores there × the threshold's influence
    (Gaussian kernel, Silverman's bandwidth).
    """
    score = np.asarray(score, dtype=float)
    cut = threshold.value if isinstance(threshold, Estimate) else float(threshold)
    reached = np.where(np.isnan(score), np.nan, score >= cut)
    found = share(design, reached, inside=inside)
    if isinstance(found, NoEstimate) or not isinstance(threshold, Estimate):
        return found
    carried = found - density(design.weight[found.about], score[found.about], cut) * (threshold - cut)
    return replace(carried, kind="share", bounds=(0.0, 1.0), domain=found.about, terms=())


def density(weight: np.ndarray, y: np.ndarray, at: float) -> float:
    """Weighted Gaussian kernel density at one point; 0 where all y are equal."""
    weight = weight / weight.sum()
    spread = np.sqrt((weight * (y - (weight * y).sum()) ** 2).sum())
    bandwidth = 1.06 * spread * len(y) ** -0.2
    return float((weight * stats.norm.pdf((at - y) / bandwidth)).sum() / bandwidth) if bandwidth > 0 else 0.0


def estimated(
    value: float,
    influence: np.ndarray,
    rows: np.ndarray,
    design: Design,
    lost: np.ndarray,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """The estimate with its influence less what raked margins explain of it."""
    influence, carriers = design.residual(influence, rows)
    return Estimate(
        value, influence, carriers, design, domain=rows, lost=lost, lost_part=np.ones(len(lost)), bounds=bounds
    )


def domain(design: Design, y: np.ndarray, inside: Values | None) -> tuple[np.ndarray, np.ndarray]:
    """Positions inside the domain with an answer, and those without one; a weight of 0 keeps a contact out."""
    if len(y) != len(design.contact):
        raise EstimateError(f"{len(y)} values for a design of {len(design.contact)} contacts: give one a contact")
    if inside is None:
        within = design.in_use
    else:
        inside = np.asarray(inside)
        within = np.flatnonzero(inside) if inside.dtype == bool else inside.astype(np.int64)
        within = within[design.weight[within] > 0]
    answered = ~np.isnan(y[within])
    if answered.all():
        return within, NOBODY
    return within[answered], within[~answered]
