"""Waves of the sample company, held against the truth that its simulation knows; and two periods that must differ."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from csat_analysis.certification import is_certified
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.change import change, first_comparable, standard_in_force, threshold, trend, wave_before
from csat_analysis.metrics.segments import hidden_groups, segment_groups
from csat_analysis.metrics.wave import load_waves
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.results import Results, make_record
from csat_analysis.simulation import simulate_company
from csat_analysis.verdicts import since_verdict

CHECKOUT = Path(__file__).resolve().parent.parent
NOW, BEFORE, FIRST = (Period.parse(p) for p in ("2026H1", "2025H2", "2024H1"))


@pytest.fixture(scope="module")
def waves():
    return load_waves(CHECKOUT, NOW)


@pytest.fixture(scope="module")
def truth():
    return simulate_company(load_programme(CHECKOUT, NOW)).truth


def test_all_five_waves_are_recomputed_from_raw_files(waves):
    assert [str(p) for p in waves] == ["2024H1", "2024H2", "2025H1", "2025H2", "2026H1"]


def test_the_weights_of_the_answers_add_up_to_the_frame(waves):
    for wave in waves.values():
        assert wave.sample.design.weight.sum() == pytest.approx(len(wave.clean.tables["customers"]))


def test_estimates_lie_near_the_truth_but_not_on_it(waves, truth):
    """Answering depends on satisfaction here, so a bias of a point or two is expected; four standard errors are not."""
    for period, wave in waves.items():
        z = (wave.index.value - truth.value(str(period), "index")) / wave.index.se
        assert 0 < abs(z) < 4


def test_each_dimension_is_estimated_from_its_own_items(waves, truth):
    for name, estimate in waves[NOW].dimensions.items():
        assert abs(estimate.value - truth.value(str(NOW), name)) < 4 * estimate.se


def test_two_periods_differ(waves):
    assert waves[NOW].index.value != waves[BEFORE].index.value
    assert waves[NOW].nps.value != waves[BEFORE].nps.value


def test_the_standard_is_frozen_at_the_wave_that_set_it(waves):
    standard = standard_in_force(waves, NOW)
    assert standard.value == waves[FIRST].panel_mean.value
    assert isinstance(threshold(standard, waves, NOW), float) and isinstance(
        threshold(standard, waves, FIRST), Estimate
    )
    assert standard.value == np.mean([estimate.value for estimate in waves[FIRST].panel_indices.values()])


def test_a_satisfied_share_in_the_wave_that_set_the_standard_carries_its_uncertainty(waves):
    wave, standard = waves[FIRST], standard_in_force(waves, NOW)
    assert wave.satisfied_share(standard).value == wave.satisfied_share(standard.value).value
    assert wave.satisfied_share(standard).se != wave.satisfied_share(standard.value).se


def test_customers_in_both_waves_count_as_such_in_the_change(waves):
    difference = change(waves, NOW, BEFORE, "index")
    both = waves[NOW].sample.design.unit_name.intersection(waves[BEFORE].sample.design.unit_name)
    assert len(both) > 10
    assert difference.n == waves[NOW].index.n + waves[BEFORE].index.n - len(
        set(waves[NOW].answers["customer_id"].iloc[waves[NOW].index.rows])
        & set(waves[BEFORE].answers["customer_id"].iloc[waves[BEFORE].index.rows])
    )
    assert difference.se < np.hypot(waves[NOW].index.process().se, waves[BEFORE].index.process().se)


def test_the_first_wave_has_nothing_to_compare_with(waves):
    assert wave_before(waves, FIRST) is None
    assert change(waves, FIRST, None, "index").status == "not_computed"


def test_the_first_survey_that_asked_alike_is_held_against_the_latest(waves):
    assert first_comparable(waves, NOW, "index") == FIRST
    assert first_comparable(waves, Period.parse("2024H2"), "index") is None, "it is the wave before"
    assert first_comparable(waves, FIRST, "index") is None
    since = change(waves, NOW, FIRST, "index")
    assert since.value == pytest.approx(waves[NOW].index.value - waves[FIRST].index.value)
    assert (
        since_verdict(since) == "rose_since" and since_verdict(change(waves, NOW, BEFORE, "index")) == "since_not_told"
    )


def test_every_wave_answers_from_raw_files_alone_whichever_is_asked(waves):
    assert load_waves(CHECKOUT, BEFORE)[BEFORE].index.value == waves[BEFORE].index.value


def test_segments_partition_the_answers(waves):
    wave = waves[NOW]
    groups = segment_groups(wave)
    for segment in wave.programme.segments:
        assert sum(g.index.n for g in groups if g.segment == segment) == wave.index.n


def test_large_and_small_customers_are_held_against_each_other(waves):
    """Large: above the median of the whole list, not of those who answered; the two differences mirror each other."""
    wave, groups = waves[NOW], {g.level: g for g in segment_groups(waves[NOW]) if g.segment == "customer_size"}
    large, small = groups["large"], groups["small"]
    sales = wave.clean.tables["customers"].set_index("customer_id")["sales_12m"]
    mine = wave.answers["customer_id"].map(sales)
    assert large.index.n == (mine[wave.answer_scores["person_score"].notna()] > sales.median()).sum()
    assert large.index.n + small.index.n == wave.index.n
    assert large.difference.value == pytest.approx(large.index.value - small.index.value)
    assert small.difference.value == pytest.approx(-large.difference.value)


def test_nps_of_a_group_is_held_against_the_others_by_hand(waves):
    wave, groups = waves[NOW], {g.level: g for g in segment_groups(waves[NOW]) if g.segment == "tenure"}
    weight, answer = wave.sample.design.weight, wave.answers["nps"]
    side = answer.ge(9).astype(float) - answer.le(6)
    levels, known = wave.segments["tenure"], answer.notna()
    by_hand = {
        level: 100 * np.average(side[known & (levels == level)], weights=weight[known & (levels == level)])
        for level in ("new", "established")
    }
    assert groups["new"].nps_difference.value == pytest.approx(by_hand["new"] - by_hand["established"])
    assert groups["established"].nps_difference.value == pytest.approx(-groups["new"].nps_difference.value)
    assert not groups["new"].nps_difference.finite, "of the process, as the index's difference"


def test_executives_think_better_of_the_company_than_its_customers(waves, truth):
    gap = waves[NOW].perception_gap
    inside = truth.value(str(NOW), "three_panel_mean")
    assert gap.value > 0 and inside > truth.value(str(NOW), "index")


def test_a_number_on_fewer_than_min_group_answers_is_suppressed_in_its_record(waves):
    wave = waves[NOW]
    few = wave.answer_scores["product"].to_numpy(copy=True)
    few[4:] = np.nan
    record = make_record(
        "satisfaction.index", mean(wave.sample.design, few), {}, programme=wave.programme, notebook="x"
    )
    assert (record.status, record.value, record.n) == ("suppressed", None, None)
    assert Results([record]).get("satisfaction.index").shown is False


def test_row_numbers_that_stand_in_for_contacts_do_not_link_two_waves(tmp_path):
    raw = tmp_path / "data" / "raw"
    for period, values in (("2025H2", "3\n4\n5\n"), ("2026H1", "5\n6\n8\n")):
        (raw / period).mkdir(parents=True)
        (raw / period / "responses.csv").write_text("q\n" + values)
    (raw / "survey.yml").write_text("name: small\nscale: {min: 0, max: 10}\ndimensions: {d: {items: [q]}}\n")
    waves = load_waves(tmp_path, "2026H1")
    difference = change(waves, NOW, BEFORE, "index")
    assert difference.n == 6 and difference.value == pytest.approx(100 * (19 - 12) / 30)


def test_answers_without_a_level_are_a_group_that_can_be_worked_out(waves):
    wave = waves[NOW]
    clean = replace(wave.clean, tables=dict(wave.clean.tables))
    customers = clean.tables["customers"].copy()
    answered = wave.answers["customer_id"].iloc[:3]
    customers.loc[customers["customer_id"].isin(answered), "industry"] = None
    clean.tables["customers"] = customers
    holed = replace(wave, clean=clean)
    hidden = hidden_groups(holed, segment_groups(holed), "index_customers")
    assert len([level for segment, level in hidden if segment == "industry"]) == 1
    assert not [level for segment, level in hidden if segment == "region"]


def test_a_questionnaire_that_changed_is_not_compared(waves):
    wave = waves[NOW]
    fewer = {name: d for name, d in wave.programme.dimensions.items() if name != "management"}
    other = replace(wave, programme=wave.programme.model_copy(update={"dimensions": fewer}))
    both = {BEFORE: waves[BEFORE], NOW: other}
    assert change(both, NOW, BEFORE, "index").status == "not_computed"
    assert trend(both, NOW, BEFORE, "index").status == "not_computed"
    assert change(both, NOW, BEFORE, "nps").n > 0 and change(both, NOW, BEFORE, "staff").n > 0


def test_the_gap_is_of_the_process_not_of_this_frame(waves):
    gap = waves[NOW].perception_gap
    assert not gap.finite and gap.se > replace(gap, finite=True).se


@pytest.mark.parametrize(("readme", "between"), [("README.md", "to"), ("README.zh.md", "至")])
def test_the_readme_says_what_the_run_says(waves, readme, between):
    low, high = waves[NOW].index.interval()
    text = (CHECKOUT / readme).read_text(encoding="utf-8")
    assert f"**{waves[NOW].index.value:.1f}**" in text and f"{low:.1f} {between} {high:.1f}" in text


def test_the_sample_companys_headline_numbers_are_certified(waves):
    numbers = {
        "index": waves[NOW].index,
        "change": change(waves, NOW, BEFORE, "index"),
        "gain": change(waves, NOW, NOW.year_before(), "index"),
        "nps": change(waves, NOW, BEFORE, "nps"),
        "gap": waves[NOW].perception_gap,
        "panels": waves[NOW].panel_mean,
    }
    assert [name for name, number in numbers.items() if not is_certified(number)] == []
