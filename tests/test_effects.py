"""Effects and predictions of a fit: published values, worked by hand, by finite differences and by leaving one out."""

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import panel_of, simulated

from csat_analysis.certification import is_certified
from csat_analysis.design import Design
from csat_analysis.estimators import mean
from csat_analysis.models import effects
from csat_analysis.models.controls import controls
from csat_analysis.models.curves import straight
from csat_analysis.models.regression import fit_linear, fit_logit


@pytest.fixture(scope="module")
def mobile(reference_data):
    answers = pd.read_csv(reference_data / "ecsi_mobi.csv")
    index = 100 * (answers[["CUSA1", "CUSA2", "CUSA3"]].mean(axis=1) - 1) / 9
    return Design.of(range(len(answers))), answers["CUSL1"] >= 8, index.to_frame("satisfaction")


def slopes(fit, column: int = 1) -> np.ndarray:
    found = np.zeros_like(fit.columns)
    found[:, column] = 1.0
    return found


def test_mobile_phone_customers_have_the_published_slope_and_effect(mobile):
    fit = fit_logit(*mobile)
    slope = fit.coefficients["satisfaction"]
    assert slope.value == pytest.approx(0.0684137, abs=1e-7)
    # the published robust error divides by n, ours by n − 1 (clusters less one)
    assert slope.process().se * np.sqrt(249 / 250) == pytest.approx(0.011362, abs=5e-7)
    model = np.linalg.inv(fit.columns.T @ ((p := fit.mean(fit.columns)) * (1 - p) * fit.columns.T).T)
    assert np.sqrt(model[1, 1]) == pytest.approx(0.0115077, abs=2e-6)  # R printed that of its last step but one
    assert effects.average_marginal_effect(fit, slopes(fit)).value == pytest.approx(0.0136413, abs=5e-8)


@pytest.fixture(scope="module")
def fit():
    panel = simulated(60)
    return straight(panel, controls(panel)).fit


def test_the_effect_is_how_much_the_mean_prediction_rises_with_a_small_step(fit):
    step = 1e-4
    up, down = (effects.prediction(fit, fit.columns + sign * step * slopes(fit)) for sign in (1, -1))
    effect = effects.average_marginal_effect(fit, slopes(fit))
    assert effect.value == pytest.approx((up.value - down.value) / (2 * step), rel=1e-6)
    assert effect.se == pytest.approx((up - down).se / (2 * step), rel=1e-5)


def test_the_linear_effect_is_the_slope_itself():
    panel = simulated(60)
    x = panel.table[["satisfaction", "log_sales"]]
    fit = fit_linear(panel.design, panel.outcome, x)
    assert effects.average_marginal_effect(fit, slopes(fit)).value == pytest.approx(fit.beta[1])


def test_predictions_for_two_groups_are_their_own_shares():
    # 30 of 40 large customers bought again and 20 of 60 small ones
    again, large = np.repeat([1.0, 0, 1, 0], [30, 10, 20, 40]), np.repeat([1.0, 0], [40, 60])
    design = Design.of(range(100))
    fit = fit_logit(design, again, pd.DataFrame({"large": large}))
    at = [effects.prediction(fit, np.tile([1.0, value], (100, 1))) for value in (1, 0)]
    assert [e.value for e in at] == pytest.approx([0.75, 1 / 3])
    gap = mean(design, again, inside=large == 1) - mean(design, again, inside=large == 0)
    assert effects.combined(at[0] - at[1]).se == pytest.approx(gap.se, rel=0.04)  # leverages of 1/40 and 1/60 apart


def test_an_influence_is_what_leaving_the_contact_out_changes(fit):
    effect = effects.average_marginal_effect(fit, slopes(fit))
    y = fit.mean(fit.columns)
    panel = simulated(60)
    left_out = []
    for gone in range(30):
        keep = np.arange(len(y)) != gone
        part = fit_logit(panel.design, panel.outcome, pd.DataFrame(fit.columns[:, 1:]), inside=keep)
        left_out.append(effect.value - effects.average_marginal_effect(part, slopes(part)).value)
    assert np.corrcoef(left_out, effect.influence[:30])[0, 1] > 0.999
    assert np.std(left_out) == pytest.approx(np.std(effect.influence[:30]), rel=0.03)


def test_a_unit_ten_times_larger_makes_the_effect_ten_times_larger(fit):
    panel = simulated(60)
    x = pd.DataFrame(fit.columns[:, 1:]).mul([0.1] + [1.0] * (fit.columns.shape[1] - 2))
    tens = fit_logit(panel.design, panel.outcome, x)
    small, large = (effects.average_marginal_effect(f, slopes(f)) for f in (fit, tens))
    assert (large.value, large.se) == (pytest.approx(10 * small.value), pytest.approx(10 * small.se))


def test_several_answers_of_one_customer_are_one_witness():
    panel = simulated(60)
    x = panel.table[["satisfaction", "log_sales"]]
    alone = Design.of(range(len(x)), weight=panel.design.weight)
    copies = pd.concat([x, x, x], ignore_index=True)
    thrice = Design.of(range(len(copies)), weight=np.tile(alone.weight, 3), unit=np.tile(np.arange(len(x)), 3))
    once = fit_logit(alone, panel.outcome, x)
    again = fit_logit(thrice, np.tile(panel.outcome, 3), copies)
    pair = [effects.average_marginal_effect(f, slopes(f)) for f in (once, again)]
    assert pair[1].value == pytest.approx(pair[0].value) and pair[1].se == pytest.approx(pair[0].se, rel=0.03)
    assert pair[1].degrees_of_freedom == pair[0].degrees_of_freedom


def test_covariances_agree_with_the_variances_of_sums(fit):
    both = [effects.coefficient(fit, name) for name in fit.names[1:3]]
    found = effects.covariance(both)
    assert np.diag(found) == pytest.approx([e.variance for e in both])
    assert (both[0] + both[1]).variance == pytest.approx(found.sum())


def test_no_function_of_a_fit_is_taken_for_a_difference_of_means(fit):
    effect = effects.average_marginal_effect(fit, slopes(fit))
    assert is_certified(effect) and not is_certified(effects.combined(effect + effect))
    assert not is_certified(effect + effect)


def test_less_a_known_number_an_effect_keeps_its_interval_and_its_study(fit):
    effect = effects.average_marginal_effect(fit, slopes(fit))
    gap = effects.shifted(effect, 0.0058)
    assert gap.interval() == pytest.approx(tuple(bound - 0.0058 for bound in effect.interval()))
    assert is_certified(gap) and (gap.study, gap.rarer) == ("effect", effects.rarer(fit))


def test_a_penalised_fit_is_certified_nowhere():
    panel = simulated(60)
    score = panel.table["satisfaction"]
    fit = fit_logit(panel.design, (score > 70).astype(float), score.to_frame())
    assert fit.separated and not is_certified(effects.average_marginal_effect(fit, slopes(fit)))


def test_sales_at_stake_by_hand():
    # one known group; half of it buys again: half of each open customer's sales is at stake
    panel = panel_of(bought=[1.0, 0] * 20, satisfaction=[60.0, 60, 80, 80] * 10, closed=True)
    fit = fit_logit(panel.design, panel.outcome, panel.table[["satisfaction"]])
    stake = effects.share_at_stake(fit, np.array([[1.0, 70], [1, 70]]), np.array([0, 1]), np.array([100.0, 300]))
    assert stake.value == pytest.approx(0.5) and stake.se > 0 and stake.n == 2
