"""Real public surveys, by survey.yml alone: published numbers come out, and the report renders with what they lack.

The data aren't part of this repository; see CSAT_REFERENCE_DATA.
"""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from page_text import by_section, ids_in, links_home, shows

from csat_analysis.metrics.satisfaction import csat, nps
from csat_analysis.metrics.segments import segment_groups
from csat_analysis.metrics.wave import load_wave
from csat_analysis.models.driver_findings import DriverFindings
from csat_analysis.report.render import SECTIONS
from csat_analysis.results import Results, from_json
from csat_analysis.run.period_run import run_period
from csat_analysis.survey.sampling import whole_sample

pytestmark = pytest.mark.long
PROGRAMMES = Path(__file__).parent / "programmes"
SURVEYS = {"ecsi_mobi": "2004H1", "sfo_2017": "2017H1"}


@pytest.fixture(scope="module")
def programme_folder(reference_data, tmp_path_factory):
    def build(name: str) -> Path:
        root = tmp_path_factory.mktemp(name)
        raw = root / "data" / "raw" / SURVEYS[name]
        raw.mkdir(parents=True)
        shutil.copyfile(PROGRAMMES / name / "survey.yml", raw.parent / "survey.yml")
        shutil.copyfile(reference_data / f"{name}.csv", raw / "responses.csv")
        return root

    return build


@pytest.fixture(scope="module")
def ecsi(programme_folder):
    return load_wave(programme_folder("ecsi_mobi"), SURVEYS["ecsi_mobi"])


@pytest.fixture(scope="module")
def sfo(programme_folder):
    return load_wave(programme_folder("sfo_2017"), SURVEYS["sfo_2017"])


def cronbach_alpha(items: pd.DataFrame) -> float:
    k = items.shape[1]
    return k / (k - 1) * (1 - items.var().sum() / items.sum(axis=1).var())


@pytest.mark.parametrize(
    ("dimension", "points"),
    [("satisfaction", 71.970370), ("image", 72.631111), ("quality", 74.590476), ("value", 61.511111)],
)
def test_ecsi_dimensions_have_their_published_means(ecsi, dimension, points):
    assert ecsi.dimensions[dimension].value == pytest.approx(points, abs=5e-7)


@pytest.mark.parametrize(
    ("dimension", "alpha"),
    [("image", 0.714447), ("quality", 0.872406), ("value", 0.816695), ("satisfaction", 0.770113)],
)
def test_ecsi_items_are_scored_into_the_right_dimension(ecsi, dimension, alpha):
    assert cronbach_alpha(ecsi.scores[list(ecsi.programme.dimensions[dimension].items)]) == pytest.approx(
        alpha, abs=5e-7
    )


def test_ecsi_index_is_its_satisfaction_block_and_nps_uses_the_1_to_10_question(ecsi):
    assert ecsi.index.value == ecsi.dimensions["satisfaction"].value and ecsi.index.se == pytest.approx(
        ecsi.dimensions["satisfaction"].se
    )
    assert ecsi.nps.value == pytest.approx(14.0)


def test_sfo_weighted_nps_and_csat_equal_r(sfo):
    assert (sfo.nps.value, sfo.nps.se) == (pytest.approx(40.3984, abs=5e-5), pytest.approx(1.44572, abs=5e-6))
    assert (sfo.csat.value, sfo.csat.se) == (pytest.approx(0.822793, abs=5e-7), pytest.approx(0.0080804, abs=5e-8))


def test_sfo_unweighted_nps_and_csat(sfo):
    design = whole_sample(sfo.clean, sfo.responses.index).design
    assert nps(design, sfo.responses, sfo.programme).value == pytest.approx(39.8398, abs=5e-5)
    assert csat(design, sfo.responses, sfo.programme).value == pytest.approx(0.820685, abs=5e-7)


def test_sfo_weights_have_the_published_design_effect(sfo):
    weight = sfo.sample.design.weight
    assert len(weight) * (weight**2).sum() / weight.sum() ** 2 == pytest.approx(1.211326, abs=5e-7)


def test_sfo_travellers_who_answered_on_chinese_forms(sfo):
    chinese = (sfo.responses["LANG"] == "3").to_numpy()
    found = nps(whole_sample(sfo.clean, sfo.responses.index).design, sfo.responses, sfo.programme, inside=chinese)
    assert (found.value, found.n) == (pytest.approx(-3.51, abs=5e-3), 114)
    weighted = {group.level: group.nps for group in segment_groups(sfo)}["3"]
    assert weighted.n == 114 and weighted.interval()[1] < sfo.nps.interval()[0]


def test_zero_and_six_are_missing_on_items_but_answers_on_the_recommendation(sfo, reference_data):
    raw = pd.read_csv(reference_data / "sfo_2017.csv", dtype=str)
    assert sfo.responses["Q7FOOD"].notna().sum() == raw["Q7FOOD"].isin(list("12345")).sum()
    assert sfo.responses["nps"].eq(0).sum() == (raw["NETPRO"] == "0").sum() > 0


@pytest.mark.parametrize("name", list(SURVEYS))
def test_both_reports_render_from_survey_yml_alone(programme_folder, name):
    published = run_period(programme_folder(name), SURVEYS[name])
    results = Results(from_json((published.folder / "results.json").read_text(encoding="utf-8")))
    assert results.get("satisfaction.standard").status == "not_supplied"
    assert json.loads((published.folder / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    pages = {page.name: page.read_text(encoding="utf-8") for page in published.reports}
    assert "Not supplied" in pages["report.en.html"] and "未提供" in pages["report.zh.html"]
    assert all(len(page.encode()) < 1_000_000 for page in pages.values())
    for page in pages.values():
        assert re.findall(r'<section id="(\w+)"', page) == list(
            SECTIONS
        )  # what is lacking is said where it would stand
    zh, en = (by_section(pages[f"report.{language}.html"]) for language in ("zh", "en"))
    assert {name: Counter(n[:3] for n in numbers) for name, numbers in zh.items()} == {
        name: Counter(n[:3] for n in numbers) for name, numbers in en.items()
    }
    assert not [n for numbers in en.values() for n in numbers if n[2] and not shows(n[3], float(n[2]))]
    for file, cell in links_home(pages["report.en.html"]):
        assert cell in ids_in((published.folder / file).read_text(encoding="utf-8")), (file, cell)


def test_ecsi_outcomes_have_drivers_without_the_block_that_they_are_items_of(ecsi):
    found = DriverFindings({ecsi.period: ecsi}, ecsi.period, draws=200)
    assert found.of_record == "nps" and "loyalty" not in found.importance().names
    assert found.importance().n == 250 and found.importances["repurchase"].status == "not_supplied"


def test_sfo_importance_carries_the_surveys_own_weights(sfo):
    found = DriverFindings({sfo.period: sfo}, sfo.period, draws=200).importance()
    assert found.outcome == "csat" and found.names == ["facilities", "cleanliness", "passage"]
    assert found.worth < found.n and found.ranks[:, 0].max() > 0.9
