"""What may be shown: a small group's number could be traced to the people in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Set
from itertools import chain, combinations, islice

import numpy as np
from scipy.sparse.csgraph import connected_components

from csat_analysis.estimate import Estimate, NoEstimate

MOST_UNIONS = 20_000  # sets of groups tried of a pair of partitions, the smallest first
DOMINANT = 0.5  # of a sum of amounts: one customer with more could be read off it
Groups = Mapping[Hashable, Mapping[Hashable, frozenset]]  # partition → group → who is in it


def suppressed_groups(
    sizes: Mapping[Hashable, int],
    min_group: int,
    already: Set[Hashable] = frozenset(),
    *,
    also: Iterable[Hashable] = (),
) -> set[Hashable]:
    """Groups of one partition that may not be shown.

    Primary: fewer than `min_group` answers (an empty group shows nothing and needs no hiding). Complementary: a hidden group
    could be worked out from the whole and the others, so the smallest shown groups are hidden too until at least two groups
    with `min_group` answers between them are hidden.

    already  groups hidden as complements elsewhere: they count among the hidden, but nothing has to be hidden for their sake.
    also     groups that may not be shown for another reason, whatever their size.

    >>> sorted(suppressed_groups({"east": 40, "west": 9, "north": 3}, min_group=5))
    ['north', 'west']
    """
    present = sorted((group for group in sizes if sizes[group] > 0), key=lambda group: (sizes[group], str(group)))
    named = set(also)
    hidden = {group for group in present if sizes[group] < min_group or group in named}
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


def hidden_in_all(partitions: Groups, sizes: Mapping[Hashable, Mapping[Hashable, int]], min_group: int) -> set[tuple]:
    """(partition, group) of everything that may not be shown where several partitions of the same people are published together.

    Each partition's small groups and their complements (`suppressed_groups`); where groups of one partition together and groups of
    another together are the same but for fewer than `min_group` people, whose answers the difference of the two would be, one of
    the later partition's is hidden, with a complement of its own; and so is one where sums and differences of groups of any
    number of partitions would be a single person.
    """
    forced: dict[Hashable, set] = {name: set() for name in partitions}
    everybody = frozenset().union(*(members for groups in partitions.values() for members in groups.values()))
    while True:
        hidden = {name: suppressed_groups(sizes[name], min_group, also=forced[name]) for name in partitions}
        shown = {
            name: {group: members for group, members in groups.items() if group not in hidden[name] and members}
            for name, groups in partitions.items()
        }
        found = differing_by_few(shown, everybody, min_group) or telling_one(shown, everybody)
        if found is None:
            return {(name, group) for name, groups in hidden.items() for group in groups}
        forced[found[0]].add(found[1])


def differing_by_few(shown: Groups, everybody: frozenset, min_group: int) -> tuple | None:
    """The first (partition, group) by which groups of its partition and groups of an earlier one differ by too few people."""
    for (other, theirs), (one, mine) in combinations(shown.items(), 2):
        if (group := nearly_alike(with_rest(mine, everybody), with_rest(theirs, everybody), min_group)) is not None:
            return one, group
    return None


def with_rest(groups: Mapping[Hashable, frozenset], everybody: frozenset) -> dict[Hashable, frozenset]:
    """The groups, and as one more (None) everybody whom none of them shows: the whole less the shown."""
    rest = everybody.difference(*groups.values())
    return dict(groups) | ({None: rest} if rest else {})


def nearly_alike(
    mine: Mapping[Hashable, frozenset], theirs: Mapping[Hashable, frozenset], min_group: int
) -> Hashable | None:
    """One of `mine` to hide where a union of them holds a union of `theirs` and few people more, or the other way round.

    Two groups that share `min_group` people are on the same side of every such pair of unions; so blocks of groups that hang
    together by their large cells are tried, not groups.
    """
    shared = np.array([[len(m & t) for t in theirs.values()] for m in mine.values()])
    many, block = connected_components(
        np.block([[np.zeros((len(mine),) * 2), shared >= min_group], [np.zeros((len(theirs), sum(shared.shape)))]]),
        directed=False,
    )
    of_mine, of_theirs = (np.eye(many, dtype=int)[part] for part in (block[: len(mine)], block[len(mine) :]))
    crossing = of_mine.T @ shared @ of_theirs  # people in both: block of their group of `mine` × block of the other
    chosen = np.array([np.isin(range(many), some) for some in islice(subsets(many), MOST_UNIONS)], dtype=int)
    if not len(chosen):
        return None
    more, less = (((chosen @ people) * (1 - chosen)).sum(axis=1) for people in (crossing, crossing.T))
    few = (0 < more + less) & (more + less < min_group) & (np.minimum(more, less) == 0)
    if not few.any():
        return None
    inside = (of_mine @ chosen[few.argmax()]).astype(bool)
    sides = [[name for name, at in zip(mine, side) if at and name is not None] for side in (inside, ~inside)]
    fewest = min((side for side in sides if side), key=len, default=[])
    return min(fewest, key=lambda name: (len(mine[name]), str(name)), default=None)


def subsets(many: int) -> Iterable[tuple[int, ...]]:
    """Sets of blocks, the smallest first; one that is all the others' complement tells the same."""
    return chain.from_iterable(combinations(range(many), k) for k in range(1, many // 2 + 1))


def telling_one(shown: Groups, everybody: frozenset) -> tuple | None:
    """The smallest group of the last partition that helps to work one person out, by whatever sums and differences."""
    columns = [(name, group, members) for name, groups in shown.items() for group, members in groups.items()]
    people = sorted(everybody, key=str)
    known = np.array([[person in members for person in people] for _, _, members in columns] + [[True] * len(people)])
    told = np.einsum("pk,kp->p", np.linalg.pinv(known.astype(float)), known) if people else np.array([])
    for place in np.flatnonzero(told > 1 - 1e-8):
        holding = [(name, group) for name, group, members in columns if people[place] in members]
        if candidates := holding or [(name, group) for name, group, _ in columns]:
            last = [at for at in candidates if at[0] == candidates[-1][0]]
            return min(last, key=lambda at: (len(shown[at[0]][at[1]]), str(at[1])))
    return None


def dominated(amounts: Iterable[float]) -> bool:
    """Does one customer hold more than half of the amounts' sum?"""
    given = list(amounts)
    return bool(given) and max(given) > DOMINANT * sum(given)
