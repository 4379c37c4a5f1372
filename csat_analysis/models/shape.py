"""Is the curve of buying again over satisfaction bent, could this sample tell, and what is each step up worth?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

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
    statistic, p_value = wald(bending)
    named = named_curvature(spline, effect_a_point)
    freedom = bending[0].degrees_of_freedom
    return ShapeTest(statistic, len(bending), freedom, p_value, power_of_wald(named, spread, freedom))


def wald(estimates: list[Estimate]) -> tuple[float, float]:
    """F = bᵀV⁻¹b / q and its p with q and the design's degrees of freedom: are all of them 0?

    Checked against R survey `regTermTest` (tests/reference/shape.R).
    """
    b, spread = np.array([e.value for e in estimates]), effects.covariance(estimates)
    statistic = float(b @ np.linalg.solve(spread, b) / len(b))
    return statistic, float(stats.f.sf(statistic, len(b), min(e.degrees_of_freedom for e in estimates)))


def power_of_wald(truth: np.ndarray, spread: np.ndarray, freedom: float, error: float = 0.05) -> float:
    """Power of the Wald test where the coefficients' truth is this: noncentral F with λ = bᵀV⁻¹b."""
    beyond = stats.f.isf(error, len(truth), freedom)
    return float(stats.ncf.sf(beyond, len(truth), freedom, truth @ np.linalg.solve(spread, truth)))


def named_curvature(spline: Curve, effect_a_point: float) -> np.ndarray:
    """Bending coefficients of a curve that is flat up to the median score and rises above it, with this average effect.

    The curve in log odds is b · max(S − median, 0) with b = effect / mean of p(1 − p) above the median and 0 below; it is
    fitted on the model's own columns with its weights.
    """
    fit = spline.fit
    p = fit.mean(fit.columns)
    weight = fit.weight * p * (1 - p)
    above = np.maximum(spline.scores - np.median(spline.scores), 0.0)
    hinge = effect_a_point * fit.weight.sum() / weight[above > 0].sum() * above
    root = np.sqrt(weight)[:, None]
    found = np.linalg.lstsq(root * fit.columns, root[:, 0] * hinge, rcond=None)[0]
    return found[[fit.names.index(name) for name in spline.spline_names]]


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
