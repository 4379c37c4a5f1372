"""Where satisfaction is lost: a gap that was put in is found at its stage and nowhere else; what can't be told is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.models import slowness
from csat_analysis.models.journey import journey
from csat_analysis.models.served import Served

TARGETS = {"first_reply_hours": 24, "resolution_hours": 72, "processing_days": 2, "delivery_days": 7}
LACKING = NoEstimate("not_supplied", "no period has a table of these cases")


def panel_with(gap: float, *, n: int = 600, seed: int = 1, targets: dict | None = None) -> Served:
    """Everybody has one order; a third get it after the target, and score `gap` points otherwise."""
    rng = np.random.default_rng(seed)
    late = rng.random(n) < 1 / 3
    table = pd.DataFrame(
        {
            "period": np.where(np.arange(n) < n / 2, "2025H2", "2026H1"),
            "customer_id": [f"C{k}" for k in range(n)],
            "index": 70 + gap * late + rng.normal(0, 5, n),
            "item c1": 60 + 2 * gap * late + rng.normal(0, 5, n),
        }
    )
    orders = pd.DataFrame(
        {
            "row": np.arange(n),
            "customer_id": table["customer_id"],
            "wait": np.where(late, 10.0, 5.0),
            "ended": True,
            "kind": "",
        }
    )
    cases = {"processing_days": orders.assign(wait=1.0), "delivery_days": orders}
    cases |= dict.fromkeys(("first_reply_hours", "resolution_hours"), LACKING)
    joined = dict.fromkeys(TARGETS, np.full(n, True))
    return Served(table, Design.of(range(n)), cases, joined, TARGETS if targets is None else targets, ())


def test_a_gap_is_found_where_it_was_put():
    found = journey(panel_with(-6.0), {"delivery": ("c1",)})
    assert found["delivery"].gap.number.low < -6 < found["delivery"].gap.number.high
    assert found["delivery"].item_gap.number.low < -12 < found["delivery"].item_gap.number.high
    assert found["delivery"].bad_share.value == pytest.approx(1 / 3, abs=0.06)


def test_points_lost_are_the_share_times_the_gap():
    found = journey(panel_with(-6.0), {})["delivery"]
    assert found.lost.value == pytest.approx(found.bad_share.value * found.gap.number.value)
    assert found.lost.low < -2 < found.lost.high < 0


def test_no_gap_is_found_where_there_is_none():
    found = [journey(panel_with(0.0, seed=seed), {})["delivery"].gap for seed in range(8)]
    assert sum(gap.p_value < 0.05 for gap in found) <= 2


def test_a_stage_where_all_were_served_alike_can_not_be_told():
    found = journey(panel_with(-6.0), {})["order"]
    assert isinstance(found.gap, NoEstimate) and "alike" in found.gap.reason
    assert isinstance(found.lost, NoEstimate)


def test_a_stage_without_data_or_items_says_so():
    found = journey(panel_with(-6.0), {})
    assert found["enquiry"].gap.status == found["complaint"].gap.status == "not_supplied"
    assert found["delivery"].items.status == "not_supplied"


def test_without_a_target_the_slowest_quarter_is_slow():
    panel = panel_with(-6.0, targets={})
    waits = panel.cases["delivery_days"].assign(wait=np.arange(600.0))
    quarter = replace(panel, cases=panel.cases | {"delivery_days": waits})
    assert quarter.experience("delivery_days")["slow"].mean() == pytest.approx(0.25, abs=0.01)


def test_customers_without_a_case_are_a_band_of_their_own_and_too_few_make_no_thirds():
    panel = panel_with(-6.0)
    waits = panel.cases["delivery_days"].iloc[:300].assign(wait=np.arange(300.0))
    some = replace(panel, cases=panel.cases | {"delivery_days": waits})
    counts = slowness.bands(some, "delivery_days").value_counts()
    assert counts.to_dict() == {"none": 300, "quick": 100, "middle": 100, "slow": 100}
    few = replace(panel, cases=panel.cases | {"delivery_days": waits.iloc[:20]})
    assert all(isinstance(score, NoEstimate) for score in slowness.by_band(few, "delivery_days").values())


def test_a_period_without_the_table_is_not_one_without_cases():
    panel = panel_with(-6.0)
    half = panel.joined | {"delivery_days": np.arange(600) >= 300}
    later = panel.cases["delivery_days"].query("row >= 300")
    found = replace(panel, joined=half, cases=panel.cases | {"delivery_days": later}).experience("delivery_days")
    assert found["cases"].isna().sum() == 300 and found["cases"].eq(0).sum() == 0


def test_a_slope_is_per_doubling_for_hours_and_per_day_for_days():
    panel = panel_with(0.0)
    rng = np.random.default_rng(4)
    hours = 2.0 ** rng.normal(3, 1, 600)
    table = panel.table.assign(index=70 - 1.5 * np.log2(hours) + rng.normal(0, 3, 600))
    cases = panel.cases["delivery_days"]
    replies = replace(panel, table=table, cases=panel.cases | {"first_reply_hours": cases.assign(wait=hours)})
    found = slowness.slope(replies, "first_reply_hours", "index").number
    assert found.low < -1.5 < found.high
    days = replace(
        panel,
        table=table.assign(index=70 - 0.5 * hours),
        cases=panel.cases | {"delivery_days": cases.assign(wait=hours + rng.normal(0, 1e-6, 600))},
    )
    assert slowness.slope(days, "delivery_days", "index").number.value == pytest.approx(-0.5, abs=1e-3)
