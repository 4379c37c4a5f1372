"""Which groups of customers are exclusive (专营) more often than all others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.against_rest import Group, places
from csat_analysis.metrics.counted import counted_difference, difference_p_value
from csat_analysis.metrics.exclusive import NO, YES
from csat_analysis.metrics.retention import start_levels
from csat_analysis.metrics.wave import Wave


def exclusive_groups(wave: Wave) -> list[Group]:
    """Share (0–1) of each group's listed customers that are exclusive, a fact of the list, and its difference from the rest.

    The difference is about the process (Newcombe's interval, Fisher's p): how far chance could part such groups. Hidden, as
    for all customers, are groups with few exclusive or few other customers, unless there are none, and those that would tell
    such a group (`small_places`).
    """
    customers = wave.clean.tables.get("customers")
    if customers is None or "exclusive" not in customers:
        return []
    kind = customers.set_index("customer_id")["exclusive"]
    kind = kind[kind.isin([YES, NO])]
    levels, least = start_levels(wave).reindex(kind.index), wave.programme.reporting.min_group
    counts = {(segment, level): sides_of(own) for segment in levels for level, own in kind.groupby(levels[segment])}
    few = small_places(counts, sides_of(kind), least)
    found = []
    for segment, level, hidden in places(levels, wave.programme, few):
        yes, no = counts[segment, level]
        rest = sum((own for (s, name), own in counts.items() if s == segment and name != level), start=np.zeros(2, int))
        gap = counted_gap(yes, yes + no, *rest, wave.programme.reporting.confidence)
        found.append(Group(segment, level, float(yes / (yes + no)), gap, hidden))
    return found


def sides_of(kind: pd.Series) -> np.ndarray:
    """How many are exclusive, and how many aren't."""
    return np.array([(kind == YES).sum(), (kind == NO).sum()])


def small_places(counts: dict[tuple[str, str], np.ndarray], everyone: np.ndarray, least: int) -> set[tuple[str, str]]:
    """Groups on a side of which, or on a side of everyone else, are fewer than may be shown.

    All levels and the whole tell who has no level: where these are few on a side, the smallest level is as good as few.
    """
    few = {place for place, own in counts.items() if any(0 < side < least for side in (*own, *(everyone - own)))}
    for segment in {segment for segment, _ in counts}:
        own = {place: sides for place, sides in counts.items() if place[0] == segment}
        if any(0 < side < least for side in everyone - sum(own.values())):
            few.add(min(own, key=lambda place: (own[place].sum(), place[1])))
    return few


def counted_gap(yes: int, n: int, rest_yes: int, rest_no: int, confidence: float) -> Compared | NoEstimate:
    """The group's share less the others', with the test that they are equal."""
    yes, n, rest_yes, rest = int(yes), int(n), int(rest_yes), int(rest_yes + rest_no)
    number = counted_difference(yes, n, rest_yes, rest, confidence)
    return Compared(number, difference_p_value(yes, n, rest_yes, rest)) if isinstance(number, Measured) else number
