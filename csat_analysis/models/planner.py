"""What a plan would pay: points for chosen customers → the index → buying again → money (plan_returns.py), less cost.

Every step's uncertainty is carried by joint draws: the period's answers resampled (who scores what, how near the top of the
scale), coefficients of the models of buying again, retention, and the plan's own assumptions (points and cost within their ranges). It
supposes that a raised score works as a score that was always so high; nothing here can show that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis import intervals
from csat_analysis.certification import holds_at
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.satisfaction import dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.buying import OF_RECORD, Buying
from csat_analysis.models.customer_worth import CLV, MARGIN
from csat_analysis.models.later_years import FEWEST_OF_A_CLASS, LaterYears
from csat_analysis.models.plan_returns import FEWEST, Basis, averaged, listed_levels, returns
from csat_analysis.models.resampling import bootstrap_weights
from csat_analysis.programme_parts import Plan

DRAWS, SEED = 2000, 20260702
WORTH_SAYING = 0.01  # share of a plan's points lost to the end of the scale, from which it is said
TOP = 100.0  # points
AT_THE_END = 3  # of n answers: what none seen among n leaves possible
BY_ANSWERS = ("plan_points", "plan_capped", "gain_published")  # kinds that rest on this period's answers alone
NO_LATER = NoEstimate("not_supplied", "nobody's retention is known")


@dataclass(frozen=True, eq=False)
class Reckoned:
    """One plan reckoned. Arrays run over draws, the estimate itself first; money is CNY a year.

    inside      which answers are of the customers that it is for; `target` of them, `share` of all customers.
    points      rise of the index over all customers; `for_them` over those it is for.
    lost        share of the planned points that the end of the scale takes; `beyond`: what would on average go past it.
    counted     customers of the class whose retention was counted on fewest; 0 where lifetime value isn't there.
    chance      model → rise of the probability of buying again among them, by sales.
    value       (model, column of worth) → CNY more.
    cost        CNY; None where the plan names none.
    absent      why a number isn't there, by what it is: chance, value, cost, or a model.
    """

    name: str
    plan: Plan
    inside: np.ndarray
    target: int
    share: float
    points: np.ndarray
    for_them: np.ndarray
    lost: np.ndarray
    beyond: list[str]
    chance: dict[str, np.ndarray]
    value: dict[tuple[str, str], np.ndarray]
    cost: np.ndarray | None
    absent: dict[str, NoEstimate]
    customers: int
    counted: int = 0

    def gain(self, model: str = OF_RECORD) -> np.ndarray | NoEstimate:
        """Margin more in a year less the cost."""
        margin = self.worth(MARGIN, model)
        if isinstance(margin, NoEstimate):
            return margin
        return self.absent["cost"] if self.cost is None else margin - self.cost

    def worth(self, column: str, model: str = OF_RECORD) -> np.ndarray | NoEstimate:
        if (model, column) in self.value:
            return self.value[model, column]
        why = self.absent.get(model) or self.absent.get("value") or self.absent.get(column)
        return why or NoEstimate("not_supplied", f"no {column} is known")

    def rise(self, model: str = OF_RECORD) -> np.ndarray | NoEstimate:
        return self.chance[model] if model in self.chance else self.absent.get(model) or self.absent["chance"]


def reckon(
    plans: Mapping[str, Plan],
    wave: Wave,
    buying: Buying | NoEstimate,
    worth: pd.DataFrame | NoEstimate,
    later: LaterYears | NoEstimate = NO_LATER,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> dict[str, Reckoned | NoEstimate]:
    """Every plan on the same draws, so that plans can be compared draw by draw."""
    design = wave.sample.design
    weights = np.vstack([design.weight[None, :], bootstrap_weights(design, draws=draws, seed=seed)])
    basis = Basis(wave, buying, worth, later, weights)
    return {
        name: one_plan(name, plan, basis, np.random.default_rng([seed, place]))
        for place, (name, plan) in enumerate(plans.items())
    }


def one_plan(name: str, plan: Plan, basis: Basis, rng: np.random.Generator) -> Reckoned | NoEstimate:
    inside = chosen(plan, basis.wave)
    if isinstance(inside, NoEstimate):
        return inside
    raised, lost, beyond = rises(plan, basis.wave, inside, basis.weights, rng)
    if raised is None:
        return NoEstimate("not_estimable", "nobody of these customers answered what the plan raises")
    of_them = basis.weights * inside
    for_them = (of_them * raised).sum(axis=1) / np.maximum(of_them.sum(axis=1), 1e-300)
    share = of_them.sum(axis=1) / basis.weights.sum(axis=1)
    found = returns(plan, basis, inside, raised)
    costless = {} if plan.cost is not None else {"cost": NoEstimate("not_supplied", "the plan names no cost")}
    return Reckoned(
        name=name,
        plan=plan,
        inside=inside,
        target=int(inside.sum()),
        share=float(share[0]),
        points=for_them * share,
        for_them=for_them,
        lost=lost,
        beyond=beyond,
        chance=found.chance,
        value=found.value,
        cost=None if plan.cost is None else between(plan.cost, len(basis.weights), rng),
        absent=costless | found.absent,
        customers=0 if isinstance(basis.buying, NoEstimate) else basis.buying.customers,
        counted=0 if isinstance(basis.later, NoEstimate) else basis.later.fewest,
    )


def chosen(plan: Plan, wave: Wave) -> np.ndarray | NoEstimate:
    """Which answers are of the customers that the plan is for."""
    inside = wave.sample.design.weight > 0
    for column, level in plan.customers.items():
        levels = levels_of_answers(wave, column)
        if levels is None:
            return NoEstimate("not_supplied", f"customers have no column {column}")
        if not (levels == level).any():
            known = ", ".join(sorted(levels.dropna().unique())[:6])
            return NoEstimate("not_estimable", f"no answer of {column} {level}; there are {known}")
        inside = inside & (levels == level).to_numpy()
    return inside


def levels_of_answers(wave: Wave, column: str) -> pd.Series | None:
    """Level of each answer's customer in a column of the list, or of the answers themselves."""
    known = listed_levels(wave, column)
    if known is not None:
        return wave.answers["customer_id"].map(known)
    return wave.answers[column].astype(str) if column in wave.answers else None


def rises(
    plan: Plan, wave: Wave, inside: np.ndarray, weights: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray | None, np.ndarray, list[str]]:
    """Draws × answers: rise of each answer's index; the share of points lost at the scale's end; what would go past it.

    A score rises by the plan's points but not beyond 100. An item moves its dimension by its part of it.
    """
    raised, nothing = np.zeros(weights.shape), np.zeros(len(weights))
    planned, got, beyond = nothing, nothing, []
    for name, spread in plan.raises.items():
        own, factor = score_and_part(wave, name)
        known = inside & ~np.isnan(own)
        if not known.any():
            return None, nothing, []
        points = between(spread, len(weights), rng)
        here = np.minimum(points[:, None], np.where(np.isnan(own), np.nan, TOP - own))
        typical = averaged(here[:, known], weights[:, known])
        raised += factor * np.where(np.isnan(here), typical[:, None], here)
        planned, got = planned + factor * points, got + factor * typical
        if np.average(own[known], weights=weights[0, known]) + points[0] > TOP:
            beyond.append(name)
    lost = 1 - np.divide(got, planned, out=np.ones(len(planned)), where=planned > 0)
    return raised, np.clip(lost, 0.0, 1.0), beyond


def score_and_part(wave: Wave, name: str) -> tuple[np.ndarray, float]:
    """Scores of a dimension or item, and how much of the index one point of it is."""
    programme = wave.programme
    if name in programme.dimensions:
        return wave.answer_scores[dimension_column(programme, name)].to_numpy(dtype=float), programme.weights[name]
    dimension = owner(programme, name)
    part = programme.weights[dimension] / len(programme.dimensions[dimension].items)
    return wave.answer_scores[name].to_numpy(dtype=float), part


def owner(programme: object, item: str) -> str:
    return next(name for name, dimension in programme.dimensions.items() if item in dimension.items)


def between(spread: tuple[float, float], size: int, rng: np.random.Generator) -> np.ndarray:
    """The middle first, then plausible values, all as likely."""
    low, high = spread
    return np.r_[(low + high) / 2, rng.uniform(low, high, size - 1)]


def measured(
    values: np.ndarray | NoEstimate, plan: Reckoned, kind: str, confidence: float, *, by_points: float = 0.0
) -> Measured | NoEstimate:
    """The estimate with the draws' percentiles as its interval; certified where studies/plans.py held its kind.

    by_points  what of the value is proportional to points. How many of them are lost at the end of the scale can't be seen where
               no answer is near it: the interval reaches from what three more in n at the end would leave (Hanley and
               Lippman-Hand 1983) to all that is planned, and as far as t. A share of points lost: t of its log odds,
               and as far as those three.
    """
    if isinstance(values, NoEstimate):
        return values
    error, value, spread = (1 - confidence) / 2, float(values[0]), values[1:].std()
    freedom = max(plan.target - 1, 1)
    low, high = np.quantile(values[1:], [error, 1 - error])
    if kind == "plan_capped":
        low, high = intervals.logit(value, spread, freedom, confidence)
        high = max(high, value + AT_THE_END / max(plan.target, AT_THE_END))
    if by_points:
        half = stats.t.isf(error, freedom) * spread
        low = min(low, value - half, value - by_points * AT_THE_END / max(plan.target, AT_THE_END))
        high = max(high, value + half, value + by_points * (1 / (1 - plan.lost[0]) - 1))
    holds = plan.target >= FEWEST and holds_at(kind, plan.target if kind in BY_ANSWERS else plan.customers)
    if kind == f"gain_{CLV}":
        holds = holds and plan.counted >= FEWEST_OF_A_CLASS
    return Measured(value, min(float(low), value), max(float(high), value), plan.target, holds)
