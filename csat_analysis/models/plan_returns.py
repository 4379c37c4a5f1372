"""From points to money: by how much likelier customers buy again, and what they bring more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.buying import MODELS, Buying
from csat_analysis.models.customer_worth import CLV, MARGIN
from csat_analysis.models.later_years import LaterYears
from csat_analysis.programme_parts import Plan
from csat_analysis.survey.frame import levels_of

FEWEST = 20  # answers of the customers that a plan is for


@dataclass(frozen=True, eq=False)
class Basis:
    """What all plans are reckoned on.

    worth    a row a customer of the list, CNY a year: sales, margin where known; `later` the years after.
    weights  draws × answers: of the sample itself first, then of its resamples.
    """

    wave: Wave
    buying: Buying | NoEstimate
    worth: pd.DataFrame | NoEstimate
    later: LaterYears | NoEstimate
    weights: np.ndarray


@dataclass(frozen=True, eq=False)
class Returns:
    """chance: model → rise of the probability among those the plan is for, by sales where they are known; value: (model, column
    of worth) → CNY more; both over draws. absent: why something isn't there, by what it is.
    """

    chance: dict[str, np.ndarray]
    value: dict[tuple[str, str], np.ndarray]
    absent: dict[str, NoEstimate]


def returns(plan: Plan, basis: Basis, inside: np.ndarray, raised: np.ndarray) -> Returns:
    """Rise of the probability and of what customers bring, by model.

    Money = what all customers of the plan bring (known from the list) × the rise of the probability, averaged over the answers
    by what their customers bring. Who buys again in the window is taken to bring what a year brought; who doesn't, nothing.
    """
    buying = basis.buying
    if isinstance(buying, NoEstimate):
        return Returns({}, {}, {"chance": buying, "value": buying})
    within = inside[buying.rows]
    if within.sum() < FEWEST:
        few = NoEstimate("not_estimable", f"{within.sum()} answers of these customers: at least {FEWEST} are needed")
        return Returns({}, {}, {"chance": few, "value": few})
    rows = buying.rows[within]
    rise = {m: buying.rise(m, raised[:, rows], within) for m in MODELS if m not in buying.absent}
    weight = basis.weights[:, rows]
    unpriced = why_no_money(plan, basis)
    if unpriced:
        return Returns({m: averaged(r, weight) for m, r in rise.items()}, {}, buying.absent | {"value": unpriced})
    chance, value = priced(plan, basis, rows, rise)
    return Returns(chance, value, buying.absent | ({CLV: basis.later} if isinstance(basis.later, NoEstimate) else {}))


def why_no_money(plan: Plan, basis: Basis) -> NoEstimate | None:
    if isinstance(basis.worth, NoEstimate):
        return basis.worth
    unknown = [column for column in plan.customers if listed_levels(basis.wave, column) is None]
    if not unknown:
        return None
    return NoEstimate("not_supplied", f"the list of customers has no column {unknown[0]}: their sales aren't known")


def priced(
    plan: Plan, basis: Basis, rows: np.ndarray, rise: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[tuple[str, str], np.ndarray]]:
    """Rise of the probability by sales, and money by what customers bring of each kind."""
    answered = basis.wave.answers["customer_id"].iloc[rows]
    everyone = basis.worth.index[listed(plan, basis.wave, basis.worth)]
    chance, value = {}, {}
    for column in columns_of(basis):
        weight = basis.weights[:, rows] * brought(basis, column, answered)
        total = brought(basis, column, everyone).sum(axis=1)
        for model, of_answers in rise.items():
            mean = averaged(of_answers, weight)
            value[model, column] = mean * total
            chance.setdefault(model, mean)
    return chance, value


def columns_of(basis: Basis) -> list[str]:
    later = MARGIN in basis.worth and not isinstance(basis.later, NoEstimate)
    return [*basis.worth, *([CLV] if later else [])]


def brought(basis: Basis, column: str, customers: pd.Index | pd.Series) -> np.ndarray:
    """What each customer brings: one row, or a row a draw where that itself is uncertain."""
    known = basis.worth[MARGIN if column == CLV else column].reindex(customers).fillna(0.0).to_numpy()[None, :]
    return known * basis.later.of(customers) if column == CLV else known


def averaged(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return (weight * values).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)


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
