"""The report's part on service: says what was recorded, in both languages, and plainly what can't be said."""

from functools import cache

import pytest
from page_text import plain
from report_examples import house_results, report, without
from service_records import service_records

from csat_analysis.report import render
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results

CHARTS = ("service-complaints", "service-targets", "service-bands", "service-journey")


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    """The other sections' charts take long to draw and say nothing here."""
    monkeypatch.setattr(render, "SECTIONS", {"customers_and_service": render.SECTIONS["customers_and_service"]})


def others() -> list[Record]:
    return [r for r in house_results().records if not r.key.startswith(("service.", "journey."))]


def ours(record: Record) -> bool:
    return record.key.startswith(("service.", "journey."))


@cache
def made(language: str = "en", *, hide: str = "", chosen=ours, **verdicts: str):
    results = Results([*others(), *service_records(**verdicts)])
    return report(without(results, hide, lambda r: ours(r) and chosen(r)) if hide else results, language)


def words(language: str = "en", **options) -> str:
    return plain(made(language, **options).section("customers_and_service"))


def test_nothing_is_said_where_nothing_was_recorded():
    assert "customers_and_service" not in report(Results(others())).sections


def test_complaints_stand_with_what_they_are_counted_by():
    said = words()
    assert (
        "In the 181 days of this period 869 customers made 135 complaints: 0.166 (0.133 to 0.199) for each, where a customer counts by the part of the period"
        in said
    )
    assert "Transport (0.053), Quality (0.039), Service (0.037), Not categorised (0.023) and Contract (0.014)" in said
    assert "Another 2 complaints name a customer who isn’t on the list" in said


VERDICTS = (
    ("complaints_rose", "falls_with_waiting", "lost_here"),
    ("complaints_fell", "rises_with_waiting", "higher_here"),
    ("complaints_level", "no_slope_told", "lost_here"),
)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(("change", "slope", "stage"), VERDICTS)
def test_each_verdict_has_its_sentence(language, change, slope, stage):
    said = words(language, change=change, slope=slope, stage=stage)
    assert say(f"service.changed.{change}", language, items="|", before="|", change="|").split("|")[0] in said
    assert say(f"service.slowness.{slope}", language, items="|").split("|")[0] in said
    sentence = say(f"service.journey.{stage}", language, stage="|", share="|", size="|", interval="|")
    assert sentence.split("|")[-2] in said
    assert say("service.journey.not_told_here", language, items="|").split("|")[0] in said
    assert say("service.stage.after_sales", language) in said


def test_groups_that_complain_less_are_named_and_hidden_ones_said():
    said = words()
    assert "Complain less often than other customers: Class A (0.100)" in said
    assert "could be worked out from it: Class B" in said


def test_a_wait_says_half_nine_in_ten_and_the_target():
    said = words()
    assert "First reply: half within 6.7 hours (interval 6.2 to 7.2); nine in ten within 22.6 hours" in said
    assert "within the target of 24.0 hours: 90.9% (86.9% to 94.9%)" in said
    assert "Still open when the files were drawn: First reply (5)" in said
    assert "Left out" not in said


def test_without_targets_no_promise_is_judged():
    report_without = made(hide="not_supplied", chosen=lambda r: r.group.get("statistic") in ("within_target", "target"))
    said = plain(report_without.section("customers_and_service"))
    assert "half within 6.7 hours" in said and "within the target" not in said
    assert "service-targets" not in report_without.figures


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_survey_without_tickets_and_orders_says_so(language):
    said = words(language, hide="not_supplied", chosen=lambda r: r.key != "service.exposure")
    reason = say("status.not_supplied", language)
    assert say("service.complaints.hidden", language, reason=reason) in said
    assert not any(name in made(language, hide="not_supplied").figures for name in CHARTS)


def test_a_gap_that_is_not_certified_has_no_number():
    said = words(hide="not_certified", chosen=lambda r: r.key.startswith("journey."))
    assert "3.8 points" not in said and "Not shown, because no interval was shown to hold" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_state_their_finding(language):
    figures = made(language).figures
    assert "0.166" in figures["service-complaints"] and "0.014" in figures["service-complaints"]
    assert "90.9%" in figures["service-targets"] and "78.9%" in figures["service-targets"]
    assert set(CHARTS) <= set(figures)


def test_the_axis_of_complaints_ends_where_its_numbers_do():
    assert ">0.2<" in made().figures["service-complaints"] and "e+" not in made().figures["service-complaints"]


def test_the_part_is_small_enough_for_the_page():
    for language in ("en", "zh"):
        assert len(made(language).section("customers_and_service").encode()) < 110_000
