"""Against reading customers off two editions of a report: what was published before, and what a new edition may not show beside it.

A group's number that comes again with one or two answers more tells those answers to whoever has both editions. So every size that a
number was ever published with is kept beside the report, and a group whose size now differs from one of them by fewer than
`min_group` is hidden, with a complement. The company's own numbers are published again: who corrects one answer among all can't keep
them, and the weights of all answers move with it; what remains to be seen from them is said in the README of reports/.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from csat_analysis.disclosure import suppressed_groups
from csat_analysis.period import Period
from csat_analysis.programme import is_period
from csat_analysis.results import Record, from_json

FILE = "published_sizes.json"
OF_CUSTOMERS = ("level", "manager", "class", "source", "competition")  # names of groups that name some of the customers
POOLED = "repurchase."  # numbers of all periods so far: the next edition holds those of this one
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
    return {r.name: [r.n] for r in records if r.n is not None and r.shown and place_of(r)}


def with_sizes(before: Sizes, records: Iterable[Record]) -> str:
    """The sizes to keep beside the new edition."""
    found = {name: set(sizes) for name, sizes in before.items()}
    for name, sizes in own_sizes(records).items():
        found.setdefault(name, set()).update(sizes)
    return (
        json.dumps({name: sorted(sizes) for name, sizes in sorted(found.items())}, ensure_ascii=False, indent=0) + "\n"
    )


def protect(records: list[Record], before: Mapping[str, list[int]], min_group: int) -> list[Record]:
    """The records with those hidden that would tell too few customers' answers beside an edition published before."""
    close = {r.name for r in records if any(0 < abs(r.n - size) < min_group for size in sizes_now(r, before))}
    if not close:
        return records
    hidden: set[tuple] = set()
    for partition, members in partitions(records).items():
        sizes = {name_of(r): r.n or 0 for r in members}
        forced = {name_of(r) for r in members if r.name in close}
        gone = {name_of(r) for r in members if not r.shown}
        if forced:
            hidden |= {
                (partition[0], partition[1], name) for name in suppressed_groups(sizes, min_group, also=forced) | gone
            }
    return [suppressed(r) if whom(r) in hidden else r for r in records]


def sizes_now(record: Record, before: Mapping[str, list[int]]) -> list[int]:
    return before.get(record.name, []) if record.shown and record.n is not None and place_of(record) else []


def partitions(records: list[Record]) -> dict[tuple, list[Record]]:
    """(family of keys, what divides customers, key, the rest of the group) → its groups."""
    found: dict[tuple, list[Record]] = {}
    for record in records:
        if place_of(record):
            rest = tuple(sorted((k, v) for k, v in record.group.items() if k != place_of(record)))
            found.setdefault((family(record), dividing(record), record.key, rest), []).append(record)
    return found


def whom(record: Record) -> tuple | None:
    """Which customers a record is about, whatever it says of them: hidden in one number of a family, they are in all."""
    return (family(record), dividing(record), name_of(record)) if place_of(record) else None


def family(record: Record) -> str:
    return record.key.split(".")[0]


def dividing(record: Record) -> str:
    return record.group.get("segment") or record.group.get("variable") or place_of(record) or ""


def place_of(record: Record) -> str | None:
    return next((name for name in OF_CUSTOMERS if name in record.group), None)


def name_of(record: Record) -> str:
    return record.group[place_of(record)]


def suppressed(record: Record) -> Record:
    if not record.shown:
        return record
    empty = {"value": None, "se": None, "low": None, "high": None, "n": None, "verdict": None}
    return replace(record, **empty, status="suppressed")
