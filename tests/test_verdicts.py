"""Verdict words follow from intervals by named rules."""

import numpy as np
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.verdict_rules import RULES
from csat_analysis.verdicts import (
    change_verdicts,
    detectable_change,
    difference_verdicts,
    gap_verdict,
    place_verdicts,
    standard_verdict,
    target_verdict,
    worth_detecting,
)


def estimate(value: float, se: float, n: int = 400) -> Estimate:
    """A mean with exactly this value and standard error."""
    y = np.resize([-1.0, 1.0], n)
    return mean(Design.of(range(n)), value + y * se * np.sqrt(n - 1))


WORTH = {"index": 5.0, "nps": 5.0, "staff": 5.0}


@pytest.mark.parametrize(
    ("value", "se", "word"),
    [(3.0, 1.0, "rose"), (-3.0, 1.0, "fell"), (1.0, 1.0, "no_detectable_change"), (1.0, 3.0, "too_few_to_say")],
)
def test_a_change_is_called_by_its_interval_and_by_what_it_could_have_found(value, se, word):
    assert change_verdicts({"index": estimate(value, se)}, WORTH) == {"index": word}


def test_measures_beside_the_index_are_allowed_for_their_number():
    barely = estimate(2.05, 1.0)
    alone = change_verdicts({"index": barely}, WORTH)["index"]
    among = change_verdicts({"index": estimate(0, 1.0), "nps": barely, "staff": estimate(0, 1.0)}, WORTH)
    assert alone == "rose" and among["nps"] == "no_detectable_change"


def test_a_dimension_above_the_index_and_one_below_are_called_so():
    words = place_verdicts({"staff": estimate(4, 1.0), "policy": estimate(-4, 1.0), "product": estimate(0.2, 1.0)})
    assert words == {"staff": "above_index", "policy": "below_index", "product": "level_with_index"}


def test_a_number_whose_interval_was_not_shown_to_hold_gets_no_verdict():
    assert gap_verdict(estimate(9.0, 1.0, n=4)) is None


@pytest.mark.parametrize("size", [8, 12])
def test_a_small_group_of_pure_chance_stands_out_as_seldom_as_it_should(size):
    rng = np.random.default_rng(size)
    p = []
    for _ in range(2000):
        y = rng.normal(70, 12, 130)
        design = Design.of(range(130))
        inside = np.arange(130) < size
        p.append((mean(design, y, inside=inside) - mean(design, y, inside=~inside)).process().p_value())
    assert np.mean(np.array(p) < 0.05) < 0.065  # by the degrees of freedom of all 130 it was .10 at eight


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
        change_verdicts({"index": nothing}, WORTH)["index"],
        standard_verdict(nothing),
        gap_verdict(nothing),
        target_verdict(nothing, 5),
    } == {None}


def test_every_word_has_one_rule_of_a_kind():
    assert len({(rule.name, rule.word) for rule in RULES}) == len(RULES)
