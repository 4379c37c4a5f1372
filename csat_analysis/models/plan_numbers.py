"""Each number of a plan as it is recorded: with its interval where a study held its kind, or the reason why there is none."""

from __future__ import annotations

import numpy as np

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.models import choice
from csat_analysis.models.buying import OF_RECORD
from csat_analysis.models.customer_worth import CLV, MARGIN, SALES
from csat_analysis.models.planner import WORTH_SAYING, Reckoned, measured

KINDS = {"logit": "gain", "linear": "gain_linear", "spline": "gain_spline"}  # model → settings of studies/plans.py
WORTHS = {"sales": SALES, "margin": MARGIN, "clv": CLV}
Recorded = Measured | NoEstimate | float


def points(plan: Reckoned | NoEstimate, confidence: float) -> Recorded:
    """Rise of the index over all customers."""
    return plan if isinstance(plan, NoEstimate) else measured(plan.points, plan, "plan_points", confidence)


def number(plan: Reckoned | NoEstimate, what: str, confidence: float, model: str = OF_RECORD) -> Recorded:
    """repurchase (probability), sales, margin, clv or gain (CNY a year) under a model; the published slope gives a plain scenario."""
    if isinstance(plan, NoEstimate):
        return plan
    values = {"repurchase": plan.rise, "gain": plan.gain}
    found = values[what](model) if what in values else plan.worth(WORTHS[what], model)
    if isinstance(found, np.ndarray) and model not in KINDS:
        return float(found[0])
    return found if isinstance(found, NoEstimate) else measured(found, plan, KINDS[model], confidence)


def chance_to_pay(plan: Reckoned | NoEstimate) -> float | NoEstimate:
    """Chance that margin exceeds cost within a year, over the joint draws."""
    if isinstance(plan, NoEstimate):
        return plan
    gain = plan.gain()
    return gain if isinstance(gain, NoEstimate) else choice.pays_back(gain)


def capped(plan: Reckoned | NoEstimate) -> float | None:
    """Share of the planned points that the end of the scale takes, where it is worth saying."""
    if isinstance(plan, NoEstimate) or (plan.lost < WORTH_SAYING and not plan.beyond):
        return None
    return plan.lost
