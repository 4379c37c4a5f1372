"""The study of repurchase fits as the package does, gives the same table again, and holds what the report says of it."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.models import effects
from csat_analysis.models.curves import spline_columns
from csat_analysis.models.regression import fit_linear, fit_logit
from csat_analysis.models.shape import wald
from csat_analysis.studies import many_logits, repurchase, stored


@pytest.fixture(scope="module")
def drawn():
    """Six companies of 150 answers with their design; in the last two, new customers all buy."""
    layout = repurchase.Layout.of(150)
    score, controls, leaning = repurchase.companies(layout, 6, np.random.default_rng(3))
    odds = repurchase.log_odds(0.0058, score) + leaning
    bought = (np.random.default_rng(4).random(score.shape) < 1 / (1 + np.exp(-odds))).astype(float)
    bought[4:] = np.maximum(bought[4:], controls[4:, :, 2])
    x = np.concatenate([np.ones((*score.shape, 1)), score[..., None], controls[..., :5]], axis=2)
    design = Design.of(range(150), weight=layout.weight, unit=layout.unit, stratum=layout.stratum[layout.unit])
    return layout, x, bought, design


def test_many_fits_are_the_packages_own(drawn):
    layout, x, bought, design = drawn
    many = many_logits.fit(x, bought, layout.weight)
    value, influence = many_logits.average_marginal_effect(many)
    spread = many_logits.covariance(influence, influence, layout.unit, layout.stratum)
    linear, of_linear = many_logits.linear_slope(x, bought, layout.weight)
    of_line = many_logits.covariance(of_linear, of_linear, layout.unit, layout.stratum)
    assert many.separated.tolist()[4:] == [True, True]
    for place in range(6):
        columns = pd.DataFrame(x[place, :, 1:])
        fit = fit_logit(design, bought[place], columns)
        assert bool(fit.separated) == many.separated[place]
        assert many.beta[place] == pytest.approx(fit.beta, abs=1e-8)
        slopes = np.zeros_like(fit.columns)
        slopes[:, 1] = 1.0
        one = effects.average_marginal_effect(fit, slopes)
        assert value[place] == pytest.approx(one.value, abs=1e-8)
        assert np.sqrt(spread[place]) == pytest.approx(one.se, abs=1e-8)
        assert layout.degrees_of_freedom == one.degrees_of_freedom
        line = effects.coefficient(fit_linear(design, bought[place], columns), 0)
        assert (linear[place], np.sqrt(of_line[place])) == pytest.approx((line.value, line.se), abs=1e-8)


def test_the_shape_test_is_the_packages_own(drawn):
    layout, x, bought, design = drawn
    x = x[:4, :, :4]
    found = repurchase.shape_found(x, bought[:4], layout)
    for place in range(4):
        knots = np.quantile(x[place, :, 1], repurchase.KNOTS[4])
        columns = np.column_stack([spline_columns(x[place, :, 1], tuple(knots)), x[place, :, 2:]])
        fit = fit_logit(design, bought[place], pd.DataFrame(columns))
        _, p = wald([effects.coefficient(fit, name) for name in (1, 2)])
        assert found.loc[place, "p"] == pytest.approx(p, abs=1e-7)


def test_a_companys_truth_is_what_it_is_said_to_be():
    layout = repurchase.Layout.of(800)
    score, _, leaning = repurchase.companies(layout, 60, np.random.default_rng(9))
    slope = repurchase.coefficients(0.0058)[1]
    p = 1 / (1 + np.exp(-(repurchase.log_odds(0.0058, score) + leaning)))
    effect = np.average((slope * p * (1 - p)).mean(axis=0), weights=layout.weight)
    assert effect == pytest.approx(0.0058, abs=0.0001)


def test_the_same_seed_gives_the_same_table_whatever_the_processes(monkeypatch):
    first = repurchase.settings()[0]
    monkeypatch.setattr(repurchase, "settings", lambda: [first])
    one, again, other = (repurchase.run(400, seed, processes) for seed, processes in ((1, 1), (1, 2), (2, 1)))
    pd.testing.assert_frame_equal(one, again)
    assert one["bias"].iloc[0] != other["bias"].iloc[0]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    assert stored.stored("repurchase")["draws"] >= 2000
    return stored.table("repurchase")


def test_the_stored_effects_are_unbiased_and_their_intervals_hold(table):
    effect = table[table["test"] == "effect"]
    assert len(effect) == 8 and effect["holds"].all()
    assert effect["bias"].abs().max() <= 0.0002 and effect["coverage"].between(0.93, 0.97).all()
    none = effect[effect["truth"] == "0.0"]
    assert none["found"].between(0.04, 0.06).all()


def test_the_stored_shape_test_errs_as_seldom_as_it_says_and_foretells_its_power(table):
    shape = table[table["test"] == "shape"].pivot(index="answers", columns="truth", values=["found", "power_foretold"])
    assert shape["found", "straight"].between(0.03, 0.07).all()
    assert shape["found", "curved"].is_monotonic_increasing and shape["found", "curved"].iloc[-1] > 0.9
    assert (shape["power_foretold", "curved"] - shape["found", "curved"]).abs().max() < 0.1
