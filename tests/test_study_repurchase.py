"""The study of repurchase fits as the package does, gives the same table again, and holds what the report says of it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special

from csat_analysis.certification import SHARES_APART, STUDIED_BY, is_certified
from csat_analysis.design import Design
from csat_analysis.estimate import Estimate
from csat_analysis.models import effects, validation
from csat_analysis.models.curves import Curve, spline_columns
from csat_analysis.models.regression import fit_linear, fit_logit
from csat_analysis.models.shape import noncentrality, power_of_wald, wald
from csat_analysis.studied import studied
from csat_analysis.studies import many_logits, repurchase, stored
from csat_analysis.studies import repurchase_found as found
from csat_analysis.studies import repurchase_world as world
from csat_analysis.studies.repurchase_world import Truth


@pytest.fixture(scope="module")
def drawn() -> found.Drawn:
    """Six companies of 150 answers; in the last two, new customers all buy."""
    layout = world.Layout.of(150)
    score, controls, leaning = world.companies(layout, 6, np.random.default_rng(3))
    odds = Truth().log_odds(score) + leaning
    bought = (np.random.default_rng(4).random(score.shape) < special.expit(odds)).astype(float)
    bought[4:] = np.maximum(bought[4:], controls[4:, :, 2])
    return found.Drawn(layout, Truth(), score, controls, leaning, bought, 6)


def test_many_fits_are_the_packages_own(drawn):
    x, bought, weight = drawn.x, drawn.bought, drawn.layout.weight
    many = many_logits.fit(x, bought, weight)
    value, influence = many_logits.average_marginal_effect(many)
    linear, of_linear = many_logits.linear_slope(x, bought, weight)
    assert many.separated.tolist()[4:] == [True, True]
    for place in range(6):
        columns = pd.DataFrame(x[place, :, 1:])
        fit = fit_logit(drawn.design, bought[place], columns)
        assert bool(fit.separated) == many.separated[place]
        assert many.beta[place] == pytest.approx(fit.beta, abs=1e-8)
        slopes = np.zeros_like(fit.columns)
        slopes[:, 1] = 1.0
        one = effects.average_marginal_effect(fit, slopes)
        assert value[place] == pytest.approx(one.value, abs=1e-8)
        assert drawn.se(influence)[place] == pytest.approx(one.se, abs=1e-8)
        assert drawn.layout.degrees_of_freedom == one.degrees_of_freedom
        line = effects.coefficient(fit_linear(drawn.design, bought[place], columns), 0)
        assert (linear[place], drawn.se(of_linear)[place]) == pytest.approx((line.value, line.se), abs=1e-8)


def test_an_effect_in_a_group_is_the_packages_own(drawn):
    inside = found.levels_of(drawn)[..., 0]
    many = many_logits.fit(drawn.x, drawn.bought, drawn.layout.weight)
    slopes = np.zeros_like(drawn.x)
    slopes[..., 1] = 1.0
    value, influence = many_logits.average_marginal_effect(many, slopes, inside)
    fit = fit_logit(drawn.design, drawn.bought[0], pd.DataFrame(drawn.x[0, :, 1:]))
    one = effects.average_marginal_effect(fit, slopes[0], inside=inside[0] == 1)
    assert (value[0], drawn.se(influence)[0]) == pytest.approx((one.value, one.se), abs=1e-8)
    assert found.freedom_in(drawn, inside)[0] == one.degrees_of_freedom
    assert found.se_in(drawn, influence, inside)[0] * found.far_in(drawn, inside)[0] == pytest.approx(
        one.interval()[1] - one.value, abs=1e-8
    )


def test_the_shape_test_and_its_foretold_power_are_the_packages_own(drawn):
    three = found.Drawn(
        drawn.layout, drawn.truth, *(a[:4] for a in (drawn.score, drawn.controls, drawn.leaning, drawn.bought)), 3
    )
    many = found.shapes(three)
    for place in range(4):
        knots = tuple(np.quantile(three.score[place], found.KNOTS[4]))
        own = spline_columns(three.score[place], knots)
        names = ["satisfaction", "satisfaction spline 1", "satisfaction spline 2", "sales", "before"]
        columns = pd.DataFrame(
            np.column_stack([own, three.x[place, :, 2:]]), columns=names[: 1 + 2 + three.columns - 1]
        )
        fit = fit_logit(three.design, three.bought[place], columns)
        bends = [effects.coefficient(fit, name) for name in names[1:3]]
        assert many.loc[place, "p"] == pytest.approx(wald(bends)[1], abs=1e-7)
        size = noncentrality(Curve(fit, three.score[place], knots), effects.covariance(bends), world.EFFECT)
        power = power_of_wald(size, len(bends), bends[0].degrees_of_freedom)
        assert many.loc[place, "power"] == pytest.approx(power, abs=1e-6)


def test_squared_misses_and_the_slope_of_calibration_are_judged_as_the_package_does(drawn):
    given = found.by_score(drawn.truth, drawn.score, drawn.controls)
    truth = world.everybody().mean
    p, of_all = (
        world.everybody().probability(drawn.truth),
        found.by_score(drawn.truth, world.everybody().score, world.everybody().controls),
    )
    misses, slopes = found.squared_misses(drawn), found.calibration_slopes(drawn)
    for place in range(6):
        one = validation.brier(drawn.design, drawn.bought[place], given[place])
        assert misses.loc[place, "by_score brier"] == found.holds(one, truth(of_all**2 - 2 * of_all * p + p))
        slope = validation.calibration_slope(drawn.design, drawn.bought[place], given[place])
        assert slopes.loc[place, "by_score"] == found.holds(slope, world.slope_of_forecast(drawn.truth, found.by_score))


@pytest.mark.parametrize("truth", [Truth(), Truth(0.0), world.as_steep(0.95), world.as_steep(0.10)])
def test_a_companys_truth_is_what_it_is_said_to_be(truth):
    them = world.everybody()
    p = them.probability(truth)
    assert them.mean(world.coefficients(truth)[1] * p * (1 - p)) == pytest.approx(truth.effect, abs=0.0001)
    assert them.mean(p) == pytest.approx(truth.rate, abs=0.005)


def test_the_same_seed_gives_the_same_table_whatever_the_processes(monkeypatch):
    first = repurchase.settings()[0]
    monkeypatch.setattr(repurchase, "settings", lambda: [first])
    one, again, other = (repurchase.run(200, seed, processes) for seed, processes in ((1, 1), (1, 2), (2, 1)))
    pd.testing.assert_frame_equal(one, again)
    assert one["bias"].iloc[0] != other["bias"].iloc[0]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return stored.table("repurchase")


def test_every_stored_setting_has_two_thousand_companies(table):
    assert table["draws"].min() >= 2000 and stored.stored("repurchase")["draws"] >= 2000
    assert set(STUDIED_BY["repurchase"]) == set(table["test"]) - {"shape"}


def test_usual_and_rare_outcomes_are_tried(table):
    tried = table[~table["test"].isin(["group_effect", "group_curve", "shape"])]
    assert all(set(own) == {0.77, 0.95, 0.10} for _, own in tried.groupby("test")["rate"])


def test_the_stored_effects_are_unbiased_and_their_intervals_hold(table):
    effect = table[(table["test"] == "effect") & (table["rate"] == 0.77)]
    told = effect[effect["answers"] >= 150]
    assert len(effect) == 8 and told["holds"].all() and told["bias"].abs().max() <= 0.0002
    assert effect["coverage"].between(0.93, 0.97).all()
    none = effect[effect["truth"] == "0"]
    assert none["found"].between(0.04, 0.06).all()


def test_what_holds_follows_from_bias_and_coverage(table):
    effect = table[table["test"].isin(["effect", "effect_linear"])]
    holds = (effect["bias"].abs() <= 0.0002) & effect["coverage"].between(0.93, 0.97)
    assert (effect["holds"].astype(bool) == holds).all()
    others = table[~table["test"].isin(["effect", "effect_linear", "shape"])]
    wide = ~others["test"].isin(SHARES_APART) & (others["coverage"] > 0.97)
    assert (others["holds"].astype(bool) == ((others["coverage_lowest"] >= 0.93) & ~wide)).all()


def test_the_stored_shape_test_errs_as_seldom_as_it_says_and_foretells_its_power(table):
    shape = table[table["test"] == "shape"].pivot(index="answers", columns="truth", values=["found", "power_foretold"])
    assert shape["found", "0.0058"].between(0.03, 0.07).all()
    assert shape["found", "curved"].is_monotonic_increasing and shape["found", "curved"].iloc[-1] > 0.9
    for world_of in ("curved", "0.0058"):  # whatever the truth, it foretells the power to see the named curvature
        apart = (shape["power_foretold", world_of] - shape["found", "curved"]).abs()
        assert apart.max() < 0.08 and apart.loc[400:].max() < 0.04


def effect_of(rarer: int, answers: int = 400) -> Estimate:
    """An effect of so many answers, each of its own customer."""
    design = Design.of(range(answers))
    influence = np.random.default_rng(1).normal(size=answers)
    plain = Estimate(0.005, influence / answers, np.arange(answers), design, kind="effect", finite=False)
    return studied(plain, "effect", rarer)


def test_an_effect_is_judged_by_the_rarer_outcome_not_by_answers_alone():
    assert is_certified(effect_of(100)) and not is_certified(effect_of(10))
    assert not is_certified(effect_of(60, answers=4000))  # a rarer outcome than any that was tried


def test_few_customers_are_not_certified_whatever_their_answers():
    whole = effect_of(100)
    assert is_certified(whole)
    assert not is_certified(replace(whole, design=Design.of(range(400), unit=np.arange(400) // 20)))


def test_weights_more_unequal_than_the_studys_are_not_certified():
    weight = np.where(np.arange(400) % 8 == 0, 10.0, 1.0)
    assert not is_certified(replace(effect_of(100), design=Design.of(range(400), weight=weight)))
