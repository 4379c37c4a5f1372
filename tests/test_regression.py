"""Regressions: equal to R's svyglm, to what can be worked out by hand, and honest about what they can't fit."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import mean
from csat_analysis.models.regression import linear, logit

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "regression.json").read_text())


def agrees(found: dict[str, Estimate], name: str) -> bool:
    """Every coefficient and its standard error to a millionth of R's."""
    expected = {key.removeprefix(f"{name}."): numbers for key, numbers in R.items() if key.startswith(f"{name}.")}
    return list(found) == list(expected) and all(
        estimate.value == pytest.approx(expected[column]["value"], rel=1e-6)
        and estimate.se == pytest.approx(expected[column]["se"], rel=1e-6)
        for column, estimate in found.items()
    )


def stratified(table: pd.DataFrame, *, weight: str, stratum: str, population: str) -> Design:
    sizes = table.groupby(stratum)[population].first().to_dict()
    return Design.of(table.index, weight=table[weight], stratum=table[stratum], population=sizes)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "two_waves.csv").query("wave == '2025H2'").reset_index(drop=True)


@pytest.fixture(scope="module")
def design(answers) -> Design:
    return stratified(answers, weight="weight", stratum="stratum", population="population")


@pytest.fixture(scope="module")
def schools(reference_data) -> pd.DataFrame:
    return pd.read_csv(reference_data / "apistrat.csv")


@pytest.fixture(scope="module")
def school_design(schools) -> Design:
    return stratified(schools, weight="pw", stratum="stype", population="fpc")


def test_linear_equals_r(answers, design):
    assert agrees(linear(design, answers["score"], answers[["orders", "nps"]]), "linear")


def test_linear_in_a_domain_equals_r(answers, design):
    east = answers["group"] == "east"
    assert agrees(linear(design, answers["score"], answers[["orders", "nps"]], inside=east), "linear_east")


def test_logit_equals_r_quasibinomial(answers, design):
    assert agrees(logit(design, answers["score"] >= 70, answers[["orders", "nps"]]), "logit")


def test_missing_answers_are_a_domain_to_r_too(answers, design):
    columns = answers[["orders", "nps"]].astype(float)
    columns.loc[answers["group"] != "east", "nps"] = np.nan
    found = linear(design, answers["score"], columns)
    east = answers["group"] == "east"
    in_east = linear(design, answers["score"], answers[["orders", "nps"]], inside=east)
    assert found["nps"].n == east.sum() and len(found["nps"].lost) == (~east).sum()
    assert found["nps"].process().se == pytest.approx(in_east["nps"].process().se)


def test_schools_linear_equals_r_and_the_published_numbers(schools, school_design):
    found = linear(school_design, schools["api00"], schools[["ell", "meals", "mobility"]])
    assert agrees(found, "api_linear")
    assert [e.value for e in found.values()] == pytest.approx([820.887316, -0.480587, -3.141535, 0.225713], abs=5e-7)
    assert [e.se for e in found.values()] == pytest.approx([10.077736, 0.391973, 0.283947, 0.393218], abs=5e-7)


def test_schools_logit_equals_r_and_the_published_numbers(schools, school_design):
    found = logit(school_design, schools["sch.wide"] == "Yes", schools[["ell", "meals", "mobility"]])
    assert agrees(found, "api_logit")
    assert [e.value for e in found.values()] == pytest.approx([0.835837, -0.002490, -0.003152, 0.060897], abs=5e-7)
    # R's default stops one step early, so its printed standard errors are 1e-5 off those of the converged fit
    assert [e.se for e in found.values()] == pytest.approx([0.455626, 0.013252, 0.009199, 0.031935], rel=5e-5)


def test_on_one_column_of_0_and_1_the_slope_is_the_difference_of_two_means(answers, design):
    east = answers["group"] == "east"
    found = linear(design, answers["score"], east.to_frame("east"))
    gap = mean(design, answers["score"], inside=east) - mean(design, answers["score"], inside=~east)
    assert (found["east"].value, found["east"].se) == (pytest.approx(gap.value), pytest.approx(gap.se))


def test_log_odds_of_a_two_by_two_table_by_hand():
    # 30 of 40 large customers bought again, 20 of 60 small ones: log odds ratio ln(3 / 0.5), variance Σ 1/count
    again = np.repeat([1, 0, 1, 0], [30, 10, 20, 40])
    large = pd.DataFrame({"large": np.repeat([1, 0], [40, 60])})
    found = logit(Design.of(range(100)), again, large)["large"]
    assert found.value == pytest.approx(np.log(6))
    assert found.variance == pytest.approx((1 / 30 + 1 / 10 + 1 / 20 + 1 / 40) * 100 / 99)


def test_a_unit_ten_times_larger_makes_coefficients_ten_times_larger(answers, design):
    columns, yes = answers[["orders", "nps"]], answers["score"] >= 70
    per_order = logit(design, yes, columns)["orders"]
    per_ten = logit(design, yes, columns.assign(orders=columns["orders"] / 10))["orders"]
    assert (per_ten.value, per_ten.se) == (pytest.approx(10 * per_order.value), pytest.approx(10 * per_order.se))


def test_scaling_the_weights_changes_nothing(answers, design):
    larger = Design.of(answers.index, weight=1e6 * answers["weight"], stratum=answers["stratum"])
    a, b = (logit(d, answers["score"] >= 70, answers[["nps"]])["nps"].process() for d in (design, larger))
    assert (a.value, a.se) == (pytest.approx(b.value), pytest.approx(b.se))


def test_weights_of_two_are_the_same_fit_as_everyone_twice(answers):
    columns, yes = answers[["orders", "nps"]], answers["score"] >= 70
    twice = pd.concat([columns, columns], ignore_index=True)
    doubled = logit(Design.of(range(len(twice))), np.tile(yes, 2), twice)
    weighted = logit(Design.of(answers.index, weight=np.full(len(answers), 2.0)), yes, columns)
    assert [e.value for e in doubled.values()] == pytest.approx([e.value for e in weighted.values()])


def test_known_slopes_are_found_again_within_their_intervals():
    rng = np.random.default_rng(11)
    columns = pd.DataFrame(rng.normal(size=(4000, 2)), columns=["satisfaction", "tenure"])
    drift = 0.4 + 0.8 * columns["satisfaction"] - 0.5 * columns["tenure"]
    design = Design.of(range(4000), weight=rng.uniform(0.5, 2, 4000))
    found = {
        "linear": linear(design, drift + rng.normal(size=4000), columns),
        "logit": logit(design, drift + rng.logistic(size=4000) > 0, columns),
    }
    for coefficients in found.values():
        for name, truth in {"intercept": 0.4, "satisfaction": 0.8, "tenure": -0.5}.items():
            assert abs(coefficients[name].value - truth) < 3 * coefficients[name].se < 0.2


def test_customers_with_several_contacts_make_slopes_less_sure():
    rng = np.random.default_rng(12)
    customer = np.repeat(range(60), 5)
    x = pd.DataFrame({"x": rng.normal(size=60)[customer]})
    y = x["x"] + rng.normal(size=60)[customer]
    alone, together = (linear(Design.of(range(300), unit=unit), y, x)["x"].se for unit in (None, customer))
    assert together == pytest.approx(np.sqrt(5) * alone, rel=0.02)


def fit(y, columns: dict[str, list], model=linear) -> dict[str, Estimate]:
    return model(Design.of(range(len(y))), np.array(y, dtype=float), pd.DataFrame(columns))


SIX = [3.0, 5.0, 4.0, 8.0, 6.0, 9.0]


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"a": [1, 2, 4, 3, 5, 6], "same": [7.0] * 6}, "'same' is 7 for everyone"),
        ({"a": [1, 2, 4, 3, 5, 6], "b": [3, 5, 9, 7, 11, 13]}, "'b' follows from the columns before it"),
        ({"a": [1, 2, 4, 3, 5, 6], "region": list("NNSSEE")}, "'region' holds 'N'"),
        ({"log_sales": [1, 2, 4, 3, 5, -np.inf]}, "'log_sales' has an infinite value"),
        ({"a": [1, 2, np.nan, np.nan, np.nan, np.nan]}, "2 contacts with all columns for 2 coefficients"),
        ({"a": [1, 2, 3]}, "3 rows of columns for 6 outcomes"),
    ],
)
def test_columns_that_cannot_be_used_are_named(columns, words):
    with pytest.raises(EstimateError, match=words):
        fit(SIX, columns)


@pytest.mark.parametrize(
    ("y", "x", "words"),
    [
        ([0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 3.5, 4, 5, 6], "score separate.*Firth"),
        ([0, 0, 0, 1, 1, 1, 1], [1, 2, 3, 3, 4, 5, 6], "score separate.*Firth"),  # complete but for a tie
        ([0, 1, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1, 1], "score separate.*Firth"),  # one group answers alike
        ([1, 1, 1, 1, 1, 1, 1], [1, 2, 3, 3, 4, 5, 6], "1 for everyone"),
        ([0, 2, 0, 1, 1, 1, 1], [1, 2, 3, 3, 4, 5, 6], "an outcome is 2"),
    ],
)
def test_outcomes_without_a_finite_answer_are_said(y, x, words):
    with pytest.raises(EstimateError, match=words):
        fit(y, {"score": x}, logit)


def test_an_outcome_that_only_two_columns_together_separate_names_both():
    a, b = np.array([1.0, 2, 3, 4, 1, 2, 3, 4]), np.array([2.0, 3, 4, 5, 0, 1, 2, 3])
    with pytest.raises(EstimateError, match="a and b separate"):
        fit(b > a, {"a": a, "b": b}, logit)
