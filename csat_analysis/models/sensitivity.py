"""How far the effect of satisfaction could be wrong: measurement error, unobserved differences, and second looks at it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis.certification import is_certified
from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.satisfaction import dimension_column
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls
from csat_analysis.models.curves import SATISFACTION, Curve
from csat_analysis.models.regression import fit_linear
from csat_analysis.models.repurchase import Panel, rarer_outcome
from csat_analysis.programme import Programme
from csat_analysis.studied import studied
from csat_analysis.survey.reliability import cronbach_alpha

QUARTILES = (0.25, 0.75)
FEWEST_RETURNING = 20  # customers with two closed windows, for a look at their changes


def index_reliability(scores: pd.DataFrame, programme: Programme) -> float | NoEstimate:
    """Reliability 0–1 of a person's index: the part of its variance that isn't noise of the items (stratified alpha).

    1 − Σ W_d² σ_d² (1 − α_d) / σ_S², α_d Cronbach's alpha of the dimension's items (survey/reliability.py), over complete
    answers, each counted once. Source: Cronbach, Schönemann and McKie (1965).
    """
    weights = {name: weight for name, weight in programme.weights.items() if weight}
    if any(len(programme.dimensions[name].items) < 2 for name in weights):
        return NoEstimate(
            "not_estimable", "a dimension has one item: its reliability can't be told from one answer each"
        )
    items = [item for name in weights for item in programme.dimensions[name].items]
    complete = scores[scores[items].notna().all(axis=1)]
    index = sum(weight * complete[dimension_column(programme, name)] for name, weight in weights.items())
    if len(complete) < 3 or not index.var() > 0:
        return NoEstimate("not_estimable", f"{len(complete)} complete answers", len(complete))
    noise = 0.0
    for name, weight in weights.items():
        own = complete[list(programme.dimensions[name].items)]
        alpha = cronbach_alpha(Design.of(range(len(own))), own)
        if isinstance(alpha, NoEstimate):
            return alpha
        noise += weight**2 * own.mean(axis=1).var() * (1 - alpha.value)
    return float(1 - noise / index.var())


def attenuation(panel: Panel, held: Controls, reliability: float) -> float | NoEstimate:
    """By what factor noise in the index shrinks its slope: (reliability − R²) / (1 − R²), R² of the index on the controls.

    Source: Carroll et al. (2006), section 3.3 (classical error in one column).
    """
    used = panel.usable & held.columns.notna().all(axis=1).to_numpy()
    x = np.column_stack([np.ones(used.sum()), held.columns[used].to_numpy(dtype=float)])
    y, weight = panel.table[SATISFACTION][used].to_numpy(), panel.design.weight[used]
    root = np.sqrt(weight)
    fitted = x @ np.linalg.lstsq(root[:, None] * x, root * y, rcond=None)[0]
    explained = 1 - (weight * (y - fitted) ** 2).sum() / (weight * (y - np.average(y, weights=weight)) ** 2).sum()
    if reliability <= explained:
        return NoEstimate("not_estimable", "the controls explain all of the index that isn't noise")
    return float((reliability - explained) / (1 - explained))


@dataclass(frozen=True)
class EValue:
    """How strongly something unobserved would have to go with both satisfaction and buying again to explain the association.

    risk_ratio  of buying again, at the upper against the lower quartile of satisfaction; low, high its interval.
    value, limit  the E-value of the ratio, and of the bound of its interval nearer 1; 1 where that holds 1.
    holds   whether a study showed the ratio's interval to hold (studies/repurchase.py); n the contacts behind it.
    """

    lower: float
    upper: float
    risk_ratio: float
    low: float
    high: float
    value: float
    limit: float
    n: int
    holds: bool

    @property
    def measured(self) -> Measured:
        """The E-value between those of its interval's bounds (1 where the interval holds 1)."""
        furthest = max(e_value(self.low), e_value(self.high))
        return Measured(self.value, self.limit, furthest, self.n, self.holds)


def e_value_of(curve: Curve, confidence: float = 0.95) -> EValue:
    """E-value of the upper against the lower quartile of satisfaction (VanderWeele and Ding 2017)."""
    lower, upper = np.quantile(curve.scores, QUARTILES)
    below, above = curve.predicted(lower), curve.predicted(upper)
    log_ratio = above / above.value - below / below.value  # its influence is that of the log ratio; its value is 0
    half = log_ratio.interval(confidence)[1] - log_ratio.value
    ratio = above.value / below.value
    low, high = ratio * np.exp(-half), ratio * np.exp(half)
    nearer = low if ratio > 1 else high
    holds_one = low <= 1 <= high
    limit = 1.0 if holds_one else e_value(nearer)
    holds = not curve.fit.separated and is_certified(studied(log_ratio, "risk_ratio", effects.rarer(curve.fit)))
    found = (lower, upper, ratio, low, high, e_value(ratio), limit)
    return EValue(*map(float, found), n=above.n, holds=holds)


def e_value(risk_ratio: float) -> float:
    """RR + √(RR (RR − 1)), of 1/RR below 1."""
    ratio = max(risk_ratio, 1 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1)))


def within_customers(panel: Panel) -> Estimate | NoEstimate:
    """Effect of an index point among customers who answered more than once: does buying follow one's own changes?

    Least squares of the 0/1 outcome on satisfaction and period, both less the customer's own mean, so that nothing that
    stays with a customer can be behind it. Unit: probability a point.
    """
    table = panel.table[panel.usable]
    periods = table.groupby("customer_id")["period"].nunique()
    returning = panel.usable & panel.table["customer_id"].map(periods).fillna(0).gt(1).to_numpy()
    customers = panel.table["customer_id"][returning].nunique()
    if customers < FEWEST_RETURNING:
        reason = f"{customers} customers with two closed windows: {FEWEST_RETURNING} are needed"
        return NoEstimate("not_estimable", reason, int(returning.sum()))
    mine = panel.table[returning]
    dummies = pd.get_dummies(mine["period"], dtype=float).iloc[:, 1:]
    columns = pd.concat([mine[[SATISFACTION]], dummies, mine[["bought"]]], axis=1)
    weight = pd.Series(panel.design.weight[returning], index=mine.index)
    total = weight.groupby(mine["customer_id"]).transform("sum")
    own = columns.mul(weight, axis=0).groupby(mine["customer_id"]).transform("sum").div(total, axis=0)
    change = (columns - own).reindex(panel.table.index)
    try:
        fit = fit_linear(panel.design, change["bought"], change.drop(columns="bought"), inside=returning)
    except EstimateError as reason:
        return NoEstimate("not_estimable", str(reason), int(returning.sum()))
    found = replace(effects.coefficient(fit, SATISFACTION), kind=effects.EFFECT)
    return studied(found, "within", rarer_outcome(mine["bought"]))


def bought_by_intent(panel: Panel, programme: Programme) -> dict[str, Estimate | NoEstimate]:
    """Share who bought again among those who said they likely would, and among the others; and the difference."""
    outcome = programme.outcomes.get("repurchase_intent")
    if outcome is None or outcome.likely is None or panel.table["intent"].isna().all():
        return dict.fromkeys(("likely", "unlikely", "difference"), NoEstimate("not_supplied", "intent wasn't asked"))
    likely = panel.table["intent"].between(outcome.likely[0], outcome.likely[-1])
    asked = panel.table["intent"].notna()
    said = {"likely": likely & asked, "unlikely": ~likely & asked}
    found = {name: panel.rate(inside.to_numpy()) for name, inside in said.items()}
    rarer = 2 * min(
        rarer_outcome(panel.outcome[inside]) for inside in said.values()
    )  # as if both were like the smaller
    found["difference"] = studied((found["likely"] - found["unlikely"]).process(), "rate_gap", rarer)
    return found
