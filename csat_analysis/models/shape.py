"""Is the curve of buying again over satisfaction bent, could this sample tell, and what is each step up worth?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls
from csat_analysis.models.curves import SATISFACTION, Curve, curved
from csat_analysis.models.regression import fit_logit
from csat_analysis.models.repurchase import Panel

# Where competition is hard, Jones and Sasser (1995) found loyalty flat until customers are very satisfied, then steep.
BANDS = {"dissatisfied": 0.0, "neutral": 50.0, "satisfied": 70.0, "complete": 90.0}  # band → from so many points on
STEPS = {
    "complete": ("satisfied", "complete"),
    "satisfied": ("neutral", "satisfied"),
    "neutral": ("dissatisfied", "neutral"),
}
FEWEST_IN_A_BAND = 20  # contacts
FEWEST_RARER_IN_A_BAND = 5  # of the rarer outcome
CURVE_STEPS = 60  # of level and slope in turn, until the named curvature has the sample's rate and the named effect
STEEPEST = 1.0  # log odds a point; a named curvature as steep as that is none that customers could have
TOO_SMALL = f"a band has fewer than {FEWEST_IN_A_BAND} contacts or {FEWEST_RARER_IN_A_BAND} of the rarer outcome"


@dataclass(frozen=True)
class ShapeTest:
    """Wald test that the spline's bending columns are all 0.

    power  with which this sample would find the named curvature: no effect up to the median
           score, all of it above.
    """

    statistic: float
    bends: int
    degrees_of_freedom: float
    p_value: float
    power: float


def shape_test(panel: Panel, held: Controls, *, effect_a_point: float) -> ShapeTest | NoEstimate:
    """Test for a bend in the log odds, with the power to see the named one.

    effect_a_point  the average effect (probability a point) of the named curvature; the benchmark where there is one.
    """
    try:
        spline = curved(panel, held)
    except EstimateError as reason:
        return NoEstimate("not_estimable", str(reason))
    if not spline.knots or spline.fit.separated:
        what = "scores take too few values for a curve" if not spline.knots else "outcomes are separated"
        return NoEstimate("not_estimable", what, len(spline.scores))
    bending = [effects.coefficient(spline.fit, name) for name in spline.spline_names]
    spread = effects.covariance(bending)
    size = noncentrality(spline, spread, effect_a_point)
    if isinstance(size, NoEstimate):
        return size
    statistic, p_value = wald(bending)
    freedom = bending[0].degrees_of_freedom
    return ShapeTest(statistic, len(bending), freedom, p_value, power_of_wald(size, len(bending), freedom))


def wald(estimates: list[Estimate]) -> tuple[float, float]:
    """F = bᵀV⁻¹b / q and its p with q and the design's degrees of freedom: are all of them 0?

    Checked against R survey `regTermTest` (tests/reference/shape.R).
    """
    b, spread = np.array([e.value for e in estimates]), effects.covariance(estimates)
    statistic = float(b @ np.linalg.solve(spread, b) / len(b))
    return statistic, float(stats.f.sf(statistic, len(b), min(e.degrees_of_freedom for e in estimates)))


def power_of_wald(noncentrality: float, count: int, freedom: float, error: float = 0.05) -> float:
    """Power of the Wald test of so many coefficients: the noncentral F's part beyond the limit."""
    return float(stats.ncf.sf(stats.f.isf(error, count, freedom), count, freedom, noncentrality))


def noncentrality(spline: Curve, spread: np.ndarray, effect_a_point: float) -> float | NoEstimate:
    """λ = bᵀV⁻¹b of the test where the named curvature is true: b its bending coefficients, V what they would vary by.

    The named curvature's log odds are level + slope · max(S − median, 0) + the controls' part as fitted; level and slope give
    the sample's rate and the named average effect. b is its fit on the model's own columns; V the inverse of the information
    under it (that under the fitted curve foretold up to .09 too much), widened as much as the design and customers' repeats
    widen the fitted curve's variance.
    """
    fit, bends = spline.fit, [spline.fit.names.index(name) for name in spline.spline_names]
    hinge = np.maximum(spline.scores - np.median(spline.scores), 0.0)
    if not hinge.any():
        return NoEstimate(
            "not_estimable", "half of the scores or more are the highest: nothing can bend above the median"
        )
    weight = fit.weight / fit.weight.sum()
    of_controls = fit.columns[:, 2 + len(bends) :] @ fit.beta[2 + len(bends) :]
    rate, level, slope = weight @ fit.y, 0.0, 0.0
    for _ in range(CURVE_STEPS):
        p = special.expit(level + slope * hinge + of_controls)
        level -= np.clip((weight @ p - rate) / (weight @ (p * (1 - p))), -1, 1)
        p = special.expit(level + slope * hinge + of_controls)
        steep = effect_a_point / (weight[hinge > 0] @ (p * (1 - p))[hinge > 0])
        slope = (slope + min(steep, STEEPEST)) / 2
    if not abs(steep - slope) <= 1e-3 * slope:
        return NoEstimate(
            "not_estimable", "at this rate of buying again no curve has all of the named effect above the median"
        )
    there = fit.weight * p * (1 - p)
    curvature = fit.columns.T @ (there[:, None] * fit.columns)
    named = np.linalg.solve(curvature, fit.columns.T @ (there * slope * hinge))[bends]
    fitted = fit.mean(fit.columns)
    own = np.linalg.inv(fit.columns.T @ ((fit.weight * fitted * (1 - fitted))[:, None] * fit.columns))
    inflated = np.trace(np.linalg.solve(own[np.ix_(bends, bends)], spread)) / len(bends)
    expected = inflated * np.linalg.inv(curvature)[np.ix_(bends, bends)]
    return float(named @ np.linalg.solve(expected, named))


def band_of(scores: pd.Series) -> pd.Series:
    """Band of each score: dissatisfied below 50 points, neutral, satisfied from 70, completely satisfied from 90."""
    place = np.searchsorted(list(BANDS.values()), scores.to_numpy(), side="right") - 1
    return pd.Series(np.array(list(BANDS), dtype=object)[np.maximum(place, 0)], index=scores.index).where(
        scores.notna()
    )


def step_values(panel: Panel, held: Controls) -> dict[str, Estimate | NoEstimate]:
    """What each step up a band is worth: step → difference of the mean probability of buying again, the controls held equal.

    Bands with fewer than FEWEST_IN_A_BAND contacts or FEWEST_RARER_IN_A_BAND of the rarer outcome have no step.
    """
    bands = band_of(panel.table[SATISFACTION])
    outcome, used = panel.outcome, panel.usable & held.columns.notna().all(axis=1).to_numpy()
    known = {name for name in BANDS if can_be_compared(outcome[used & (bands == name).to_numpy()])}
    if len(known) < 2:
        return dict.fromkeys(STEPS, NoEstimate("not_estimable", f"{TOO_SMALL}: all but one"))
    first, *others = [name for name in BANDS if name in known]
    columns = pd.DataFrame({name: (bands == name).astype(float) for name in others}, index=bands.index)
    fit = fit_logit(
        panel.design, outcome, pd.concat([columns, held.columns], axis=1), inside=bands.isin(known).to_numpy()
    )
    of_rows = bands.to_numpy()[fit.rows]
    margins = {}
    for name in [first, *others]:
        at = fit.columns.copy()
        at[:, 1 : 1 + len(others)] = [float(name == other) for other in others]
        margins[name] = effects.prediction(fit, at)
    return {
        step: one_step(margins[lower], margins[upper], np.isin(of_rows, (lower, upper)))
        if {lower, upper} <= known
        else NoEstimate("not_estimable", f"{TOO_SMALL}: {', '.join({lower, upper} - known)}")
        for step, (lower, upper) in STEPS.items()
    }


def one_step(lower: Estimate, upper: Estimate, inside: np.ndarray) -> Estimate:
    """Upper less lower, resting on the contacts of the two bands."""
    difference = effects.combined(upper - lower)
    return replace(difference, domain=difference.about[inside])


def can_be_compared(outcome: pd.Series) -> bool:
    rarer = min(outcome.sum(), len(outcome) - outcome.sum())
    return len(outcome) >= FEWEST_IN_A_BAND and rarer >= FEWEST_RARER_IN_A_BAND
