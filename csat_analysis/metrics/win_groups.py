"""Win rates of groups of leads: by the region of the manager, and each group's rate less that of all other leads.

A lead is no customer yet, so class, tenure, industry and size aren't known of it: its source, its manager and the manager's
region are.
"""

from __future__ import annotations

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.against_rest import Side, side_gap
from csat_analysis.metrics.funnel import Funnel, certified_share

REGION = "region"


def with_regions(found: Funnel, managers: pd.DataFrame | None) -> Funnel:
    """The funnel whose leads have their manager's `region`; missing where no table of managers tells it."""
    known = managers is not None and REGION in managers
    regions = managers.set_index("manager_id")[REGION] if known else pd.Series(dtype=object)
    return Funnel(found.leads.assign(region=found.leads["manager_id"].map(regions)), found.confidence)


def win_gap(found: Funnel, column: str, level: object) -> Measured | NoEstimate:
    """Win rate (0–1) of one group's leads less that of all others whose group is known; open leads censored in both.

    Bounds by the distances of the two sides' own (Wilson's); n are closed leads of the smaller side.
    """
    of = found.leads[column]
    sides = []
    for rows in (of == level, of.notna() & (of != level)):
        rate = found.inside(rows.to_numpy()).win_rate
        told = certified_share(rate, found.confidence)
        if isinstance(told, NoEstimate):
            return told
        sides.append(Side(told.value, rate.interval, told.n, told.holds))
    return side_gap(*sides, "conversion_gap", found.confidence).number
