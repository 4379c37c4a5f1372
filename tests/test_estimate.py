"""Estimates: equal to R's survey package, to hand-worked cases, and true under the arithmetic they promise."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, net_promoter_score, quantile, ratio, share, share_at_least
from csat_analysis.intervals import wilson

REFERENCE = Path(__file__).parent / "reference"
R = json.loads((REFERENCE / "survey.json").read_text())


def agrees(estimate: Estimate, name: str) -> bool:
    return estimate.value == pytest.approx(R[name]["value"], rel=1e-9) and estimate.se == pytest.approx(
        R[name]["se"], rel=1e-9
    )


@pytest.fixture(scope="module")
def waves() -> dict[str, pd.DataFrame]:
    table = pd.read_csv(REFERENCE / "two_waves.csv")
    return {wave: part.reset_index(drop=True) for wave, part in table.groupby("wave")}


def design_of(wave: pd.DataFrame, *, finite: bool = True, unit: str = "contact") -> Design:
    population = wave.groupby("stratum")["population"].first().to_dict()
    return Design.of(
        wave["contact"],
        weight=wave["weight"],
        stratum=wave["stratum"],
        unit=wave[unit],
        wave=wave["wave"][0],
        population=population if finite else {},
    )


@pytest.fixture(scope="module")
def first(waves) -> pd.DataFrame:
    return waves["2025H2"]


@pytest.fixture(scope="module")
def design(first) -> Design:
    return design_of(first)


def test_stratified_mean_with_finite_population_equals_r(first, design):
    assert agrees(mean(design, first["score"]), "mean")


def test_read_as_process_the_finite_population_factor_goes(first, design):
    assert agrees(mean(design, first["score"]).process(), "mean_process")


def test_ratio_equals_r(first, design):
    assert agrees(ratio(design, first["score"], first["orders"]), "ratio")


def test_domain_mean_equals_r(first, design):
    assert agrees(mean(design, first["score"], inside=first["group"] == "east"), "east")


def test_difference_of_domains_equals_r_contrast(first, design):
    east, west = (mean(design, first["score"], inside=first["group"] == g) for g in ("east", "west"))
    assert agrees(east - west, "east_minus_west")


def test_nps_and_share_equal_r(first, design):
    score = net_promoter_score(design, first["nps"] >= 9, first["nps"] <= 6)
    assert agrees(score / 100, "promoters_less_detractors")
    assert agrees(share(design, first["score"] >= 70), "satisfied")


def test_contacts_of_one_customer_are_summed_before_the_variance(first):
    assert agrees(mean(design_of(first, unit="customer", finite=False), first["score"]), "customers")


def test_change_with_partly_the_same_contacts_equals_r(waves):
    later, earlier = (mean(design_of(waves[w]), waves[w]["score"]) for w in ("2026H1", "2025H2"))
    assert agrees(later - earlier, "change")


@pytest.mark.parametrize("name", ["api_mean", "api_E", "api_H", "api_M", "api_ratio", "api_mean_process"])
def test_apistrat_equals_r(reference_data, name):
    api = pd.read_csv(reference_data / "apistrat.csv")
    d = Design.of(
        api.index, weight=api["pw"], stratum=api["stype"], population=api.groupby("stype")["fpc"].first().to_dict()
    )
    level = name.removeprefix("api_")
    found = (
        ratio(d, api["api.stu"], api["enroll"])
        if level == "ratio"
        else mean(d, api["api00"], inside=api["stype"] == level if level in "EHM" else None)
    )
    assert agrees(found.process() if level == "mean_process" else found, name)


def test_published_apistrat_numbers(reference_data):
    api = pd.read_csv(reference_data / "apistrat.csv")
    d = Design.of(
        api.index, weight=api["pw"], stratum=api["stype"], population=api.groupby("stype")["fpc"].first().to_dict()
    )
    found = mean(d, api["api00"])
    assert (found.value, found.se) == (pytest.approx(662.287363, abs=5e-7), pytest.approx(9.408941, abs=5e-7))


def test_the_same_customers_in_both_waves_make_a_change_surer():
    rng = np.random.default_rng(3)
    person = rng.normal(70, 12, 40)
    old, new = person + rng.normal(0, 4, 40), person + rng.normal(5, 4, 40)
    names = [f"C{i}" for i in range(40)]
    before = mean(Design.of(names, wave="2025H2"), old)
    same = mean(Design.of(names, wave="2026H1"), new) - before
    fresh = mean(Design.of([f"D{i}" for i in range(40)], wave="2026H1"), new) - before
    assert same.value == pytest.approx(fresh.value)
    assert same.se < 0.5 * fresh.se
    assert same.se == pytest.approx(np.std(new - old, ddof=1) / np.sqrt(40), rel=1e-9)  # the paired t test's


def test_a_complete_census_has_no_error_but_the_process_behind_it_has():
    design = Design.of(list("abcd"), population={"all": 4})
    found = mean(design, [60, 70, 80, 90])
    assert (found.status, found.se, found.interval()) == ("exact", 0.0, (75.0, 75.0))
    assert found.process().status == "ok" and found.process().se == pytest.approx(np.std([60, 70, 80, 90], ddof=1) / 2)


def test_a_census_in_which_one_left_the_question_out_is_none():
    y = np.array([60.0, 70.0, 80.0, 90.0, np.nan])
    found = mean(Design.of(range(5), population={"all": 5}), y)
    assert found.status == "ok"
    # four of five answered: (1 − 4/5) s²/4 is 8.33; the domain form counts the blank as a zero influence, which is 6.25 × 5/4
    assert found.variance == pytest.approx(5 * 0.2 * np.var([*(y[:4] - 75) / 4, 0], ddof=1))


def test_small_domains_use_their_own_degrees_of_freedom():
    design = Design.of(range(50))
    inside = np.arange(50) < 8
    assert mean(design, np.arange(50.0), inside=inside).degrees_of_freedom == 7


def test_a_systematic_sample_along_a_trend_is_surer_than_a_random_one():
    y = np.arange(40.0)
    common = {"population": {"all": 400}, "drawn": {"all": 40}, "order": np.arange(40)}
    in_order = mean(Design.of(range(40), systematic=["all"], **common), y)
    at_random = mean(Design.of(range(40), **common), y)
    assert in_order.variance == pytest.approx(0.9 * 0.5 / 40)  # successive differences of 1: d² = 1/2, n/N = .1
    assert at_random.variance == pytest.approx(0.9 * np.var(y, ddof=1) / 40)


def test_those_who_did_not_answer_bring_back_the_plain_variance():
    y = np.arange(20.0)
    found = mean(
        Design.of(range(20), population={"all": 400}, drawn={"all": 40}, order=np.arange(20), systematic=["all"]), y
    )
    s2 = np.var(y, ddof=1)
    assert found.variance == pytest.approx((0.5 * 0.9 * 0.5 + 0.5 * s2) / 20)  # r = 1/2


def test_a_lone_respondents_stratum_is_merged_with_its_neighbour_and_said():
    design = Design.of(
        list("abcde"), stratum=["big", "mid", "mid", "low", "low"], population={"big": 4, "mid": 20, "low": 90}
    )
    assert design.merged == (("big", "mid"),)
    assert design.strata.loc["mid", "population"] == 24
    assert np.isfinite(mean(design, [9, 7, 5, 4, 6]).se)


def test_wilson_interval_of_eight_in_ten():
    low, high = share(Design.of(range(2000)), np.repeat([1.0, 0.0], [1600, 400])).interval()
    assert (low, high) == (pytest.approx(0.78190, abs=2e-5), pytest.approx(0.81695, abs=2e-5))


def test_a_share_of_none_still_has_an_interval_above_zero():
    low, high = share(Design.of(range(20)), np.zeros(20)).interval()
    assert low == 0 and high == pytest.approx(0.1611, abs=1e-4)  # 1.96² / (20 + 1.96²)


def test_adjusted_wald_of_nps_by_hand():
    up, down = np.repeat([1.0, 0.0, 0.0], [50, 30, 21]), np.repeat([0.0, 0.0, 1.0], [50, 30, 21])
    low, high = net_promoter_score(Design.of(range(101)), up, down).interval()
    n = 100  # effective size: the spread over its variance on n − 1
    p, q = (50 / 101 * n + 0.75) / (n + 3), (21 / 101 * n + 0.75) / (n + 3)
    half = 1.959964 * np.sqrt((p + q - (p - q) ** 2) / (n + 3))
    assert (low, high) == (pytest.approx(100 * (p - q - half), abs=1e-4), pytest.approx(100 * (p - q + half), abs=1e-4))


def test_bounds_never_leave_the_scale():
    almost_full = mean(Design.of(range(4)), [100.0, 100.0, 100.0, 60.0], bounds=(0, 100))
    assert almost_full.interval()[1] == 100
    assert (almost_full - almost_full * 0.5).bounds == (-50, 100)


def test_weights_can_be_scaled_without_any_effect(first):
    d, scaled = (Design.of(first["contact"], weight=k * first["weight"], stratum=first["stratum"]) for k in (1, 1000))
    a, b = mean(d, first["score"]), mean(scaled, first["score"])
    assert (a.value, a.se) == (pytest.approx(b.value), pytest.approx(b.se))


def test_the_order_of_rows_does_not_matter(first):
    shuffled = first.sample(frac=1, random_state=1).reset_index(drop=True)
    a, b = (mean(design_of(t), t["score"]) for t in (first, shuffled))
    assert (a.value, a.se) == (pytest.approx(b.value), pytest.approx(b.se))


def test_missing_answers_leave_the_domain_and_are_counted(first, design):
    y = first["score"].where(first.index % 5 > 0)
    assert mean(design, y).n == y.notna().sum()


def test_an_estimated_threshold_adds_its_own_uncertainty():
    rng = np.random.default_rng(5)
    y = rng.normal(70, 10, 200)
    design = Design.of(range(200), wave="2024H1")
    other = Design.of([f"S{i}" for i in range(20)], stratum=["staff"] * 20, wave="2024H1")
    cut = mean(other, rng.normal(70, 10, 20))
    fixed, carried = share_at_least(design, y, cut.value), share_at_least(design, y, cut)
    assert carried.value == fixed.value
    assert carried.variance == pytest.approx(
        fixed.variance + 0.04**2 * cut.variance, rel=0.15
    )  # density at the mean ≈ .4/10


@pytest.mark.parametrize(("weight", "words"), [([1, -1], "negative"), ([1, np.nan], "missing")])
def test_weights_that_cannot_be_are_refused(weight, words):
    with pytest.raises(EstimateError, match=words):
        Design.of(list("ab"), weight=weight)


def test_more_answers_than_customers_is_an_error():
    with pytest.raises(EstimateError, match="3 answers from a population of 2"):
        Design.of(list("abc"), population={"all": 2})


def test_a_contact_twice_is_an_error():
    with pytest.raises(EstimateError, match="stands twice"):
        Design.of(list("aba"))


def test_an_empty_domain_and_one_answer_and_equal_answers_are_not_estimable():
    design = Design.of(range(5))
    assert isinstance(mean(design, np.full(5, np.nan)), NoEstimate)
    assert mean(design, [4, np.nan, np.nan, np.nan, np.nan]).status == "not_estimable"
    assert mean(design, np.full(5, 7.0)).status == "not_estimable"


def test_what_cannot_be_estimated_stays_so_under_arithmetic():
    nothing = NoEstimate("not_supplied", "no panel")
    something = mean(Design.of(range(5)), np.arange(5.0))
    assert (something - nothing) is nothing and (2 * nothing + something) is nothing


def test_two_waves_stand_for_the_process_whatever_their_populations():
    names = list(range(30))
    y = np.arange(30.0)
    census = [mean(Design.of(names, population={"all": 30}, wave=wave), y**k) for k, wave in ((1, "a"), (1.1, "b"))]
    assert (census[1] - census[0]).status == "ok" and (census[1] - census[0]).se > 0


def test_what_one_part_of_a_sum_lost_is_lost_to_the_sum():
    design = Design.of(range(20), population={"all": 20})
    full, holed = np.arange(20.0), np.r_[np.nan, np.arange(19.0)]
    both = mean(design, full) + mean(design, holed)
    assert mean(design, full).status == "exact" and both.status == "ok"


def test_a_prorated_score_is_no_part_of_a_census():
    design = Design.of(range(20), population={"all": 20})
    y = np.arange(20.0)
    found = mean(design, y, incomplete=0.2 * (np.arange(20) == 3))
    assert found.status == "ok" and found.n == 20
    assert found.variance == pytest.approx(0.01 * np.var(y, ddof=1) / 20)  # 19.8 of 20 answered


def test_a_customer_in_the_sample_and_in_a_panel_asked_in_full_keeps_the_census_exact():
    visits = Design.of(["C1", "C5", "C9"], stratum=["visits"] * 3, population={"visits": 30}, wave="now")
    panel = Design.of(["C1", "C2"], stratum=["key"] * 2, population={"key": 2}, wave="now")
    total = mean(visits, [60.0, 70.0, 80.0]) + mean(panel, [90.0, 50.0])
    assert total.variance == pytest.approx(mean(visits, [60.0, 70.0, 80.0]).variance)


def test_strata_that_a_later_wave_empties_are_merged_rather_than_lost():
    earlier = Design.of(list("abcdef"), stratum=list("kkoooo"), wave="1")
    later = Design.of(list("abcdeg"), stratum=list("oooooo"), wave="2")
    change = mean(later, np.arange(6.0)) - mean(earlier, np.arange(6.0) ** 2)
    assert np.isfinite(change.se)


def test_a_difference_has_the_degrees_of_freedom_of_welch():
    a, b = np.random.default_rng(1).normal(0, [[3.0], [1.0]], (2, 12))
    y, inside = np.r_[a[:6], b], np.arange(18) < 6
    design = Design.of(range(18))
    difference = mean(design, y, inside=inside) - mean(design, y, inside=~inside)
    va, vb = (mean(design, y, inside=which).variance for which in (inside, ~inside))
    assert difference.degrees_of_freedom == pytest.approx((va + vb) ** 2 / (va**2 / 5 + vb**2 / 11))


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_wilson_holds_its_own_share_at_every_size(p):
    assert all(low <= p <= high for low, high in (wilson(p, n, 0.95) for n in range(1, 2001)))


def test_a_share_with_spread_only_among_key_accounts_is_not_sure_of_the_others():
    """Korn and Graubard's cap: all of 114 visits satisfied, one of 16 key accounts not; plain Wilson on 114 reaches .967."""
    stratum = np.repeat(["others", "key"], [114, 16])
    weight = np.where(stratum == "key", 19 / 16, 796 / 114)
    design = Design.of(range(130), stratum=stratum, weight=weight, population={"others": 796, "key": 19})
    yes = np.ones(130)
    yes[-1] = 0.0
    assert share(design, yes).interval()[0] < 0.975


def test_a_weight_of_zero_is_as_if_one_had_not_answered():
    design = Design.of(range(40), weight=np.repeat([1.0, 0.0], 20), population={"all": 40})
    found = mean(design, np.arange(40.0))
    assert found.n == 20 and found.status == "ok" and found.se > 0


def test_more_asked_than_there_are_is_an_error():
    with pytest.raises(EstimateError, match="80 asked from a population of 50"):
        Design.of(range(20), population={"all": 50}, drawn={"all": 80})


def test_a_median_of_equal_answers_is_not_certain():
    assert quantile(Design.of(range(40)), np.full(40, 3.0), 0.5).status == "not_estimable"
