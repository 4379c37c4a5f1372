"""What changed between two published reports, number by number: each difference with an interval that is never too sure of itself.

overlap       recomputed from both waves' answers, whose influences bring the covariance of customers who answered both times;
reported      the later report's own number of that change, whose interval counts customers who are in both as such;
independent   the two intervals put together as of strangers (Newcombe's hybrid): nobody answered both times;
conservative  the same for any correlation at all: the two half-widths added up;
not_told      no interval can be given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from csat_analysis import verdicts
from csat_analysis.estimate import Estimate
from csat_analysis.metrics.change import comparable
from csat_analysis.metrics.segments import segment_groups
from csat_analysis.metrics.wave import Wave
from csat_analysis.results import Record

Place = tuple[str, frozenset]
RECOMPUTED_AS_PUBLISHED = 1e-6
OF_ANSWERS = "satisfaction."  # keys whose numbers rest on the answers of their own wave alone
NOT_OF_ONE_WAVE = (
    "satisfaction.change",
    "satisfaction.change_part",
    "satisfaction.since_first",
    "satisfaction.standard",
    "satisfaction.trend",
)
OF_MEASUREMENT = (
    "feedback.category_share",
)  # intervals of how a period's facts were sorted, not of what chance could have moved
CHANGES = {  # number → the report's own of how it changed
    "service.complaint_rate": "service.complaint_change",
    "customers.retention": "customers.retention_change",
    "customers.bought": "customers.bought_change",
    "loyalty.index": "loyalty.change",
    "feedback.theme_share": "feedback.theme_change",
}
OF_A_PERIOD = ("period", "from")  # names of groups that say of which wave a number is


@dataclass(frozen=True)
class Difference:
    """A number in two reports. kind: estimate (ordered by surprise), exact, hidden (suppressed in one), only_one, restated.

    size      later − earlier; None where one of them has no number.
    surprise  |z| that the difference is none; found: beyond chance after Benjamini–Hochberg over all differences that have one.
    """

    earlier: Record | None
    later: Record | None
    kind: str
    how: str = "not_told"
    size: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    found: bool = False

    @property
    def record(self) -> Record:
        return self.later or self.earlier

    @property
    def surprise(self) -> float:
        if self.p_value is None:
            return -1.0
        return float(stats.norm.isf(max(self.p_value, 1e-300) / 2))


def differences(
    earlier: Iterable[Record],
    later: Iterable[Record],
    *,
    confidence: float,
    recomputed: Mapping[Place, Estimate],
    strangers: bool,
) -> list[Difference]:
    """Every number of either report, most surprising first.

    recomputed  place → later − earlier with its influences, of the numbers that both waves give again.
    strangers   True where it is known that nobody answered in both.
    """
    before, after = ({place_of(r): r for r in records} for records in (earlier, later))
    reported = {(r.key, frozenset(without_its_wave(r))): r for r in after.values() if r.key in CHANGES.values()}
    found = [
        one_difference(
            before.get(place),
            after.get(place),
            confidence,
            recomputed.get(place),
            reported.get((CHANGES.get(place[0]), place[1])),
            strangers,
        )
        for place in {**before, **after}
    ]
    return by_surprise(judged([difference for difference in found if difference is not None]))


def one_difference(
    earlier: Record | None,
    later: Record | None,
    confidence: float,
    again: Estimate | None,
    change: Record | None,
    strangers: bool,
) -> Difference | None:
    if earlier is None or later is None:
        return None if says_its_wave(earlier or later) else Difference(earlier, later, "only_one")
    if "suppressed" in (earlier.status, later.status):
        return Difference(earlier, later, "hidden")
    if not (earlier.shown and later.shown):
        return Difference(earlier, later, "only_one") if earlier.shown or later.shown else None
    if earlier.unit != later.unit:
        return Difference(earlier, later, "only_one")
    size = later.value - earlier.value
    if says_its_wave(later):  # the same wave's number twice
        return Difference(earlier, later, "restated", size=size) if abs(size) > RECOMPUTED_AS_PUBLISHED else None
    if earlier.status == later.status == "exact":
        return Difference(earlier, later, "exact", size=size)
    if again is not None and abs(again.value - size) < RECOMPUTED_AS_PUBLISHED and verdicts.judged(again):
        low, high = again.interval(confidence)
        return Difference(earlier, later, "estimate", "overlap", size, float(low), float(high), p_value=again.p_value())
    if change is not None and change.status == "ok" and abs(change.value - size) < RECOMPUTED_AS_PUBLISHED:
        return with_interval(earlier, later, confidence, "reported", change.low, change.high)
    if None in (earlier.low, later.low) or later.key in OF_MEASUREMENT:
        return Difference(earlier, later, "estimate", size=size)
    alone = strangers and later.key.startswith(OF_ANSWERS) and later.key not in NOT_OF_ONE_WAVE
    return put_together(earlier, later, confidence, "independent" if alone else "conservative")


def put_together(earlier: Record, later: Record, confidence: float, how: str) -> Difference:
    """Newcombe's hybrid of two published intervals (the MOVER of Zou and Donner 2008): half-widths by Pythagoras for strangers, added
    up where nothing is known of the correlation, which bounds the variance for any.
    """
    add = np.hypot if how == "independent" else np.add
    size = later.value - earlier.value
    below = float(add(later.value - later.low, earlier.high - earlier.value))
    above = float(add(later.high - later.value, earlier.value - earlier.low))
    return with_interval(earlier, later, confidence, how, size - below, size + above)


def with_interval(earlier: Record, later: Record, confidence: float, how: str, low: float, high: float) -> Difference:
    """The difference with an interval, and the p-value of a normal one that reaches as far towards zero."""
    size = later.value - earlier.value
    towards_zero = size - low if size > 0 else high - size
    z = stats.norm.isf((1 - confidence) / 2)
    p = float(2 * stats.norm.sf(z * abs(size) / towards_zero)) if towards_zero > 0 else None
    return Difference(earlier, later, "estimate", how, size, low, high, p_value=p)


def judged(found: list[Difference]) -> list[Difference]:
    """With `found` where the difference is beyond chance after Benjamini–Hochberg."""
    tested = [difference for difference in found if difference.p_value is not None]
    adjusted = verdicts.benjamini_hochberg([difference.p_value for difference in tested])
    words = {
        id(d): bool(p < verdicts.FALSE_DISCOVERY_RATE and d.low * d.high > 0)
        for d, p in zip(tested, adjusted, strict=True)
    }
    return [replace(difference, found=words.get(id(difference), False)) for difference in found]


def by_surprise(found: list[Difference]) -> list[Difference]:
    return sorted(found, key=lambda difference: (-difference.surprise, difference.record.name))


def place_of(record: Record) -> Place:
    return record.key, frozenset(record.group.items())


def says_its_wave(record: Record) -> bool:
    return any(name in record.group for name in OF_A_PERIOD)


def without_its_wave(record: Record) -> set[tuple[str, str]]:
    return {(name, value) for name, value in record.group.items() if name not in OF_A_PERIOD}


def recomputed_differences(earlier: Wave, later: Wave) -> dict[Place, Estimate]:
    """Place → later − earlier of what both waves' answers give: index, NPS, CSAT, dimensions, items; segments and how far from the rest."""
    pairs: dict[Place, tuple] = {}

    def pair(key: str, before: object, after: object, **group: str) -> None:
        pairs[key, frozenset(group.items())] = (before, after)

    for measure in ("index", "nps", "csat"):
        if comparable(earlier, later, measure) is None:
            pair(f"satisfaction.{measure}", earlier.measure(measure), later.measure(measure))
    for name in later.programme.dimensions:
        if name in earlier.programme.dimensions and comparable(earlier, later, name) is None:
            pair("satisfaction.dimension", earlier.measure(name), later.measure(name), dimension=name)
    if earlier.programme.scale == later.programme.scale:
        for item in set(later.items) & set(earlier.items):
            pair("satisfaction.item", earlier.items[item], later.items[item], item=item)
    groups = [{(g.segment, g.level): g for g in segment_groups(wave)} for wave in (earlier, later)]
    for segment, level in groups[0].keys() & groups[1].keys():
        before, after = (found[segment, level] for found in groups)
        if comparable(earlier, later, "index") is None:
            pair("satisfaction.segment", before.index, after.index, segment=segment, level=level)
            pair("satisfaction.segment_gap", before.difference, after.difference, segment=segment, level=level)
        if comparable(earlier, later, "nps") is None:
            pair("satisfaction.segment_nps", before.nps, after.nps, segment=segment, level=level)
            pair(
                "satisfaction.segment_nps_gap",
                before.nps_difference,
                after.nps_difference,
                segment=segment,
                level=level,
            )
    both = {p: (b, a) for p, (b, a) in pairs.items() if isinstance(b, Estimate) and isinstance(a, Estimate)}
    return {place: after - before for place, (before, after) in both.items()}


def nobody_twice(earlier: Wave, later: Wave) -> bool:
    """Did nobody answer in both waves, by the ids that answers bear? Ids that stand in for missing ones say nothing."""
    stand_ins = {column for wave in (earlier, later) for column in wave.clean.stand_ins["column"]}
    if "contact_id" in stand_ins:
        return False
    who = [set(wave.responses["customer_id"].dropna()) | set(wave.responses["contact_id"]) for wave in (earlier, later)]
    return not who[0] & who[1]
