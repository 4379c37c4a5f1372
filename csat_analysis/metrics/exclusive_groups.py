"""Which groups of customers are exclusive (专营) more often than all others."""

from __future__ import annotations

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
    for all customers, are groups with few exclusive or few other customers, unless there are none.
    """
    customers = wave.clean.tables.get("customers")
    if customers is None or "exclusive" not in customers:
        return []
    kind = customers.set_index("customer_id")["exclusive"]
    kind = kind[kind.isin([YES, NO])]
    levels, least = start_levels(wave).reindex(kind.index), wave.programme.reporting.min_group
    counts = {
        (segment, level): ((own == YES).sum(), (own == NO).sum())
        for segment in levels
        for level, own in kind.groupby(levels[segment])
    }
    few = {place for place, sides in counts.items() if any(0 < side < least for side in sides)}
    found = []
    for segment, level, hidden in places(levels, wave.programme, few):
        yes, no = counts[segment, level]
        rest = [
            sum(sides) for sides in zip(*(c for (s, other), c in counts.items() if s == segment and other != level))
        ]
        gap = counted_gap(int(yes), int(yes + no), *(rest or (0, 0)), wave.programme.reporting.confidence)
        found.append(Group(segment, level, float(yes / (yes + no)), gap, hidden))
    return found


def counted_gap(yes: int, n: int, rest_yes: int, rest_no: int, confidence: float) -> Compared | NoEstimate:
    """The group's share less the others', with the test that they are equal."""
    rest_yes, rest = int(rest_yes), int(rest_yes + rest_no)
    number = counted_difference(yes, n, rest_yes, rest, confidence)
    return Compared(number, difference_p_value(yes, n, rest_yes, rest)) if isinstance(number, Measured) else number
