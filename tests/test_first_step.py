"""What to do first: said only where a plan is shown to pay, and why not where none is."""

import pytest
from customers_records import customers_records
from drivers_records import drivers_records
from page_text import plain
from report_examples import house_results, report

from csat_analysis.report import first_step
from csat_analysis.report.reading import Reader
from csat_analysis.results import Results

OURS = ("drivers.", "plan.")


def said(language: str = "en", *, without: tuple[str, ...] = (), **verdicts: str) -> str:
    others = [r for r in house_results().records if not r.key.startswith(OURS)]
    ours = [r for r in drivers_records(**verdicts) if not r.key.startswith(without or ("none",))]
    return plain(str(first_step.first_step(report(Results([*others, *ours]), language).view)))


def test_no_plan_is_named_where_none_is_shown_to_pay_and_the_nearest_is():
    assert said().startswith("Cannot be told yet: no plan is shown to bring more than it costs within a year.")
    assert "most is Faster delivery and returns, CNY +33,400" in said() and "pays back is 93.0%" in said()
    assert "pays back" not in said(without=("plan.pays_back",))


def test_plans_that_pay_are_named_but_none_of_them_as_the_best():
    found = said(payback="pays_back")
    assert found.startswith("One of the plans that are shown to pay: Faster delivery and returns")
    assert "which of them is best cannot be told yet" in found


def test_the_best_of_the_plans_that_pay_is_named():
    assert said(rank="ranks_first", payback="pays_back").startswith(
        "Faster delivery and returns: it is the best of the plans"
    )


def test_a_likeliest_best_plan_that_is_not_shown_to_pay_is_not_named_first():
    assert said(rank="ranks_first").startswith("Cannot be told yet")


def test_without_plans_the_drivers_answer():
    assert said(without=("plan.",)).startswith("Look at what matters more than an equal share: Product (36.0%)")
    assert said(without=("plan.",), rank="ranks_first").startswith("Product: the most important dimension")
    assert "for CSAT, with a chance of 71.0%" in said(without=("plan.",), rank="ranks_first")
    assert said(without=("plan.",), rank="ranks_first").endswith("For NPS it is not shown to come first.")
    same = ("plan.", "drivers.rank_first_for")
    assert "not shown to come first" not in said(without=same, rank="ranks_first")
    assert said(without=("plan.", "drivers.importance")).startswith("Cannot be told yet: no dimension is shown")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_said_where_nothing_was_recorded(language):
    assert said(language, without=OURS) == "None"


@pytest.mark.parametrize(("language", "words"), [("en", "What to do first"), ("zh", "优先事项")])
def test_the_first_screen_says_it(language, words):
    others = [r for r in house_results().records if not r.key.startswith("customers.")]
    results = Results([*others, *customers_records()])
    page = plain(report(results, language).section("overview"))
    assert words in page and ("Retention" in page or "客户保留率" in page)


def test_a_chance_is_read_without_an_interval():
    chance = next(r for r in drivers_records() if r.key == "plan.best")
    assert Reader("en", report(house_results(), "en").view.programme).record(chance) == "46.5%"
