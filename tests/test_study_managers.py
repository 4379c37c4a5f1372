"""The study of managers and actions is of the code as it stands, and shows what the report relies on."""

import pandas as pd
import pytest

from csat_analysis.measured import Measured
from csat_analysis.studies import managers, stored
from csat_analysis.studies.answers_needed import effects_found, points_found

TABLE = stored.table("managers")


def test_the_stored_table_is_of_the_code_as_it_stands():
    assert stored.is_current("managers"), "run `csat certify managers`: the code behind its table changed"


def test_a_draw_can_be_made_again(monkeypatch):
    few = [
        managers.Setting("managers", 8, "apart", 12, 5.0),
        managers.Setting("action", 48, "same", whom="across", waves="1+1"),
    ]
    monkeypatch.setattr(managers, "CHUNK", 2)
    monkeypatch.setattr(managers, "settings", lambda: few)
    pd.testing.assert_frame_equal(managers.run(4, seed=1), managers.run(4, seed=1))
    assert not managers.run(4, seed=1).equals(managers.run(4, seed=2))


def test_of_equal_managers_hardly_ever_anybody_stands_out():
    equal = TABLE[(TABLE["tau"] == 0) & (TABLE["world"] == "equal")].set_index("test")["rate"]
    assert equal["any_stands_out"].max() <= 0.05
    assert equal["spread_beyond_chance"].between(0.02, 0.08).all()


def test_managers_own_spread_would_accuse_far_more_often():
    eight = TABLE[(TABLE["world"] == "equal") & (TABLE["n"] == 8)].set_index("test")["rate"]
    assert eight["any_stands_out_by_own_sd"] > 3 * eight["any_stands_out"]


def test_a_useless_action_is_seldom_said_to_work_and_a_large_one_mostly():
    worked = TABLE[TABLE["test"] == "worked"]
    assert worked.loc[worked["effect"] == 0, "rate"].max() <= 0.05
    many = worked[(worked["whom"] == "across") & (worked["n"] == 400) & (worked["effect"] == 11)]
    assert many["rate"].min() > 0.9


def test_one_region_of_four_is_never_told():
    region = TABLE[(TABLE["test"] == "effect_untold") & (TABLE["whom"] == "region")]
    assert len(region) and (region["rate"] == 1).all()


def test_intervals_of_several_waves_before_and_since_hold_too():
    several = TABLE[TABLE["waves"].isin(["2+3", "4+1"]) & TABLE["test"].isin(["action_effect", "action_clusters"])]
    assert len(several) == 6 and several["draws"].min() >= managers.FEWEST and several["holds"].all()


def test_with_a_quarter_of_96_answers_effects_of_seven_points_are_mostly_missed_and_it_is_told_which_are_not():
    reached, shares = effects_found(130)
    assert reached == 24 and max(shares[0.0, who].value for who in ("same", "others")) <= 0.05
    assert shares[7.0, "others"].value < shares[7.0, "same"].value < 0.6
    found = {who: points_found(shares, who) for who in ("same", "others")}
    assert 7 < found["same"].low < found["same"].value < found["same"].high < found["others"].low
    assert found["others"].high < 20 and found["same"].n == 1000


def test_a_survey_too_small_for_every_effect_tried_names_none():
    _, shares = effects_found(130)
    assert points_found({(11.0, "same"): shares[11.0, "same"]}, "same", power=0.999).status == "not_estimable"


def test_the_least_effect_found_lies_on_straight_lines_between_those_tried():
    share = {(0.0, "same"): 0.0, (10.0, "same"): 0.6, (20.0, "same"): 1.0}
    shares = {key: Measured(value, value - 0.1, value + 0.1, 50, True) for key, value in share.items()}
    found = points_found(shares, "same", power=0.8)
    assert (found.value, found.low, found.high) == pytest.approx((15.0, 12.5, 17.5))
