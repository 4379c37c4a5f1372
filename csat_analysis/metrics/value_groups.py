"""What a customer of each group is worth, against all others: customer lifetime value by class, tenure, region, industry, size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.disclosure import DOMINANT
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Compared
from csat_analysis.metrics.acquisition import costs_of
from csat_analysis.metrics.against_rest import Group, Side, places, side_gap
from csat_analysis.metrics.amounts import kind_at, relative_spread
from csat_analysis.metrics.retention import Counted, Stay
from csat_analysis.metrics.value import DEFAULTS, classes_at, clv_parts, cohort, purchases_of
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

CLASS = "customer_class"
FAR = 1e15  # CNY: stands for a bound without end, in the search for p alone
VALUE_GAP = (
    "clv_gap"  # the kind that studies/segments.py judges, by the larger relative spread of the two sides' purchases
)

Sides = dict[tuple[str, str], tuple[pd.Series, pd.Series]]


@dataclass(frozen=True, eq=False)
class Worths:
    """What lifetime values of any of the start's customers are worked out from."""

    found: Stay
    bought: pd.DataFrame
    rules: Mapping[str, float]

    def parts(self, inside: pd.Series, confidence: float) -> dict[str, Counted]:
        """purchases, retention, lifetime, cost and clv of some customers."""
        costs = costs_of(self.found.start.clean.tables["customers"])
        return clv_parts(self.found, self.bought, costs, inside, self.rules, confidence)

    def largest(self, inside: pd.Series) -> float:
        """Share of these customers' purchases that the largest of them made."""
        sales = self.bought.loc[inside, "sales"]
        return float(sales.max() / sales.sum()) if sales.sum() > 0 else 0.0


def value_groups(waves: Mapping[Period, Wave], now: Period) -> list[Group]:
    """Lifetime value (CNY a customer) of each group of the start's list, as it was grouped then, less that of the others.

    Hidden too: groups, or rests, most of whose purchases one customer made.
    """
    found = cohort(waves, now)
    bought = found if isinstance(found, NoEstimate) else purchases_of(waves, found)
    if isinstance(bought, NoEstimate):
        return []
    worths, programme = Worths(found, bought, DEFAULTS | waves[now].programme.clv), waves[now].programme
    sides = sides_of(found.levels)
    confidence = programme.reporting.confidence
    return [
        Group(
            segment,
            level,
            worths.parts(sides[segment, level][0], confidence)["clv"],
            value_gap(worths, *sides[segment, level], confidence),
            hidden,
        )
        for segment, level, hidden in places(found.levels, programme, dominated(worths, sides))
    ]


def hidden_classes(waves: Mapping[Period, Wave], now: Period) -> set[str]:
    """Classes of the start's list whose value may not be shown, by the rule for groups: else the two would tell one another."""
    found = cohort(waves, now)
    bought = found if isinstance(found, NoEstimate) else purchases_of(waves, found)
    classes = None if isinstance(bought, NoEstimate) else classes_at(found)
    if classes is None:
        return set()
    levels = classes.to_frame(CLASS)
    few = dominated(Worths(found, bought, {}), sides_of(levels))
    return {level for _, level, hidden in places(levels, found.end.programme, few) if hidden}


def sides_of(levels: pd.DataFrame) -> Sides:
    """(segment, level) → who is in the group, and who else's level is known."""
    return {
        (segment, level): (levels[segment] == level, known & (levels[segment] != level))
        for segment, known in levels.notna().items()
        for level in levels[segment].dropna().unique()
    }


def dominated(worths: Worths, sides: Sides) -> set[tuple[str, str]]:
    """Groups most of whose purchases, or of whose rest's, one customer made."""
    return {place for place, both in sides.items() if any(worths.largest(inside) > DOMINANT for inside in both)}


def value_gap(worths: Worths, inside: pd.Series, rest: pd.Series, confidence: float) -> Compared | NoEstimate:
    """Lifetime value of some customers less that of others."""
    parts = [worths.parts(side, confidence) for side in (inside, rest)]
    for own in parts:
        if isinstance(own["clv"], NoEstimate):
            return own["clv"]

    def bounds(side: pd.Series, at: float) -> tuple[float, float]:
        with np.errstate(over="ignore", invalid="ignore"):
            value = worths.parts(side, at)["clv"]
        return float(np.nan_to_num(value.low, nan=-FAR, neginf=-FAR)), float(
            np.nan_to_num(value.high, nan=FAR, posinf=FAR)
        )

    sides = [
        Side(own["clv"].value, lambda at, side=side: bounds(side, at), own["clv"].n, own["clv"].holds)
        for own, side in zip(parts, (inside, rest), strict=True)
    ]
    spread = max(relative_spread(own["purchases"]) for own in parts)
    return side_gap(*sides, kind_at(spread, VALUE_GAP), confidence)
