"""The section on what changed and why: a reading that names what is beyond chance, and says where nothing is."""

import re
from dataclasses import replace

import pytest
from explained_records import KEY, explained_records
from page_text import Outline, numbers_shown, plain
from report_examples import house_results, report

from csat_analysis.report.explained_chart import waterfall_table
from csat_analysis.results import Results


def page_of(language: str = "en", **options):
    return report(Results([*house_results().records, *explained_records(**options)]), language)


def words(made) -> str:
    return plain(re.sub(r"<svg.*?</svg>", "", made.section("explained"), flags=re.DOTALL))


def test_it_comes_after_the_overview_and_shows_the_same_numbers_in_both_languages():
    made = {language: page_of(language) for language in ("en", "zh")}
    assert made["en"].sections[:2] == ["overview", "explained"]
    shown = {language: [n for n in numbers_shown(made[language].page()) if n[0] == KEY] for language in made}
    assert shown["en"] == shown["zh"] and len(shown["en"]) > 12


def test_the_reading_names_the_part_beyond_chance_and_what_chance_could_explain():
    text = words(page_of())
    assert re.search(r"Beyond what chance explains, largest first: After-sales[^(]*\( ?\+0\.8 ?\)", text)
    assert "none of the change is put down to the method" in text
    assert "count among the ratings" in text  # the ways' shares may drift without being declared


def test_where_nothing_is_beyond_chance_none_is_named():
    text = words(page_of(told="nothing"))
    assert "Beyond what chance explains" not in text
    assert "No single part can be told apart from chance, though the index as a whole changed" in text
    assert "各部分" in words(page_of("zh", told="nothing")) or "无法归于" in words(page_of("zh", told="nothing"))


def test_a_declared_change_of_method_is_named_with_its_part():
    text = words(page_of(channel=0.9))
    assert "The method changed as well" in text and "Way of asking" in text


def test_the_waterfall_ends_at_the_change_and_each_bar_starts_where_the_last_ended():
    made = page_of()
    view = made.view
    rows = [("x", r) for r in view.records(KEY) if r.group["view"] == "dimensions" and r.group["part"] != "noise"]
    table = waterfall_table(view.numbers, rows, ("all", view.results.get(KEY, view="both", part="total")))
    assert table["start"].iloc[1:-1].tolist() == pytest.approx(table["end"].iloc[:-2].tolist())
    assert table["end"].iloc[-2] == pytest.approx(table["end"].iloc[-1]) == pytest.approx(2.1)


def test_with_a_part_that_may_not_be_shown_no_waterfall_is_drawn_and_the_part_is_named():
    empty = {"value": None, "se": None, "low": None, "high": None, "verdict": None, "status": "not_certified"}
    records = [replace(r, **empty) if r.group["part"] == "rate" else r for r in explained_records()]
    made = report(Results([*house_results().records, *records]))
    assert "explained-causes" not in made.figures and "explained-dimensions" in made.figures
    assert "Cannot be given: Ratings by the same kind of customers" in words(made)


@pytest.mark.parametrize(
    ("status", "facts", "said"),
    [
        ("not_computed", {"previous": None}, "There is no earlier survey of the same length"),
        ("not_computed", {}, "cannot be taken apart: the two surveys used different scales or share no question"),
        ("not_certified", {}, "cannot be taken apart: not certified"),
    ],
)
def test_a_change_that_cannot_be_taken_apart_is_said_with_the_reason(status, facts, said):
    empty = {"value": None, "se": None, "low": None, "high": None, "status": status, "verdict": None}
    whole = next(r for r in explained_records() if r.group["part"] == "total")
    made = report(Results([*house_results().records, replace(whole, **empty)]), **facts)
    assert made.sections[1] == "explained" and said in words(made)
    assert "<table" not in made.section("explained") and "add up to the change" not in words(made)


def test_the_rule_of_its_verdicts_stands_in_the_glossary():
    assert (
        "Kitagawa" in Outline(page_of().page()).text and "Kitagawa" not in Outline(report(house_results()).page()).text
    )
