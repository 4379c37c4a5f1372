"""Scores and the index: hand-worked, invariant, and exactly the sum of their parts."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.satisfaction import (
    PERSON,
    csat,
    dimension_means,
    index_of,
    nps,
    satisfaction_index,
    satisfied_share,
    score_answers,
)
from csat_analysis.programme import Programme

HOUSE_WEIGHTS = {"product": 0.3, "policy": 0.2, "after_sales": 0.2, "staff": 0.2, "management": 0.1}


def house(**changes) -> Programme:
    dimensions = {
        name: {"weight": weight, "items": [f"{name[0]}{name[1]}{i}" for i in range(5)]}
        for name, weight in HOUSE_WEIGHTS.items()
    }
    outcomes = {
        "csat": {"min": 1, "max": 5, "satisfied": [4, 5]},
        "nps": {"min": 0, "max": 10, "promoter": [9, 10], "detractor": [0, 6]},
    }
    return Programme.model_validate(
        {"name": "house", "scale": {"min": 0, "max": 10}, "dimensions": dimensions, "outcomes": outcomes} | changes
    )


def answers(rows: list[dict[str, float]], programme: Programme) -> pd.DataFrame:
    """One questionnaire a row: a score a dimension, given to all of its items."""
    return pd.DataFrame(
        [
            {item: row[name] for name, dimension in programme.dimensions.items() for item in dimension.items}
            for row in rows
        ],
        dtype=float,
    )


ONE = dict(zip(HOUSE_WEIGHTS, [8, 6, 7, 9, 5]))  # S = .3·.8 + .2·.6 + .2·.7 + .2·.9 + .1·.5 = .73
TWO = dict(zip(HOUSE_WEIGHTS, [6, 6, 6, 6, 6]))


def test_the_house_index_by_hand():
    scores = score_answers(answers([ONE], house()), house())
    assert scores[PERSON].tolist() == pytest.approx([73.0])
    assert scores.loc[0, list(HOUSE_WEIGHTS)].tolist() == pytest.approx([80, 60, 70, 90, 50])


def test_the_index_is_the_weighted_sum_of_its_dimension_means():
    programme = house()
    scores = score_answers(answers([ONE, TWO, TWO], programme), programme)
    design = Design.of(range(3), weight=[1, 2, 3])
    dimensions = dimension_means(design, scores, programme)
    index = satisfaction_index(dimensions, programme)
    assert index.value == sum(HOUSE_WEIGHTS[name] * dimensions[name].value for name in HOUSE_WEIGHTS)
    assert index.value == pytest.approx((73 + 5 * 60) / 6)


def test_the_index_has_the_interval_of_peoples_own_scores_when_nothing_is_missing():
    rng = np.random.default_rng(1)
    programme = house()
    responses = pd.DataFrame(rng.integers(3, 11, (30, 25)), columns=programme.items, dtype=float)
    scores, design = score_answers(responses, programme), Design.of(range(30))
    assert index_of(design, scores, programme).se == pytest.approx(mean(design, scores[PERSON]).se, rel=1e-12)


def test_four_of_five_items_are_prorated_and_three_are_not_enough():
    programme = house()
    responses = answers([ONE, ONE], programme)
    responses.loc[0, "pr0"] = np.nan
    responses.loc[1, ["pr0", "pr1"]] = np.nan
    scores = score_answers(responses, programme)
    assert scores["product"].iloc[0] == pytest.approx(80) and np.isnan(scores["product"].iloc[1])
    assert scores[PERSON].iloc[1] == pytest.approx((73 - 24) / 0.7)  # the weights of those present, renormalised


def test_someone_who_left_everything_out_has_no_score():
    programme = house()
    responses = answers([ONE, ONE], programme)
    responses.loc[0] = np.nan
    scores = score_answers(responses, programme)
    assert np.isnan(scores[PERSON].iloc[0]) and scores[PERSON].iloc[1] == pytest.approx(73)


@pytest.mark.parametrize(("low", "high"), [(1, 5), (1, 10), (0, 10), (-2, 2)])
def test_any_scale_becomes_points_from_0_to_100(low, high):
    programme = house(scale={"min": low, "max": high})
    rows = [dict.fromkeys(HOUSE_WEIGHTS, v) for v in (low, (low + high) / 2, high)]
    assert score_answers(answers(rows, programme), programme)[PERSON].tolist() == pytest.approx([0, 50, 100])


def test_a_dimension_without_answers_leaves_no_index():
    programme = house()
    scores = score_answers(answers([ONE, TWO], programme), programme)
    scores["staff"] = np.nan
    assert isinstance(index_of(Design.of(range(2)), scores, programme), NoEstimate)


def test_satisfied_is_at_or_above_the_standard():
    scores = pd.DataFrame({PERSON: [66.7, 66.69, 80.0, np.nan]})
    found = satisfied_share(Design.of(range(4)), scores, 66.7)
    assert (found.value, found.n) == (pytest.approx(2 / 3), 3)


def test_csat_and_nps_by_hand():
    responses = pd.DataFrame({"csat": [5, 4, 3, np.nan, 1], "nps": [10, 9, 8, 6, np.nan]})
    design = Design.of(range(5))
    assert (csat(design, responses, house()).value, csat(design, responses, house()).n) == (0.5, 4)
    assert nps(design, responses, house()).value == pytest.approx(25)  # 2 promoters, 1 detractor of 4


def test_an_outcome_that_was_not_asked_is_not_supplied():
    assert csat(Design.of(range(2)), pd.DataFrame({"nps": [9, 9]}), house()).status == "not_supplied"
