"""Careless answers: each sign by hand, planted ones found, honest ones left alone, and nothing made up where data lack."""

import numpy as np
import pandas as pd
import pytest
from sample_files import CHECKOUT

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.sensitivity import index_without
from csat_analysis.metrics.wave import load_wave
from csat_analysis.programme import Programme, load_programme
from csat_analysis.simulation import simulate_company
from csat_analysis.studies import careless as study
from csat_analysis.studies import stored
from csat_analysis.survey.careless import careless_signs, clusters, suspects_by_chance

PROGRAMME = study.PROGRAMME
ITEMS = PROGRAMME.items


def survey(n: int = 120, *, seed: int = 1, style: str = "", careless: int = 0, clock: bool = True) -> pd.DataFrame:
    """Answers of which the first few are careless in the given style."""
    styles = np.where(np.arange(n) < careless, style, "")
    return study.questionnaires(styles, np.zeros(n, dtype=bool), clock, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return survey()


def with_row(answers: pd.DataFrame, row: list[float], seconds: float = 300) -> pd.DataFrame:
    changed = answers.copy()
    changed.loc[0, ITEMS], changed.loc[0, "duration_s"] = row, seconds
    return changed


def test_one_answer_throughout_is_a_sign_but_all_tens_can_be_true(answers):
    found = careless_signs(with_row(answers, [10.0] * 25), PROGRAMME)
    assert found.signs.loc[0, "one_answer"] and not found.suspect[0]


def test_one_answer_throughout_in_half_a_minute_is_suspect(answers):
    assert careless_signs(with_row(answers, [10.0] * 25, seconds=30), PROGRAMME).suspect[0]


def test_haste_alone_makes_no_suspect(answers):
    found = careless_signs(with_row(answers, list(answers.loc[1, ITEMS].fillna(7)), seconds=40), PROGRAMME)
    assert found.measures.loc[0, "seconds_an_item"] == pytest.approx(1.6) and found.signs.loc[0, "too_fast"]
    assert found.signs.loc[0].sum() - found.signs.loc[0, "halves_disagree"] - found.signs.loc[0, "duplicate"] == 1


def test_a_run_skips_missing_items_and_is_broken_by_another_answer(answers):
    row = [8.0] * 6 + [np.nan] + [8.0] * 4 + [7.0] + [8.0] * 13
    assert careless_signs(with_row(answers, row), PROGRAMME).measures.loc[0, "same_in_a_row"] == 13 / 25


def test_halves_that_say_the_opposite_disagree(answers):
    against = [9.0, 1, 9, 1, 9] + [1.0, 9, 1, 9, 1] + [9.0, 1, 9, 1, 9] + [1.0, 9, 1, 9, 1] + [5.0] * 5
    alike = [9.0] * 5 + [1.0] * 5 + [9.0] * 5 + [1.0] * 5 + [5.0] * 5
    assert careless_signs(with_row(answers, against), PROGRAMME).measures.loc[0, "even_odd"] == pytest.approx(-1)
    assert careless_signs(with_row(answers, alike), PROGRAMME).measures.loc[0, "even_odd"] == pytest.approx(1)


def test_a_copy_is_found_but_two_who_give_one_answer_throughout_are_no_copies(answers):
    copied = with_row(answers, list(answers.loc[1, ITEMS].fillna(7)))
    copied.loc[1, ITEMS] = copied.loc[0, ITEMS]
    assert careless_signs(copied, PROGRAMME).signs.loc[[0, 1], "duplicate"].all()
    tens = with_row(answers, [10.0] * 25)
    tens.loc[1, ITEMS] = 10.0
    assert not careless_signs(tens, PROGRAMME).signs["duplicate"].any()


@pytest.mark.parametrize("style", ["one_answer", "any_answer"])
def test_most_who_tick_without_reading_are_found_where_there_is_a_clock(style):
    found = careless_signs(survey(200, seed=3, style=style, careless=10), PROGRAMME).suspect
    assert found.head(10).mean() >= 0.6 and found.iloc[10:].mean() < 0.05


def test_signs_do_not_depend_on_the_scale_or_the_order_of_people(answers):
    wide = Programme.model_validate(PROGRAMME.model_dump() | {"scale": {"min": 1, "max": 101}})
    stretched = answers.assign(**{item: 10 * answers[item] + 1 for item in ITEMS}).iloc[::-1]
    pd.testing.assert_frame_equal(
        careless_signs(stretched, wide).signs.sort_index(), careless_signs(answers, PROGRAMME).signs
    )


def test_without_a_clock_haste_is_untold_and_one_answer_throughout_is_not_suspect():
    found = careless_signs(survey(style="one_answer", careless=5, clock=False), PROGRAMME)
    assert "too_fast" in found.untold and not found.suspect.head(5).any()


def test_too_few_answers_or_dimensions_leave_signs_untold(answers):
    found = careless_signs(answers.head(12), PROGRAMME)
    assert "unlikely" in found.untold and not found.signs["unlikely"].any()
    one = Programme.model_validate(
        {"name": "One", "scale": {"min": 0, "max": 10}, "dimensions": {"d": {"items": ITEMS[:1]}}}
    )
    assert set(careless_signs(answers, one).untold) == {"halves_disagree", "unlikely", "one_answer", "duplicate"}


def test_people_who_answered_nothing_are_not_suspect(answers):
    empty = with_row(answers, [np.nan] * 25, seconds=3)
    assert not careless_signs(empty, PROGRAMME).suspect[0]
    nothing = answers.assign(**dict.fromkeys(ITEMS, np.nan))
    assert not careless_signs(nothing, PROGRAMME).suspect.any()
    assert suspects_by_chance(nothing, PROGRAMME, seed=1, draws=3).empty


def test_an_item_that_nobody_answered_stops_nothing(answers):
    found = careless_signs(answers.assign(d0_0=np.nan), PROGRAMME)
    assert "unlikely" in found.untold and found.measures["even_odd"].notna().any()


def test_chance_is_the_same_for_the_same_seed_and_small_among_attentive_people(answers):
    first, again = (suspects_by_chance(answers, PROGRAMME, seed=7, draws=5) for _ in range(2))
    assert first.tolist() == again.tolist() and first.mean() < 0.05 * len(answers)


def test_a_group_that_brings_all_suspects_stands_out_and_small_groups_are_left_out():
    suspect = pd.Series([True] * 6 + [False] * 94)
    group = pd.Series(["M1"] * 10 + ["M2"] * 87 + ["M3"] * 3)
    found = clusters(suspect, group)
    assert found.index.tolist() == ["M1", "M2"] and found["stands_out"].tolist() == [True, False]
    assert found.at["M1", "p"] == pytest.approx(210 / 1192052400)  # C(10, 6) of C(100, 6)


def test_without_groups_there_are_no_clusters():
    assert clusters(pd.Series([True, False]), pd.Series([np.nan, np.nan])).empty


@pytest.fixture(scope="module")
def wave():
    return load_wave(CHECKOUT, "2026H1")


def test_the_planted_careless_of_the_sample_company_are_found_and_nobody_else(wave):
    careless = simulate_company(load_programme(CHECKOUT, "2026H1")).truth.careless
    found = careless_signs(wave.answers, wave.programme).suspect
    planted = wave.answers["response_id"].isin(careless)
    assert planted.sum() >= 3 and found[planted].all() and not found[~planted].any()


def test_the_index_without_suspects_is_the_index_of_the_others(wave):
    nobody, some = (pd.Series(False, wave.answers.index) for _ in range(2))
    assert index_without(wave, nobody) == 0
    some.iloc[:5] = True
    difference = index_without(wave, some)
    assert difference.status == "ok" and not difference.finite and abs(difference.value) < 5


def test_where_everybody_is_suspect_there_is_no_index_without_them(wave):
    everyone = pd.Series(True, wave.answers.index)
    assert isinstance(index_without(wave, everyone), NoEstimate)


def test_the_study_gives_the_same_table_for_any_number_of_processes(monkeypatch):
    monkeypatch.setattr(study, "ANSWERS", (40,))
    once, again = (study.run(draws=2, seed=1, processes=p) for p in (1, 2))
    pd.testing.assert_frame_equal(once, again)


def test_the_stored_study_is_of_this_code():
    assert stored.is_current("careless")


def test_the_stored_study_finds_most_with_a_clock_and_suspects_few_of_the_honest():
    table = stored.table("careless")
    clock = table[table["clock"] & (table["planted"] > 0)]
    assert (clock["found_any_answer"] > 0.8).all() and (clock[["found_one_answer", "found_half_read"]] > 0.6).all(
        axis=None
    )
    assert (table["false_alarms"] < 0.03).all() and (table["honest_tens_suspected"].dropna() < 0.05).all()
    assert (table.loc[~table["clock"], "found_one_answer"].dropna() == 0).all()
