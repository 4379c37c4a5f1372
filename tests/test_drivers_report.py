"""The report's section on drivers and plans: ranks only as sure as they are, and plainly what can't be said."""

import re
from dataclasses import replace

import pytest
from drivers_records import drivers_records
from page_text import plain
from report_examples import house_results, report, without

from csat_analysis.report import message_tables, render
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results

ALL_SECTIONS = list(render.SECTIONS)
OURS = ("drivers.", "plan.")


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    """The other sections' charts take long to draw and say nothing here."""
    monkeypatch.setattr(render, "SECTIONS", {"drivers": render.SECTIONS["drivers"]})


def others() -> list[Record]:
    return [r for r in house_results().records if not r.key.startswith(OURS)]


def made(language: str = "en", *, hide: str | None = None, chosen=lambda r: True, **verdicts: str):
    results = Results([*others(), *drivers_records(**verdicts)])
    if hide:
        results = without(results, hide, lambda r: r.key.startswith(OURS) and chosen(r))
    return report(results, language)


def words(language: str = "en", **options) -> str:
    return plain(made(language, **options).section("drivers"))


def test_the_section_follows_repurchase_and_is_absent_where_nothing_was_recorded():
    assert ALL_SECTIONS.index("drivers") == ALL_SECTIONS.index("repurchase") + 1
    assert "drivers" not in report(Results(others())).sections


def test_no_first_driver_is_named_as_such_where_none_is_sure():
    said = words()
    assert "The dimensions cannot be ranked" in said and "Product, is so with a chance of only 71.0%" in said
    assert "is the most important" not in said


def test_a_sure_first_driver_is_named_with_its_chance():
    assert "Product is the most important, with a chance of 71.0%" in words(rank="ranks_first")


def test_chances_that_were_not_shown_to_hold_are_not_given():
    said = words(hide="not_certified", chosen=lambda r: "rank_first" in r.key or r.key == "drivers.importance")
    assert "for so few answers no chance of coming first was shown to hold" in said and "71.0%" not in said
    assert "The shares themselves are not given" in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", ["basic", "excitement", "performance", "kind_untold"])
def test_each_kind_has_its_sentence(language, kind):
    key = message_tables.KINDS.get(kind, "drivers.kinds.untold")
    assert say(key, language, items="|").split("|")[0] in words(language, kind=kind)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_place_that_cannot_be_told_is_not_taken_for_one_at_the_index(language):
    unplaced = [replace(r, verdict=None) if r.key == "satisfaction.dimension" else r for r in others()]
    important = [replace(r, verdict="matters_more") if r.key == "drivers.importance" else r for r in drivers_records()]
    said = plain(report(Results([*unplaced, *important]), language).section("drivers"))
    assert say("drivers.map.untold", language) in said and say("drivers.map.none", language) not in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("payback", list(message_tables.PAYBACKS))
def test_whether_plans_pay_is_said_by_their_verdict(language, payback):
    said = words(language, payback=payback)
    assert say(message_tables.PAYBACKS[payback], language, items="|").split("|")[0] in said


def test_a_capped_plan_and_the_worth_of_knowing_are_said():
    said = words()
    assert "beyond the end of the scale and are not counted: Faster delivery and returns (9.0%)" in said
    assert "Choosing today may lose CNY 91,636 a year to the best choice at most" in said
    assert "another 100 interviews are worth at most CNY 25,252" in said
    assert "In 98.5% of simulated companies with 300 answers no more was lost" in said


def test_a_limit_that_was_not_shown_to_hold_is_not_given():
    said = words(hide="not_certified", chosen=lambda r: r.key in ("plan.perfect_information", "plan.information"))
    assert "no limit was shown to hold" in said and "91,636" not in said and "25,252" not in said


def test_beside_the_straight_lines_gains_it_is_said_by_how_much_they_are_too_large():
    assert "with 300 answers they were too large by 24.1% on average (interval 21.0% to 27.2%)" in words()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_competitors_gaps_stand_by_their_verdicts_with_their_intervals(language):
    said = words(language)
    for word, gap in (("ahead", "+9.1 points (+6.1 to +12.1)"), ("behind", "−8.2 points (−11.2 to −5.2)")):
        assert say(f"drivers.competitors.{word}", language, items="|").split("|")[0] in said
        assert language == "zh" or gap in said
    assert language == "zh" or "an interval by itself may exclude zero): Product +4.6 points (−1.4 to +10.6)" in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("status", ["not_supplied", "not_estimable"])
def test_without_an_outside_outcome_it_is_said_what_would_be_needed(language, status):
    said = words(language, hide=status)
    assert say(f"drivers.absent.{status}", language) in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_outcome_that_most_left_out_is_named_though_others_can_be_told(language):
    """Of the outcome of record there is only that nothing could be explained; the others stand as they were."""
    gone = re.compile(
        r"drivers\.(importance|rank_first|beyond_halo|item|item_first|contrast|penalty|reward|could_rank)$"
    )
    left = [record for record in drivers_records() if not gone.match(record.key)]
    asked = next(r for r in left if r.key == "drivers.explained")
    results = without(
        Results([*others(), *left]), "not_estimable", lambda r: (r.key, r.group) == (asked.key, asked.group)
    )
    said = plain(report(results, language).section("drivers"))
    assert say("drivers.absent.outcome", language, outcome="|").split("|")[1] in said
    assert say("drivers.absent.outcome", language, outcome="|").split("|")[1] not in words(language)


def test_plans_without_orders_stop_at_the_index_and_say_so():
    money = ("plan.margin", "plan.gain", "plan.gain_by", "plan.pays_back", "plan.best")
    said = words(hide="not_supplied", chosen=lambda r: r.key in money)
    assert "They end at the index" in said and "+0.7" in said and "33,400" not in said
    assert "Cost, CNY" not in said and "published slope" not in said


def test_plans_are_compared_in_money_with_the_margin_of_later_years_beside_it():
    said = words()
    assert "Margin more in a year, CNY" in said and "167,000" in said and "22,000" in said


def test_sales_and_buying_again_stand_beside_each_plan_with_their_intervals():
    said = words()
    assert "221,600 (41,600 to 401,600)" in said and "+0.21 (+0.06 to +0.36 percentage points)" in said


def test_tables_of_plans_begin_with_the_largest_gain_as_the_chart_does():
    ours = sorted(drivers_records(), key=lambda record: record.group.get("plan") == "delivery_and_returns")
    said = plain(report(Results([*others(), *ours]), "en").section("drivers"))
    tables = said[said.index("Margin of later years, CNY") :]
    assert tables.index("Faster delivery") < tables.index("fair sales policy")
    tables = tables[tables.index("published slope is a scenario") :]
    assert tables.index("Faster delivery") < tables.index("fair sales policy")


def test_points_money_and_what_is_left_of_a_dimension_have_their_intervals_beside_them():
    said = words()
    assert "Product +0.21 (+0.06 to +0.36)" in said  # beyond what is given to all dimensions alike
    assert "+0.7 (+0.5 to +0.9)" in said and "55,400 (10,400 to 100,400)" in said
    assert "167,000 (−13,000 to 347,000)" in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_state_their_finding_and_are_drawn_from_what_is_shown(language):
    figures = made(language).figures
    assert "36.0%" in figures["drivers-importance"] and {"drivers-map", "plans"} <= set(figures)
    thin = made(language, hide="not_certified", chosen=lambda r: r.key in ("drivers.importance", "plan.gain")).figures
    assert not {"drivers-importance", "drivers-map", "plans"} & set(thin)


@pytest.mark.parametrize(("language", "amount"), [("en", "(CNY 33,400)"), ("zh", "（33,400 元）")])
def test_a_figures_description_gives_an_amount_whole_beside_an_axis_in_thousands(language, amount):
    assert amount in re.search(r"<desc[^>]*>(.*?)</desc>", made(language).figures["plans"], re.S)[1]


@pytest.mark.parametrize(("word", "told"), [("matters_untold", False), ("matters_more", True)])
def test_a_figures_description_names_no_order_that_the_text_refuses(word, told):
    records = [
        replace(r, verdict=word) if r.key == "drivers.importance" else r for r in [*others(), *drivers_records()]
    ]
    figures = report(Results(records)).figures
    for name in ("drivers-importance", "drivers-map"):
        said = re.search(r"<desc[^>]*>(.*?)</desc>", figures[name], re.S)[1]
        assert ("None is told apart from the others beyond chance." in said) is not told


def test_a_plans_cost_is_told_with_the_ends_that_were_planned():
    assert "22,000 (14,000 to 30,000)" in words()
    assert "22,000（14,000 至 30,000）" in words("zh") and "+0.7（+0.5 至 +0.9）" in words("zh")


@pytest.mark.parametrize("label", ["Cost, CNY", "Margin less cost, CNY", "Index points"])
def test_a_phone_keeps_a_number_and_its_ends_in_one_piece(label):
    """There a cell's pieces are set apart from its label: more than one would be torn from each other."""
    cells = re.findall(rf'<td class="figures" data-label="{label}">(.*?)</td>', made().section("drivers"), re.S)
    whole = [text.strip() for text in cells if " to " in re.sub("<[^>]+>", "", text)]
    assert whole and all(text.startswith("<span>") and text.endswith("</span>") for text in whole)


def test_a_column_of_chances_that_may_not_be_shown_is_left_out():
    assert "Chance to be first" in words()
    assert "Chance to be first" not in words(hide="not_certified", chosen=lambda r: r.key == "drivers.rank_first")
