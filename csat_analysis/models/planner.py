"""What a plan would pay: points for chosen customers → the index → buying again → sales, margin, lifetime value, less cost.

Every step's uncertainty is carried by joint draws: the period's answers resampled (who scores what, how near the top of the
scale), coefficients of the models of buying again, and the plan's own assumptions (points and cost within their ranges). It
supposes that a raised score works as a score that was always so high; nothing here can show that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.certification import holds_at
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.satisfaction import dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.buying import MODELS, OF_RECORD, Buying
from csat_analysis.models.customer_worth import MARGIN
from csat_analysis.models.resampling import bootstrap_weights
from csat_analysis.programme_parts import Plan
from csat_analysis.survey.frame import levels_of

DRAWS, SEED = 2000, 20260702
FEWEST = 20  # answers of the customers that a plan is for
WORTH_SAYING = 0.01  # share of a plan's points lost to the end of the scale, from which it is said
TOP = 100.0  # points
AT_THE_END = 3  # of n answers: what none seen among n leaves possible


@dataclass(frozen=True, eq=False)
class Reckoned:
    """One plan reckoned. Arrays run over draws, the estimate itself first; money is CNY a year.

    target      answers of the customers that it is for; `share` of all customers.
    points      rise of the index over all customers; `for_them` over those it is for.
    lost        share of the planned points that the end of the scale takes; `beyond`: what would on average go past it.
    chance      model → rise of the probability of buying again among them, by sales.
    value       (model, column of worth) → CNY more.
    cost        CNY; None where the plan names none.
    absent      why a number isn't there, by what it is: chance, value, cost, or a model.
    """

    name: str
    plan: Plan
    target: int
    share: float
    points: np.ndarray
    for_them: np.ndarray
    lost: float
    beyond: list[str]
    chance: dict[str, np.ndarray]
    value: dict[tuple[str, str], np.ndarray]
    cost: np.ndarray | None
    absent: dict[str, NoEstimate]
    customers: int

    def gain(self, model: str = OF_RECORD) -> np.ndarray | NoEstimate:
        """Margin more in a year less the cost."""
        margin = self.worth(MARGIN, model)
        if isinstance(margin, NoEstimate):
            return margin
        return self.absent["cost"] if self.cost is None else margin - self.cost

    def worth(self, column: str, model: str = OF_RECORD) -> np.ndarray | NoEstimate:
        if (model, column) in self.value:
            return self.value[model, column]
        return self.absent.get(model) or self.absent.get("value") or NoEstimate("not_supplied", f"no {column} is known")

    def rise(self, model: str = OF_RECORD) -> np.ndarray | NoEstimate:
        return self.chance[model] if model in self.chance else self.absent.get(model) or self.absent["chance"]


def reckon(
    plans: Mapping[str, Plan],
    wave: Wave,
    buying: Buying | NoEstimate,
    worth: pd.DataFrame | NoEstimate,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> dict[str, Reckoned | NoEstimate]:
    """Every plan on the same draws, so that plans can be compared draw by draw."""
    design = wave.sample.design
    weights = np.vstack([design.weight[None, :], bootstrap_weights(design, draws=draws, seed=seed)])
    found = {}
    for place, (name, plan) in enumerate(plans.items()):
        rng = np.random.default_rng([seed, place])
        found[name] = one_plan(name, plan, wave, buying, worth, weights, rng)
    return found


def one_plan(
    name: str,
    plan: Plan,
    wave: Wave,
    buying: Buying | NoEstimate,
    worth: pd.DataFrame | NoEstimate,
    weights: np.ndarray,
    rng: np.random.Generator,
) -> Reckoned | NoEstimate:
    inside = chosen(plan, wave)
    if isinstance(inside, NoEstimate):
        return inside
    raised, lost, beyond = rises(plan, wave, inside, weights, rng)
    if raised is None:
        return NoEstimate("not_estimable", "nobody of these customers answered what the plan raises")
    of_them = weights * inside
    total = np.maximum(of_them.sum(axis=1), 1e-300)
    for_them = (of_them * raised).sum(axis=1) / total
    share = of_them.sum(axis=1) / weights.sum(axis=1)
    cost = None if plan.cost is None else between(plan.cost, len(weights), rng)
    absent = {} if plan.cost is not None else {"cost": NoEstimate("not_supplied", "the plan names no cost")}
    chance, value, why = returns(plan, wave, buying, worth, inside, raised, weights)
    return Reckoned(
        name=name,
        plan=plan,
        target=int(inside.sum()),
        share=float(share[0]),
        points=for_them * share,
        for_them=for_them,
        lost=lost,
        beyond=beyond,
        chance=chance,
        value=value,
        cost=cost,
        absent=absent | why,
        customers=0 if isinstance(buying, NoEstimate) else buying.customers,
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
) -> tuple[np.ndarray | None, float, list[str]]:
    """Draws × answers: rise of each answer's index; the share of points lost at the scale's end; what would go past it.

    A score rises by the plan's points but not beyond 100. An item moves its dimension by its part of it.
    """
    programme, scores = wave.programme, wave.answer_scores
    raised = np.zeros(weights.shape)
    planned = got = 0.0
    beyond = []
    for name, spread in plan.raises.items():
        dimension = name if name in programme.dimensions else owner(programme, name)
        column = dimension_column(programme, name) if name in programme.dimensions else name
        parts = 1 if name in programme.dimensions else len(programme.dimensions[dimension].items)
        own = scores[column].to_numpy(dtype=float)
        known = inside & ~np.isnan(own)
        if not known.any():
            return None, 0.0, []
        points = between(spread, len(weights), rng)[:, None]
        room = np.where(np.isnan(own), np.nan, TOP - own)
        here = np.minimum(points, room)
        typical = np.average(here[:, known], axis=1, weights=weights[0, known])[:, None]
        factor = programme.weights[dimension] / parts
        raised += factor * np.where(np.isnan(here), typical, here)
        planned, got = planned + factor * points[0, 0], got + factor * typical[0, 0]
        if np.average(own[known], weights=weights[0, known]) + points[0, 0] > TOP:
            beyond.append(name)
    return raised, float(1 - got / planned) if planned > 0 else 0.0, beyond


def owner(programme: object, item: str) -> str:
    return next(name for name, dimension in programme.dimensions.items() if item in dimension.items)


def between(spread: tuple[float, float], size: int, rng: np.random.Generator) -> np.ndarray:
    """The middle first, then plausible values, all as likely."""
    low, high = spread
    return np.r_[(low + high) / 2, rng.uniform(low, high, size - 1)]


def returns(
    plan: Plan,
    wave: Wave,
    buying: Buying | NoEstimate,
    worth: pd.DataFrame | NoEstimate,
    inside: np.ndarray,
    raised: np.ndarray,
    weights: np.ndarray,
) -> tuple[dict[str, np.ndarray], dict[tuple[str, str], np.ndarray], dict[str, NoEstimate]]:
    """Rise of the probability and of what customers bring, by model; and why something isn't there.

    Money = what all customers of the plan bring (known from the list) × the rise of the probability, averaged over the answers
    by what their customers bring. Who buys again in the window is taken to bring what a year brought; who doesn't, nothing.
    """
    if isinstance(buying, NoEstimate):
        return {}, {}, {"chance": buying, "value": buying}
    within = inside[buying.rows]
    if within.sum() < FEWEST:
        few = NoEstimate("not_estimable", f"{within.sum()} answers of these customers: at least {FEWEST} are needed")
        return {}, {}, {"chance": few, "value": few}
    rows = buying.rows[within]
    models = [model for model in MODELS if model not in buying.absent]
    rise = {model: buying.rise(model, raised[:, rows], within) for model in models}
    weight = weights[:, rows]
    if isinstance(worth, NoEstimate):
        total = np.maximum(weight.sum(axis=1), 1e-300)
        return {m: (weight * r).sum(axis=1) / total for m, r in rise.items()}, {}, buying.absent | {"value": worth}
    unknown = [column for column in plan.customers if listed_levels(wave, column) is None]
    if unknown:
        total = np.maximum(weight.sum(axis=1), 1e-300)
        why = NoEstimate("not_supplied", f"the list of customers has no column {unknown[0]}: their sales aren't known")
        return {m: (weight * r).sum(axis=1) / total for m, r in rise.items()}, {}, buying.absent | {"value": why}
    customer = wave.answers["customer_id"].iloc[rows]
    all_of_them = worth[listed(plan, wave, worth)].sum()
    value = {}
    chance = {}
    for column in worth:
        brings = weight * worth[column].reindex(customer).fillna(0.0).to_numpy()
        total = np.maximum(brings.sum(axis=1), 1e-300)
        for model, of_answers in rise.items():
            mean = (brings * of_answers).sum(axis=1) / total
            chance.setdefault(model, mean)
            value[model, column] = mean * all_of_them[column]
    return chance, value, dict(buying.absent)


def listed(plan: Plan, wave: Wave, worth: pd.DataFrame) -> np.ndarray:
    """Which customers of the list the plan is for."""
    found = np.ones(len(worth), dtype=bool)
    for column, level in plan.customers.items():
        found &= (listed_levels(wave, column).reindex(worth.index) == level).to_numpy()
    return found


def listed_levels(wave: Wave, column: str) -> pd.Series | None:
    """Level of each customer of the list in a column of it; None without the list or the column."""
    customers = wave.clean.tables.get("customers")
    return None if customers is None else levels_of(customers, wave.programme, wave.clean.survey_date, column)


def measured(values: np.ndarray | NoEstimate, plan: Reckoned, kind: str, confidence: float) -> Measured | NoEstimate:
    """The estimate with the draws' percentiles as its interval; certified where studies/plans.py held its kind.

    Of the points, how many are lost at the end of the scale can't be seen where no answer is near it: the interval reaches from
    what three more in n at the end would leave (Hanley and Lippman-Hand 1983) to all that is planned, and as far as t.
    """
    if isinstance(values, NoEstimate):
        return values
    error = (1 - confidence) / 2
    value = float(values[0])
    low, high = np.quantile(values[1:], [error, 1 - error])
    if kind == "plan_points":
        half = stats.t.isf(error, max(plan.target - 1, 1)) * values[1:].std()
        low = min(low, value - half, value * (1 - AT_THE_END / max(plan.target, AT_THE_END)))
        high = max(high, value + half, value / (1 - plan.lost))
    customers = plan.target if kind == "plan_points" else plan.customers
    holds = plan.target >= FEWEST and holds_at(kind, customers)
    return Measured(value, min(float(low), value), max(float(high), value), plan.target, holds)
