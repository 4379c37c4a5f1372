"""The report's part on sales: says what was recorded, ranks nobody within chance, and is silent where nothing was supplied."""

import pytest
from page_text import plain
from report_examples import house_results, report, without
from report_records import record
from sales_records import sales_records

from csat_analysis.report import render
from csat_analysis.report.message_tables import COURSES, GROWTHS
from csat_analysis.report.wording import say
from csat_analysis.results import Results


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    monkeypatch.setattr(render, "SECTIONS", {"customers_and_service": render.SECTIONS["customers_and_service"]})


def made(language: str = "en", *, hide: str | None = None, chosen=lambda r: r.status == "ok", only=None, **verdicts):
    own = [r for r in sales_records(**verdicts) if only is None or r.key.startswith(only)]
    names = {r.name for r in own}
    results = Results([*(r for r in house_results().records if r.name not in names), *own])
    if hide:
        results = without(results, hide, lambda r: r.name in names and chosen(r))
    return report(results, language)


def words(language: str = "en", **options) -> str:
    return plain(made(language, **options).section("customers_and_service"))


def test_numbers_stand_in_their_sentences():
    said = words()
    assert "Of 179 new leads 60 were won, 87 lost and 32 are still open" in said
    assert "In the end 40.0% of leads are won (interval 32.0% to 48.0%); half are closed within 53.0 days" in said
    assert "All managers together reached 97.8% of their sales targets" in said
    assert "Their sales changed by +2.8% on a year earlier" in said
    assert "The other customers’ sales: −11.8%, by chance within −23.8% to +0.2%" in said
    assert "Rose: number of exclusive customers (+5.1%, interval +3.1% to +7.1%)" in said
    assert "Too few customers to say: loyalty index (+2.3 points, interval −1.8 to +6.4); sales of exclusive" in said
    assert "How long leads stay in each stage cannot be told" in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("course", COURSES)
def test_each_course_has_its_sentence_with_the_chance(language, course):
    said = words(language, course=course, only="target")
    parts = {"gain": "|", "progress": "|", "chance": "|"}
    assert say(COURSES[course], language, **parts).split("|")[0] in said
    assert "31.0%" in said
    assert say("sales.course.said", language) in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("growth", GROWTHS)
def test_each_word_on_growth_has_its_sentence(language, growth):
    said = words(language, growth=growth, only="sales.growth")
    assert say(GROWTHS[growth], language, value="|", interval="|").split("|")[0] in said


def test_managers_who_cannot_be_told_apart_are_not_ranked():
    assert "M11" not in words(only=("sales.win", "sales.leads"))
    told = words(rates="rates_differ")
    lower = "Lower than the rest: M11 (12.0%; interval 2.0% to 22.0%; closed leads: 147)"
    assert f"By manager win rates differ beyond chance. {lower}" in told


def test_a_hidden_manager_is_not_listed_and_that_is_said():
    said = words()
    assert "M01" in said and "M02" not in said
    assert "Some managers are hidden" in said


def test_figures_stand_beside_their_target_values_with_the_verdict():
    said = words()
    assert "NPS 11.5 −0.5 to 23.5 30 target missed" in said
    assert "Retention not computed 90%" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_not_certified_is_said_and_no_number_shown(language):
    said = words(language, hide="not_certified")
    assert say("sales.growth.hidden", language, reason=say("status.not_certified", language)) in said
    assert "78.8" not in said and "40.0%" not in said and "85.0%" not in said


def test_without_anything_supplied_the_part_is_named_and_absent():
    names = [r for r in sales_records() if not r.key.startswith("kpi")]
    results = without(Results(names), "not_supplied", lambda r: True)
    content = report(results).contents["customers_and_service"]
    assert content["sales"] is None and "sales, leads and the year’s target" in content["absent"]


def test_the_part_is_small_enough_for_the_page():
    for language in ("en", "zh"):
        assert len(made(language).page().encode()) < 150_000, "style, section and popovers together"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("rule", ["hundredfold", "file_hundredfold"])
def test_amounts_that_may_be_in_another_unit_are_said_before_any_sum(language, rule):
    """They are in every sum as they were written, so ten orders in fen can lift attainment by a quarter."""
    noted = record("data.noted", 7, status="exact", n=None, notebook="01_clean_data", table="orders", rule=rule)
    sentence = "customers_and_service.suspected" + ("_file" if rule.startswith("file") else "")
    start = say(sentence, language, **({} if rule.startswith("file") else {"number": "7"}))
    results = Results([*house_results().records, *sales_records(), noted])
    page = plain(report(results, language).section("customers_and_service"))
    assert page.index(start) < page.index("97.8%")
    assert start not in words(language)


def outside(whose: str, count: int, **sales) -> list:
    common = {"n": None, "whose": whose}
    return [
        record("sales.unassigned", **({"value": 1200.0, "status": "exact"} | common | sales)),
        record("sales.unassigned_count", count, status="exact", **common),
    ]


def told(*records, language: str = "en") -> str:
    results = Results([*house_results().records, *sales_records(), *records])
    return plain(report(results, language).section("customers_and_service"))


def test_sales_in_no_manager_s_figure_are_named_with_their_number():
    hidden = outside("no_manager", 2, value=None, status="suppressed")
    said = told(*outside("no_customer", 7), *hidden)
    assert "In no manager’s figure: orders that name no customer, 7 (CNY 1,200)" in said
    assert "customers whose manager is not in the list, 2 (too few answers, not shown)" in said
    assert "未写明客户的订单 7（" in told(*outside("no_customer", 7), language="zh")
    assert "In no manager’s figure" not in told(*outside("no_customer", 0, value=0.0))


def test_why_referrals_are_not_compared_is_said_with_what_was_counted():
    counts = [
        record(f"sales.refer_{what}", n, n=None, status="exact") for what, n in (("answers", 412), ("needed", 10))
    ]
    assert "of 412 answers whose window has passed, fewer than 10 were followed by a referral" in told(*counts)
    assert say("sales.refer.hidden", "en", reason="|").split("|")[0] in told()


def test_what_hangs_on_suspected_amounts_stands_before_the_sums():
    noted = record("data.noted", 3, n=None, status="exact", table="orders", rule="hundredfold")
    share = record("sales.suspected_share", 0.31, n=None, status="exact")
    mended = record("sales.attainment_if_repaired", 0.71, n=None, status="exact")
    order = record("customers.mean_order_if_repaired", 8100, 900)
    said = told(noted, share, mended, order)
    assert "They make 31.0% of the period’s sales as written" in said
    assert "target attainment (71.0%); mean order (CNY 8,100" in said
    assert said.index("They make") < said.index("All managers together")
    assert "They make" not in told(record("sales.suspected_share", 0.0, n=None, status="exact"))
