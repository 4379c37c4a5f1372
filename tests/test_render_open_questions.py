"""Where a number can't be given or compared the report says so, and why."""

import pytest
from page_text import Outline, plain
from report_examples import (
    FACTS,
    changed_questionnaire_results,
    changed_report,
    foreign_results,
    house_programme,
    house_results,
    of,
    report,
    thin_report,
    without,
)
from report_records import record

from csat_analysis.period import Period
from csat_analysis.report import Report
from csat_analysis.report.facts import compared_with, weighting
from csat_analysis.results import Results


def test_a_suppressed_index_is_said_and_never_shown_as_a_number():
    hidden = without(house_results(), "suppressed", of("satisfaction.index"))
    assert "cannot be given: too few answers, not shown" in plain(report(hidden).section("overview"))
    assert "Index based on" not in report(hidden).page()


def test_an_index_that_cannot_be_estimated_names_the_dimensions_at_fault():
    results = without(house_results(), "not_estimable", of("satisfaction.index"))
    results = without(results, "not_estimable", of("satisfaction.dimension", dimension="management"))
    assert "these of its dimensions cannot be estimated: Management" in report(results).contents["overview"]["headline"]
    assert "下列维度无法估计：企业管理" in report(results, "zh").contents["overview"]["headline"]


def test_a_changed_questionnaire_is_the_headline_and_leaves_no_comparison():
    changed = changed_report("en")
    overview = changed.contents["overview"]
    assert "the questionnaire changed, so this cannot be compared with the second half" in plain(overview["headline"])
    assert "因问卷有改动，不能与2025年下半年比较" in plain(changed_report("zh").contents["overview"]["headline"])
    assert overview["trend"] is None and overview["index_note"] == ""
    assert [tile["label"] for tile in overview["tiles"]] == [
        "Overall satisfied (CSAT)",
        "Net promoter score (NPS)",
        "Repurchase rate",
    ]
    open_questions = plain(" ".join(overview["unsaid"]))
    assert "because the questionnaire did: Satisfaction index, Product and Sales policy." in open_questions
    assert "the questionnaire of a year earlier was a different one" in open_questions
    assert "the standard was set with another questionnaire" in open_questions
    assert "The questionnaire differs" in changed.section("belief")


def test_a_survey_that_cannot_be_compared_is_still_the_survey_before():
    assert compared_with(changed_questionnaire_results()) == "2025H2"
    alone = without(foreign_results(), "ok", lambda r: False).records
    first = record("satisfaction.change", None, status="not_computed", measure="index", **{"from": "2025H2"})
    assert compared_with(Results([*alone, first])) is None


def test_a_trend_says_which_surveys_have_no_point_and_why():
    apart = without(house_results(), "not_computed", of("satisfaction.trend", measure="index", period="2024H1"))
    overview = report(apart).contents["overview"]
    assert overview["trend_gaps"] == ["Not comparable with this questionnaire, so without a point: First half of 2024."]
    assert "over 4 periods, from 67.3" in overview["trend"].wide


@pytest.mark.parametrize(
    ("value", "verdict", "said"),
    [
        (4.5, "rose_since", "Up 4.5 points since the first half of 2024 (+1.5 to +7.5)."),
        (-4.5, "fell_since", "Down 4.5 points since the first half of 2024 (−7.5 to −1.5)."),
        (1.0, "since_not_told", "since the first half of 2024 cannot be told from chance: +1.0 points (−2.0 to +4.0)."),
    ],
)
def test_beside_the_trend_it_is_said_how_far_it_has_come_since_the_first_survey(value, verdict, said):
    since = record("satisfaction.since_first", value, 3.0, verdict=verdict, **{"from": "2024H1"})
    made = report(Results([*house_results().records, since]))
    assert said in plain(made.section("overview"))
    assert said not in plain(report(house_results()).section("overview"))


def test_an_index_of_one_dimension_is_called_that_dimensions_score():
    house = house_programme()
    own = {n: d.model_copy(update={"weight": float(n == "product")}) for n, d in house.dimensions.items()}
    alone = house.model_copy(update={"dimensions": own})
    made = Report(house_results(), alone, Period.parse("2026H1"), "en", facts=FACTS)
    assert "The index is the score of one dimension, Product, from" in plain(made.section("overview"))


def test_a_standard_whose_answers_are_missing_is_not_said_to_be_set():
    missing = without(house_results(), "not_computed", of("satisfaction.standard"))
    for key in ("satisfaction.against_standard", "satisfaction.satisfied_share"):
        missing = without(missing, "not_computed", of(key))
    set_then = of("satisfaction.trend", measure="index", period="2024H1")
    asked_otherwise = Outline(report(missing).page()).text
    missing = Results([one for one in missing.records if not set_then(one)])
    page = Outline(report(missing).page()).text
    assert "The standard was set in the first half of 2024 with another questionnaire" in asked_otherwise
    assert (
        "the standard was set with another questionnaire" in asked_otherwise and "are not here" not in asked_otherwise
    )
    assert "The standard was set" not in page and "standard in force" not in page
    assert "The standard should be set from the first half of 2024, whose answers are not here" in page
    assert "which should be set from the first half of 2024: its answers are not here." in page
    assert "Against the standard" not in page


def test_without_a_list_of_customers_answers_count_alike():
    results, programme = house_results(), house_programme()
    assert weighting(programme, results) == "design"
    assert weighting(programme, Results([r for r in results.records if r.group.get("table") != "customers"])) == "none"


def test_a_number_that_may_not_be_shown_is_named_and_has_no_tile():
    overview = thin_report("en").contents["overview"]
    assert "Net promoter score (NPS)" not in [tile["label"] for tile in overview["tiles"]]
    assert "NPS: not certified for such answers." in overview["unsaid"]
    assert "Changes since the second half of 2025 (CSAT): not certified for such answers." in overview["unsaid"]


def test_groups_without_a_number_are_named_by_reason_and_drawn_as_words():
    thin = thin_report("en")
    where = plain(thin.section("where"))
    assert "could be worked out from it: North China, West China and Catering." in where
    assert (
        "no interval was shown to hold for answers such as these (their number, their weights, what is measured): Class A, Class B, Class C, New customers, Retail"
        in where
    )
    assert "Cannot be estimated: settlement of sales expenses" in where
    assert thin.figures["segments"].count("not certified for such answers") == 6


def test_without_a_year_to_compare_with_the_target_is_an_open_question_and_no_tile():
    first = without(house_results(), "not_computed", of("target.progress"))
    first = Results([r for r in first.records if not of("satisfaction.trend", period="2025H1")(r)])
    overview = report(first).section("overview")
    assert "Gain on a year earlier" not in overview
    assert "Whether the yearly target is met: there is no survey of a year earlier." in overview


def test_an_open_target_gives_the_interval_that_leaves_it_open():
    assert "the interval of the gain (+0.4 to +5.8) includes it" in plain(report(house_results()).section("overview"))
