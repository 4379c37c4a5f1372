"""Leads: shares that go on and are won, with open ones; equal win rates; real data of a sales department."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from csat_analysis import verdicts
from csat_analysis.estimate import NoEstimate
from csat_analysis.intervals import wilson
from csat_analysis.metrics.closing import OPEN, endings, median_days
from csat_analysis.metrics.funnel import (
    STAGES,
    UNPLACED,
    WON,
    Funnel,
    against_the_rest,
    equal_win_rates,
    group_sizes,
    with_endings,
)
from csat_analysis.studies import sales as study


def funnel_of(days, ending) -> Funnel:
    return Funnel(pd.DataFrame({"days": np.asarray(days, float), "ending": ending}), 0.95)


def lead(stage: str, reached=None, closed=None, created="2026-01-10", **more) -> dict:
    return {"stage": stage, "reached": reached, "closed_on": closed, "created_on": created} | more


def typed(*rows: dict) -> pd.DataFrame:
    leads = with_endings(
        pd.DataFrame(rows).assign(
            created_on=lambda t: pd.to_datetime(t["created_on"]), closed_on=lambda t: pd.to_datetime(t["closed_on"])
        ),
        pd.Timestamp("2026-06-30"),
    )
    return leads


def test_without_open_leads_conversion_is_the_plain_share_with_wilsons_interval():
    found = funnel_of(range(1, 31), [0] * 6 + [1] * 4 + [WON] * 20)
    first, second = found.conversion("lead"), found.conversion("contacted")
    assert first.value == pytest.approx(24 / 30)
    assert second.value == pytest.approx(20 / 24)
    assert found.win_rate.value == pytest.approx(20 / 30)
    assert first.interval() == pytest.approx(wilson(24 / 30, 30, 0.95), abs=0.01)


def test_an_open_lead_gives_its_weight_to_those_watched_longer():
    """Three leads: won on day 2; open since day 3; lost on day 5. By hand: won 1/3, lost 2/3."""
    shares, _ = endings(np.array([2, 3, 5]), np.array([1, OPEN, 0]), 2)
    assert shares == pytest.approx([2 / 3, 1 / 3])


def test_an_influence_is_what_a_leads_weight_does():
    """Of forty leads, each there 200 times over: one more of a lead moves the shares by a 200th of its influence."""
    rng = np.random.default_rng(3)
    days, kind, watched = rng.integers(1, 60, 40), rng.integers(0, 3, 40), rng.integers(10, 120, 40)
    days, ending = np.minimum(days, watched), np.where(days <= watched, kind, OPEN)
    shares, influence = endings(days, ending, 3)
    many = np.tile(days, 200), np.tile(ending, 200)
    moved = [endings(np.append(many[0], days[i]), np.append(many[1], ending[i]), 3)[0] - shares for i in range(40)]
    assert 200 * np.array(moved) == pytest.approx(influence, abs=5e-4)


@pytest.mark.parametrize("world", study.DAYS_IN_STAGE)
def test_true_conversions_are_found_though_many_leads_are_open(world):
    rng, passing = np.random.default_rng(11), np.array([0.8, 0.75, 0.7, 0.7, 0.6])
    days, ending = study.leads(30_000, passing, study.DAYS_IN_STAGE[world], rng)
    watched = rng.integers(0, 181, len(days))
    found = funnel_of(np.minimum(days, watched), np.where(days <= watched, ending, OPEN))
    assert [found.conversion(stage).value for stage in STAGES] == pytest.approx(passing, abs=0.02)
    assert found.win_rate.value == pytest.approx(passing.prod(), abs=0.01)
    assert found.won.mean() < passing.prod() - 0.02, "open leads counted as lost are too few won"


def test_a_lead_that_jumped_to_won_has_passed_all_stages():
    leads = typed(lead("won", "contacted", "2026-02-01"), lead("lost", "needs", "2026-02-01"))
    assert leads["ending"].tolist() == [WON, STAGES.index("needs")]


def test_a_lead_lost_nobody_knows_where_is_in_the_win_rate_alone():
    leads = typed(
        *[lead("won", "negotiation", "2026-02-01")] * 3,
        lead("lost", None, "2026-02-01"),
        lead("lost", "lead", "2026-02-01"),
    )
    found = Funnel(leads, 0.95)
    assert leads["ending"].tolist().count(UNPLACED) == 1
    assert found.win_rate.value == pytest.approx(3 / 5)
    assert found.conversion("lead").value == pytest.approx(3 / 4)


def test_a_closing_day_of_an_open_lead_does_not_close_it_and_a_closed_one_without_a_day_closes_last():
    leads = typed(lead("needs", "needs", "2026-02-01"), lead("won", "negotiation", None))
    assert leads["ending"].tolist() == [OPEN, WON]
    assert leads["days"].tolist() == [171, 171]
    assert leads["no_day"].tolist() == [False, True]


def test_nothing_is_told_where_too_many_would_still_be_open():
    found = funnel_of([5] * 3 + [60] * 7, [WON] * 3 + [OPEN] * 7)
    assert found.conversion("lead").status == "not_estimable"
    assert "70%" in found.win_rate.reason
    assert isinstance(funnel_of([5, 6], [OPEN, OPEN]).win_rate, NoEstimate)


def test_median_days_are_by_hand_and_counted_from_censored_leads_too():
    """Four leads close on days 2, 4, 6, 8; one is open since day 5: half are closed by day 6."""
    value, low, high = median_days(np.array([2, 4, 6, 8, 5]), np.array([True] * 4 + [False]), 0.95)
    assert value == 6
    assert low <= value and (np.isnan(high) or high >= value)


def test_small_counts_take_their_p_from_drawn_tables():
    won, closed = pd.Series([3, 0, 2]), pd.Series([4, 5, 4])
    statistic, freedom, p = equal_win_rates(won, closed)
    assert freedom == 2
    assert p != pytest.approx(stats.chi2.sf(statistic, 2), abs=1e-6)
    assert equal_win_rates(won, closed)[2] == p, "the same tables each time"


def test_nobody_is_higher_or_lower_where_all_may_be_alike():
    won, closed = pd.Series({"a": 9, "b": 4, "c": 5}), pd.Series({"a": 12, "b": 12, "c": 12})
    rest = against_the_rest(won, closed)
    assert set(verdicts.rate_verdicts(rest["p"].to_dict(), rest["gap"].to_dict(), False).values()) == {
        "no_detectable_difference"
    }
    assert rest.loc["a", "gap"] == pytest.approx(9 / 12 - 9 / 24)


def test_leads_without_a_source_are_a_group_of_their_own_for_hiding():
    leads = pd.DataFrame({"days": 1.0, "ending": [WON, WON, 0], "source": ["fair", None, None]})
    assert group_sizes(Funnel(leads, 0.95), "source") == {"fair": 1, None: 2}


def test_real_managers_are_not_ranked(reference_data):
    deals = pd.read_csv(reference_data / "crm_sales_pipeline.csv")
    teams = pd.read_csv(reference_data / "crm_sales_teams.csv")
    closed = deals[deals["deal_stage"].isin(["Won", "Lost"])].merge(teams, on="sales_agent")
    expected = {"manager": (2.436, 5, 0.786), "sales_agent": (33.35, 29, 0.264)}
    for column, (statistic, freedom, p) in expected.items():
        by = (closed["deal_stage"] == "Won").groupby(closed[column])
        found = equal_win_rates(by.sum(), by.size())
        assert found == (pytest.approx(statistic, abs=0.005), freedom, pytest.approx(p, abs=0.001))
        assert verdicts.equality_verdict(found[2]) == "rates_not_told_apart"
    assert by.ngroups == 30
    rates = (closed["deal_stage"] == "Won").groupby(closed["manager"]).mean()
    assert (rates.min(), rates.max()) == (pytest.approx(0.621, abs=0.001), pytest.approx(0.644, abs=0.001))
