"""What may be shown: a small group's number could be traced to the people in it."""

from __future__ import annotations

from collections.abc import Mapping


def suppressed_groups(sizes: Mapping[str, int], min_group: int) -> set[str]:
    """Groups of one partition that may not be shown.

    Primary: fewer than `min_group` answers (an empty group shows nothing and needs no hiding). Complementary: a hidden group
    could be worked out from the whole and the others, so the smallest shown groups are hidden too until at least two groups
    with `min_group` answers between them are hidden.

    >>> sorted(suppressed_groups({"east": 40, "west": 9, "north": 3}, min_group=5))
    ['north', 'west']
    """
    present = sorted((size, group) for group, size in sizes.items() if size > 0)
    hidden = {group for size, group in present if size < min_group}
    if not hidden:
        return set()
    for size, group in present:
        if len(hidden) > 1 and sum(sizes[name] for name in hidden) >= min_group:
            break
        hidden.add(group)
    return hidden
