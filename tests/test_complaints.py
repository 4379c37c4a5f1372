"""Complaint rates: by hand, Garwood's published bounds, clusters of customers, exposure, changes and groups."""

import numpy as np
import pandas as pd
import pytest
from raw_period import ANSWERS, PERIOD, clean, programme

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics import complaints
from csat_analysis.metrics.complaints import Rate, complaint_rate, difference, exposure, gap_bounds
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

TICKETS = """ticket_id,customer_id,kind,category,opened_at,first_reply_at,resolved_at
T1,C1,complaint,quality,2026-02-01 10:00,2026-02-01 11:00,2026-02-01 12:00
T2,C1,complaint,,2026-03-01 10:00,2026-03-01 11:00,2026-03-01 12:00
T3,C2,enquiry,,2026-03-01 10:00,2026-03-01 11:00,2026-03-01 12:00
T4,C2,return,quality,2026-03-01 10:00,2026-03-01 11:00,2026-03-01 12:00
T5,C2,complaint,quality,2025-10-01 10:00,2025-10-01 11:00,2025-10-01 12:00
T6,C9,complaint,service,2026-03-01 10:00,2026-03-01 11:00,2026-03-01 12:00
T7,C2,enquiry,,2026-06-30 10:00,2026-06-30 11:00,2026-06-30 12:00
"""
ORDERS = "order_id,customer_id,ordered_on,processed_on,delivered_on,amount\n" + "".join(
    f"O{n},C{n % 2 + 1},2026-01-{n + 1:02d},2026-01-{n + 2:02d},2026-01-{n + 3:02d},10\n" for n in range(20)
)
CUSTOMERS = """customer_id,region,sales_12m,since,left_on
C1,东,100,2020-01-01,
C2,西,50,2026-04-01,
C3,西,20,2021-01-01,2026-03-31
"""
LENIENT = {"reporting": {"orphan_share": 0.5, "min_group": 1}}


def wave_of(root, **files: str) -> Wave:
    using = programme(**LENIENT)
    return Wave(Period.parse(PERIOD), using, clean(root, using=using, responses=ANSWERS, **files))


def test_complaints_are_counted_by_hand(tmp_path):
    """C1 all of 181 days, C2 from 1 April (91), C3 until 31 March (89): 2 complaints of listed customers in the period."""
    found = exposure(wave_of(tmp_path, customers=CUSTOMERS, tickets=TICKETS, orders=ORDERS))
    assert found.days == 181 and found.unlisted == {"complaints": 1, "orders": 0}
    assert found.table["share"].to_dict() == pytest.approx({"C1": 1, "C2": 91 / 181, "C3": 89 / 181})
    assert complaint_rate(found, "all", "customer").value == pytest.approx(2 / (361 / 181))
    assert complaint_rate(found, "all", "100_orders").value == pytest.approx(10)
    assert complaint_rate(found, "quality", "100_orders").value == pytest.approx(5)
    assert complaint_rate(found, "uncategorised", "100_orders").value == pytest.approx(5)


def test_without_orders_tickets_or_customers_the_rate_is_not_supplied(tmp_path):
    no_orders = exposure(wave_of(tmp_path / "a", customers=CUSTOMERS, tickets=TICKETS))
    assert complaint_rate(no_orders, "all", "100_orders").status == "not_supplied"
    assert complaint_rate(no_orders, "all", "customer").value > 0
    for files in ({"customers": CUSTOMERS}, {"tickets": TICKETS}):
        nothing = exposure(wave_of(tmp_path / "-".join(files), **files))
        assert isinstance(nothing, NoEstimate) and nothing.status == "not_supplied"


def test_no_complaint_at_all_is_zero_with_an_upper_bound():
    """Garwood: none seen leaves up to 3.689 possible."""
    low, high = Rate(np.zeros(100), np.ones(100)).interval(0.95)
    assert (low, high) == (0, pytest.approx(0.03689, abs=1e-5))


def test_a_poisson_count_has_the_published_bounds():
    """Ten events: 4.795 to 18.390 (Garwood 1936)."""
    rate = Rate(np.r_[np.ones(10), np.zeros(990)], np.ones(1000))
    assert rate.deff == 1
    assert rate.interval(0.95) == pytest.approx((0.004795, 0.018390), abs=1e-6)


def test_a_few_customers_with_many_complaints_widen_the_interval():
    spread, heaped = (
        Rate(np.r_[np.ones(30), np.zeros(70)], np.ones(100)),
        Rate(np.r_[[30.0], np.zeros(99)], np.ones(100)),
    )
    assert spread.value == heaped.value and heaped.deff == pytest.approx(30, rel=0.02)
    assert np.diff(heaped.interval(0.95)) > 3 * np.diff(spread.interval(0.95))


def test_twice_the_exposure_halves_the_rate_and_its_bounds():
    count = np.r_[np.ones(12), np.zeros(48)]
    one, two = Rate(count, np.ones(60)), Rate(count, np.full(60, 2.0))
    assert np.array(one.interval(0.95)) / 2 == pytest.approx(np.array(two.interval(0.95)))


def test_a_difference_turned_round_has_the_other_sign():
    one, other = Rate(np.r_[np.ones(20), np.zeros(40)], np.ones(60)), Rate(np.r_[np.ones(9), np.zeros(71)], np.ones(80))
    low, high = gap_bounds(one, other, 0.0, 0.95)
    assert gap_bounds(other, one, 0.0, 0.95) == pytest.approx((-high, -low))


def test_p_is_where_the_interval_touches_zero():
    one, other = Rate(np.r_[np.ones(20), np.zeros(40)], np.ones(60)), Rate(np.r_[np.ones(9), np.zeros(71)], np.ones(80))
    p = difference(one, other, 0.0, "complaint_gap").p_value
    assert 0 < p < 0.05 and gap_bounds(one, other, 0.0, 1 - p)[0] == pytest.approx(0, abs=1e-9)
    assert difference(one, one, 0.0, "complaint_gap").p_value == 1


def test_customers_of_both_periods_narrow_a_change():
    rng = np.random.default_rng(3)
    ready = rng.gamma(0.3, 1 / 0.3, 200) * 2
    names = pd.Index([f"C{n}" for n in range(200)])

    def period(index) -> complaints.Exposure:
        table = pd.DataFrame({"share": 1.0, "orders": 1.0, "all": rng.poisson(ready).astype(float)}, index=index)
        return complaints.Exposure(table, 181, {}, True)

    before, now = period(names), period(names)
    same = complaints.change(now, before, "all", "customer").number
    strangers = complaints.Exposure(before.table.set_axis("D" + names), 181, {}, True)
    other = complaints.change(now, strangers, "all", "customer").number
    assert same.value == other.value and same.high - same.low < 0.7 * (other.high - other.low)


def test_a_group_is_compared_with_all_others():
    table = pd.DataFrame({"share": 1.0, "all": [1.0] * 40 + [0.0] * 60}, index=[f"C{n}" for n in range(100)])
    levels = pd.Series(["east"] * 50 + ["west"] * 50, index=table.index)
    found = complaints.group_gap(complaints.Exposure(table, 181, {}, True), levels, "east")
    assert found.number.value == pytest.approx(0.8) and found.p_value < 1e-6
