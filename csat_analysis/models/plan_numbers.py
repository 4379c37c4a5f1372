"""Each number of a plan as it is recorded: with its interval where a study held its kind, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace

from csat_analysis.certification import holds_at
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import share
from csat_analysis.measured import Foretold, Measured
from csat_analysis.metrics.wave import Wave
from csat_analysis.models import choice
from csat_analysis.models.buying import OF_RECORD
from csat_analysis.models.customer_worth import CLV, MARGIN, SALES
from csat_analysis.models.plan_returns import listed, listed_levels
from csat_analysis.models.planner import WORTH_SAYING, Reckoned, measured

KINDS = {  # model → settings of studies/plans.py
    "logit": "gain",
    "linear": "gain_linear",
    "spline": "gain_spline",
    "published": "gain_published",
}
SCENARIO = "published"  # its slope is survey.yml's, taken as it stands
WORTHS = {"sales": SALES, "margin": MARGIN, "clv": CLV}
OVERSTATES = (
    "linear"  # by a quarter at any number of answers: its interval holds only where it is wide enough to hide that
)
FEWEST_NOW = 60  # answers of this period: as few as the smallest surveys of studies/plans.py had


def points(plan: Reckoned | NoEstimate, confidence: float) -> Measured | NoEstimate:
    """Rise of the index over all customers."""
    if isinstance(plan, NoEstimate):
        return plan
    return measured(plan.points, plan, "plan_points", confidence, by_points=float(plan.points[0]))


def number(plan: Reckoned | NoEstimate, what: str, confidence: float, model: str = OF_RECORD) -> Measured | NoEstimate:
    """repurchase (probability), sales, margin, clv (margin of later years) or gain (CNY a year) under a model. Under the published
    slope the interval is of the points alone: were that slope ours.
    """
    if isinstance(plan, NoEstimate):
        return plan
    values = {"repurchase": plan.rise, "gain": plan.gain}
    found = values[what](model) if what in values else plan.worth(WORTHS[what], model)
    if isinstance(found, NoEstimate):
        return found
    kind = f"gain_{CLV}" if what == CLV else KINDS[model]
    proportional = plan.worth(MARGIN, model) if what == "gain" else found
    by_points = float(proportional[0]) if model == SCENARIO and what != CLV else 0.0
    told = measured(found, plan, kind, confidence, by_points=by_points)
    return replace(told, holds=told.holds and answers_tried(plan) and model != OVERSTATES)


def answers_tried(plan: Reckoned) -> bool:
    """Are this period's answers as many as those that money was certified on?"""
    return len(plan.inside) >= FEWEST_NOW


def chance_to_pay(plan: Reckoned | NoEstimate) -> Foretold | NoEstimate:
    """Chance that margin exceeds cost within a year, over the joint draws."""
    if isinstance(plan, NoEstimate):
        return plan
    gain = plan.gain()
    if isinstance(gain, NoEstimate):
        return gain
    return Foretold(choice.pays_back(gain), plan.target, holds_at("pays_back", plan.customers) and answers_tried(plan))


def of_customers(plan: Reckoned | NoEstimate, wave: Wave) -> float | Estimate | NoEstimate:
    """Share of customers that a plan is for: counted on the list, or estimated where it doesn't tell."""
    if isinstance(plan, NoEstimate) or not plan.plan.customers:
        return plan if isinstance(plan, NoEstimate) else 1.0
    levels = [listed_levels(wave, column) for column in plan.plan.customers]
    if any(known is None for known in levels):
        return share(wave.sample.design, plan.inside)
    return float(listed(plan.plan, wave, levels[0].to_frame()).mean())


def capped(plan: Reckoned | NoEstimate, confidence: float) -> Measured | None:
    """Share of the planned points that the end of the scale takes, where it is worth saying."""
    if isinstance(plan, NoEstimate) or (plan.lost[0] < WORTH_SAYING and not plan.beyond):
        return None
    return measured(plan.lost, plan, "plan_capped", confidence)
