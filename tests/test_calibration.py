"""Analysis weights: raked to the frame's margins, sparse levels pooled, trimmed; or divided by chances of answering."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimators import mean
from csat_analysis.survey.calibration import POOLED, rake_to_frame, weight_by_propensity


def levels(**columns: str) -> pd.DataFrame:
    """One letter an answer."""
    return pd.DataFrame({name: list(letters) for name, letters in columns.items()})


def frame(**columns: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({name: np.repeat(list(sizes), list(sizes.values())) for name, sizes in columns.items()})


def sums(weight: np.ndarray, column: pd.Series) -> dict[str, float]:
    return pd.Series(weight).groupby(column.to_numpy()).sum().round(6).to_dict()


def test_one_margin_is_post_stratification():
    answered = levels(region="ee" * 5 + "ww" * 3)
    found = rake_to_frame(Design.of(range(16), weight=np.full(16, 6.25)), answered, frame(region={"e": 40, "w": 60}))
    assert found.after[:10] == pytest.approx(np.full(10, 4.0)) and found.after[10:] == pytest.approx(np.full(6, 10.0))
    assert found.method == "raking" and found.margins == ("region",) and not found.merged


def test_every_margin_has_the_frames_shares():
    rng = np.random.default_rng(5)
    answered = pd.DataFrame({"region": rng.choice(list("nesw"), 80), "size": rng.choice(list("AB"), 80, p=[0.3, 0.7])})
    everyone = frame(region={"n": 100, "e": 200, "s": 50, "w": 150}).assign(size=np.repeat(["A", "B"], [100, 400]))
    found = rake_to_frame(Design.of(range(80)), answered, everyone)
    assert sums(found.after, answered["region"]) == {"n": 100, "e": 200, "s": 50, "w": 150}
    assert sums(found.after, answered["size"]) == {"A": 100, "B": 400}


def test_levels_with_fewer_than_five_answers_are_pooled_and_named():
    answered = levels(region="e" * 10 + "n" * 3 + "s" * 2)
    found = rake_to_frame(Design.of(range(15)), answered, frame(region={"e": 50, "n": 20, "s": 30}))
    assert set(found.merged) == {("region", "n", POOLED), ("region", "s", POOLED)}
    assert sums(found.after, answered["region"]) == {"e": 50, "n": 30, "s": 20}  # 50 between the pool's five answers


def test_a_pool_that_is_too_small_takes_the_next_smallest_level():
    answered = levels(region="e" * 10 + "n" * 6 + "s" * 2)
    found = rake_to_frame(Design.of(range(18)), answered, frame(region={"e": 50, "n": 20, "s": 30}))
    assert {level for _, level, _ in found.merged} == {"n", "s"}


def test_a_silent_level_is_pooled_not_forgotten():
    answered = levels(region="e" * 10 + "n" * 6)
    found = rake_to_frame(Design.of(range(16)), answered, frame(region={"e": 50, "n": 20, "w": 30}))
    assert {level for _, level, _ in found.merged} == {"n", "w"} and found.after.sum() == pytest.approx(100)


def test_a_margin_with_one_level_left_is_left_out_and_said():
    answered = levels(region="e" * 4 + "n" * 3, size="A" * 7)
    found = rake_to_frame(Design.of(range(7)), answered, frame(region={"e": 5, "n": 5}).assign(size="A"))
    assert found.method == "none" and set(found.left_out) == {"region", "size"}
    assert found.after == pytest.approx(np.ones(7)) and found.design.margins == ()


def test_margins_that_contradict_each_other_lose_the_last_one():
    answered = levels(region="e" * 6 + "w" * 6, size="A" * 6 + "B" * 6)  # east is always A
    everyone = frame(region={"e": 50, "w": 50}).assign(size=np.repeat(["A", "B"], [20, 80]))
    found = rake_to_frame(Design.of(range(12)), answered, everyone)
    assert found.margins == ("region",) and "does not converge" in found.left_out["size"]


def test_an_unknown_level_is_a_level():
    answered = pd.DataFrame({"region": ["e"] * 6 + [None] * 6})
    everyone = pd.DataFrame({"region": ["e"] * 80 + [np.nan] * 20})
    assert rake_to_frame(Design.of(range(12)), answered, everyone).after[-1] == pytest.approx(20 / 6)


def test_weights_far_over_the_median_are_cut_and_margins_still_agree():
    rng = np.random.default_rng(2)
    answered = pd.DataFrame(
        {"region": rng.choice(list("ne"), 60, p=[0.12, 0.88]), "size": rng.choice(list("AB"), 60, p=[0.12, 0.88])}
    )
    everyone = pd.DataFrame({"region": np.repeat(["n", "e"], 300), "size": np.tile(["A", "B"], 300)})
    free, trimmed = (rake_to_frame(Design.of(range(60)), answered, everyone, trim=trim) for trim in (np.inf, 5.0))
    assert free.after.max() > 5 * np.median(free.after) and trimmed.trimmed > 0
    assert trimmed.after.max() < free.after.max()
    assert sums(trimmed.after, answered["region"]) == {"n": 300, "e": 300}


def test_a_stratum_that_answered_in_full_stands_for_itself_alone():
    answered = levels(region="e" * 5 + "w" * 5 + "e" * 6 + "w" * 6)
    design = Design.of(
        range(22),
        stratum=["key"] * 10 + ["others"] * 12,
        weight=[1.0] * 10 + [90 / 12] * 12,
        population={"key": 10, "others": 90},
    )
    found = rake_to_frame(design, answered, frame(region={"e": 65, "w": 35}))
    assert found.after[:10] == pytest.approx(np.ones(10))
    assert sums(found.after[10:], answered["region"][10:]) == {"e": 60, "w": 30}
    y = np.arange(22.0)
    assert mean(found.design, y, inside=np.arange(22) < 10).status == "exact"


def test_when_everybody_answered_nothing_moves():
    answered = levels(region="e" * 6 + "w" * 9)
    design = Design.of(range(15), population={"all": 15})
    found = rake_to_frame(design, answered, frame(region={"e": 6, "w": 9}))
    assert found.after == pytest.approx(np.ones(15)) and found.method == "none"


def test_raking_takes_out_what_the_margins_explain():
    rng = np.random.default_rng(4)
    region = np.repeat(["e", "w"], 40)
    y = np.where(region == "e", 60.0, 80.0) + rng.normal(0, 1, 80)
    design = Design.of(range(80), weight=np.full(80, 10.0))
    everyone = frame(region={"e": 400, "w": 400})
    raked = rake_to_frame(design, pd.DataFrame({"region": region}), everyone).design
    assert mean(raked, y).se < 0.2 * mean(design, y).se


def test_answers_unlikely_to_come_count_for_more_and_strata_keep_their_totals():
    design = Design.of(range(4), stratum=list("aabb"), weight=[2.0, 2.0, 3.0, 3.0])
    found = weight_by_propensity(design, np.array([0.25, 0.75, 0.5, 0.5]))
    assert found.after == pytest.approx([3.0, 1.0, 3.0, 3.0]) and found.method == "propensity"


@pytest.mark.parametrize("chance", [0.0, np.nan, 1.2])
def test_a_chance_of_answering_that_cannot_be_is_refused(chance):
    with pytest.raises(EstimateError, match="chance of answering"):
        weight_by_propensity(Design.of(range(2)), np.array([0.5, chance]))
