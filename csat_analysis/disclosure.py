"""What may be shown: a small group's number could be traced to the people in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set

import numpy as np

from csat_analysis.estimate import Estimate, NoEstimate

DOMINANT = 0.5  # of a sum of amounts: one customer with more could be read off it


def suppressed_groups(
    sizes: Mapping[Hashable, int], min_group: int, already: Set[Hashable] = frozenset()
) -> set[Hashable]:
    """Groups of one partition that may not be shown.

    Primary: fewer than `min_group` answers (an empty group shows nothing and needs no hiding). Complementary: a hidden group
    could be worked out from the whole and the others, so the smallest shown groups are hidden too until at least two groups
    with `min_group` answers between them are hidden. Those that are hidden `already`, for another reason, count among them.

    >>> sorted(suppressed_groups({"east": 40, "west": 9, "north": 3}, min_group=5))
    ['north', 'west']
    """
    present = sorted((group for group in sizes if sizes[group] > 0), key=lambda group: (sizes[group], str(group)))
    hidden = {group for group in present if sizes[group] < min_group}
    if not hidden:
        return set()
    hidden |= already & set(present)
    for group in present:
        if len(hidden) > 1 and sum(sizes[name] for name in hidden) >= min_group:
            break
        hidden.add(group)
    return hidden


def suppressed_columns(
    members: Mapping[Hashable, np.ndarray],
    lines: Iterable[Iterable[Hashable]],
    unit: np.ndarray,
    min_group: int,
    never_shown: Iterable[Hashable] = (),
) -> set[Hashable]:
    """Columns of one table that may not be shown, where columns overlap: crossed segments beside their margins.

    members      column → True for each answer in it; one that holds every answer is the total.
    lines        columns that together make up a whole that may be known (all customers, a region): `suppressed_groups` of each.
    unit         the customer of each answer: groups are counted in customers.
    never_shown  columns that no table shows (no level is known); they too can't be left to be worked out.
    Then no small column may be a sum and difference of shown ones: while one is, the smallest shown column that
    shares a line with it is hidden too.
    """
    sizes = {column: len(np.unique(unit[mask])) for column, mask in members.items()}
    lines, never_shown, hidden = [list(line) for line in lines], set(never_shown), set()
    while True:
        for line in lines:
            hidden |= suppressed_groups({column: sizes[column] for column in line}, min_group, hidden)
        shown = [column for column in members if column not in hidden | never_shown and sizes[column]]
        small = [column for column, size in sizes.items() if 0 < size < min_group]
        told = next((column for column in small if worked_out(members[column], [members[c] for c in shown])), None)
        beside = {column for line in lines if told in line for column in line} & set(shown)
        if not beside:
            return hidden
        hidden.add(min(beside, key=lambda column: (sizes[column], str(column))))


def worked_out(group: np.ndarray, shown: list[np.ndarray]) -> bool:
    """Is a group's membership a sum and difference of shown groups'? Then so are its totals."""
    if not shown:
        return False
    groups = np.column_stack(shown).astype(float)
    left = group - groups @ np.linalg.lstsq(groups, group.astype(float), rcond=None)[0]
    return bool(np.abs(left).max(initial=0.0) < 1e-8)


def customers_behind(number: Estimate) -> int:
    """Customers (sampling units) that a number rests on: three contacts of one customer are one."""
    return len(np.unique(number.design.unit[number.about]))


def size(number: Estimate | NoEstimate) -> int:
    """Customers behind a number, as `suppressed_groups` counts a group; none where there is no number."""
    return customers_behind(number) if isinstance(number, Estimate) else number.n


def dominated(amounts: Iterable[float]) -> bool:
    """Does one customer hold more than half of the amounts' sum?"""
    given = list(amounts)
    return bool(given) and max(given) > DOMINANT * sum(given)
