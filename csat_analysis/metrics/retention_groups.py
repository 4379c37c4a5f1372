"""Retention by group, each against all others: class, region, tenure, industry and size of the start's list."""

from __future__ import annotations

from dataclasses import dataclass

from csat_analysis.disclosure import suppressed_groups
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.counted import counted_difference, difference_p_value
from csat_analysis.metrics.retention import Counted, Stay
from csat_analysis.verdicts import share_verdicts


@dataclass(frozen=True, eq=False)
class Rate:
    """The rate of one level of a segment; gap to all other customers whose level is known, and its verdict; hidden: may not be shown."""

    segment: str
    level: str
    rate: Counted
    gap: Counted
    hidden: bool
    verdict: str | None


def group_rates(found: Stay, column: str = "stayed") -> list[Rate]:
    """Every level of every segment, with Benjamini–Hochberg over all that may be shown (Fisher's exact test against the rest)."""
    if isinstance(found.rate(column), NoEstimate):
        return []
    reporting = found.end.programme.reporting
    levels = [(segment, level) for segment in found.levels for level in found.sizes(segment).index]
    hidden = {
        (segment, level)
        for segment in found.levels
        for level in suppressed_groups(
            found.sizes(segment).to_dict() | {None: found.nameless(segment)}, reporting.min_group
        )
    }
    counts = {place: found.against_rest(column, *place) for place in levels}
    tested = {p: c for p, c in counts.items() if p not in hidden and min(c[1], c[3]) >= reporting.min_group}
    verdicts = share_verdicts(
        {p: (yes / n - rest / m, difference_p_value(yes, n, rest, m)) for p, (yes, n, rest, m) in tested.items()}
    )
    return [
        Rate(
            *place,
            found.rate(column, found.levels[place[0]] == place[1], reporting.confidence),
            gap_of(counts[place], reporting.confidence),
            place in hidden,
            verdicts.get(place),
        )
        for place in levels
    ]


def gap_of(counts: tuple[int, int, int, int], confidence: float) -> Counted:
    """The group's rate less the others', with Newcombe's interval; none where everybody is in the group."""
    yes, n, rest_yes, rest = counts
    return counted_difference(yes, n, rest_yes, rest, confidence)
