"""Words that set one group apart: against a calculation by hand, and where there is nothing to find."""

import doctest

import numpy as np
import pytest

from csat_analysis.estimate import NoEstimate
from csat_analysis.models import distinctive as d
from csat_analysis.models.distinctive import distinctive, log_odds


def test_the_examples_of_the_docstrings_hold():
    assert doctest.testmod(d).failed == 0


def test_log_odds_as_worked_by_hand():
    # 10 sayings a side; word one 6 and 2, word two 4 and 8; prior .1 × 2 × 10 = 2 sayings, .8 and 1.2 of them.
    found = log_odds(np.array([6, 4]), np.array([2, 8]), prior_share=0.1)
    by_hand = np.log(6.8 / 5.2) - np.log(2.8 / 9.2)
    assert found["delta"].iloc[0] == pytest.approx(by_hand)
    assert found["z"].iloc[0] == pytest.approx(by_hand / np.sqrt(1 / 6.8 + 1 / 2.8))


def test_sides_changed_about_change_the_sign_alone():
    ours, theirs = np.array([9, 3, 5]), np.array([1, 7, 5])
    assert log_odds(ours, theirs)["z"].to_numpy() == pytest.approx(-log_odds(theirs, ours)["z"].to_numpy())


def test_a_large_side_does_not_pull_a_small_one_to_itself():
    small = log_odds(np.array([20, 80]), np.array([100, 900]))["delta"].iloc[0]
    large = log_odds(np.array([20, 80]), np.array([10_000, 90_000]))["delta"].iloc[0]
    truth = np.log(20 / 80) - np.log(100 / 900)
    assert small == pytest.approx(truth, rel=0.15) and large == pytest.approx(truth, rel=0.15)


def groups(ours: list[str], theirs: list[str], fewest: int = 2, **who):
    terms = [text.split() for text in ours + theirs]
    side = np.array([True] * len(ours) + [False] * len(theirs))
    people = who.get("who") or [f"p{i}" for i in range(len(terms))]
    return distinctive(terms, people, side, ~side, fewest=fewest)


def test_a_word_said_by_one_side_comes_first():
    found = groups(["slow truck"] * 12, ["nice truck"] * 12)
    assert set(found["term"].head(2)) == {"slow", "nice"} and found.set_index("term").at["slow", "delta"] > 0


def test_a_person_who_says_it_often_is_one_witness():
    found = groups(
        ["slow a"] * 20, ["nice b"] * 20, who=[f"p{i % 10}" for i in range(20)] + [f"q{i}" for i in range(20)]
    )
    assert found["ours"].max() == 10


def test_a_word_of_fewer_than_the_smallest_group_is_not_shown():
    found = groups(["slow"] * 11 + ["secret"] * 2, ["nice"] * 12, fewest=5)
    assert "secret" not in set(found["term"])


def test_where_all_texts_are_the_same_nothing_differs():
    assert isinstance(groups(["fine"] * 15, ["fine"] * 15), NoEstimate)
    alike = groups(["fine goods"] * 15, ["fine goods"] * 15)
    assert alike["delta"].abs().max() == pytest.approx(0)


def test_without_low_scorers_it_says_so():
    found = groups([], ["nice"] * 20)
    assert isinstance(found, NoEstimate) and found.status == "not_estimable"


def test_without_any_word_it_says_so():
    assert isinstance(groups([""] * 12, [""] * 12), NoEstimate)
