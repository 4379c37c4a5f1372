"""Verdict words follow from intervals by named rules."""

import numpy as np
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate, mean
from csat_analysis.verdicts import (
    RULES,
    change_verdict,
    detectable_change,
    difference_verdicts,
    gap_verdict,
    standard_verdict,
    target_verdict,
    worth_detecting,
)


def estimate(value: float, se: float, n: int = 400) -> Estimate:
    """A mean with exactly this value and standard error."""
    y = np.resize([-1.0, 1.0], n)
    return mean(Design.of(range(n)), value + y * se * np.sqrt(n - 1))


@pytest.mark.parametrize(
    ("value", "se", "word"),
    [
        (3.0, 1.0, "rose"),
        (-3.0, 1.0, "fell"),
        (1.0, 1.0, "no_detectable_change"),
        (1.0, 3.0, "too_few_to_say"),
    ],
)
def test_a_change_is_called_by_its_interval_and_by_what_it_could_have_found(value, se, word):
    assert change_verdict(estimate(value, se), worth_detecting=5.0) == word


def test_the_detectable_change_has_eighty_percent_power():
    change = estimate(0, 1.0)
    rng = np.random.default_rng(11)
    true = detectable_change(change)
    found = np.mean(np.abs(rng.normal(true, 1.0, 100_000)) > 1.959964)
    assert found == pytest.approx(0.80, abs=0.01)


def test_five_points_of_a_hundred_are_ten_on_the_scale_of_nps():
    assert worth_detecting(5.0, 200) == 10


@pytest.mark.parametrize(("value", "word"), [(2, "above"), (-2, "below"), (0.5, "not_distinguishable")])
def test_against_the_standard(value, word):
    assert standard_verdict(estimate(value, 0.5)) == word


def test_the_target_can_be_met_missed_or_not_told_yet():
    assert [target_verdict(estimate(v, 1.0), 5) for v in (8, 1, 5.5)] == ["met", "missed", "cannot_be_told"]


def test_executives_who_think_better_of_the_company_are_called_so():
    assert [gap_verdict(estimate(v, 1.0)) for v in (6, -6, 1)] == [
        "executives_higher",
        "executives_lower",
        "no_detectable_difference",
    ]


def test_many_groups_of_pure_chance_seldom_stand_out():
    rng = np.random.default_rng(2)
    companies = [
        difference_verdicts({str(i): estimate(v, 1.0) for i, v in enumerate(rng.normal(0, 1, 16))}) for _ in range(200)
    ]
    some_stand_out = np.mean([set(words.values()) != {"no_detectable_difference"} for words in companies])
    assert some_stand_out < 0.09  # 5 % by design; unadjusted it would be 56 %


def test_a_true_difference_among_many_groups_is_called():
    words = difference_verdicts(
        {"a": estimate(6, 1.0), "b": estimate(0.3, 1.0), "c": NoEstimate("not_estimable", "empty")}
    )
    assert words == {"a": "higher", "b": "no_detectable_difference", "c": None}


def test_no_estimate_gets_no_verdict():
    nothing = NoEstimate("not_supplied", "")
    assert {
        change_verdict(nothing, worth_detecting=5),
        standard_verdict(nothing),
        gap_verdict(nothing),
        target_verdict(nothing, 5),
    } == {None}


def test_every_word_has_one_rule_of_a_kind():
    assert len({(rule.name, rule.word) for rule in RULES}) == len(RULES)
