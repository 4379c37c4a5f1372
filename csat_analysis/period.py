"""A reporting period: 2026H1 (a half-year) or 2026Q3 (a quarter), its dates and its neighbours."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import total_ordering

from csat_analysis.errors import PeriodError

PARTS_A_YEAR = {"H": 2, "Q": 4}
PATTERN = re.compile(r"(\d{4})([HQ])([1-4])")


@total_ordering
@dataclass(frozen=True)
class Period:
    """One half-year or quarter. Periods are ordered by the day they start, then by length.

    >>> Period.parse("2026H1").previous()
    Period('2025H2')
    """

    year: int
    unit: str
    number: int

    @classmethod
    def parse(cls, text: str | Period) -> Period:
        if isinstance(text, Period):
            return text
        match = PATTERN.fullmatch(str(text).strip())
        if match is None or int(match[3]) > PARTS_A_YEAR[match[2]]:
            raise PeriodError(f"{text!r} is not a period: write a half-year as 2026H1 or a quarter as 2026Q3")
        return cls(int(match[1]), match[2], int(match[3]))

    def __str__(self) -> str:
        return f"{self.year}{self.unit}{self.number}"

    def __repr__(self) -> str:
        return f"Period('{self}')"

    def __lt__(self, other: Period) -> bool:
        return (self.start, self.end) < (other.start, other.end)

    @property
    def months(self) -> int:
        return 12 // PARTS_A_YEAR[self.unit]

    @property
    def start(self) -> dt.date:
        return dt.date(self.year, (self.number - 1) * self.months + 1, 1)

    @property
    def end(self) -> dt.date:
        month = self.number * self.months
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    def previous(self) -> Period:
        """The period just before, of the same length."""
        if self.number > 1:
            return Period(self.year, self.unit, self.number - 1)
        return Period(self.year - 1, self.unit, PARTS_A_YEAR[self.unit])

    def year_before(self) -> Period:
        """The same part of the year before."""
        return Period(self.year - 1, self.unit, self.number)
