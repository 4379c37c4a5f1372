"""The panel of answers and what followed, from raw files to outcome; and what can't be said, said with what it would need."""

import re

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import panel_of, simulated
from repurchase_programme import SURVEY, orders_of, some_buy, write_programme
from sample_files import CHECKOUT, all_orders

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.wave import load_waves
from csat_analysis.models.findings import Findings
from csat_analysis.models.repurchase import Panel, repurchase_panel, too_few, with_outcomes
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.programme_parts import Repurchase


def findings(root) -> Findings:
    now = Period.parse("2026H1")
    return Findings(load_waves(root, now), now)


def test_an_order_counts_from_the_day_after_the_answer_to_the_last_of_the_window():
    days = ["2026-01-10", "2026-01-11", "2026-04-10", "2026-04-11", "2026-12-31"]
    answers = pd.DataFrame({"customer_id": list("abcde"), "responded_on": pd.Timestamp("2026-01-10")})
    orders = pd.DataFrame({"customer_id": list("abcde"), "ordered_on": pd.to_datetime(days)})
    early = pd.DataFrame({"customer_id": ["x"], "ordered_on": [pd.Timestamp("2025-01-01")]})
    table = with_outcomes(answers, pd.concat([early, orders]), 90)
    assert table["bought"].tolist() == [0, 1, 1, 0, 0]
    assert table["bought_before"].tolist() == [1, 0, 0, 0, 0]  # an order on the very day was before the answer


def test_a_window_is_open_until_orders_are_known_of_its_last_day():
    answers = pd.DataFrame({"customer_id": ["a", "a"], "responded_on": pd.to_datetime(["2026-01-01", "2026-01-02"])})
    orders = pd.DataFrame({"customer_id": ["a"], "ordered_on": pd.to_datetime(["2026-01-31"])})
    table = with_outcomes(answers, orders, 30)
    assert table["closed"].tolist() == [True, False] and table["bought"].isna().tolist() == [False, True]


def test_earlier_orders_are_unknown_where_the_orders_do_not_reach_back():
    answers = pd.DataFrame({"customer_id": ["a", "b"], "responded_on": pd.Timestamp("2026-02-01")})
    orders = pd.DataFrame({"customer_id": ["a", "b"], "ordered_on": pd.to_datetime(["2026-01-20", "2026-06-01"])})
    assert with_outcomes(answers, orders, 30)["bought_before"].isna().tolist() == [False, True]


def test_a_mistyped_year_hides_no_hole_and_makes_no_earlier_orders_known():
    answers = pd.DataFrame({"customer_id": ["a", "a"], "responded_on": pd.to_datetime(["2024-01-15", "2025-01-10"])})
    days = pd.date_range("2024-01-01", "2026-06-30", freq="2D")
    days = days[(days < "2025-03-01") | (days >= "2025-04-01")]  # March 2025 was never supplied
    orders = pd.DataFrame({"customer_id": "b", "ordered_on": [*days, pd.Timestamp("1899-12-30")]})
    for supplied in (orders.iloc[:-1], orders):
        table = with_outcomes(answers, supplied, 90)
        assert table["closed"].tolist() == [True, False] and table["bought_before"].isna().tolist() == [True, False]


def test_the_flow_adds_up_and_every_loss_has_its_stage():
    waves = load_waves(CHECKOUT, "2024H2")
    panel = repurchase_panel(waves, Period.parse("2024H2"))
    assert panel.flow.at["answered", "contacts"] == sum(len(wave.responses) for wave in waves.values())
    assert (panel.flow["contacts"].diff().fillna(0) == -panel.flow["left_out"]).all()
    assert panel.flow.at["scored", "contacts"] == panel.usable.sum() == panel.rate().n
    assert set(panel.table.loc[panel.table["closed"], "period"]) == {"2024H1"}


def test_outcomes_of_the_sample_agree_with_a_plain_reading_of_its_files():
    panel = repurchase_panel(load_waves(CHECKOUT, "2024H2"), Period.parse("2024H2"))
    orders = all_orders().drop_duplicates("order_id")
    closed = panel.table[panel.table["closed"]]
    for row in closed.sample(25, random_state=1).itertuples():
        days = (orders.loc[orders["customer_id"] == row.customer_id, "ordered_on"] - row.responded_on).dt.days
        assert row.bought == float(days.between(1, 180).any())


def test_a_customer_who_answers_thrice_is_one_cluster():
    panel = simulated(50)
    assert len(panel.design.unit_name) == 50 and len(panel.design.contact) == 150


@pytest.mark.parametrize(
    ("survey", "orders", "status", "words"),
    [
        (
            SURVEY.replace("repurchase", "# repurchase"),
            orders_of([("C1", "2025-07-01")]),
            "not_supplied",
            "window_days",
        ),
        (SURVEY, None, "not_supplied", "customer_id and ordered_on"),
        (
            SURVEY,
            orders_of([("C1", "2025-06-20")]),
            "not_estimable",
            "no window has closed: the first does on 2025-07-03",
        ),
        (
            SURVEY,
            orders_of([("C1", "2025-05-20"), ("Z", "2026-06-30")]),
            "not_estimable",
            "nobody bought again .120 answers.: both outcomes",
        ),
        (SURVEY, some_buy().replace(",C", ",K"), "not_supplied", "no order is of a customer who answered"),
    ],
)
def test_what_is_missing_is_said_with_what_would_be_needed(tmp_path, survey, orders, status, words):
    found = findings(write_programme(tmp_path, survey=survey, orders=orders))
    for number in (
        found.ame,
        found.ame_linear,
        found.benchmark_gap,
        found.predicted(67),
        found.steps["complete"],
        found.ame_within,
        found.tested("auc_gain"),
        found.sales_at_risk,
        found.ame_corrected,
        found.shape,
        found.slopes_by("competition"),
    ):
        assert isinstance(number, NoEstimate)
    assert found.ame.status == status and re.search(words, found.ame.reason)


def test_everyone_buying_again_is_said_and_the_rate_given(tmp_path):
    days = ("2025-06-20", "2025-12-20", "2026-06-20")
    orders = orders_of([(f"C{n}", day) for n in range(60) for day in days] + [("Z", "2026-07-31")])
    found = findings(write_programme(tmp_path, orders=orders))
    assert "everyone bought again" in found.ame.reason and found.rate.value == 1.0


def test_a_programme_with_answers_and_orders_alone_gets_its_effect(tmp_path):
    """No frame, no panels, no invitations: customers who score 5 or more buy, and one in three of the others."""
    found = findings(write_programme(tmp_path, orders=some_buy()))
    assert isinstance(found.ame, Estimate) and found.ame.interval()[0] > 0
    assert found.ame.design.degrees_of_freedom(found.ame.rows) == 59
    assert "not supplied" in set(found.held.notes["why"]) and found.effects_by("competition") == {}


def test_one_period_gives_an_effect_but_no_test_out_of_time(tmp_path):
    rows = [(f"C{n}", "2025-06-20") for n in range(60) if n % 2]
    found = findings(write_programme(tmp_path, orders=orders_of([*rows, ("Z", "2025-09-01")])))
    assert isinstance(found.ame, Estimate) and found.periods == [Period.parse("2025H1")]
    assert (
        "two periods" in found.tested("auc").reason and "customers with two closed windows" in found.ame_within.reason
    )


def test_too_few_of_the_rarer_outcome_is_no_model():
    assert "3 of the rarer outcome among 80 answers" in too_few(panel_of(bought=np.r_[np.zeros(3), np.ones(77)])).reason
    assert too_few(panel_of(bought=np.r_[np.zeros(30), np.ones(50)])) is None


def test_the_published_example_is_reproduced(tmp_path):
    example = "benchmark_example: {from_points: 67, to_points: 70, probability: 0.75}"
    survey = SURVEY.replace("benchmark: 0.0058", f"benchmark: 0.0058, {example}")
    found = findings(write_programme(tmp_path, survey=survey, orders=None))
    assert found.example == {67.0: 0.75, 70.0: pytest.approx(0.7674)}


def test_without_an_example_none_is_given(tmp_path):
    assert findings(write_programme(tmp_path, orders=None)).example == {}


@pytest.mark.parametrize("example", [{"from_points": 70, "to_points": 67, "probability": 0.75}, {"from_points": 67}])
def test_an_example_that_cannot_be_is_refused(example):
    with pytest.raises(ValueError, match="to_points"):
        Repurchase(window_days=180, benchmark=0.0058, benchmark_example=example)


def test_a_window_that_is_no_number_of_days_is_refused():
    with pytest.raises(ValueError, match="greater than 0"):
        Repurchase(window_days=0)
    assert Programme.model_fields["repurchase"].default is None


@pytest.fixture(scope="module")
def sample() -> Findings:
    now = Period.parse("2025H2")
    return Findings(load_waves(CHECKOUT, now), now)


def test_the_sample_companys_true_slope_is_found(sample):
    """Its log odds rise by .0375 a point (simulation/trade.py), which is .0055 of probability a point over its frames."""
    slope = sample.straight.fit.coefficients["satisfaction"].process()
    assert abs(slope.value - 0.0375) < 2 * slope.se
    low, high = sample.ame.interval()
    assert low < 0.0055 < high and isinstance(sample.panel, Panel)


def test_customers_at_risk_are_this_surveys_and_only_those_still_open(sample):
    risk = sample.customers_at_risk
    this = sample.panel.table[sample.panel.table["period"] == "2025H2"]
    assert set(risk["customer_id"]) <= set(this["customer_id"]) and not this["closed"].any()
    assert risk["at_risk"].is_monotonic_decreasing and (risk["low"] <= risk["p_buys"]).all()
    weight = this.set_index("customer_id")["weight"].loc[risk["customer_id"]].to_numpy()
    by_hand = (weight * risk["at_risk"]).sum() / (weight * risk["sales_12m"]).sum()
    assert sample.sales_at_risk.value == pytest.approx(by_hand)
