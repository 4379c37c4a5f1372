"""Intervals hold: drawn again and again from a population that is known, they contain its value as often as they say.

A few designs only, as a guard; 500 draws give a Monte Carlo error of one percentage point. Each draw is of a company of its
own: an equal-interval draw of 160 from 800 has only five possible samples, so one company's coverage says little.
"""

import numpy as np
import pytest

from csat_analysis.design import Design
from csat_analysis.estimators import mean, net_promoter_score, share

DRAWS = 500


def population(rng: np.random.Generator, size: int = 800, trend: float = 0.3) -> np.ndarray:
    """Scores of customers in the order of their sales; `trend` is the share of their variance that goes with the order."""
    order = np.linspace(-np.sqrt(3), np.sqrt(3), size)
    return np.clip(70 + 12 * (np.sqrt(trend) * order + np.sqrt(1 - trend) * rng.normal(size=size)), 0, 100)


def equal_interval_answers(rng: np.random.Generator, size: int, drawn: int, answering: float) -> np.ndarray:
    start = rng.uniform(0, size / drawn)
    asked = np.floor(start + size / drawn * np.arange(drawn)).astype(int)
    return asked[rng.random(drawn) < answering]


def coverage(draw) -> float:
    """Share of draws whose interval holds the truth; `draw()` gives an estimate and its truth."""
    held = []
    for _ in range(DRAWS):
        estimate, truth = draw()
        low, high = estimate.interval()
        held.append(low <= truth <= high)
    return float(np.mean(held))


@pytest.mark.parametrize(("drawn", "trend"), [(40, 0.0), (160, 0.0), (160, 0.5)])
def test_means_of_equal_interval_samples_hold(drawn, trend):
    rng = np.random.default_rng(20 + drawn)

    def draw():
        y = population(rng, trend=trend)
        rows = equal_interval_answers(rng, 800, drawn, 0.65)
        design = Design.of(rows, population={"all": 800}, drawn={"all": drawn}, systematic=["all"], order=rows)
        return mean(design, y[rows], bounds=(0, 100)), y.mean()

    assert 0.925 < coverage(draw) < 0.975


@pytest.mark.parametrize("measure", ["share", "nps"])
def test_shares_and_nps_hold_at_forty_visits(measure):
    rng = np.random.default_rng(8)

    def draw():
        y = population(rng, trend=0.0)
        up, down = (y > 78).astype(float), (y < 62).astype(float)
        rows = rng.choice(800, 40, replace=False)
        design = Design.of(rows, population={"all": 800})
        if measure == "share":
            return share(design, up[rows]), up.mean()
        return net_promoter_score(design, up[rows], down[rows]), 100 * (up.mean() - down.mean())

    assert coverage(draw) > 0.925


@pytest.mark.parametrize("same", [True, False])
def test_changes_hold_with_the_same_and_with_fresh_customers(same):
    rng = np.random.default_rng(4)
    true_change = 3.0

    def draw():
        person = rng.normal(70, 9, 300)
        old, new = person + rng.normal(0, 7, 300), person + true_change + rng.normal(0, 7, 300)
        first = rng.choice(300, 40, replace=False)
        second = first if same else rng.choice(np.setdiff1d(np.arange(300), first), 40, replace=False)
        change = mean(Design.of(second, wave="2026H1"), new[second]) - mean(Design.of(first, wave="2025H2"), old[first])
        return change, true_change

    assert 0.925 < coverage(draw) < 0.975
