"""A part of the customers that has a report of its own, and what its folders are called."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

import yaml

from csat_analysis.period import Period

LONGEST = 120  # bytes of a folder's name that a value may take; a name has 255


@dataclass(frozen=True)
class Part:
    """The customers whose `column` in the list of customers is `value`."""

    column: str
    value: str

    def __str__(self) -> str:
        return f"{self.column}={self.value}"

    def yaml(self) -> str:
        return yaml.safe_dump({"column": self.column, "value": self.value}, allow_unicode=True)


def run_name(period: Period | str, part: Part | None) -> str:
    """What a run's folders are called: 2026H1, or 2026H1.region=华东. Letters, digits, - and _ stand as they are in any
    script; any other character by its bytes (%2F), so that no value leaves its folder; what is too long ends in a hash."""
    if part is None:
        return str(period)
    value = as_name(part.value)
    if len(value.encode()) > LONGEST:
        short = value.encode()[: LONGEST - 9].decode(errors="ignore")
        value = f"{short}-{hashlib.sha256(part.value.encode()).hexdigest()[:8]}"
    return beginning(period, part.column) + value


def beginning(period: Period | str, column: str) -> str:
    """How the names of all parts by a column begin."""
    return f"{period}.{as_name(column)}="


def as_name(text: str) -> str:
    return re.sub(r"[^\w-]", by_bytes, text)


def by_bytes(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
