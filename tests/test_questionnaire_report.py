"""What the report says of the questionnaire: words follow the numbers, and what is missing is said."""

import pandas as pd
import pytest
from report_examples import foreign_report, house_programme, house_report, house_results, of, report, without

from csat_analysis.report import questionnaire_charts
from csat_analysis.report.questionnaire import questionnaire

LANGUAGES = ("en", "zh")


def words(results, language: str = "en") -> str:
    found = questionnaire(report(results, language).view)
    return " ".join(str(sentence) for sentence in [*found["readings"], *found["careless"]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_holds_alpha_omega_and_the_share_of_suspects(language):
    page = house_report(language).section("belief")
    for key in (
        "quality.alpha",
        "quality.omega",
        "quality.factors",
        "quality.careless_share",
        "quality.careless_effect",
    ):
        assert f'data-key="{key}"' in page


def test_each_dimension_is_named_under_its_verdict():
    said = words(house_results())
    assert said.index("Reliable</a>:") < said.index("Product") < said.index("Not reliable") < said.index("Management")
    assert said.index("cannot be told yet</a>") < said.index("After-sales")


def test_a_dimension_without_alpha_says_why():
    said = words(without(house_results(), "not_certified", of("quality.alpha", dimension="staff")))
    assert "No reliability for Sales staff: not certified" in said


def test_factors_that_cannot_be_fitted_are_said_not_to_be_known():
    said = words(without(house_results(), "not_estimable", of("quality.items_off_dimension")))
    assert "is not known: cannot be estimated" in said and 'data-key="quality.factors"' in said


def test_hidden_suspects_and_effects_say_so():
    assert "suspected answers is not shown: too few" in words(
        without(house_results(), "suppressed", of("quality.careless_share"))
    )
    assert "without them is not shown: not certified" in words(
        without(house_results(), "not_certified", of("quality.careless_effect"))
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_survey_without_these_numbers_has_no_such_part(language):
    assert "quality." not in foreign_report(language).section("belief")


def test_charts_name_every_item_and_draw_every_loading():
    def label(kind: str, name: str) -> str:
        return house_programme().label(kind, name, "en")

    shares = pd.DataFrame([[0, 0.05, 0.25, 0.4, 0.3], [float("nan")] * 5], index=["a1", "a2"], columns=range(1, 6))
    drawn = [text.get_text() for text in questionnaire_charts.answers_figure(shares, label).axes[0].texts]
    assert label("item", "a1") in drawn and "40" in drawn and "5" not in drawn
    loadings = pd.DataFrame({"product": [0.71, -0.2], "policy": [0.05, 0.64]}, index=["a1", "b1"])
    items = pd.DataFrame({"dimension": ["product", "policy"]}, index=["a1", "b1"])
    drawn = [text.get_text() for text in questionnaire_charts.loadings_figure(loadings, items, label).axes[0].texts]
    assert {"Product", "Sales policy", "0.71", "−0.20", "0.05", "0.64"} <= set(drawn)
