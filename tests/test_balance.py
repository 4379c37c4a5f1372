"""Answers against the frame: standardised differences by hand, their noise, and a public survey's imbalance."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.survey.balance import before_and_after, imbalance, weights_summary
from csat_analysis.survey.weighting import rake

FRAME = pd.DataFrame({"region": ["N"] * 4 + ["S"] * 6, "sales": range(10)}, index=[f"C{i}" for i in range(10)])


def row(table: pd.DataFrame, variable: str, level: str = "") -> pd.Series:
    return table[(table["variable"] == variable) & (table["level"] == level)].iloc[0]


def test_a_level_s_difference_is_in_standard_deviations_of_the_frame():
    who = pd.Index(["C0", "C1", "C5", "C6"])
    north = row(imbalance(FRAME, FRAME.loc[who], Design.of(who)), "region", "N")
    assert (north["frame"], north["answers"]) == (pytest.approx(0.4), pytest.approx(0.5))
    assert north["difference"] == pytest.approx((0.5 - 0.4) / np.sqrt(0.4 * 0.6))


def test_a_number_s_difference_uses_its_mean_and_spread():
    who = pd.Index(["C8", "C9"])
    sales = row(imbalance(FRAME, FRAME.loc[who], Design.of(who)), "sales")
    assert sales["answers"] == pytest.approx(8.5)
    assert sales["difference"] == pytest.approx((8.5 - 4.5) / np.std(range(10)))


def test_forty_of_very_many_differ_by_a_sixth_by_chance_alone():
    frame = pd.DataFrame({"region": ["N", "S"] * 20})
    assert imbalance(frame, frame, Design.of(frame.index))["noise"].iloc[0] == pytest.approx(1 / np.sqrt(40))


def test_a_census_leaves_no_noise_and_no_difference():
    design = Design.of(FRAME.index, population={"all": 10})
    table = imbalance(FRAME, FRAME, design)
    assert table["noise"].max() == 0 and table["difference"].abs().max() < 1e-12


def test_chance_makes_differences_as_large_as_the_noise():
    rng, frame = np.random.default_rng(5), pd.DataFrame({"region": ["N", "S"] * 200})
    found, noise = [], 0.0
    for _ in range(300):
        who = pd.Index(rng.choice(400, 100, replace=False))
        design = Design.of(who, weight=rng.permutation([1.0] * 50 + [3.0] * 50), population={"all": 400})
        table = imbalance(frame, frame.loc[who], design)
        found.append(row(table, "region", "N")["difference"])
        noise = table["noise"].iloc[0]
    assert np.std(found) == pytest.approx(noise, rel=0.12)


def test_a_public_survey_is_out_of_balance_before_raking_and_not_in_its_margins_after(reference_data):
    sample, target = (pd.read_csv(reference_data / f"balance_sim_{name}.csv") for name in ("sample", "target"))
    margins = ["gender", "age_group"]
    factors, frame = (table[margins].fillna("missing") for table in (sample, target))
    weight = rake(factors, {name: frame[name].value_counts().to_dict() for name in margins}).weight
    found = {
        stage: imbalance(
            target[[*margins, "income"]], sample[[*margins, "income"]], Design.of(sample.index, weight=own)
        )
        for stage, own in (("before", None), ("after", weight))
    }
    before, after = (table.set_index(["variable", "level"])["difference"] for table in found.values())
    z = (sample["income"].mean() - target["income"].mean()) / target["income"].std(ddof=0)
    assert before["income", ""] == pytest.approx(z) and abs(after["income", ""]) < abs(z)
    assert before["age_group", "18-24"] > 0.5 and before["gender", "Female"] < -0.3
    assert after[margins].abs().max() < 1e-8 and before[margins].abs().max() > 0.5
    assert np.average(sample["happiness"], weights=weight) == pytest.approx(55.484592, abs=5e-7)
    assert weights_summary(weight)["deff"] == pytest.approx(2.102757, abs=5e-7)


def test_both_stages_stand_one_below_the_other():
    who = pd.Index(["C0", "C5"])
    answers, design = FRAME.loc[who], Design.of(who)
    table = before_and_after(FRAME, {"before": answers, "after": answers}, {"before": design, "after": design})
    assert table["stage"].value_counts().to_dict() == {"before": 3, "after": 3}


def test_a_level_that_the_frame_lacks_is_named():
    answers = FRAME.loc[["C0", "C5"]].assign(region=["N", "W"])
    with pytest.raises(EstimateError, match="region is 'W' in the answers, which the frame lacks"):
        imbalance(FRAME, answers, Design.of(answers.index))


def test_a_level_that_nobody_answered_from_is_as_far_below_as_can_be():
    who = pd.Index(["C0", "C1"])
    south = row(imbalance(FRAME, FRAME.loc[who], Design.of(who)), "region", "S")
    assert south["answers"] == pytest.approx(0) and south["difference"] == pytest.approx(-0.6 / np.sqrt(0.24))


def test_what_all_customers_share_has_no_row():
    frame = FRAME.assign(country="CN")
    assert "country" not in set(imbalance(frame, frame, Design.of(FRAME.index))["variable"])


def test_unequal_weights_cost_answers():
    summary = weights_summary(np.array([1.0, 1, 1, 3, 0]))
    assert summary["answers"] == 4 and summary["deff"] == pytest.approx(4 * 12 / 36)
    assert summary["n_effective"] == pytest.approx(3) and summary["largest_to_median"] == pytest.approx(3)


def test_weights_that_are_all_nought_are_refused():
    with pytest.raises(EstimateError, match="above 0"):
        weights_summary(np.zeros(3))
