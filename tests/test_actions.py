"""Did actions work: hand-worked differences, the lot among whole clusters, and every action that can't be judged."""

import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from managed_company import NOW, waves, write

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.wave import load_waves
from csat_analysis.models import next_actions
from csat_analysis.models.actions import Actions, action_of
from csat_analysis.models.difference import Side, difference_in_differences, lot, low_scorers
from csat_analysis.period import Period
from csat_analysis.programme_parts import Plan
from csat_analysis.results import Record, Results
from csat_analysis.verdicts import action_verdict

BAD = """A1,2025H2,goods,,branch,north,Ann,,2026-06-30,done,1
A2,2025H2,goods,,,,Ann,2026-01-10,2026-06-30,done,1
A3,2025H2,goods,,planet,mars,Ann,2026-01-10,2026-06-30,done,1
A4,2025H2,goods,,branch,nowhere,Ann,2026-01-10,2026-06-30,done,1
A5,2026H1,goods,,branch,north,Ann,2026-07-10,2026-12-30,planned,1
A6,2025H2,goods,,branch,north,Ann,2025-01-01,2025-06-30,done,1
A7,2025H2,goods,,manager_id,M1,Ann,2026-01-10,2026-06-30,done,1
"""
KEPT = ("dimension", "item", "segment", "value", "owner", "status", "expected_gain")


def side(score, treated, cluster, wave: str, who=None) -> Side:
    who = range(len(score)) if who is None else who
    return Side(
        Design.of(who, wave=wave), np.array(score, float), np.array(treated, float), np.array(cluster).astype(str)
    )


def two_waves(effect: float = 0.0, seed: int = 1, n: int = 96) -> tuple[Side, Side]:
    rng = np.random.default_rng(seed)
    treated, cluster, view = np.arange(n) % 4 == 0, np.arange(n) // 8, rng.normal(65, 10, n)
    scores = [view + rng.normal(0, 4, n) + add * treated for add in (0.0, effect)]
    return tuple(side(s, treated, cluster, w) for s, w in zip(scores, "ab", strict=True))


def test_the_effect_is_the_change_of_the_reached_less_that_of_the_others():
    before = side([50, 60, 40, 70], [1, 1, 0, 0], [1, 2, 1, 2], "a")
    after = side([60, 72, 42, 74], [1, 1, 0, 0], [1, 2, 1, 2], "b")
    assert difference_in_differences([before], [after]).value == pytest.approx((66 - 55) - (58 - 55))


def test_the_same_customers_tell_far_more_than_others_would():
    before, after = two_waves()
    fresh = Side(Design.of(range(1000, 1096), wave="b"), after.score, after.treated, after.cluster)
    same, others = (difference_in_differences([before], [later]) for later in (after, fresh))
    assert same.value == pytest.approx(others.value) and same.customers_se < 0.6 * others.customers_se


def test_an_effect_adds_to_the_estimate_point_for_point_and_leaves_its_error():
    (before, after), (_, raised) = two_waves(), two_waves(9.0)
    none, found = (difference_in_differences([before], [later]) for later in (after, raised))
    assert found.value - none.value == pytest.approx(9.0) and found.se == pytest.approx(none.se)


def test_one_region_of_four_allows_no_p_below_a_quarter():
    assert lot(np.array([40.0, 1.0, 0.0, -1.0]), np.array([True, False, False, False])) == (0.25, 0.25)
    assert lot(np.arange(12.0), np.arange(12) >= 9) == (pytest.approx(2 / 220), pytest.approx(1 / 220))


def test_whole_clusters_are_told_by_their_lot_and_mixed_ones_are_not():
    before, after = two_waves(9.0)
    region = np.arange(96) // 24
    by_region = [Side(s.design, s.score, (region == 3).astype(float), region.astype(str)) for s in (before, after)]
    whole = difference_in_differences(by_region[:1], by_region[1:])
    assert (whole.clusters, whole.treated_clusters, whole.smallest_p) == (4, 1, 0.25)
    assert difference_in_differences([before], [after]).p_value is None


def test_low_scorers_gain_on_the_rest_though_nothing_was_done():
    before, after = two_waves(n=400)
    assert low_scorers(before, after).value > 1
    still = low_scorers(before, before)
    assert still.value == pytest.approx(0)


def measured(value: float, se: float) -> Measured:
    return Measured(value, value - 2 * se, value + 2 * se, 24, True, se)


@pytest.mark.parametrize(
    ("effect", "placebo", "detectable", "lots", "word"),
    [
        (measured(9, 3), measured(1, 3), 8.4, (None, 0.0), "worked"),
        (measured(9, 3), measured(8, 3), 8.4, (None, 0.0), "effect_untold"),
        (measured(1, 2), measured(0, 2), 5.6, (None, 0.0), "no_effect_seen"),
        (measured(1, 4), measured(0, 2), 11.2, (None, 0.0), "effect_untold"),
        (measured(40, 1), measured(0, 2), 3.0, (0.25, 0.25), "effect_untold"),
        (measured(9, 3), measured(0, 2), 8.4, (0.01, 0.005), "worked"),
        (measured(-9, 2), measured(0, 2), 5.6, (None, 0.0), "no_effect_seen"),
    ],
)
def test_an_actions_word_follows_its_rule(effect, placebo, detectable, lots, word):
    p, smallest = lots
    said = action_verdict(effect, placebo, detectable=detectable, expected=7.5, smallest_p=smallest, p_value=p)
    assert said == word


@pytest.fixture(scope="module")
def bad(tmp_path_factory) -> Actions:
    return Actions(waves(tmp_path_factory.mktemp("bad"), actions=BAD), NOW)


@pytest.mark.parametrize(
    ("action", "status", "reason"),
    [
        ("A1", "not_supplied", "no date of starting"),
        ("A2", "not_estimable", "covers everybody"),
        ("A3", "not_supplied", "no column 'planet'"),
        ("A4", "not_supplied", "has branch 'nowhere'"),
        ("A5", "not_computed", "not begun"),
        ("A6", "not_computed", "before it began"),
    ],
)
def test_an_action_that_cannot_be_judged_says_why_and_nothing_fails(bad, action, status, reason):
    found = bad.judged[action]
    assert isinstance(found.effect, NoEstimate) and found.effect.status == status and reason in found.effect.reason
    assert found.word is None and found.needed is None


def test_one_manager_reached_whole_cannot_be_told_and_says_how_many_it_takes(bad):
    found = bad.judged["A7"]
    assert found.word == "effect_untold" and found.found.smallest_p > 0.05 and found.needed == ("clusters", 20)


def test_without_actions_it_is_said(tmp_path):
    found = Actions(waves(tmp_path), NOW)
    assert found.judged == {} and found.table.status == "not_supplied"


def test_an_action_in_one_period_alone_waits(tmp_path):
    row = "A1,2025H2,goods,,branch,north,Ann,2026-01-10,2026-06-30,done,1\n"
    found = Actions(waves(tmp_path, actions=row, periods=(NOW,)), NOW).judged["A1"]
    assert found.effect.status == "not_computed"


def test_a_true_effect_is_found_and_nothing_like_it_elsewhere(tmp_path):
    row = "A1,2025H2,goods,,branch,north,Ann,2026-01-10,2026-06-30,done,10\n"
    found = Actions(waves(tmp_path, actions=row, gain=2.0), NOW).judged["A1"]
    assert found.effect.value == pytest.approx(20, abs=7) and abs(found.placebo.value) < 3 * found.placebo.se
    assert found.expected == pytest.approx(20)  # ten points of the index, of which goods are a half
    assert found.cluster == "manager_id" and found.waves_after == ("2026H1",)


NORTH = "A1,2025H2,goods,,branch,north,Ann,2026-01-10,2026-06-30,done,3\n"


def test_two_actions_on_one_subject_for_the_same_customers_cannot_be_told_apart(tmp_path):
    both = NORTH + "A2,2025H2,goods,,branch,north,Bob,2026-02-10,2026-06-30,done,3\n"
    found = Actions(waves(tmp_path, actions=both, gain=2.0), NOW).judged
    for one in found.values():
        assert one.word is None and one.effect.status == "not_estimable" and "another action" in one.effect.reason


def test_customers_whom_two_actions_on_one_subject_reached_count_for_neither(tmp_path):
    other = NORTH + "A2,2025H2,goods,,manager_id,M1,Bob,2026-02-10,2026-06-30,done,3\n"
    found = Actions(waves(tmp_path, actions=other, gain=2.0), NOW).judged["A1"]
    assert found.found.treated == 15  # of 22 in the north, seven are M1's
    elsewhere = NORTH + "A2,2025H2,people,,manager_id,M1,Bob,2026-02-10,2026-06-30,done,3\n"
    (tmp_path / "two").mkdir()
    assert Actions(waves(tmp_path / "two", actions=elsewhere, gain=2.0), NOW).judged["A1"].found.treated == 22


def test_an_action_older_than_every_survey_takes_nobody_away(tmp_path):
    old = NORTH + "A2,2024H1,goods,,branch,north,Bob,2024-02-10,2024-06-30,done,3\n"
    found = Actions(waves(tmp_path, actions=old, gain=2.0), NOW).judged
    assert found["A1"].word == "worked" and found["A2"].effect.status == "not_computed"


def test_a_survey_in_the_middle_of_which_an_action_began_is_neither_before_nor_since(tmp_path):
    root = write(tmp_path, actions=NORTH.replace("2026-01-10", "2025-12-12"))
    file = root / "data" / "raw" / "2025H2" / "responses.csv"
    file.write_text(file.read_text().replace("2025-12-10", "2025-12-20", 5))
    found = Actions(load_waves(root, NOW), NOW).judged["A1"]
    assert found.effect.status == "not_computed" and "before it began" in found.effect.reason
    assert found.waves_during == ("2025H2",)


def test_weights_that_differ_take_more_answers_to_tell(tmp_path):
    company = waves(tmp_path)
    few = next_actions.answers_needed(company, NOW, "goods", 5.0, 0.3, same=False)
    wave = company[NOW]
    uneven = np.where(np.arange(len(wave.answers)) % 2, 3.0, 1.0)
    wave.sample.__dict__["design"] = replace(wave.sample.design, weight=uneven)
    assert next_actions.answers_needed(company, NOW, "goods", 5.0, 0.3, same=False) / few == pytest.approx(
        1.25, rel=0.05
    )


def test_the_same_customers_count_with_the_least_that_their_correlation_may_be(tmp_path):
    company = waves(tmp_path)
    scores = [w.answer_scores["goods"].set_axis(w.sample.design.contact) for w in company.values()]
    seen = pd.concat(scores, axis=1, join="inner").corr().iloc[0, 1]
    lowest = np.tanh(np.arctanh(seen) - 1.959964 / np.sqrt(len(scores[0]) - 3))
    assert (
        next_actions.last_correlation(company, NOW, "goods") == pytest.approx(lowest, abs=1e-4) and lowest < seen - 0.05
    )


def plans(*names: str) -> Results:
    common = {"se": 0.1, "low": 0.0, "high": 1.0, "n": 50, "notebook": "07"}
    points = [Record("plan.points", {"plan": n}, value=0.5, unit="points", status="ok", **common) for n in names]
    gains = [
        Record("plan.gain", {"plan": n}, value=1e3 * place, unit="CNY", status="ok", **common)
        for place, n in enumerate(names)
    ]
    return Results([*points, *gains])


def test_next_actions_are_a_table_of_the_contract(tmp_path):
    row = "A1,2025H2,goods,,branch,north,Ann,2026-01-10,2026-06-30,done,10\n"
    company = waves(tmp_path / "raw", actions=row)
    ledger = Actions(company, NOW).ledger
    proposed = next_actions.next_actions(company, NOW, ledger, plans("people", "goods @ branch=north"))
    file = next_actions.write(proposed, tmp_path / "out")
    table = pd.read_csv(file, dtype=str)
    assert tuple(table.columns) == next_actions.COLUMNS
    assert table["owner"].tolist()[0] == "Ann" and table["owner"].isna().tolist() == [False, True]
    assert table["started_on"].unique() == ["2026-07-01"] and table["due_on"].unique() == ["2026-12-31"]
    assert (table["expected_gain"].astype(float) == 2.5).all() and proposed[1].by_lot and proposed[0].needed > 20
    assert proposed[0].needed_same < proposed[0].needed


def test_the_exported_table_is_read_back_as_the_next_periods_ledger_as_it_stands(tmp_path):
    company = waves(tmp_path)
    proposed = next_actions.next_actions(company, NOW, [], plans("people", "goods @ branch=north"))
    raw = tmp_path / "data" / "raw"
    following = raw / "2026H2"
    shutil.copytree(raw / str(NOW), following)
    shutil.move(next_actions.write(proposed, tmp_path / "out"), following / "actions.csv")
    later = Period.parse("2026H2")
    clean = load_waves(tmp_path, later)[later].clean
    assert clean.counts.set_index("table").loc["actions", ["rows_in", "rows_kept"]].tolist() == [2, 2]
    assert "actions" not in set(clean.quarantine["table"])
    ledger = [action_of(row) for _, row in clean.tables["actions"].iterrows()]
    for action, one in zip(ledger, proposed, strict=True):
        dates = [str(day.date()) for day in (action.started_on, action.due_on)]
        assert [action.action_id, *dates] == [one.row[key] for key in ("action_id", "started_on", "due_on")]
        assert [getattr(action, key) for key in KEPT] == [one.row[key] for key in KEPT]


def test_without_plans_no_actions_are_proposed(tmp_path):
    assert next_actions.next_actions(waves(tmp_path), NOW, [], Results([])).status == "not_computed"


def proposed_of(root, plan: Plan) -> next_actions.Proposal:
    company = waves(root)
    return next_actions.proposal(1, "both", plan, company, NOW, [])


def test_a_plan_of_several_dimensions_is_judged_on_the_index_and_not_by_all_its_gain_on_one(tmp_path):
    one = proposed_of(tmp_path, Plan(raises={"goods": 8, "people": 2}))
    assert one.row["dimension"] is None and one.row["item"] is None and one.row["expected_gain"] == 5.0
    assert isinstance(one.needed, int)


def test_a_plan_for_customers_of_two_columns_is_not_exported_as_one_for_many_more(tmp_path):
    one = proposed_of(tmp_path, Plan(raises={"goods": 8}, customers={"branch": "north", "region": "east"}))
    assert (one.row["segment"], one.row["value"]) == ("branch & region", "north & east")
    assert isinstance(one.needed, NoEstimate) and isinstance(one.needed_same, NoEstimate)
