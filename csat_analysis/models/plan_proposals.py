"""Plans worth thinking about: importance × room for improvement × value at risk. A suggestion, not a finding."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.metrics.satisfaction import POINTS, dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.buying import Buying
from csat_analysis.models.customer_worth import SALES
from csat_analysis.models.planner import FEWEST
from csat_analysis.programme_parts import Plan

POINTS_RAISED = 5.0  # of the dimension: what most programmes set as a year's target
FOR_ALL = 2  # plans for all customers
SEPARATOR = " @ "  # between a dimension and the customers it is for, in the name of a proposed plan


def priorities(
    wave: Wave, importance: Mapping[str, float], buying: Buying | None, worth: pd.DataFrame | None
) -> pd.DataFrame:
    """Every dimension for all customers and for every level of every segment with FEWEST answers, most urgent first.

    importance × room (points to the top of the scale / 100) × value at risk (what these customers' answers stand for in
    yearly sales × the chance that they don't buy again; customers alone where that isn't known), also a customer (`each`).
    """
    groups = {("", ""): pd.Series(True, index=wave.answers.index)}
    for segment in wave.segments:
        levels = wave.segments[segment]
        for level in sorted(levels.dropna().unique()):
            if (levels == level).sum() >= FEWEST:
                groups[segment, level] = levels == level
    risk = at_risk(wave, buying, worth)
    weight = pd.Series(wave.sample.design.weight, index=wave.answers.index)
    rows = []
    for (segment, level), inside in groups.items():
        for dimension, share in importance.items():
            score = wave.answer_scores[dimension_column(wave.programme, dimension)][inside]
            known = score.notna()
            mean = (score * weight[inside])[known].sum() / weight[inside][known].sum() if known.any() else POINTS[1]
            value = share * (POINTS[1] - mean) / POINTS[1] * (weight * risk)[inside].sum()
            rows.append((dimension, segment, level, share, mean, value, value / weight[inside].sum()))
    columns = ["dimension", "segment", "level", "importance", "performance", "priority", "each"]
    return pd.DataFrame(rows, columns=columns).sort_values("priority", ascending=False, ignore_index=True)


def at_risk(wave: Wave, buying: Buying | None, worth: pd.DataFrame | None) -> pd.Series:
    """What an answer's customer may take along: yearly sales × the chance of not buying again; 1 where neither is known."""
    everybody = pd.Series(1.0, index=wave.answers.index)
    if buying is None:
        return everybody
    found = everybody * 0.0
    lost = 1 - buying.probability()
    found.iloc[buying.rows] = lost
    if worth is not None:
        found = found * wave.answers["customer_id"].map(worth[SALES]).fillna(0.0)
    return found


def proposed_plans(table: pd.DataFrame) -> dict[str, Plan]:
    """The most urgent dimensions for all customers, and the most urgent one for the group where a customer weighs most."""
    plans = {}
    of_all = table[table["segment"] == ""].head(FOR_ALL)
    for row in of_all.itertuples():
        plans[row.dimension] = Plan(raises={row.dimension: POINTS_RAISED})
    groups = table[(table["segment"] != "") & (table["dimension"].isin(of_all["dimension"].head(1)))]
    if len(groups):
        row = groups.sort_values("each", ascending=False).iloc[0]
        name = f"{row.dimension}{SEPARATOR}{row.segment}={row.level}"
        plans[name] = Plan(raises={row.dimension: POINTS_RAISED}, customers={row.segment: row.level})
    return plans
