"""Which customers a number is about, read off its record: the groups of one column, and what hides one of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from csat_analysis.results import Record

OF_CUSTOMERS = ("level", "manager", "class", "source", "competition")  # names of groups that name some of the customers
OF_SOME = (  # numbers of some of the customers, or of the company's own people, who are no part of a division: their n counts them
    "satisfaction.panel",
    "feedback.theme_gap",
    "feedback.word",
    "feedback.journey_satisfaction",
    "feedback.journey_gap",
    "journey.",
    "sales.stage_conversion",
    "sales.win_rate_region",
    "service.waiting_band",
    "customers.kept_at",
    "customers.value_at",
    "competitor.gap",
    "actions.",
    "repurchase.by_intent",
    "repurchase.observed",
)
SUMS = ("count", "CNY")  # units of facts that add up over parts of the customers
FOLLOWING = (  # beginnings of names of numbers that follow from each other and from the size of the list: hidden together
    ("customers.exclusive_", "customers.other_sales_growth", "target.check[outcome=exclusive_"),
    ("sales.cost_per_",),
)
SAME_FIGURE = re.compile("_(in|against|segment|source|gap)$")  # a figure of groups, and how far each is from the others
Partition = tuple[str, str, str, tuple]  # family of keys, what divides customers, key, the rest of the group


def place_of(record: Record) -> str | None:
    return next((name for name in OF_CUSTOMERS if name in record.group), None)


def counts_some(record: Record) -> bool:
    """Is its n the size of a group, not of all who answered?"""
    return bool(place_of(record)) or record.key.startswith(OF_SOME)


def name_of(record: Record) -> str:
    return record.group[place_of(record)]


def family(record: Record) -> str:
    return record.key.split(".")[0]


def dividing(record: Record) -> str:
    return record.group.get("segment") or record.group.get("variable") or place_of(record) or ""


def whom(record: Record) -> tuple[str, str, str] | None:
    """Which customers a record is about, whatever it says of them: hidden in one number of a family, they are in all."""
    return (family(record), dividing(record), name_of(record)) if place_of(record) else None


def figure(record: Record) -> tuple | None:
    """Whom a record is about and what it says of them, as such or against the others: the one can be had from the other."""
    rest = tuple(sorted((k, v) for k, v in record.group.items() if k != place_of(record)))
    return (SAME_FIGURE.sub("", record.key), dividing(record), rest, name_of(record)) if place_of(record) else None


def is_sum(record: Record) -> bool:
    """A fact about all customers of a report that is the sum of its parts'."""
    return record.status == "exact" and record.unit in SUMS and record.n is None and place_of(record) is None


def following(name: str, records: Iterable[Record]) -> set[str]:
    """Names of the shown numbers from which this one could be had, itself among them."""
    alike = next((beginnings for beginnings in FOLLOWING if name.startswith(beginnings)), (name,))
    return {record.name for record in records if record.shown and record.name.startswith(alike)}


def partitions(records: Iterable[Record]) -> dict[Partition, list[Record]]:
    """The records of one number of all groups of one column."""
    found: dict[Partition, list[Record]] = {}
    for record in records:
        if place_of(record):
            rest = tuple(sorted((k, v) for k, v in record.group.items() if k != place_of(record)))
            found.setdefault((family(record), dividing(record), record.key, rest), []).append(record)
    return found


def suppressed(record: Record) -> Record:
    if not record.shown:
        return record
    empty = {"value": None, "se": None, "low": None, "high": None, "n": None, "verdict": None}
    return replace(record, **empty, status="suppressed")
