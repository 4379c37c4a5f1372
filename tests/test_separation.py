"""Separated outcomes: found before a fit, and fitted with the published penalised numbers."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.models import separation
from csat_analysis.models.effects import average_marginal_effect
from csat_analysis.models.regression import fit_linear, fit_logit, logit
from csat_analysis.models.separation import firth, penalised_likelihood, separating_columns


@pytest.fixture(scope="module")
def telco(reference_data):
    status = pd.read_csv(reference_data / "telco_status.csv")
    score = status[["Satisfaction Score"]].astype(float)
    return Design.of(range(len(status))), 1 - status["Churn Value"], score


def test_telco_has_no_plain_logit_and_the_published_penalised_one(telco):
    design, stayed, score = telco
    with pytest.raises(EstimateError, match="Satisfaction Score separate"):
        logit(design, stayed, score)
    fit = fit_logit(design, stayed, score)
    assert fit.separated == ("Satisfaction Score",)
    assert fit.beta == pytest.approx([-24.488101, 8.712715], abs=5e-7)
    slope = np.tile([0.0, 1.0], (len(stayed), 1))
    assert average_marginal_effect(fit, slope).value == pytest.approx(0.446177, abs=5e-7)
    assert fit_linear(design, stayed, score).beta[1] == pytest.approx(0.277304, abs=5e-7)


def test_in_a_two_by_two_table_firth_adds_half_to_every_cell():
    # nobody of 12 in one group, 7 of 10 in the other: log((7.5 / 3.5) / (0.5 / 12.5))
    y, x = np.repeat([0.0, 1, 0], [12, 7, 3]), np.repeat([0.0, 1, 1], [12, 7, 3])
    beta = firth(y, np.column_stack([np.ones(22), x]), np.ones(22))
    assert beta == pytest.approx([np.log(0.5 / 12.5), np.log((7.5 / 3.5) / (0.5 / 12.5))])


@pytest.mark.parametrize(("others", "buyers", "bought"), [(40, 30, 1), (60, 40, 0), (527, 412, 1), (2000, 1990, 0)])
def test_a_lone_member_of_a_category_has_the_closed_form(others, buyers, bought):
    """Half a contact more in each cell: log odds of 1.5 to .5 for the lone one, whose likeliest coefficient is infinite."""
    y = np.r_[np.ones(buyers), np.zeros(others - buyers), float(bought)]
    lone = np.r_[np.zeros(others), 1.0]
    rest = np.log((buyers + 0.5) / (others - buyers + 0.5))
    own = np.log(3.0) if bought else -np.log(3.0)
    fit = fit_logit(Design.of(range(others + 1)), y, pd.DataFrame({"island": lone}))
    assert fit.separated == ("island",) and fit.beta == pytest.approx([rest, own - rest], abs=1e-8)


def test_a_lone_member_among_other_columns_converges_to_the_largest_penalised_likelihood():
    rng = np.random.default_rng(0)
    x = np.column_stack([np.ones(300), np.r_[1.0, np.zeros(299)], rng.normal(size=(300, 3))])
    y, weight = (rng.random(300) < 0.8).astype(float), rng.uniform(0.5, 1.5, 300)
    beta = firth(y, x, weight)
    best = penalised_likelihood(beta, y, x, weight)
    steps = [sign * 1e-3 * np.eye(5)[place] for place in range(5) for sign in (-1, 1)]
    assert all(penalised_likelihood(beta + step, y, x, weight) < best for step in steps)


def test_a_penalised_fit_changes_with_its_units_as_a_plain_one_does():
    rng = np.random.default_rng(2)
    x = np.sort(rng.normal(70, 10, 40))
    y = (x > np.median(x)).astype(float)
    points, tens = (firth(y, np.column_stack([np.ones(40), x / unit]), np.ones(40)) for unit in (1, 10))
    assert tens == pytest.approx([points[0], 10 * points[1]], rel=1e-6)


def test_without_separation_the_penalty_vanishes_as_contacts_grow():
    rng = np.random.default_rng(3)
    gaps = []
    for size in (100, 10_000):
        x = rng.normal(size=size)
        y = (rng.random(size) < 1 / (1 + np.exp(-x))).astype(float)
        plain = fit_logit(Design.of(range(size)), y, pd.DataFrame({"x": x})).beta
        gaps.append(np.abs(firth(y, np.column_stack([np.ones(size), x]), np.ones(size)) - plain).max())
    assert gaps[1] < gaps[0] / 20


def test_only_columns_that_separate_are_named():
    rng = np.random.default_rng(4)
    noise, score = rng.normal(size=60), np.repeat([1.0, 2, 3], 20)
    y = np.where(score == 1, 0.0, np.where(score == 3, 1.0, rng.integers(0, 2, 60)))
    columns = np.column_stack([np.ones(60), noise, score])
    assert "score" in separating_columns(y, columns, ["intercept", "noise", "score"])
    shuffled = rng.permutation(y)
    assert separating_columns(shuffled, columns, ["intercept", "noise", "score"]) == []


def test_a_fit_that_does_not_converge_is_never_passed_on(monkeypatch):
    monkeypatch.setattr(separation, "STEPS", 2)
    x = np.arange(30.0)
    with pytest.raises(EstimateError, match="did not converge"):
        firth((x > 14).astype(float), np.column_stack([np.ones(30), x]), np.ones(30))
