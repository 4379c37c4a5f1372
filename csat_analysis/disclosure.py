"""What may be shown: a small group's number could be traced to the people in it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping

DOMINANT = 0.5  # of a sum of amounts: one customer with more could be read off it


def suppressed_groups(sizes: Mapping[Hashable, int], min_group: int) -> set[Hashable]:
    """Groups of one partition that may not be shown.

    Primary: fewer than `min_group` answers (an empty group shows nothing and needs no hiding). Complementary: a hidden group
    could be worked out from the whole and the others, so the smallest shown groups are hidden too until at least two groups
    with `min_group` answers between them are hidden.

    >>> sorted(suppressed_groups({"east": 40, "west": 9, "north": 3}, min_group=5))
    ['north', 'west']
    """
    present = sorted((group for group in sizes if sizes[group] > 0), key=lambda group: (sizes[group], str(group)))
    hidden = {group for group in present if sizes[group] < min_group}
    if not hidden:
        return set()
    for group in present:
        if len(hidden) > 1 and sum(sizes[name] for name in hidden) >= min_group:
            break
        hidden.add(group)
    return hidden


def dominated(amounts: Iterable[float]) -> bool:
    """Does one customer hold more than half of the amounts' sum?"""
    given = list(amounts)
    return bool(given) and max(given) > DOMINANT * sum(given)
