"""How far the effect could be wrong: measurement error, unrecorded differences, changes within customers, words and deeds."""

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import panel_of, simulated

from csat_analysis.estimate import NoEstimate
from csat_analysis.models.controls import controls
from csat_analysis.models.curves import straight
from csat_analysis.models.sensitivity import (
    attenuation,
    bought_by_intent,
    e_value,
    e_value_of,
    index_reliability,
    within_customers,
)
from csat_analysis.programme import Programme


def test_e_values_are_the_published_ones():
    # VanderWeele and Ding (2017): risk ratio 3.9 with lower bound 1.8
    assert (e_value(3.9), e_value(1.8)) == (pytest.approx(7.26, abs=0.005), pytest.approx(3.0, abs=1e-9))
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9)) and e_value(1.0) == 1.0


def test_an_interval_that_holds_one_needs_nothing_unrecorded():
    strong, none = (
        e_value_of(straight(p, controls(p))) for p in (simulated(300, slope=0.1), simulated(300, slope=0.0))
    )
    assert strong.limit > 1.2 and strong.low < strong.risk_ratio < strong.high
    assert none.low < 1 < none.high and none.limit == 1.0
    assert (
        strong.measured.low == strong.limit < strong.measured.value == e_value(strong.risk_ratio) < strong.measured.high
    )
    few = simulated(15)
    assert strong.holds and not e_value_of(straight(few, controls(few))).holds


def test_the_risk_ratios_interval_is_that_of_its_logarithm():
    panel = simulated(300, slope=0.1)
    line = straight(panel, controls(panel))
    found = e_value_of(line)
    below, above = line.predicted(found.lower), line.predicted(found.upper)
    assert found.risk_ratio == pytest.approx(above.value / below.value)
    assert found.high / found.risk_ratio == pytest.approx(found.risk_ratio / found.low)
    lowest = (above.value - 2 * above.se) / (below.value + 2 * below.se)
    assert lowest < found.low < found.risk_ratio


def test_alpha_is_the_published_one_of_mobile_phone_customers(reference_data):
    answers = pd.read_csv(reference_data / "ecsi_mobi.csv")
    one = Programme.model_validate(
        {"name": "x", "scale": {"min": 0, "max": 1}, "dimensions": {"s": {"items": ["CUSA1", "CUSA2", "CUSA3"]}}}
    )
    scores = answers[["CUSA1", "CUSA2", "CUSA3"]].assign(s=answers[["CUSA1", "CUSA2", "CUSA3"]].mean(axis=1))
    assert index_reliability(scores, one) == pytest.approx(0.770113, abs=5e-7)  # of one dimension it is its alpha


def test_an_item_that_all_answered_alike_leaves_no_reliability():
    one = Programme.model_validate(
        {"name": "x", "scale": {"min": 0, "max": 10}, "dimensions": {"s": {"items": ["a", "b"]}}}
    )
    scores = pd.DataFrame({"a": [1.0, 5, 9, 4], "b": 7.0})
    assert "the item b the same answer" in index_reliability(scores.assign(s=scores.mean(axis=1)), one).reason


def test_a_dimension_of_one_item_has_no_reliability():
    one = Programme.model_validate({"name": "x", "scale": {"min": 0, "max": 1}, "dimensions": {"s": {"items": ["a"]}}})
    assert isinstance(index_reliability(pd.DataFrame({"a": [1.0, 2], "s": [1.0, 2]}), one), NoEstimate)


def test_the_corrected_slope_is_the_one_without_noise():
    rng = np.random.default_rng(7)
    size = 60_000
    sales = rng.normal(size=size)
    true = 70 + 3 * sales + rng.normal(0, 8, size)
    heard = true + rng.normal(0, 6, size)
    bought = (rng.random(size) < 0.5 + 0.005 * (true - 70)).astype(float)
    panel = panel_of(satisfaction=heard, log_sales=sales, bought=bought)
    kept = attenuation(panel, controls(panel), np.var(true) / np.var(heard))
    x = np.column_stack([np.ones(size), heard, sales])
    slope = np.linalg.lstsq(x, bought, rcond=None)[0][1]
    assert kept == pytest.approx(64 / 100, abs=0.01) and slope / kept == pytest.approx(0.005, abs=0.0006)


def test_noise_alone_has_nothing_to_correct():
    panel = simulated(100)
    found = attenuation(panel, controls(panel), 0.0)
    assert isinstance(found, NoEstimate)


def test_what_stays_with_a_customer_is_not_behind_a_change_within():
    panel = simulated(500, slope=0.0, lasting=0.12)
    between, within = straight(panel, controls(panel)).marginal_effect(), within_customers(panel)
    assert between.interval()[0] > 0.003 and within.interval()[0] < 0 < within.interval()[1]


def test_a_true_effect_is_seen_within_customers_too():
    found = within_customers(simulated(900, slope=0.06))
    assert found.interval()[0] > 0 and found.n == 2700
    assert found.design.degrees_of_freedom(found.rows) == 899


def test_few_returning_customers_cannot_tell():
    assert "19 customers with two closed windows: 20 are needed" in within_customers(simulated(19)).reason


def test_what_was_said_and_what_was_done():
    asked = Programme.model_validate(
        {
            "name": "x",
            "scale": {"min": 0, "max": 10},
            "dimensions": {"s": {"items": ["a"]}},
            "outcomes": {"repurchase_intent": {"min": 0, "max": 10, "likely": [8, 10]}},
        }
    )
    panel = panel_of(
        intent=np.r_[np.repeat([9.0, 8, 7], 20), np.full(5, np.nan)],
        bought=np.r_[np.tile([1.0, 1, 1, 0], 10), np.tile([1.0, 0], 10), np.ones(5)],
    )
    found = bought_by_intent(panel, asked)
    assert (found["likely"].value, found["unlikely"].value) == (0.75, 0.5) and found["likely"].n == 40
    assert found["difference"].value == pytest.approx(0.25)
    assert (found["likely"].study, found["likely"].rarer, found["difference"].rarer) == ("rate", 10, 20)
    assert bought_by_intent(panel_of(intent=np.full(10, np.nan)), asked)["likely"].status == "not_supplied"
