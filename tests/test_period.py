"""Periods: parsed, ordered, dated."""

import datetime as dt

import pytest

from csat_analysis.errors import PeriodError
from csat_analysis.period import Period


def test_a_half_year_knows_its_dates():
    assert (Period.parse("2026H1").start, Period.parse("2026H1").end) == (dt.date(2026, 1, 1), dt.date(2026, 6, 30))


def test_a_quarter_ends_with_its_month():
    assert Period.parse("2028Q1").end == dt.date(2028, 3, 31)


@pytest.mark.parametrize(("period", "before"), [("2026H1", "2025H2"), ("2026H2", "2026H1"), ("2026Q1", "2025Q4")])
def test_the_period_before_may_lie_in_the_year_before(period, before):
    assert str(Period.parse(period).previous()) == before


def test_periods_are_ordered_in_time():
    names = ["2026H1", "2024H2", "2025H1"]
    assert [str(p) for p in sorted(map(Period.parse, names))] == ["2024H2", "2025H1", "2026H1"]


@pytest.mark.parametrize("text", ["2026H3", "2026", "26H1", "2026Q5", "H1 2026", "2026h1", ""])
def test_what_is_no_period_is_refused_with_the_form_to_write(text):
    with pytest.raises(PeriodError, match="2026H1"):
        Period.parse(text)
