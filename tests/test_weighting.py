"""Raking: the frame's margins are met, R's weights and a public benchmark's numbers are met, refusals say why."""

import numpy as np
import pandas as pd
import pytest

from csat_analysis.errors import EstimateError
from csat_analysis.survey.weighting import rake

SCHOOLS = {"stype": {"E": 4421, "H": 755, "M": 1018}, "sch.wide": {"No": 1072, "Yes": 5122}}
FACTORS = pd.DataFrame({"class": list("AAABBBBB"), "region": ["N", "S", "S", "N", "N", "S", "S", "S"]})


def test_one_margin_is_plain_poststratification():
    weight = rake(FACTORS, {"class": {"A": 30, "B": 10}}).weight
    assert weight == pytest.approx([10, 10, 10, 2, 2, 2, 2, 2])


def test_two_margins_are_both_met_and_the_table_keeps_its_odds_ratio():
    table = pd.DataFrame({"class": np.repeat(["A", "A", "B", "B"], [4, 1, 2, 3]), "region": list("NNNNSNNSSS")})
    margins = {"class": {"A": 60, "B": 40}, "region": {"N": 50, "S": 50}}
    table["weight"] = rake(table, margins).weight
    for name, totals in margins.items():
        assert table.groupby(name)["weight"].sum().to_dict() == pytest.approx(totals)
    cell = table.groupby(["class", "region"])["weight"].sum()
    assert cell["A", "N"] * cell["B", "S"] / (cell["A", "S"] * cell["B", "N"]) == pytest.approx(4 * 3 / (1 * 2))


def test_answers_alike_in_every_margin_keep_the_ratio_of_their_weights():
    start = np.array([1.0, 2, 6, 1, 5, 1, 1, 1])
    weight = rake(FACTORS, {"class": {"A": 30, "B": 10}, "region": {"N": 22, "S": 18}}, weight=start).weight
    assert weight[2] / weight[1] == pytest.approx(3) and weight[4] / weight[3] == pytest.approx(5)


def test_margins_that_hold_already_leave_the_weights_alone():
    assert rake(FACTORS, {"class": {"A": 3, "B": 5}, "region": {"N": 3, "S": 5}}).weight == pytest.approx(np.ones(8))


def test_the_order_of_margins_does_not_matter():
    margins = {"class": {"A": 30, "B": 10}, "region": {"N": 22, "S": 18}}
    turned = dict(reversed(margins.items()))
    assert rake(FACTORS, margins).weight == pytest.approx(rake(FACTORS, turned).weight, rel=1e-8)


def test_schools_reach_r_weights_and_mean(reference_data):
    schools = pd.read_csv(reference_data / "apiclus1.csv")
    weight = rake(schools, SCHOOLS, weight=schools["pw"]).weight
    assert (weight.min(), weight.max()) == (pytest.approx(29.870675, abs=5e-7), pytest.approx(67.125529, abs=5e-7))
    assert np.average(schools["api00"], weights=weight) == pytest.approx(641.230321, abs=5e-7)


def test_a_public_example_with_missing_gender_as_a_level(reference_data):
    sample, target = (pd.read_csv(reference_data / f"balance_sim_{name}.csv") for name in ("sample", "target"))
    factors, frame = (t[["gender", "age_group"]].fillna("missing") for t in (sample, target))
    weight = rake(factors, {name: frame[name].value_counts().to_dict() for name in frame}).weight
    assert sample["happiness"].mean() == pytest.approx(48.558814, abs=5e-7)
    assert np.average(sample["happiness"], weights=weight) == pytest.approx(55.484592, abs=5e-7)
    kish_design_effect = len(weight) * (weight**2).sum() / weight.sum() ** 2
    assert kish_design_effect == pytest.approx(2.102757, abs=5e-7)


@pytest.mark.parametrize(
    ("margins", "words"),
    [
        ({"region": {"N": 20}}, "region is 'S' in the sample, but the frame's margin lacks that level"),
        ({"region": {"N": 20, "S": 10, "W": 10}}, "nobody with region = 'W' answered"),
        ({"region": {"N": 20, "S": 0}}, "total of region = 'S' is not above 0"),
        ({"class": {"A": 30, "B": 10}, "region": {"N": 22, "S": 19}}, "region adds up to 41, but class to 40"),
    ],
)
def test_margins_that_do_not_fit_the_sample_are_named(margins, words):
    with pytest.raises(EstimateError, match=words):
        rake(FACTORS, margins)


def test_a_missing_level_is_not_dropped_silently():
    with pytest.raises(EstimateError, match="region is .* in the sample"):
        rake(FACTORS.assign(region=FACTORS["region"].where(FACTORS.index > 0)), {"region": {"N": 20, "S": 20}})


def test_margins_that_contradict_each_other_do_not_converge():
    alike = pd.DataFrame({"class": list("AABB"), "region": list("NNSS")})
    with pytest.raises(EstimateError, match="class, region does not converge.*contradict"):
        rake(alike, {"class": {"A": 30, "B": 10}, "region": {"N": 10, "S": 30}})


@pytest.mark.parametrize(
    ("weight", "total", "words"),
    [
        ([1, np.nan, 1, 1], 2.0, "missing, infinite or negative"),
        ([1, -1, 1, 1], 2.0, "missing, infinite or negative"),
        ([0, 0, 1, 1], 2.0, "weight 0"),
        ([1, 1, 1, 1], np.nan, "not above 0"),
    ],
)
def test_weights_and_totals_that_cannot_be_raked_are_named(weight, total, words):
    levels = pd.DataFrame({"region": ["east", "east", "west", "west"]})
    with pytest.raises(EstimateError, match=words):
        rake(levels, {"region": {"east": 2.0, "west": total}}, weight=np.array(weight, dtype=float))
