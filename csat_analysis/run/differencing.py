"""Against reading customers off two editions of a report: what was published before, and what a new edition may not show beside it.

A group's number that comes again with one or two answers more tells those answers to whoever has both editions. So every size that a
number was ever published with is kept beside the report, and a group whose size now differs from one of them by fewer than
`min_group` is hidden, with a complement. The company's own numbers are published again: who corrects one answer among all can't keep
them, and the weights of all answers move with it; what remains to be seen from them is said in the README of reports/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from csat_analysis.period import Period
from csat_analysis.programme import is_period
from csat_analysis.results import Record, from_json
from csat_analysis.run.customer_groups import counts_some

FILE = "published_sizes.json"
POOLED = (  # levels over all periods so far: the next report holds these customers, too (and of the same ones what it held before)
    "repurchase.",
    "customers.kept_at",
    "customers.value_at",
    "journey.",
    "service.waiting_band",
)
PANEL, TELLING_PANELS = "satisfaction.panel", ("satisfaction.perception_gap", "satisfaction.three_panel_mean")
Sizes = dict[str, list[int]]


def sizes_before(root: Path, period: Period, report: str | None = None) -> Sizes:
    """Record name → sizes that it was published with: this report's in all editions, pooled numbers' of all periods.

    report  the report's folder where it isn't the period's own: that of a part of the customers, whose own periods count.
    """
    own, found = report or str(period), dict[str, set[int]]()
    part = own.partition(".")[2]
    for folder in sorted((root / "reports").glob("*")):
        edition, _, of = folder.name.partition(".")
        if not is_period(edition) or of != part:
            continue
        for name, sizes in sizes_of(folder).items():
            if folder.name == own or name.startswith(POOLED):
                found.setdefault(name, set()).update(sizes)
    return {name: sorted(sizes) for name, sizes in found.items()}


def sizes_of(folder: Path) -> Sizes:
    """What stands beside a published report; of one from before sizes were kept, those of its results."""
    if (folder / FILE).is_file():
        return json.loads((folder / FILE).read_text(encoding="utf-8"))
    if not (folder / "results.json").is_file():
        return {}
    return own_sizes(from_json((folder / "results.json").read_text(encoding="utf-8")))


def own_sizes(records: Iterable[Record]) -> Sizes:
    return {r.name: [r.n] for r in records if r.n is not None and r.shown and counts_some(r)}


def with_sizes(before: Sizes, records: Iterable[Record]) -> str:
    """The sizes to keep beside the new edition."""
    found = {name: set(sizes) for name, sizes in before.items()}
    for name, sizes in own_sizes(records).items():
        found.setdefault(name, set()).update(sizes)
    return (
        json.dumps({name: sorted(sizes) for name, sizes in sorted(found.items())}, ensure_ascii=False, indent=0) + "\n"
    )


def near_an_edition(records: list[Record], before: Mapping[str, list[int]], min_group: int) -> set[str]:
    """Names of records that would tell too few customers' answers beside an edition published before."""
    near = [r for r in records if any(0 < abs(r.n - size) < min_group for size in sizes_now(r, before))]
    telling = TELLING_PANELS if any(r.key == PANEL for r in near) else ()
    return {r.name for r in near} | {r.name for r in records if r.key in telling}


def sizes_now(record: Record, before: Mapping[str, list[int]]) -> list[int]:
    return before.get(record.name, []) if record.shown and record.n is not None and counts_some(record) else []
