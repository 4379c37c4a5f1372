"""Groups of customers held against all others: which may be shown, how two of their numbers differ, and which stand out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace

import pandas as pd

from csat_analysis import verdicts
from csat_analysis.disclosure import suppressed_groups
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.complaints import difference
from csat_analysis.programme import Programme

DIFFERENT = {
    "above": "higher",
    "below": "lower",
    "between": "no_detectable_difference",
}  # words of a group's difference
Words = dict[tuple[str, str], str | None]


@dataclass(frozen=True, eq=False)
class Group:
    """A number of one level of a segment, and that less the number of all other customers whose level is known.

    number  with its interval, or a fact, or why there is none; hidden: neither may be shown.
    """

    segment: str
    level: str
    number: Measured | NoEstimate | float
    gap: Compared | NoEstimate
    hidden: bool

    @property
    def place(self) -> tuple[str, str]:
        return self.segment, self.level


@dataclass(frozen=True, eq=False)
class Side:
    """One of two numbers that are compared: its value, its bounds at any confidence, the customers it rests on."""

    value: float
    interval: Callable[[float], tuple[float, float]]
    n: int
    holds: bool

    @property
    def count(self) -> range:
        """A place for each customer, by which a difference counts those of the smaller side."""
        return range(self.n)


def side_gap(one: Side, rest: Side, kind: str, confidence: float) -> Compared:
    """one − rest, of different customers, by the distances of their own bounds (`complaints.difference`).

    Certified where both sides are and a study found this kind of difference to hold at the smaller side's size.
    """
    found = difference(one, rest, 0.0, kind, confidence)
    return replace(found, number=replace(found.number, holds=found.number.holds and one.holds and rest.holds))


def in_order(segment: str, levels: Iterable[str], programme: Programme) -> list[str]:
    """Levels of a segment as survey.yml orders them, then by name."""
    named = list(programme.segments[segment].levels) if segment in programme.segments else []
    return sorted(levels, key=lambda level: (named.index(level) if level in named else len(named), level))


def places(
    levels: pd.DataFrame, programme: Programme, few: Collection[tuple[str, str]] = ()
) -> Iterator[tuple[str, str, bool]]:
    """(segment, level, hidden) of every level that a customer has.

    levels  a row a customer that counts, a column a segment. Customers without a level are a group of their own: all levels
            and the whole would tell theirs.
    few     groups that count as too small however many customers they have, as where one of them has most of an amount.
    """
    least = programme.reporting.min_group
    for segment in levels:
        sizes = levels[segment].value_counts().to_dict()
        counted = {level: min(n, least - 1) if (segment, level) in few else n for level, n in sizes.items()}
        hidden = suppressed_groups(counted | {None: int(levels[segment].isna().sum())}, least)
        yield from ((segment, level, level in hidden) for level in in_order(segment, sizes, programme))


def words_of(groups: Iterable[Group]) -> Words:
    """higher, lower or no_detectable_difference of each group, with Benjamini–Hochberg over all that may be shown."""
    shown = {group.place: group.gap for group in groups if not group.hidden}
    return verdicts.compared_verdicts(shown, **DIFFERENT)


def compared(words: Iterable[str | None]) -> int:
    """How many differences were tested together: those that got a word."""
    return sum(word is not None for word in words)
