"""Out-of-time prediction: the area under the curve counts pairs, and no model sees the future."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import PERIODS, panel_of, simulated
from scipy import special

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.models.validation import (
    auc,
    brier,
    brier_gap,
    calibration,
    calibration_slope,
    forecast_gap,
    out_of_time,
)
from csat_analysis.verdicts import calibration_verdict, level_verdict, prediction_verdict

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "repurchase.json").read_text())


def test_the_area_counts_pairs_with_half_a_point_for_ties():
    # buyers .9 .6 .5, others .5 .3: of six pairs five are right and one is tied
    found = auc(Design.of(range(5)), [1, 1, 1, 0, 0], [0.9, 0.6, 0.5, 0.5, 0.3])
    assert found.value == pytest.approx(5.5 / 6)


def test_the_area_and_its_variance_agree_with_delong():
    first = pd.read_csv(REFERENCE / "two_waves.csv").query("wave == '2025H2'").dropna(subset=["nps"])
    bought = (first["score"] >= 70).to_numpy(float)
    found = auc(Design.of(range(len(first))), bought, first["nps"])
    assert found.value == pytest.approx(R["auc"]["value"])
    # DeLong divides by m (m − 1) for buyers and others apart, one design by n/(n − 1) for all
    m, k = bought.sum(), (1 - bought).sum()
    parts = [(found.influence[bought == side] ** 2).sum() * n / (n - 1) for side, n in ((1, m), (0, k))]
    assert sum(parts) == pytest.approx(R["auc"]["variance"])
    assert found.variance == pytest.approx(R["auc"]["variance"], rel=0.03)


def test_a_weight_of_two_counts_a_contact_twice():
    y, p = np.array([1.0, 1, 0, 0]), np.array([0.8, 0.4, 0.6, 0.2])
    weighted = auc(Design.of(range(4), weight=[1, 2, 1, 1]), y, p)
    doubled = auc(Design.of(range(5)), np.r_[y, 1], np.r_[p, 0.4])
    assert weighted.value == pytest.approx(doubled.value)


def test_brier_by_hand():
    assert brier(Design.of(range(2)), [1, 0], [0.9, 0.4]).value == pytest.approx((0.01 + 0.16) / 2)


def test_later_outcomes_do_not_change_earlier_predictions():
    panel = simulated(200)
    last = panel.table["period"] == PERIODS[-1]
    turned = replace(
        panel, table=panel.table.assign(bought=panel.table["bought"].where(~last, 1 - panel.table["bought"]))
    )
    before, after = (out_of_time(p).with_satisfaction for p in (panel, turned))
    assert np.array_equal(before, after, equal_nan=True) and np.isfinite(before).sum() == 400


def test_satisfaction_adds_where_it_matters_and_nothing_where_it_does_not():
    strong, none = (out_of_time(simulated(300, slope=slope)) for slope in (0.15, 0.0))
    assert strong.auc_gain().interval()[0] > 0.05 and strong.brier_gain().interval()[1] < 0
    low, high = none.auc_gain().interval()
    assert low < 0.02 and high > -0.02 and abs(none.auc_gain().value) < 0.05


def test_a_true_model_is_calibrated():
    table = calibration(out_of_time(simulated(600)))
    assert len(table) == 5 and table["n"].sum() == 1200
    assert ((table["low"] - 0.05 < table["predicted"]) & (table["predicted"] < table["high"] + 0.05)).all()


def test_a_forecast_is_held_against_the_rate_of_the_periods_before_it():
    panel = simulated(300)
    tested = out_of_time(panel)
    second = (panel.table["period"] == PERIODS[1]).to_numpy()
    first = (panel.table["period"] == PERIODS[0]).to_numpy()
    rate = np.average(panel.outcome[first], weights=panel.design.weight[first])
    assert np.unique(tested.base[second]) == pytest.approx(rate) and np.isnan(tested.base[first]).all()
    y, p = panel.outcome[second], tested.with_satisfaction[second]
    apart = brier(panel.design, panel.outcome.where(second), tested.base).value
    assert apart == pytest.approx(np.average((rate - y) ** 2, weights=panel.design.weight[second]))
    gap = brier_gap(panel.design, panel.outcome.where(second), tested.with_satisfaction, tested.base)
    assert gap.value == pytest.approx(np.average((p - y) ** 2 - (rate - y) ** 2, weights=panel.design.weight[second]))


def test_a_model_that_knows_something_beats_the_rate_and_one_that_knows_nothing_is_not_shown_to():
    strong, none = (out_of_time(simulated(600, slope=slope)).brier_against_rate() for slope in (0.15, 0.0))
    assert prediction_verdict(strong) == "predicts_better" and prediction_verdict(none) == "not_shown_to_predict"


def test_the_calibration_slope_says_how_much_too_sure_a_forecast_is():
    rng = np.random.default_rng(6)
    odds = rng.normal(0.5, 1, 4000)
    y = (rng.random(4000) < special.expit(odds)).astype(float)
    design = Design.of(range(4000))
    right, sure, timid = (calibration_slope(design, y, special.expit(k * odds)) for k in (1, 2, 0.5))
    assert abs(right.value - 1) < 2 * right.se and sure.value == pytest.approx(right.value / 2)
    words = [calibration_verdict(slope) for slope in (right, sure, timid)]
    assert words == ["no_detectable_miscalibration", "overconfident", "underconfident"]


def test_few_answers_cannot_tell_how_sure_forecasts_may_be():
    rng = np.random.default_rng(7)
    odds = rng.normal(0.5, 0.5, 150)
    y = (rng.random(150) < special.expit(odds)).astype(float)
    assert calibration_verdict(calibration_slope(Design.of(range(150)), y, special.expit(odds))) == "calibration_untold"


def test_a_forecast_that_is_too_low_on_average_is_said():
    y = np.tile([1.0, 1, 1, 0], 100)
    low, right = (forecast_gap(Design.of(range(400)), y, np.full(400, p)) for p in (0.6, 0.75))
    assert low.value == pytest.approx(0.15) and level_verdict(low) == "foretold_too_low"
    assert right.value == pytest.approx(0) and level_verdict(right) == "level_not_told_apart"


def test_an_interval_of_a_fifth_is_given_only_where_a_study_holds():
    many, few = (calibration(out_of_time(simulated(size))) for size in (300, 40))
    assert many["low"].notna().all() and few["low"].isna().all() and few["value"].notna().all()


def test_one_period_cannot_be_tested():
    found = out_of_time(panel_of(satisfaction=np.linspace(50, 90, 60)))
    assert isinstance(found, NoEstimate) and "two periods" in found.reason
