"""Shares of importance: published values, worked by hand, and what must not depend on how the data are written."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.estimators import mean
from csat_analysis.models import importance
from csat_analysis.models.resampling import bootstrap_weights
from csat_analysis.models.shrunken_ranks import shrunken_draws

BLOCKS = {"image": "IMAG", "expectation": "CUEX", "quality": "PERQ", "value": "PERV"}
SFO = ("Q7FOOD", "Q7WALKWAYS", "Q7SIGN", "Q7SCREENS", "Q7STORE", "Q7ART")


def one(values: np.ndarray) -> np.ndarray:
    return importance.covariances(values, np.ones((1, len(values))))[0]


@pytest.fixture(scope="module")
def mobile(reference_data) -> np.ndarray:
    answers = pd.read_csv(reference_data / "ecsi_mobi.csv")
    blocks = [answers.filter(regex=f"^{prefix}\\d").mean(axis=1) for prefix in (*BLOCKS.values(), "CUSA")]
    return one(np.column_stack(blocks))


def test_mobile_phone_customers_have_the_published_lmg_shares(mobile):
    found = importance.lmg(mobile)
    assert found.sum() == pytest.approx(0.669441, abs=1e-6)
    shares = dict(zip(BLOCKS, importance.normalised(found)[0], strict=True))
    published = {"quality": 0.441314, "image": 0.246201, "value": 0.197641, "expectation": 0.114844}
    assert shares == pytest.approx(published, abs=1e-5)


def test_mobile_phone_customers_have_the_published_relative_weights(mobile):
    found = dict(zip(BLOCKS, importance.relative_weights(mobile)[0], strict=True))
    published = {"quality": 0.281454, "image": 0.165644, "value": 0.140845, "expectation": 0.081499}
    assert found == pytest.approx(published, abs=1e-5)


def test_airport_passengers_have_the_published_shares(reference_data):
    raw = pd.read_csv(reference_data / "sfo_2017.csv", dtype=str)[[*SFO, "Q7ALL"]]
    answers = raw.apply(pd.to_numeric, errors="coerce")
    complete = answers.where(answers.isin([1, 2, 3, 4, 5])).dropna()
    assert len(complete) == 1850
    found = importance.lmg(one(complete.to_numpy()))
    assert found.sum() == pytest.approx(0.537570, abs=1e-6)
    published = [0.191585, 0.177900, 0.177302, 0.160255, 0.153624, 0.139334]
    assert importance.normalised(found)[0] == pytest.approx(published, abs=1e-5)


def correlated(r12: float, r1y: float, r2y: float) -> np.ndarray:
    return np.array([[[1, r12, r1y], [r12, 1, r2y], [r1y, r2y, 1]]], dtype=float)


def test_two_drivers_worked_by_hand():
    """R² = (r1² + r2² − 2 r1 r2 r12)/(1 − r12²) = .39/.75 = .52; LMG of the first = (r1² + R² − r2²)/2."""
    found = importance.lmg(correlated(0.5, 0.7, 0.5))[0]
    r2 = (0.49 + 0.25 - 2 * 0.7 * 0.5 * 0.5) / 0.75
    assert found == pytest.approx([(0.49 + r2 - 0.25) / 2, (0.25 + r2 - 0.49) / 2])


def test_uncorrelated_drivers_have_their_squared_correlations():
    covariance = correlated(0.0, 0.6, 0.3)
    assert importance.lmg(covariance)[0] == pytest.approx([0.36, 0.09])
    assert importance.relative_weights(covariance)[0] == pytest.approx([0.36, 0.09])


def test_the_same_driver_twice_shares_equally():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 2))
    y = x @ [1.0, 0.5] + rng.normal(size=200)
    for method in (importance.lmg, importance.relative_weights):
        alone, double = method(one(np.column_stack([x, y])))[0], method(one(np.column_stack([x, x[:, :1], y])))[0]
        assert double[0] == pytest.approx(double[2], rel=1e-6) and double.sum() == pytest.approx(alone.sum(), rel=1e-6)


def test_a_constant_driver_explains_nothing_and_no_share_is_negative():
    rng = np.random.default_rng(2)
    x = np.column_stack([rng.normal(size=(150, 2)), np.full(150, 7.0)])
    y = x[:, 0] - 0.8 * x[:, 1] + rng.normal(size=150)
    found = importance.lmg(one(np.column_stack([x, y])))[0]
    assert found[2] == pytest.approx(0.0, abs=1e-9) and (found >= 0).all()
    assert (
        importance.correlations(one(np.column_stack([x, y])))[0, 1, -1] < 0
    )  # it stands against, and the sign says so


def test_units_and_order_of_the_drivers_do_not_matter():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 4)) + rng.normal(size=(300, 1))
    y = x @ [1.0, 0.2, 0.6, 0.0] + rng.normal(size=300)
    found = importance.lmg(one(np.column_stack([x, y])))[0]
    turned = importance.lmg(one(np.column_stack([100 * x[:, ::-1] + 5, 3 * y])))[0]
    assert turned[::-1] == pytest.approx(found, rel=1e-6)


def test_a_weight_of_two_is_a_respondent_twice():
    rng = np.random.default_rng(4)
    values, weight = rng.normal(size=(60, 4)), rng.integers(1, 4, 60)
    weighted = importance.covariances(values, weight[None, :].astype(float))[0]
    assert importance.lmg(weighted) == pytest.approx(importance.lmg(one(np.repeat(values, weight, axis=0))))


def test_what_all_answers_share_is_taken_out_of_the_halo_free_view():
    rng = np.random.default_rng(5)
    habit = rng.normal(size=(4000, 1))
    x = habit + rng.normal(size=(4000, 5))
    only_habit = habit[:, 0] * 3 + x[:, 0] + rng.normal(size=4000)
    found = importance.beyond_halo(one(np.column_stack([x, only_habit])))[0]
    assert found[0] > 0.25 and found[0] > 2 * np.abs(found[1:]).max()


def test_resamples_spread_as_the_design_says():
    rng = np.random.default_rng(6)
    stratum, unit = np.repeat(["a", "b"], [40, 80]), np.r_[np.arange(40), 40 + np.arange(80) // 2]
    design = Design.of(range(120), weight=np.where(stratum == "a", 1.0, 3.0), stratum=stratum, unit=unit)
    y = rng.normal(size=120) + 0.5 * unit
    weights = bootstrap_weights(design, draws=6000, seed=1)
    resampled = (weights @ y) / weights.sum(axis=1)
    assert resampled.std() == pytest.approx(mean(design, y).process().se, rel=0.04)
    assert np.array_equal(weights, bootstrap_weights(design, draws=6000, seed=1))


def test_customers_answers_are_drawn_together():
    design = Design.of(range(6), unit=[0, 0, 1, 1, 2, 3])
    weights = bootstrap_weights(design, draws=50, seed=2)
    assert np.array_equal(weights[:, 0], weights[:, 1]) and np.array_equal(weights[:, 2], weights[:, 3])


def test_equal_shares_leave_every_rank_open_and_clear_ones_do_not():
    rng = np.random.default_rng(7)
    noise = rng.normal(0, 0.05, (400, 4))
    even = shrunken_draws(np.full(4, 0.25), 0.25 + noise, seed=1)
    assert importance.rank_chances(even) == pytest.approx(np.full((4, 4), 0.25), abs=0.06)
    value = np.array([0.7, 0.1, 0.1, 0.1])
    clear = importance.rank_chances(shrunken_draws(value, value + 0.2 * noise, seed=1))
    assert clear[0, 0] > 0.99 and clear.sum(axis=0) == pytest.approx(np.ones(4))
