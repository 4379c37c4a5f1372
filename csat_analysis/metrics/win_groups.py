"""Win rates of groups of leads: by the region of the manager, and each group's rate less that of all other leads.

A lead is no customer yet, so class, tenure, industry and size aren't known of it: its source, its manager and the manager's
region are.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from csat_analysis.disclosure import suppressed_columns, suppressed_groups
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Compared
from csat_analysis.metrics.against_rest import Side, side_gap
from csat_analysis.metrics.funnel import Funnel, certified_share, group_sizes

MANAGER, REGION = "manager_id", "region"


def with_regions(found: Funnel, managers: pd.DataFrame | None) -> Funnel:
    """The funnel whose leads have their manager's `region`; missing where no table of managers tells it."""
    known = managers is not None and REGION in managers
    regions = managers.set_index("manager_id")[REGION] if known else pd.Series(dtype=object)
    return Funnel(found.leads.assign(region=found.leads["manager_id"].map(regions)), found.confidence)


def as_if_closed(found: Funnel, column: str, levels: Iterable[object]) -> tuple[pd.Series, pd.Series]:
    """Leads won and closed that tell as much as each group's win rate does, where that can be told; n no larger than the closed.

    Counts of closed leads themselves would differ between groups that win alike where one's leads are younger: losing is
    quicker than winning. Where all are closed these are the counts.
    """
    parts = {level: found.inside((found.leads[column] == level).to_numpy()) for level in levels}
    rates = {level: part.win_rate for level, part in parts.items()}
    told = {level: rate for level, rate in rates.items() if not isinstance(rate, NoEstimate)}
    size = {level: effective(rate, len(parts[level].leads)) for level, rate in told.items()}
    won = {level: round(rate.value * size[level]) for level, rate in told.items()}
    return pd.Series(won, dtype=int), pd.Series(size, dtype=int)


def effective(rate: Estimate, leads: int) -> int:
    """Closed leads that would tell a share as surely: v(1 − v) over its variance."""
    spread = rate.value * (1 - rate.value)
    if leads < 2 or not (spread > 0 and rate.se > 0):
        return rate.n
    return min(rate.n, round(spread / rate.se**2 * leads / (leads - 1)))


def win_gap(found: Funnel, column: str, level: object) -> Compared | NoEstimate:
    """Win rate (0–1) of one group's leads less that of all others whose group is known; open leads censored in both.

    Bounds, and p, by the distances of the two sides' own (Wilson's); n are closed leads of the smaller side.
    """
    of = found.leads[column]
    sides = []
    for rows in (of == level, of.notna() & (of != level)):
        rate = found.inside(rows.to_numpy()).win_rate
        told = certified_share(rate, found.confidence)
        if isinstance(told, NoEstimate):
            return told
        sides.append(Side(told.value, rate.interval, told.n, told.holds))
    return side_gap(*sides, "conversion_gap", found.confidence)


def hidden_levels(found: Funnel, column: str, min_group: int) -> set[object]:
    """Levels of `source`, `manager_id` or `region` with too few closed leads, and those that would give them away.

    A region's rate is that of its managers together, so the two columns are hidden together: else the one small manager of
    a region would be told by the region less the others.
    """
    if column not in (MANAGER, REGION) or REGION not in found.leads:
        return suppressed_groups(group_sizes(found, column), min_group)
    closed = found.leads.loc[found.closed, [MANAGER, REGION]].astype(object)
    closed = closed.where(closed.notna(), None)
    region_of = dict(zip(closed[MANAGER], closed[REGION], strict=True))
    managers, regions = [(MANAGER, name) for name in region_of], [(REGION, name) for name in set(region_of.values())]
    members = {
        (of, name): closed[of].map(lambda own, name=name: own == name).to_numpy() for of, name in managers + regions
    }
    inside = {region: [place for place in managers if region_of[place[1]] == region[1]] for region in regions}
    beyond = [[region, *(place for place in managers if place not in own)] for region, own in inside.items()]
    members["all"] = np.ones(len(closed), dtype=bool)
    nameless = [place for place in members if place[1] is None]
    hidden = suppressed_columns(
        members, [managers, regions, *inside.values(), *beyond], np.arange(len(closed)), min_group, nameless
    )
    return {name for of, name in hidden - {"all"} if of == column and name is not None}
