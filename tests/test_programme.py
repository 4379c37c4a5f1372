"""survey.yml: what is accepted, what is refused in one line, and how a period's own file changes it."""

from pathlib import Path

import pytest

from csat_analysis.errors import ProgrammeError
from csat_analysis.programme import load_programme

HOUSE = Path(__file__).resolve().parent.parent


def programme_of(folder: Path, text: str, period: str = "2026H1"):
    raw = folder / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (raw / "survey.yml").write_text(text, encoding="utf-8")
    return load_programme(folder, period)


SMALL = """
name: Small
scale: {min: 1, max: 5}
dimensions:
  goods: {weight: 0.6, items: [g1, g2]}
  help: {weight: 0.4, items: {h1: {en: Help, zh: 帮助}}}
"""


def test_the_house_questionnaire_has_the_published_weights_and_25_items():
    house = load_programme(HOUSE, "2026H1")
    assert house.weights == {"product": 0.3, "policy": 0.2, "after_sales": 0.2, "staff": 0.2, "management": 0.1}
    assert [len(d.items) for d in house.dimensions.values()] == [5] * 5


def test_labels_are_in_both_languages_and_fall_back_to_the_name(tmp_path):
    small = programme_of(tmp_path, SMALL)
    assert (small.label("item", "h1", "zh"), small.label("item", "g1", "zh")) == ("帮助", "g1")
    assert small.label("dimension", "goods", "en") == "goods"


def test_without_weights_every_dimension_counts_alike(tmp_path):
    found = programme_of(tmp_path, SMALL.replace("weight: 0.6, ", "").replace("weight: 0.4, ", ""))
    assert found.weights == {"goods": 0.5, "help": 0.5} and found.equal_weights


def test_four_of_five_items_are_needed_unless_survey_yml_says_otherwise(tmp_path):
    assert load_programme(HOUSE, "2026H1").items_needed("product") == 4
    assert programme_of(tmp_path, SMALL).items_needed("goods") == 2
    assert programme_of(tmp_path, SMALL + "missing_items: {at_least: 1}\n").items_needed("goods") == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("0.4", "0.3"), "weights sum to 0.9, not 1"),
        (("h1:", "g1:"), "item g1 is named in both goods and help"),
        (("[g1, g2]", "[g1, g1]"), "names the item g1 twice"),
        (("scale:", "scael: {}\nscale:"), "scael: is not a key of survey.yml"),
        (("max: 5", "max: 1"), "max 1 is not above min 1"),
        (("name: Small", "standard: {from_panels: 2024H1}\nname: Small"), "survey.yml names none"),
        (("name: Small", "standard: 0.667e3\nname: Small"), "outside 0–100"),
        (("weight: 0.4, ", ""), "help has no weight while others have"),
        (("[g1, g2]", "[g1"), "can't be read as YAML"),
        (("name: Small", "name: Small\nname: Twice"), "name is named twice"),
    ],
)
def test_a_survey_yml_that_cannot_be_used_says_why_in_one_line(tmp_path, change, words):
    with pytest.raises(ProgrammeError, match=words) as error:
        programme_of(tmp_path, SMALL.replace(*change))
    assert "survey.yml" in str(error.value) and "\n" not in str(error.value)


def test_a_periods_own_survey_yml_holds_from_that_period_on(tmp_path):
    programme_of(tmp_path, SMALL)
    own = tmp_path / "data" / "raw" / "2025H2"
    own.mkdir()
    (own / "survey.yml").write_text("scale: {min: 0, max: 10}\n", encoding="utf-8")
    scales = {period: load_programme(tmp_path, period).scale.max for period in ("2025H1", "2025H2", "2026H1")}
    assert scales == {"2025H1": 5, "2025H2": 10, "2026H1": 10}


def test_a_folder_without_survey_yml_is_named(tmp_path):
    with pytest.raises(ProgrammeError, match="no such file"):
        load_programme(tmp_path, "2026H1")
