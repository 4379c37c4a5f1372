"""What a run may show beside everything that is published already: earlier editions of its report, other parts' and the company's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set

from csat_analysis.disclosure import suppressed_groups
from csat_analysis.results import Record
from csat_analysis.run.customer_groups import figure, name_of, partitions, suppressed, whom
from csat_analysis.run.differencing import Sizes, near_an_edition
from csat_analysis.run.other_parts import Division, told_beside

HIDDEN = 1  # the size that a hidden group is taken to have: nobody says how large it is


def protect(records: list[Record], before: Sizes, min_group: int, *, beside: Iterable[Division] = ()) -> list[Record]:
    """The records with those hidden that would tell too few customers' answers.

    before  sizes that the report's numbers were published with (`sizes_before`).
    beside  the period's reports about other customers (`divisions`); `records` are then all of the report's.
    """
    records = without(records, near_an_edition(records, before, min_group), min_group, whom)
    while told := told_beside(records, beside, min_group):
        records = without(records, told, min_group, figure)
    return records


def without(records: list[Record], told: Set[str], min_group: int, about: Callable) -> list[Record]:
    """The records without those named; of groups of customers with a complement, and with all that is `about` the same."""
    hidden: set[tuple] = set()
    for members in partitions(records).values() if told else ():
        if forced := {name_of(r) for r in members if r.name in told}:
            sizes = {name_of(r): (r.n or 0) if r.shown else HIDDEN for r in members}
            gone = {name_of(r) for r in members if r.status == "suppressed"}
            also = suppressed_groups(sizes, min_group, also=forced | gone)
            hidden |= {about(r) for r in members if name_of(r) in also}
    return [suppressed(r) if r.name in told or about(r) in hidden else r for r in records]
