"""The report's section on managers and actions: no league table by chance, ids alone, and plainly what can't be told."""

from dataclasses import replace

import pytest
from managers_records import managers_records
from page_text import plain
from report_examples import house_results, report
from report_records import record

from csat_analysis.models.managers import outer_coverage
from csat_analysis.report import managers_charts, message_tables, render
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results

ALL_SECTIONS = list(render.SECTIONS)
NOTEBOOK = {"notebook": "09_managers_and_actions", "action": "X01"}


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    monkeypatch.setattr(render, "SECTIONS", {"managers": render.SECTIONS["managers"]})


def others() -> list[Record]:
    return [r for r in house_results().records if not r.key.startswith(("managers.", "actions."))]


def made(language: str = "en", more: tuple[Record, ...] = (), **options):
    return report(Results([*others(), *managers_records(**options), *more]), language)


def words(language: str = "en", more: tuple[Record, ...] = (), **options) -> str:
    return plain(made(language, more, **options).section("managers"))


def words_with(key: str, value: float, half: float) -> str:
    """The section where one number has another value and interval."""
    own = [r for r in managers_records() if r.key == key]
    other = [replace(r, value=value, low=value - half, high=value + half) for r in own]
    kept = [r for r in managers_records() if r.key != key]
    return plain(report(Results([*others(), *kept, *other])).section("managers"))


def test_the_section_stands_before_belief_and_is_absent_where_nothing_was_recorded():
    assert ALL_SECTIONS.index("managers") == ALL_SECTIONS.index("belief") - 1
    assert "managers" not in report(Results(others())).sections


def test_within_chance_nobody_is_ranked_and_no_third_is_named():
    said = words()
    assert "nobody is ranked" in said and "upper third" not in said and "Nobody stands out" in said
    rows = said[said.index("Beside customers like theirs") :]
    assert rows.index("M01") < rows.index("M02") < rows.index("M03")


def test_who_stands_out_is_named_with_the_number():
    said = words(spread="spread_beyond_chance", stands={"M02": "stands_out_above", "M03": "stands_out_below"})
    assert (
        "Stands out above customers like theirs: M02 (+4.4)" in said
        and "below customers like theirs: M03 (−2.1)" in said
    )
    assert "Managers differ beyond chance" in said and "Chance to be among the upper third: M01" in said


def test_hidden_managers_are_named_as_hidden_and_never_by_a_person():
    said = words()
    assert "M12" in said and "示例" not in said


def test_totals_on_other_parts_are_said_not_to_be_comparable():
    assert "M06 (95.0%)" in words() and "not comparable" in words()


def test_a_part_that_is_counted_but_not_shown_is_named_and_one_without_weight_is_not():
    assert "not shown by themselves: M06 (Retention)." in words()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("action", list(message_tables.ACTIONS))
def test_every_verdict_on_an_action_has_its_sentence(language, action):
    template = say(message_tables.ACTIONS[action], language, name="|", effect="|", size="|", interval="|", power="|")
    assert template.split("|")[1] in words(language, action=action)


def test_an_action_for_all_is_said_not_to_be_judged_and_which_ones_are_about_what():
    said = words()
    assert "X02 (all that is asked; all customers): it cannot be judged; it covers everybody" in said
    assert (
        "X01 (After-sales service; West China): worked" in said
        and "rose by 7.0 points more than the rest anyway" in said
    )


@pytest.mark.parametrize(
    ("value", "half", "said"),
    [
        (
            15.4,
            17.5,
            "rose more than the rest anyway cannot be told yet (difference +15.4 points, interval −2.1 to +32.9)",
        ),
        (-8.0, 3.0, "rose by 8.0 points less than the rest (interval −11.0 to −5.0)"),
    ],
)
def test_what_low_scorers_gained_anyway_is_stated_only_beyond_its_interval(value, half, said):
    assert said in words_with("actions.low_scorers", value, half)


def test_a_change_in_all_else_is_stated_only_beyond_its_interval():
    assert "cannot be told from none yet (+0.8 points, interval −3.2 to +4.8)" in words()
    assert "Something else changed as well" in words_with("actions.placebo", -5.1, 4.0)


def test_a_spread_that_may_be_none_is_not_said_to_be_theirs():
    assert "What is really theirs differs by 1.2 points" in words()
    assert "may be none (standard deviation 0.0 points" in words_with("managers.tau", 0.0, 0.0)


def test_how_large_an_effect_can_be_found_is_said_whatever_was_found():
    said = words()
    assert "with 24 answers of customers reached in each of two surveys, the chance is 80% from 12.2 points on" in said
    assert "from 15.1 where others do" in said


def test_too_few_regions_are_said_with_what_it_takes():
    more = tuple(
        record(key, value, n=None, status="exact", **NOTEBOOK, **group)
        for key, value, group in (
            ("actions.clusters", 4, {}),
            ("actions.smallest_p", 0.25, {}),
            ("actions.needed", 20, {"of": "clusters"}),
        )
    )
    said = words("en", more, action="effect_untold")
    assert "among the 4 compared, no p below 0.25 is possible" in said and "Not before 20 are compared" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_state_their_finding(language):
    figures = made(language, stands={"M02": "stands_out_above"}).figures
    assert "M02" in figures["managers-funnel"] and "managers-actions" in figures
    assert "managers-funnel-narrow" in figures


def test_managers_that_were_not_supplied_are_said_to_be_so():
    lacking = record("managers.spread_p", None, n=0, status="not_supplied", notebook="09_managers_and_actions")
    said = plain(report(Results([*others(), lacking])).section("managers"))
    assert "customers come without a manager" in said and "No actions were supplied" in said


def test_a_loss_beyond_chance_is_not_passed_off_as_nothing_and_the_power_is_said():
    found = [r for r in managers_records(action="no_effect_seen") if r.key != "actions.effect"]
    fell = [
        record("actions.effect", value, 5.0, n=24, verdict="no_effect_seen", **(NOTEBOOK | {"action": action}))
        for action, value in (("X01", -9.2), ("X02", -1.0))
    ]
    said = plain(report(Results([*others(), *found, *fell])).section("managers"))
    assert said.count("fell behind the others, beyond chance") == 1
    assert "would have been found with a chance of 80%" in said


def test_the_outer_limit_says_how_far_out_it_is_for_so_many_managers():
    assert "99.8%" in managers_charts.funnel_words("en", outer_coverage(12))["action"]
    assert "99.95%" in managers_charts.funnel_words("en", outer_coverage(100))["action"]
