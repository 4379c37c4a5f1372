"""Sales of a whole programme: with everything, with one period only, and where tables are lacking; leads that contradict themselves."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from csat_analysis.errors import ProgrammeError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.kpi import kpi_targets
from csat_analysis.metrics.sales import Sales
from csat_analysis.metrics.wave import load_waves
from csat_analysis.period import Period
from csat_analysis.programme_parts import Target

SURVEY = """
name: Sales
scale: {min: 0, max: 10}
dimensions: {goods: {items: [q1]}}
outcomes:
  nps: {min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}
  repurchase_intent: {min: 0, max: 10, likely: [8, 10]}
target: {gain_per_year: 5, outcomes: [loyalty_index, exclusive_customers, exclusive_sales]}
loyalty: [repurchase_intent, nps]
weighting: {method: none}
kpi_targets: {nps: 30, retention: 0.9}
"""
LEADS = """lead_id,manager_id,source,created_on,stage,reached,closed_on,cost,customer_id
L1,M1,fair,2026-01-05,won,contacted,2026-02-05,100,c1
L2,M1,fair,2026-01-05,proposal,lead,,100,
L3,M9,fair,2026-01-05,won,negotiation,2026-02-05,100,
L4,M1,call,2026-03-05,lost,needs,2026-02-05,100,
L5,M1,call,2026-01-05,lost,,2026-02-05,100,
L6,M1,call,2026-01-05,needs,needs,2026-02-05,100,
L7,M1,call,2026-01-05,lost,needs,2026-02-06,100,
"""


def programme(
    folder: Path, *, leave_out: tuple[str, ...] = (), periods=("2025H1", "2026H1"), survey: str = SURVEY
) -> Path:
    """Thirty customers over periods a year apart, half of them exclusive; each answers and orders."""
    for place, period in enumerate(periods):
        raw, day = folder / "data" / "raw" / period, f"{period[:4]}-03-"
        raw.mkdir(parents=True)
        who = range(1, 31)
        tables = {
            "customers": ["customer_id,since,manager_id,exclusive"]
            + [f"c{i},2020-01-01,M{i % 2 + 1},{'yes' if i % 2 else 'no'}" for i in who],
            "responses": ["response_id,contact_id,customer_id,responded_on,q1,nps,repurchase_intent"]
            + [
                f"{period}-{i},c{i},c{i},{day}{i % 20 + 10},{i % 6 + 4},{i * (place + 1) % 5 + 5},{i % 4 + 6}"
                for i in who
            ],
            "orders": ["order_id,customer_id,ordered_on,amount,referred_by"]
            + [f"{period}-{i},c{i},{day}{i % 20 + 10},{100 + 7 * i + place * i * (i % 3)}," for i in who]
            + [f"{period}-0,c1,{period[:4]}-01-01,5,", f"{period}-99,c2,{period[:4]}-06-30,5,"],
            "managers": ["manager_id,sales_target", "M1,3000", "M2,0"],
        }
        for name, rows in tables.items():
            if name not in leave_out:
                (raw / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        if period == "2026H1" and "leads" not in leave_out:
            (raw / "leads.csv").write_text(LEADS, encoding="utf-8")
    (folder / "data" / "raw" / "survey.yml").write_text(survey, encoding="utf-8")
    return folder


def sales_of(root: Path) -> Sales:
    now = Period.parse("2026H1")
    return Sales(load_waves(root, now), now)


@pytest.fixture(scope="module")
def full(tmp_path_factory) -> Sales:
    return sales_of(programme(tmp_path_factory.mktemp("full")))


def test_leads_that_contradict_themselves_are_mended_by_a_named_rule_and_counted(full):
    odd = full.waves[full.now].clean.quarantine
    rules = odd[odd["table"] == "leads"].groupby("rule").size().to_dict()
    assert rules == {
        "lead_jumped": 1,
        "reached_behind_stage": 1,
        "manager_unknown": 1,
        "won_without_customer": 1,
        "ends_before_start": 1,
        "closed_without_day": 1,
        "lost_nowhere": 1,
        "open_with_closing_day": 1,
    }
    leads = full.waves[full.now].clean.tables["leads"].set_index("lead_id")
    assert leads.loc["L2", "reached"] == "proposal"
    managers = odd[odd["table"] == "managers"]
    assert managers["rule"].tolist() == ["target_zero"]


def test_open_leads_are_neither_won_nor_lost(full):
    assert (full.funnel.won.sum(), full.funnel.closed.sum(), len(full.funnel.leads)) == (2, 5, 7)


def test_a_year_later_growth_and_loyalty_are_compared_with_the_same_half_year(full):
    assert full.exclusive.count == full.exclusive.count_before == 15
    expected = full.exclusive.sales / full.exclusive.sales_before
    growth = full.exclusive.sales_growth
    assert growth.on_scale(growth.value) == pytest.approx(expected - 1)
    assert isinstance(full.loyalty, Estimate)
    change = full.target.changes["loyalty_index"]
    assert change.value == pytest.approx(full.loyalty.value - full.loyalty_before.value)


def test_the_loyalty_index_is_the_mean_of_its_parts_in_points(full):
    answers = full.waves[full.now].answers
    parts = 10 * answers["repurchase_intent"].mean(), 10 * answers["nps"].mean()
    assert full.loyalty.value == pytest.approx(sum(parts) / 2)
    assert [part.value for part in full.loyalty_parts.values()] == pytest.approx(parts)


def test_with_one_period_nothing_is_compared_and_the_rest_is_told(tmp_path):
    alone = sales_of(programme(tmp_path, periods=("2026H1",)))
    assert alone.exclusive.count == 15
    for change in (alone.exclusive.sales_growth, *alone.target.changes.values(), alone.slope, alone.loyalty_before):
        assert change.status == "not_computed"
    assert alone.target.course is None
    assert alone.attainment.of("M1") > 0


@pytest.mark.parametrize(
    ("leave_out", "silent"),
    [
        (("orders",), ("slope", "attainment", "referred", "referring")),
        (("leads",), ("funnel",)),
        (("managers",), ("attainment",)),
        (("customers",), ("exclusive", "attainment")),
        (("customers", "orders", "leads", "managers"), ("slope", "attainment", "funnel", "exclusive", "referred")),
    ],
)
def test_a_programme_without_a_table_says_so_and_nothing_fails(tmp_path, leave_out, silent):
    found = sales_of(programme(tmp_path, leave_out=leave_out))
    for name in silent:
        assert getattr(found, name).status == "not_supplied", name
    assert set(found.target.changes) == {"loyalty_index", "exclusive_customers", "exclusive_sales"}
    assert found.group_rates("source") == [] if "leads" in leave_out else found.group_rates("source")


def test_without_a_target_or_loyalty_there_is_no_course(tmp_path):
    lines = [line for line in SURVEY.splitlines() if not line.startswith(("target", "loyalty"))]
    found = sales_of(programme(tmp_path, survey="\n".join(lines)))
    assert found.target.changes == {} and found.target.course is None
    assert found.loyalty.status == "not_supplied"


@pytest.mark.parametrize(
    ("changed", "listed"),
    [
        ({"loyalty": ("love",)}, "loyalty: love .* repurchase_intent, nps, repurchase_rate"),
        ({"target": Target(gain_per_year=5, outcomes=("profit",))}, "profit .* exclusive_customers, exclusive_sales"),
        ({"kpi_targets": {"fame": 30}}, "fame .* retention, satisfaction, nps"),
    ],
)
def test_a_name_that_nothing_stands_for_is_an_error_that_lists_the_known_ones(full, changed, listed):
    wave = full.waves[full.now]
    other = replace(wave, programme=wave.programme.model_copy(update=changed))
    found = Sales(dict(full.waves) | {full.now: other}, full.now)
    with pytest.raises(ProgrammeError, match=listed):
        found.loyalty, found.target.changes, kpi_targets(other)


def test_small_groups_of_leads_are_hidden(full):
    assert all(group.hidden for group in full.group_rates("source"))
    assert isinstance(full.equal_rates("source"), NoEstimate)


def test_files_behind_the_part_are_named_once(full):
    assert len(full.files) == len(set(full.files))
    assert any(file.endswith("2026H1/leads.csv") for file in full.files)
    assert isinstance(full.orders, pd.DataFrame)
