"""The curve's shape: the spline's basis, its test, its power, what a step is worth, and slopes by group."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import panel_of, simulated

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models.controls import controls
from csat_analysis.models.curves import curved, knots_for, spline_columns, spline_slopes, straight
from csat_analysis.models.group_curves import curves_by
from csat_analysis.models.groups import slopes_by
from csat_analysis.models.regression import logit
from csat_analysis.models.shape import band_of, power_of_wald, shape_test, step_values, wald
from csat_analysis.verdicts import shape_verdict

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "repurchase.json").read_text())
KNOTS = (50.0, 65.0, 75.0, 90.0)


def test_the_splines_bend_by_hand():
    # at 60 points only the first knot is passed: (60 − 50)³ / (90 − 50)²
    assert spline_columns(np.array([60.0]), KNOTS).tolist() == [[60.0, 1000 / 1600, 0.0]]


def test_beyond_the_outer_knots_the_spline_is_a_straight_line():
    low, high = spline_columns(np.array([10.0, 30, 50]), KNOTS), spline_columns(np.array([92.0, 96, 100]), KNOTS)
    assert np.abs(np.diff(low, 2, axis=0)).max() < 1e-9 and np.abs(np.diff(high, 2, axis=0)).max() < 1e-9


def test_slopes_are_the_splines_derivative():
    x = np.linspace(40, 100, 61) + 0.3
    step = (spline_columns(x + 1e-5, KNOTS) - spline_columns(x - 1e-5, KNOTS)) / 2e-5
    assert spline_slopes(x, KNOTS) == pytest.approx(step, abs=1e-5)


def test_scores_of_few_values_have_no_curve():
    assert knots_for(np.repeat([70.0, 80.0], 100)) == ()
    panel = panel_of(satisfaction=np.tile([60.0, 80.0], 60), bought=np.tile([0.0, 1, 1, 0, 1], 24))
    assert "too few values" in shape_test(panel, controls(panel), effect_a_point=0.0058).reason


def test_the_wald_test_equals_r():
    first = pd.read_csv(REFERENCE / "two_waves.csv").query("wave == '2025H2'").reset_index(drop=True)
    sizes = first.groupby("stratum")["population"].first().to_dict()
    design = Design.of(first.index, weight=first["weight"], stratum=first["stratum"], population=sizes)
    x = first[["orders", "nps"]].assign(squared=first["orders"] ** 2)[["orders", "squared", "nps"]]
    found = logit(design, first["score"] >= 70, x)
    statistic, _ = wald([found["squared"], found["nps"]])
    assert 2 * statistic == pytest.approx(R["wald"]["chisq"], rel=1e-6)


def test_a_strongly_bent_curve_is_found_and_its_test_says_so():
    panel = simulated(800, slope=0.0, bend=0.15)
    found = shape_test(panel, controls(panel), effect_a_point=0.0058)
    assert found.bends == 2 and found.p_value < 0.01 and shape_verdict(found.p_value, found.power) == "bent"


def test_a_small_sample_cannot_tell_and_a_large_one_can():
    few, many = (shape_test(p, controls(p), effect_a_point=0.0058) for p in (simulated(50), simulated(1500)))
    assert few.power < 0.4 < 0.8 < many.power
    assert shape_verdict(0.3, few.power) == "cannot_be_told" and shape_verdict(0.3, many.power) == "no_detectable_bend"


def test_power_is_the_error_rate_where_there_is_nothing_and_rises_with_the_truth():
    powers = [power_of_wald(size**2, 2, 100) for size in (1e-9, 1, 3, 6)]
    assert powers[0] == pytest.approx(0.05, abs=1e-4) and powers == sorted(powers) and powers[-1] > 0.99


def test_bands_begin_at_their_own_score():
    scores = pd.Series([0, 49.9, 50, 69.9, 70, 89.9, 90, 100, np.nan])
    expected = ["dissatisfied"] * 2 + ["neutral"] * 2 + ["satisfied"] * 2 + ["complete"] * 2
    assert band_of(scores).tolist()[:8] == expected and band_of(scores).isna().iloc[8]


def test_a_step_without_controls_is_the_difference_of_two_shares():
    # of 40 satisfied 20 bought again, of 40 completely satisfied 32
    panel = panel_of(
        satisfaction=np.repeat([80.0, 95.0], 40), bought=np.r_[np.repeat([0.0, 1], 20), np.repeat([0.0, 1], [8, 32])]
    )
    steps = step_values(panel, controls(panel))
    assert steps["complete"].value == pytest.approx(0.3) and steps["complete"].n == 80
    assert isinstance(steps["satisfied"], NoEstimate) and "neutral" in steps["satisfied"].reason


def test_a_band_in_which_nearly_all_did_the_same_has_no_step():
    panel = panel_of(
        satisfaction=np.repeat([80.0, 95.0], 40), bought=np.r_[np.repeat([0.0, 1], 20), np.repeat([0.0, 1], [2, 38])]
    )
    assert all(isinstance(step, NoEstimate) for step in step_values(panel, controls(panel)).values())


def test_the_effect_over_all_is_near_that_of_the_curve_where_it_is_straight():
    panel = simulated(800)
    line, spline = straight(panel, controls(panel)).marginal_effect(), curved(panel, controls(panel)).marginal_effect()
    assert abs(line.value - spline.value) < 0.5 * line.se


def test_each_level_has_the_effect_of_its_own_customers():
    panel = simulated(900, slope=0.0)
    hard = (panel.table["competition"] == "high").to_numpy()
    rng = np.random.default_rng(8)
    chance = np.where(hard, 1 / (1 + np.exp(-0.1 * (panel.table["satisfaction"] - 70))), 0.6)
    panel.table["bought"] = (rng.random(len(hard)) < chance).astype(float)
    found = slopes_by(panel, controls(panel), "competition")
    assert found.p_value < 0.001 and set(found.effects) == {"low", "medium", "high"}
    assert found.effects["high"].interval()[0] > 0.01
    for level in ("low", "medium"):
        assert abs(found.effects[level].value) < 3 * found.effects[level].se < 0.006
    assert found.effects["high"].n == hard.sum()


def bent_where_competition_is_hard():
    """Flat up to 70 points and steep above where competition is hard; flat elsewhere."""
    panel = simulated(900, slope=0.0)
    hard = (panel.table["competition"] == "high").to_numpy()
    rise = np.where(hard, 0.2 * np.maximum(panel.table["satisfaction"] - 70, 0), 0.0)
    rng = np.random.default_rng(8)
    panel.table["bought"] = (rng.random(len(hard)) < 1 / (1 + np.exp(-rise))).astype(float)
    return panel


def test_each_level_has_a_curve_of_its_own_free_to_bend():
    panel = bent_where_competition_is_hard()
    found = curves_by(panel, controls(panel), "competition")
    assert found.levels == ("high", "low", "medium") and found.p_value < 0.001
    flat, steep = (found.predicted("high", b).value - found.predicted("high", a).value for a, b in ((58, 68), (72, 82)))
    assert abs(flat) < 0.1 and steep > 0.25
    assert abs(found.predicted("low", 85).value - found.predicted("low", 60).value) < 0.1
    hard = panel.table.loc[panel.table["competition"] == "high", "satisfaction"]
    assert hard.quantile(0.05) <= min(found.grid("high", 5)) and max(found.grid("high", 5)) <= hard.quantile(0.95)


def test_curves_alike_but_for_their_height_are_called_different_as_seldom_as_they_should():
    p = [curves_by(q := simulated(150, seed=seed), controls(q), "competition").p_value for seed in range(40)]
    assert np.mean(np.array(p) < 0.05) <= 0.15


def test_curves_need_two_levels_with_enough_of_the_rarer_outcome():
    panel = panel_of(
        competition=["low"] * 100 + ["high"] * 20, satisfaction=np.random.default_rng(1).normal(70, 10, 120)
    )
    assert "no two groups" in curves_by(panel, controls(panel), "competition").reason
    assert curves_by(panel, controls(panel), "tenure").status == "not_supplied"


def test_where_half_of_the_scores_are_the_highest_nothing_can_bend_above_the_median():
    rng = np.random.default_rng(2)
    score = np.where(rng.random(300) < 0.55, 100.0, rng.uniform(40, 100, 300))
    panel = panel_of(satisfaction=score, bought=rng.integers(0, 2, 300).astype(float))
    found = shape_test(panel, controls(panel), effect_a_point=0.0058)
    assert isinstance(found, NoEstimate) and "half of the scores or more are the highest" in found.reason


def test_an_effect_that_no_curve_can_have_has_no_power():
    panel = simulated(400)
    found = shape_test(panel, controls(panel), effect_a_point=0.2)
    assert isinstance(found, NoEstimate) and "no curve has all of the named effect" in found.reason


def test_equal_slopes_are_called_different_as_seldom_as_they_should():
    p = [slopes_by(q := simulated(150, seed=seed), controls(q), "competition").p_value for seed in range(40)]
    assert np.mean(np.array(p) < 0.05) <= 0.15


def test_a_level_with_few_of_the_rarer_outcome_has_no_slope():
    size = 120
    level = np.repeat(["low", "high", "medium"], [60, 50, 10])
    panel = panel_of(
        competition=level, satisfaction=np.random.default_rng(1).normal(70, 10, size), bought=np.arange(size) % 2.0
    )
    found = slopes_by(panel, controls(panel), "competition")
    assert isinstance(found.effects["medium"], NoEstimate) and isinstance(found.effects["low"], Estimate)
    assert slopes_by(panel, controls(panel), "tenure").status == "not_supplied"
