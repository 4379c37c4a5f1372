"""Against working out what one part's report hides: from the company's, less what the other parts of the same column show.

A report is held against what is published of its period when it comes, so whichever comes last gives way. Its numbers are
seen as a table: a row is a group of the company's customers, a column a part, and the sums of rows and columns are known. It
hides what would leave fewer than `min_group` answers of a row to nobody's report, and more beside that until no hidden cell
follows from the sums. So it is with counts and amounts of all customers of a part, such as those of exclusive customers, which a part
hides where one customer has most of their sales: what one part alone hides is the company's less the others'. Whether a number of the parts adds up to the company's is read off its sizes: groups that are cut
anew in each part, as classes by sales are, hold more customers in the parts than in the company somewhere, and nothing
follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np

from csat_analysis.period import Period
from csat_analysis.results import Record, from_json
from csat_analysis.run.customer_groups import Partition, dividing, following, is_sum, name_of, partitions, place_of
from csat_analysis.run.differencing import Sizes, sizes_of

Cells = dict[str, Record]  # group of customers → its number


@dataclass(frozen=True)
class Shown:
    """What a report shows: its records, and the sizes that they were published with in all its editions."""

    records: tuple[Record, ...] = ()
    editions: Sizes = field(default_factory=dict)

    @cached_property
    def sizes(self) -> Sizes:
        return {r.name: [r.n] for r in self.records if r.shown and r.n is not None} | self.editions

    @cached_property
    def hidden(self) -> set[str]:
        return {r.name for r in self.records if r.status == "suppressed"}

    @cached_property
    def tables(self) -> dict[Partition, Cells]:
        return {key: {name_of(r): r for r in members} for key, members in partitions(self.records).items()}


@dataclass(frozen=True)
class Division:
    """The company's report and those of the parts by one column, one of which (`own`: None for the company) is to come."""

    company: Shown
    parts: tuple[Shown, ...]
    own: Shown | None = None

    def with_own(self, records: list[Record]) -> Division:
        own = Shown(tuple(records))
        return replace(self, company=own) if self.own is None else replace(self, own=own)

    @cached_property
    def columns(self) -> tuple[Shown, ...]:
        return self.parts if self.own is None else (*self.parts, self.own)

    def rests(self, name: str) -> set[int]:
        """Answers of the company's number that no part shows, by every edition of each; nothing where no part shows any."""
        shown = [part.sizes[name] for part in self.columns if name in part.sizes]
        totals = {0}
        for sizes in shown:
            totals = {total + size for total in totals for size in sizes}
        return {whole - total for whole, total in product(self.company.sizes.get(name, []), totals) if shown}


def divisions(root: Path, period: Period, name: str) -> list[Division]:
    """What is published beside the report `name` of a period: for a part, its column's; for the company, each column's."""
    reports, found = root / "reports", dict[str, list[Shown]]()
    for folder in sorted(reports.glob(f"{period}.*=*")):
        if folder.name != name and (folder / "results.json").is_file():
            found.setdefault(column_of(folder.name), []).append(shown_in(folder))
    if not (column := column_of(name)):
        return [Division(Shown(), tuple(parts)) for parts in found.values()]
    company = shown_in(reports / str(period))
    return [Division(company, tuple(found.get(column, [])), Shown())] if company.records else []


def column_of(name: str) -> str:
    """The column of 2026H1.region=east; nothing of 2026H1."""
    return name.partition(".")[2].partition("=")[0]


def shown_in(folder: Path) -> Shown:
    written = folder / "results.json"
    records = from_json(written.read_text(encoding="utf-8")) if written.is_file() else []
    return Shown(tuple(records), sizes_of(folder))


def told_beside(records: list[Record], beside: Iterable[Division], min_group: int) -> set[str]:
    """Names of records to hide next, so that nothing of too few customers follows from them and the others'; none when done."""
    for division in (one.with_own(records) for one in beside):
        own = {r.name for r in records if r.shown and r.n is not None}
        if told := own & {r.name for r in division.company.records if r.status == "suppressed"}:
            return told
        if told := told_by_differences(division, records):
            return told
        anew = columns_cut_anew(division)
        whole = {r.name for r in records if place_of(r) is None or dividing(r) not in anew}
        if told := {name for name in own & whole if any(0 < rest < min_group for rest in division.rests(name))}:
            return told
        for key, cells in Shown(tuple(records)).tables.items():
            if key[1] not in anew and (name := to_hide(division, key, cells)):
                return {name}
    return set()


def told_by_differences(division: Division, records: list[Record]) -> set[str]:
    """Own sums that are hidden by one other part alone, whose they would tell, and what they could be had from."""
    shown = {r.name for r in division.company.records if r.shown}
    for record in records:
        hiding = [part for part in division.parts if record.name in part.hidden]
        if is_sum(record) and record.name in shown and len(hiding) == 1:
            return following(record.name, records)
    return set()


def columns_cut_anew(division: Division) -> set[str]:
    """Columns of customers by which the parts together hold more than the company in some group."""
    rests = ((key[1], division.rests(r.name)) for key, cells in division.company.tables.items() for r in cells.values())
    return {column for column, rest in rests if rest and max(rest) < 0}


def to_hide(division: Division, key: Partition, cells: Cells) -> str | None:
    """The smallest of the own cells without which no hidden cell follows from the sums any more, else the smallest of all.

    None where hiding them all would change nothing.
    """
    shown = sorted((r for r in cells.values() if r.shown and r.n), key=lambda r: (r.n, r.name))
    records = (division.own or division.company).records

    def told_without(names: set[str]) -> set[tuple[str, int]]:
        left = [replace(r, status="suppressed") if r.name in names else r for r in records]
        return told_by_sums(division.with_own(left), key)

    least = told_without({r.name for r in shown})
    if told_by_sums(division, key) <= least:
        return None
    return next((one.name for one in shown if told_without({one.name}) <= least), shown[0].name)


def told_by_sums(division: Division, key: Partition) -> set[tuple[str, int]]:
    """(group, column) of the cells that are hidden and follow from the sums of rows and columns."""
    columns = [part.tables.get(key, {}) for part in division.columns]
    rows = division.company.tables.get(key, {})
    hidden = {(name, at) for at, column in enumerate(columns) for name, r in column.items() if r.status == "suppressed"}
    if not hidden:
        return set()
    unknown = [(name, at) for at, column in enumerate(columns) for name, r in column.items() if not r.shown]
    whole = [name for name, r in rows.items() if r.shown and not any(name == of for of, _ in unknown)]
    if any(min(division.rests(rows[name].name), default=0) > 0 for name in whole):  # customers of no published part
        unknown += [(name, len(columns)) for name in rows if name not in whole]
    place = {cell: at for at, cell in enumerate(unknown)}
    sums = [[cell for cell in unknown if cell[0] == name] for name, r in rows.items() if r.shown]
    sums += [[cell for cell in unknown if cell[1] == at] for at in range(len(columns) + 1)]
    known = np.zeros((len(sums), len(unknown)))
    for line, of in zip(known, sums):
        line[[place[cell] for cell in of]] = 1
    told = np.diag(np.linalg.pinv(known) @ known) > 1 - 1e-8
    return {cell for cell in hidden if told[place[cell]]}
