"""What a regression says in words of its outcome: effects a unit and predictions, each an Estimate with its interval.

A function of a fit averages over contacts i with weights w: θ = Σ w g_i(β) / Σ w. Its influence has two parts: the contact's
own w (g_i − θ)/Σ w, and ∂θ/∂β times the coefficients' influence. In the latter each contact's influence is divided by
1 − its leverage (as in a jackknife, HC3: MacKinnon and White 1985), because linearisation alone is too narrow for few
contacts: it covered .91 at 60 and 150 contacts where this covers .94–.96 (studies/repurchase.py).
"""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from csat_analysis import certification, intervals
from csat_analysis.estimate import NOBODY, Estimate, Kind, NoEstimate, aligned
from csat_analysis.estimators import Values, estimated
from csat_analysis.measured import Measured
from csat_analysis.models.regression import Fit
from csat_analysis.studied import studied

# Which kind of interval each is. For predictions at scores far out plain t covers too little (.90 from 60 contacts), t of the
# log odds doesn't: those are shown by `on_log_odds`. What no study tried is certified nowhere.
EFFECT = "effect"
UNTRIED = "other"
LARGEST_LEVERAGE = 0.999  # a contact that alone decides a coefficient says nothing about its spread
PROBABILITY = (0.0, 1.0)
ANY = (-np.inf, np.inf)


def average_marginal_effect(
    fit: Fit, slopes: np.ndarray, *, inside: Values | None = None, study: str = EFFECT
) -> Estimate | NoEstimate:
    """Average marginal effect: by how much the mean rises with one unit more of what `slopes` moves.

    What it tells a manager: how much likelier buying again is, on average, per index point. An association.

    slopes  contacts of the fit × coefficients: how each column changes with that unit (1 in the column of a plain slope).
    inside  the contacts to average over, one a row of the fit; None: all.
    study   the kind of effect whose settings speak for it (certification.STUDIED_APART); for a penalised fit none does.
    Logit: g = μ'(η) (slopes·β), μ' = p(1 − p); linear: g = slopes·β. Unit: that of the outcome per unit moved.
    Checked against the published .0136413 of ecsi_mobi and .446177 of telco_status, and finite differences.
    """
    rise, bend = derivatives(fit, fit.columns)
    along = slopes @ fit.beta
    gradient = (bend * along)[:, None] * fit.columns + rise[:, None] * slopes
    found = averaged(fit, rise * along, gradient, UNTRIED if fit.separated else EFFECT, inside=inside)
    return found if fit.separated else studied(found, study, rarer(fit, inside))


def prediction(
    fit: Fit, columns: np.ndarray, *, inside: Values | None = None, bounds: tuple[float, float] = PROBABILITY
) -> Estimate | NoEstimate:
    """Mean prediction were every contact's columns these (a predictive margin), everything else being as it is.

    columns  contacts of the fit × coefficients, such as the fit's own with satisfaction set to 70 points for all.
    """
    rise, _ = derivatives(fit, columns)
    return averaged(fit, fit.mean(columns), rise[:, None] * columns, UNTRIED, inside=inside, bounds=bounds)


def share_at_stake(fit: Fit, columns: np.ndarray, rows: np.ndarray, amount: np.ndarray) -> Estimate | NoEstimate:
    """Share of an amount that is expected to be lost: Σ w a (1 − p) / Σ w a over contacts at other rows of the design.

    columns, amount  a row for each of `rows` (answers whose outcome isn't known yet): their columns, their yearly sales.
    """
    weight = fit.design.weight[rows] * amount
    if not weight.sum() > 0:
        return NoEstimate("not_estimable", "no sales to be at stake", len(rows))
    lost = 1 - fit.mean(columns)
    value = float((weight * lost).sum() / weight.sum())
    rise, _ = derivatives(fit, columns)
    own = weight * (lost - value) / weight.sum()
    carried = -(weight * rise) @ columns / weight.sum() @ robust_influence(fit)
    together, influence = aligned(rows, own, fit.rows, carried)
    found = estimated(value, influence, together, fit.design, NOBODY, bounds=PROBABILITY)
    return replace(found, domain=rows, kind=UNTRIED, finite=False)


def averaged(
    fit: Fit,
    of_contacts: np.ndarray,
    gradient: np.ndarray,
    kind: Kind,
    *,
    inside: Values | None,
    bounds: tuple[float, float] = ANY,
) -> Estimate | NoEstimate:
    """The weighted mean of a function of the coefficients over contacts of the fit, as an Estimate about the process."""
    within = np.ones(len(fit.rows), dtype=bool) if inside is None else np.asarray(inside, dtype=bool)
    weight = np.where(within, fit.weight, 0.0)
    if not weight.sum() > 0:
        return NoEstimate("not_estimable", "nobody in this group has all the columns")
    weight = weight / weight.sum()
    value = float(weight @ of_contacts)
    influence = weight * (of_contacts - value) + (weight @ gradient) @ robust_influence(fit)
    found = estimated(value, influence, fit.rows, fit.design, fit.lost, bounds=bounds)
    return replace(found, domain=fit.rows[within], kind=kind, finite=False)


def rarer(fit: Fit, inside: Values | None = None) -> int:
    """Contacts with the rarer outcome among those of a fit of 0s and 1s."""
    y = fit.y if inside is None else fit.y[np.asarray(inside, dtype=bool)]
    return int(min(y.sum(), len(y) - y.sum()))


def on_log_odds(estimate: Estimate | NoEstimate, kind: str, rarer: int, confidence: float) -> Measured | NoEstimate:
    """A probability (a prediction, an area under the curve) with the t interval of its log odds, certified by the study of
    its kind (studies/repurchase.py).
    """
    if isinstance(estimate, NoEstimate):
        return estimate
    low, high = intervals.logit(estimate.value, estimate.se, estimate.degrees_of_freedom, confidence)
    holds = certification.is_certified(studied(estimate, kind, rarer))
    return Measured(estimate.value, low, high, estimate.n, holds, estimate.se)


def robust_influence(fit: Fit) -> np.ndarray:
    """Coefficients × contacts: each contact's influence as if it were predicted from the others."""
    return fit.influence / (1 - np.minimum(fit.leverage, LARGEST_LEVERAGE))


def coefficient(fit: Fit, name: str, study: str | None = None) -> Estimate:
    """One coefficient as a statement about the process, with the same robust influence as effects have.

    study  as in `average_marginal_effect`.
    """
    place = fit.names.index(name)
    found = estimated(float(fit.beta[place]), robust_influence(fit)[place], fit.rows, fit.design, fit.lost)
    found = replace(found, kind=EFFECT if study else UNTRIED, finite=False)
    return studied(found, study, rarer(fit)) if study and not fit.separated else found


def combined(estimate: Estimate | NoEstimate) -> Estimate | NoEstimate:
    """A sum or difference of functions of fits, marked as what it is: no study speaks for it."""
    if isinstance(estimate, NoEstimate):
        return estimate
    plain = {f.name: getattr(estimate, f.name) for f in fields(Estimate)}
    return Estimate(**plain | {"kind": UNTRIED, "finite": False, "terms": ()})


def shifted(estimate: Estimate | NoEstimate, by: float) -> Estimate | NoEstimate:
    """An effect less a number that is taken as known: its interval is the effect's, and so is its study."""
    if isinstance(estimate, NoEstimate):
        return estimate
    return replace(estimate, value=estimate.value - by)


def covariance(estimates: list[Estimate]) -> np.ndarray:
    """Covariance matrix of estimates of one design: cov(a, b) = (var(a + b) − var(a − b)) / 4."""
    size = len(estimates)
    found = np.empty((size, size))
    for i, a in enumerate(estimates):
        for j, b in enumerate(estimates[: i + 1]):
            found[i, j] = found[j, i] = ((a + b).variance - (a - b).variance) / 4
    return found


def derivatives(fit: Fit, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and second derivative of the mean in the linear predictor, at these columns."""
    if not fit.logistic:
        return np.ones(len(columns)), np.zeros(len(columns))
    p = fit.mean(columns)
    return p * (1 - p), p * (1 - p) * (1 - 2 * p)
