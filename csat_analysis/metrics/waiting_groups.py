"""How long each group of customers waited, against all others: the share within a target and the median."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.against_rest import Group, Side, places, side_gap
from csat_analysis.metrics.cases import Cases
from csat_analysis.metrics.waiting import FEW_OPEN, QUANTILES, curve_of, waiting_number
from csat_analysis.programme import Programme

STATISTICS = ("within_target", "median")
FAR = 1e9  # hours or days: stands for a bound that the cases don't reach, in the search for p alone


def waiting_groups(
    cases: Cases | NoEstimate, levels: pd.DataFrame, statistic: str, target: float | None, programme: Programme
) -> list[Group]:
    """A kind of wait of every level of every segment; a group's size is its customers with such a case.

    What it tells a manager: whether a promise is kept as often for some customers as for the others. Unit: the wait's own;
    within_target a share, and differences of shares. levels: index customer_id.
    """
    if isinstance(cases, NoEstimate):
        return []
    confidence = programme.reporting.confidence
    mine = levels.reindex(cases.table["customer_id"]).set_axis(cases.table.index)
    by_customer = levels.reindex(pd.Index(cases.table["customer_id"].unique()))
    found = []
    for segment, level, hidden in places(by_customer, programme):
        inside = mine[segment] == level
        parts = [of_those(cases, inside), of_those(cases, mine[segment].notna() & ~inside)]
        numbers = [waiting_number(part, statistic, target=target, confidence=confidence) for part in parts]
        gap = waiting_gap(*parts, *numbers, statistic, target, confidence)
        found.append(Group(segment, level, numbers[0], gap, hidden))
    return found


def of_those(cases: Cases, rows: pd.Series) -> Cases | NoEstimate:
    """The cases of some rows; why there are none."""
    table = cases.table[rows].reset_index(drop=True)
    return replace(cases, table=table) if len(table) else NoEstimate("not_estimable", "no case of these customers")


def waiting_gap(
    one: Cases | NoEstimate,
    rest: Cases | NoEstimate,
    number: Measured | NoEstimate,
    of_rest: Measured | NoEstimate,
    statistic: str,
    target: float | None,
    confidence: float,
) -> Compared | NoEstimate:
    """A statistic of one group's cases less that of the others', whose customers are different ones."""
    for known in (number, of_rest):
        if isinstance(known, NoEstimate):
            return known
    sides = (side_of(one, statistic, target, number), side_of(rest, statistic, target, of_rest))
    return side_gap(*sides, gap_kind(one, rest, statistic), confidence)


def gap_kind(one: Cases, rest: Cases, statistic: str) -> str:
    """The study's kind: by whether on either side more cases are still open than few."""
    still_open = max(1 - cases.table["ended"].mean() for cases in (one, rest))
    return f"wait_{statistic}_gap" + ("" if still_open <= FEW_OPEN else "_open")


def side_of(cases: Cases, statistic: str, target: float | None, number: Measured) -> Side:
    curve = curve_of(cases)

    def bounds(confidence: float) -> tuple[float, float]:
        if statistic == "within_target":
            return curve.within(target, confidence)[1:]
        low, high = curve.quantile(QUANTILES[statistic], confidence)[1:]
        return low, FAR if np.isnan(high) else high

    return Side(number.value, bounds, cases.customers, number.holds)
