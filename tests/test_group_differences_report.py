"""The report's table of groups that differ: who stands out is named with the difference, and 'none' is said plainly."""

from dataclasses import replace

import pytest
from page_text import plain
from report_examples import house_results, report
from report_records import record
from sales_records import sales_records

from csat_analysis.report import render
from csat_analysis.report.message_tables import FIGURES, GROUPS
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    monkeypatch.setattr(render, "SECTIONS", {"customers_and_service": render.SECTIONS["customers_and_service"]})


def compared(figure: str, number: int) -> Record:
    return record("groups.compared", number, n=None, status="exact", figure=figure)


def gap(key: str, value: float | None, verdict: str | None, level: str = "华东", **group) -> Record:
    status = "ok" if value is not None else "not_certified"
    made = record(key, value, 0.02, verdict=verdict, status=status, segment="region", level=level, **group)
    return replace(made, unit="share") if group else made


FOUND = [
    compared("retention", 15),
    gap("customers.retention_against", 0.051, "higher"),
    gap("customers.retention_against", -0.01, "no_detectable_difference", level="华南"),
    compared("bought", 15),
    gap("customers.bought_against", 0.01, "no_detectable_difference"),
    compared("clv", 0),
    gap("customers.clv_against", None, None),
    compared("within_target", 60),
    gap("service.delivery_days_gap", -0.08, "lower", statistic="within_target"),
    gap("service.delivery_days_gap", -0.08, "lower", statistic="median", level="华北"),
]


def words(language: str = "en", records: list[Record] = FOUND) -> str:
    others = [*house_results().records, *(r for r in sales_records() if r.key.startswith("sales"))]
    return plain(report(Results([*others, *records]), language).section("customers_and_service"))


def test_a_group_that_stands_out_is_named_with_its_difference_and_interval():
    said = words()
    assert "Retention 15 East China (+5.1 percentage points, interval +3.1 to +7.1 percentage points)" in said
    assert "South China" not in said.partition("Which customer groups differ")[2]


def test_where_nobody_stands_out_the_row_says_none():
    assert "Ordered again 15 none" in words() and "再次下单比例 15 无" in words("zh")


def test_where_no_difference_is_certified_the_row_says_why():
    assert f"Lifetime value, CNY 0 {say('status.not_certified', 'en')}" in words()


def test_of_a_wait_the_row_names_the_wait_and_holds_its_own_statistic_alone():
    said = words().partition("Served within the target")[2]
    assert said.startswith(" 60 Delivery, East China (−8.0 percentage points") and "North China" not in said


def test_that_leads_have_no_customer_group_is_said_once_and_only_with_win_rates():
    sentence = say("groups.leads", "en")
    assert sentence not in words()
    assert words(records=[*FOUND, compared("win_rate", 9)]).count(sentence) == 1


def test_without_comparisons_there_is_no_table():
    assert say("groups.title", "en") not in words(records=[])


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_words(figure):
    assert say(GROUPS["figure", figure], "en") != say(GROUPS["figure", figure], "zh")


def test_that_who_stands_out_is_likely_overstated_is_said_in_both_languages():
    assert "likely differs by less than it says" in words() and "往往小于所示数值" in words("zh")


def test_where_nothing_can_be_compared_the_reason_stands_in_place_of_the_table():
    said = words(records=[compared("clv", 0), gap("customers.clv_against", None, None)])
    assert "No groups could be compared: not certified for such answers." in said
    assert "likely differs by less" not in said and say("groups.leads", "en") not in said


def test_only_the_columns_that_groups_were_made_by_are_named():
    assert "Each group (by Region)" in words() and say("groups.caveat.size", "en") not in words()
    large = replace(
        gap("customers.clv_against", 10.0, "higher", level="large"),
        group={"segment": "customer_size", "level": "large"},
    )
    assert say("groups.caveat.size", "en") in words(records=[compared("clv", 1), large])
