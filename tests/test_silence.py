"""Tipping points by hand, bands, hints, and the key accounts that stayed silent."""

import numpy as np
import pandas as pd
import pytest
from test_response import INVITED, PROGRAMME, clean

from csat_analysis import certification, verdicts
from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.survey import silence
from csat_analysis.survey.response import invited_customers

SCORES = np.random.default_rng(4).normal(70, 12, 150).clip(0, 100)
DESIGN = Design.of(range(150), population={"all": 1000}, drawn={"all": 200})
INDEX = mean(DESIGN, SCORES, bounds=(0.0, 100.0))


def test_silent_customers_count_by_the_stratum_they_were_drawn_from():
    people = pd.DataFrame(
        {
            "answered": [True, False, True, True, False, True],
            "take_all": [True, True, False, False, False, False],
            "class": list("AABBCC"),
        }
    )
    silent = silence.silent_share(people, 2 + 40, "class")  # two key accounts, the other four stand for ten each
    assert silent.share == pytest.approx((1 + 10) / 42)
    assert silent.by_level == pytest.approx({"A": 1 / 42, "C": 10 / 42})


def test_who_was_asked_must_be_known():
    assert silence.silent_share(None, 100) is None
    assert silence.tipping_point(INDEX, 60.0, None).status == "not_supplied"
    assert silence.if_silent_score_lower(INDEX, None, 5).status == "not_supplied"


def test_answers_and_silent_at_the_tipping_point_average_to_the_standard():
    point = silence.tipping_point(INDEX, 66.7, 0.25)
    assert 0.75 * INDEX.value + 0.25 * point.value == pytest.approx(66.7)


def test_its_interval_is_the_index_s_own_carried_through_the_formula():
    point = silence.tipping_point(INDEX, 66.7, 0.25)
    ends = [(66.7 - 0.75 * end) / 0.25 for end in INDEX.interval()]
    assert point.interval() == pytest.approx(tuple(sorted(ends)))
    assert certification.is_certified(point)


def test_below_nought_is_an_answer_and_not_cut_off():
    point = silence.tipping_point(INDEX, 40.0, 0.05)
    assert point.value < -400 and point.interval()[1] < 0
    assert verdicts.silence_verdict(point, INDEX - point, SCORES.std()) == "cannot_drop"


@pytest.mark.parametrize(
    ("limit", "share", "word"),
    [
        (66.0, 0.1, "only_if_far_lower"),
        (66.5, 0.5, "hangs_on_silent"),
        (90.0, 0.2, "not_shown_above"),
        (INDEX.value - 1e-3, 0.2, "not_shown_above"),
    ],
)
def test_the_verdict_follows_how_much_lower_they_would_have_to_score(limit, share, word):
    point = silence.tipping_point(INDEX, limit, share)
    assert verdicts.silence_verdict(point, INDEX - point, SCORES.std()) == word


def test_a_point_that_is_not_certified_gets_no_verdict():
    few = mean(Design.of(range(6)), SCORES[:6])
    assert verdicts.silence_verdict(silence.tipping_point(few, 60.0, 0.2), few, 12.0) is None


def test_where_nobody_is_silent_there_is_no_tipping_point():
    assert silence.tipping_point(INDEX, 66.7, 0.0) is silence.NOBODY_SILENT


def test_one_group_s_silent_alone_bring_the_whole_to_the_standard():
    own = mean(DESIGN, SCORES, inside=np.arange(150) < 40)
    point = silence.group_tipping_point(own, INDEX, 66.7, 0.1)
    # the group's silent are a tenth of all: replacing their supposed mean by the point moves the whole by a tenth of it
    assert INDEX.value - 0.1 * (own.value - point.value) == pytest.approx(66.7)


def test_a_change_vanishes_where_the_whole_is_back_at_the_earlier_index():
    earlier = mean(Design.of(range(150), wave="before"), SCORES - 2)
    point = silence.tipping_point(INDEX, earlier, 0.25)
    assert 0.75 * INDEX.value + 0.25 * point.value == pytest.approx(earlier.value)


def test_a_limit_that_is_not_there_gives_its_reason_back():
    unset = NoEstimate("not_supplied", "survey.yml sets no standard")
    assert silence.tipping_point(INDEX, unset, 0.25) is unset


def test_five_points_lower_for_a_quarter_is_a_point_and_a_quarter():
    band = silence.sensitivity_band(INDEX, 0.25)
    assert [index.value - INDEX.value for index in band.values()] == pytest.approx([-1.25, -2.5, -5.0])
    assert band[5].se == pytest.approx(INDEX.se)


def test_late_answers_are_those_after_a_reminder():
    waves = pd.Series([1.0] * 100 + [2.0] * 30 + [3.0] * 20)
    late = silence.late_against_early(DESIGN, pd.Series(SCORES), waves)
    assert late.value == pytest.approx(SCORES[100:].mean() - SCORES[:100].mean()) and not late.finite
    assert silence.late_against_early(DESIGN, pd.Series(SCORES), None).status == "not_supplied"
    assert isinstance(silence.late_against_early(DESIGN, pd.Series(SCORES), waves * 0 + 1), NoEstimate)


def test_the_reminder_of_an_answer_is_found_by_contact_and_panel():
    invitations = pd.DataFrame(INVITED).assign(wave=[3, 1, 2, 3, 1, 2, 1])
    found = silence.reminders(clean(invitations=invitations), pd.RangeIndex(3))
    assert found.tolist() == [3, 1, 1]
    assert silence.reminders(clean(), pd.RangeIndex(3)) is None


def test_channels_are_held_against_the_others():
    channel = pd.Series(["visit"] * 100 + ["phone"] * 50)
    found = silence.by_channel(DESIGN, pd.Series(SCORES), channel)
    assert list(found) == ["visit", "phone"] and found["visit"].value == pytest.approx(-found["phone"].value)
    assert silence.by_channel(DESIGN, pd.Series(SCORES), channel.where(channel == "visit")) == {}


def test_a_key_account_that_answered_a_visit_is_not_silent():
    assert silence.silent_key_accounts(clean(), PROGRAMME).empty


def test_silent_key_accounts_come_by_sales_with_their_share():
    responses = clean().tables["responses"].iloc[1:]
    silent = silence.silent_key_accounts(clean(responses=responses), PROGRAMME)
    assert silent["customer_id"].tolist() == ["a"] and silent["share_of_sales"].tolist() == [0.5]
    assert silence.silent_key_accounts(clean(invitations=None), PROGRAMME).empty


def test_all_of_one_class_silent_is_a_share_like_any_other():
    people = invited_customers(clean(), PROGRAMME)
    silent = silence.silent_share(people.assign(answered=people["region"] == "N"), 6, "region")
    assert set(silent.by_level) == {"S", "missing"} and sum(silent.by_level.values()) == pytest.approx(silent.share)
