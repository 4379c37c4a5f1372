"""The report's part on customers: says what was recorded, and plainly what can't be said."""

import pytest
from customers_records import customers_records
from page_text import plain
from report_examples import house_results, report, without

from csat_analysis.report import render
from csat_analysis.report.message_tables import LEFT, RETENTIONS
from csat_analysis.report.wording import say
from csat_analysis.results import Results

SECTION = "customers_and_service"
LARGEST = 120_000  # bytes of the part: the page with all sections stays under a megabyte


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    """The other sections' charts take long to draw and say nothing here."""
    monkeypatch.setattr(render, "SECTIONS", {SECTION: render.SECTIONS[SECTION]})


def made(language: str = "en", *, hide: str | None = None, chosen=lambda r: True, **options):
    others = [r for r in house_results().records if not r.key.startswith("customers.")]
    results = Results([*others, *customers_records(**options)])
    if hide:
        results = without(results, hide, lambda r: r.key.startswith("customers.") and chosen(r))
    return report(results, language)


def words(language: str = "en", **options) -> str:
    return plain(made(language, **options).section(SECTION))


def test_retention_stands_with_its_interval_its_twin_and_the_formula():
    said = words()
    assert "Of the 809 customers on the list a survey ago, 93.3% are still on it (interval 91.6% to 95.1%)" in said
    assert "79.9% of them ordered between the two surveys" in said or "79.8% of them ordered" in said
    assert "The formula (end − new) / start gives the same 93.3%" in said


def test_where_formula_and_count_differ_the_reason_is_named():
    said = words(came_back=3)
    assert "gives 93.7%; it differs by: came back (3)" in said and "gives the same" not in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("verdict", RETENTIONS)
def test_each_verdict_on_the_change_has_its_sentence(language, verdict):
    sentence = say(RETENTIONS[verdict], language, change="|", interval="|").split("|")[0].rstrip("（(")
    assert sentence in words(language, change=verdict)


@pytest.mark.parametrize("verdict", LEFT)
def test_each_verdict_on_those_who_left_has_its_sentence(verdict):
    assert say(LEFT[verdict], "en", gap="|", interval="|").split("|")[0].rstrip("(") in words(left=verdict)


def test_groups_are_named_by_verdict_and_hidden_ones_without_a_number():
    said = words()
    assert "More stay among: Large customers (96.1%)" in said and "Fewer stay among: Class C (87.2%)" in said
    assert "worked out from it: Class B" in said


def test_a_first_reason_that_cannot_be_told_from_the_next_is_not_ranked():
    assert "The reason named most often is price" in words() and "its lead over the next is within chance" in words()


def test_a_reason_too_few_left_for_is_named_without_a_share():
    said = words(hide="suppressed", chosen=lambda r: r.group.get("reason") == "quality")
    assert "named most often is price" in said and "worked out from it: quality" in said


def test_what_is_not_certified_is_named_and_all_periods_stand_for_this_one():
    said = words()
    assert "Over all periods each new customer cost CNY 3,029 to win" in said
    assert (
        "no interval was shown to hold for answers such as these (their number, their weights, what is measured): Class B"
        in said
    )
    assert "For all customers and Class A retention alone would give a longer lifetime" in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("status", ["not_computed", "suppressed"])
def test_without_lists_to_compare_the_part_says_so_and_shows_no_chart(language, status):
    hidden = made(language, hide=status)
    reason = say(f"status.{status}", language)
    assert say("customers.retention.hidden", language, reason=reason) in plain(hidden.section(SECTION))
    assert "<svg" not in hidden.section(SECTION)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_state_their_finding_and_the_part_stays_small(language):
    page = made(language)
    assert "96.1%" in page.figures["customers-groups"] and "6.3%" in page.figures["customers-lorenz"]
    assert "27.8%" in page.figures["customers-reasons"] and "2,739,293" in page.figures["customers-value"]
    assert len(page.section(SECTION).encode()) < LARGEST


def test_the_part_is_absent_where_nothing_was_recorded():
    assert SECTION not in report(house_results()).sections


def test_a_part_of_which_nothing_was_supplied_is_named_once_and_no_more_said_of_it():
    from report_examples import house_results, report
    from report_records import record

    lacking = [
        record("customers.retention", None, n=None, status="not_supplied"),
        record("customers.retention_change", None, n=None, status="not_computed"),
        record("service.complaint_rate", None, n=None, status="not_supplied", category="all", per="customer"),
    ]
    for language, said in (("en", "nothing is said of who stays and what"), ("zh", "以下内容从略：客户留存与价值")):
        made = report(Results([*house_results().records, *lacking]), language)
        content = made.contents["customers_and_service"]
        assert said in content["absent"] and not content["customers"] and not content["service"]
        assert made.section("customers_and_service").count("<h3") == 0
