"""The report's section on repurchase: says what was recorded, and plainly what can't be said."""

import pytest
from page_text import plain
from report_examples import house_results, report, without
from repurchase_records import repurchase_records

from csat_analysis.report import render
from csat_analysis.report.message_tables import (
    CALIBRATIONS,
    FORECAST_LEVELS,
    GAINS,
    INTENTS,
    PREDICTIONS,
    SHAPES,
    WITHIN,
)
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results

ALL_SECTIONS = list(render.SECTIONS)


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    """The other sections' charts take long to draw and say nothing here."""
    monkeypatch.setattr(render, "SECTIONS", {"repurchase": render.SECTIONS["repurchase"]})


def others() -> list[Record]:
    return [r for r in house_results().records if not r.key.startswith("repurchase.")]


def made(language: str = "en", *, hide: str | None = None, chosen=lambda r: r.unit != "count", **verdicts: str):
    results = Results([*others(), *repurchase_records(**verdicts)])
    if hide:
        results = without(results, hide, lambda r: r.key.startswith("repurchase.") and chosen(r))
    return report(results, language)


def words(language: str = "en", **options) -> str:
    return plain(made(language, **options).section("repurchase"))


def test_the_section_follows_where_and_is_absent_where_nothing_was_recorded():
    assert ALL_SECTIONS.index("repurchase") == ALL_SECTIONS.index("where") + 1
    assert "repurchase" not in report(Results(others())).sections


def test_the_effect_stands_beside_the_published_one_and_its_example():
    said = words()
    assert "0.58 percentage points likelier to buy again (interval +0.21 to +0.95 percentage points)" in said
    assert "It cannot be told from the published +0.58 percentage points" in said
    assert "from 75.00% to 76.74%; among our customers it is 76.30% at the lower and 78.10%" in said


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("verdict", ["goes_up_with", "goes_down_with", "no_detectable_effect", "cannot_be_told"])
def test_each_verdict_has_its_sentence(language, verdict):
    sentence = say(f"repurchase.effect.{verdict}", language, size="|", value="|", interval="|").split("|")[0]
    assert sentence in words(language, verdict=verdict)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("look", "sentences"),
    [
        ("skill", PREDICTIONS),
        ("slope", CALIBRATIONS),
        ("level", FORECAST_LEVELS),
        ("intent", INTENTS),
        ("gain", GAINS),
        ("within", WITHIN),
    ],
)
def test_what_is_told_of_the_model_has_a_sentence_for_each_verdict(language, look, sentences):
    for verdict, key in sentences.items():
        sentence = say(key, language, value="|").split("|")[0]
        assert sentence in words(language, **{look: verdict})


def test_a_model_that_is_not_shown_to_foretell_better_than_the_rate_is_said_to_be_so():
    said = words()
    assert "That these forecasts miss by less than the repurchase rate alone does is not shown" in said
    assert "They were too sure" in said
    assert "of the fifth of customers given the lowest chance 65.5% bought again" in said
    assert "where 42.2% were foretold" in said
    assert "For instance" not in words(slope="no_detectable_miscalibration")


def test_the_paragraph_on_association_and_effect_follows_its_looks():
    said = words()
    assert "More satisfied customers buy again more often (+0.58 percentage points" in said
    assert "by a risk ratio of 1.44 (1.19 to 1.69)" in said
    assert "whether buying follows their own satisfaction cannot be told yet" in said
    assert "the slope corrected for the noise in the answers" in said
    assert say("repurchase.association.conclusion.partly", "en") in said
    assert say("repurchase.association.conclusion.backed", "en") in words(within="goes_up_with")
    alone = words(gain="not_shown_to_add")
    assert say("repurchase.association.conclusion.alone", "en") in alone


@pytest.mark.parametrize("verdict", ["goes_down_with", "no_detectable_effect", "cannot_be_told"])
def test_without_an_association_no_effect_is_claimed(verdict):
    said = words(verdict=verdict)
    assert say("repurchase.association.conclusion.none", "en") in said
    assert ("risk ratio" in said) == (verdict == "goes_down_with")


def test_the_published_figure_is_the_programmes_own():
    assert "(Anderson and Sullivan, on what Swedish consumers intended)" in words()


def test_curves_by_competition_are_drawn_and_a_level_without_one_is_named():
    said, drawn = words(), made()
    assert "repurchase-competition" in drawn.figures
    assert "No curve can be told yet for: " in said
    assert say("repurchase.curves.curves_not_told_apart", "en") in said


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_curves_are_not_certified_none_is_drawn_and_that_is_said(language):
    options = {"hide": "not_certified", "chosen": lambda r: r.key == "repurchase.curve_by"}
    assert say("repurchase.curves.none", language) in words(language, **options)
    assert "repurchase-competition" not in made(language, **options).figures


def test_a_shape_that_cannot_be_tested_is_said():
    said = words(hide="not_estimable", chosen=lambda r: r.key == "repurchase.nonlinearity_p")
    assert "Whether a point is worth more at the top cannot be told" in said


@pytest.mark.parametrize("shape", SHAPES)
def test_the_shape_is_said_with_the_chance_to_have_seen_it(shape):
    said = words(shape=shape)
    assert ("chance of" in said and "50.3%" in said) == (shape != "bent")


def test_groups_that_cannot_be_told_apart_are_not_ranked():
    said = words()
    assert "Competition around the customer: no difference between groups is detectable" in said
    assert (
        "no interval was shown to hold for answers such as these (their number, their weights, what is measured): Little competition"
        in said
    )


def test_what_is_not_certified_is_said_and_no_number_shown():
    said = words(hide="not_certified", chosen=lambda r: r.status == "ok")
    assert "What an index point goes with is not given: not certified for such answers" in said
    assert "0.58" not in said.replace("+0.58", "") and "76.3" not in said


@pytest.mark.parametrize("status", ["not_supplied", "not_estimable"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_survey_without_orders_or_closed_windows_says_what_would_be_needed(language, status):
    said = words(language, hide=status)
    assert say(f"repurchase.absent.{status}", language) in said
    assert not made(language, hide=status).section("repurchase").count("<svg")


def test_no_interval_or_curve_is_drawn_from_what_is_not_shown():
    whole, thin = made(), made(hide="not_certified", chosen=lambda r: r.key == "repurchase.predicted")
    assert "repurchase-curve" in whole.figures and "repurchase-curve" not in thin.figures


@pytest.mark.parametrize("language", ["en", "zh"])
def test_charts_state_their_finding(language):
    figures = made(language).figures
    assert "65.00%" in figures["repurchase-competition"] and "88.00%" in figures["repurchase-competition"]
    assert "68.40%" in figures["repurchase-curve"] and "83.30%" in figures["repurchase-curve"]
    assert "+0.84" in figures["repurchase-groups"]


def test_no_customer_is_named_in_the_report():
    assert "C0085" not in made().page() and "customer_id" not in made().page()


def test_sales_at_risk_are_said_of_those_who_have_not_ordered_since():
    assert "not ordered since they answered, the share with those expected not to in time: 11.0%" in words()
    assert "在答卷后尚未下单的客户的年销售额中" in words("zh")


def test_within_how_many_days_an_order_counts_is_said():
    assert "an order within 180 days after the answer" in words()
    assert "答卷后 180 天内再次下单" in words("zh")


@pytest.mark.parametrize("key", ["repurchase.ame_corrected", "repurchase.step", "repurchase.sales_at_risk"])
def test_what_no_study_tried_is_not_put_down_to_the_number_of_answers(key):
    """No number of answers would have these shown."""
    hidden = words(hide="not_certified", chosen=lambda r: r.key == key and r.status != "not_estimable")
    shown = {"repurchase.step": "from neutral to satisfied", "repurchase.sales_at_risk": "is not given"}
    said = next(part for part in hidden.split(". ") if shown.get(key, "the slope corrected for the noise") in part)
    assert "no study has shown an interval to hold" in said and "sample size" not in said and "so few" not in said


def test_what_is_held_equal_is_limited_by_the_answers_in_both_languages():
    assert "as the answers can bear" in words() and "答卷数量足以支持" in words("zh")
