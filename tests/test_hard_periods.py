"""Whole runs on periods that tempt a report to say too much: tiny panels, answers that are all equal."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from csat_analysis.results import Results, from_json
from csat_analysis.run.period_run import run_period

pytestmark = pytest.mark.long
SAMPLE = Path(__file__).resolve().parent.parent / "data" / "raw"
PERIOD = "2026H1"


def results_of(root: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Results:
    """Run the sample company's last period alone, with its answers changed."""
    shutil.copytree(SAMPLE / PERIOD, root / "data" / "raw" / PERIOD)
    shutil.copyfile(SAMPLE / "survey.yml", root / "data" / "raw" / "survey.yml")
    file = root / "data" / "raw" / PERIOD / "responses.csv"
    change(pd.read_csv(file, dtype=str)).to_csv(file, index=False)
    published = run_period(root, PERIOD)
    return Results(from_json((published.folder / "results.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def four_executives(tmp_path_factory) -> Results:
    def keep_four(answers: pd.DataFrame) -> pd.DataFrame:
        staff = answers.index[answers["panel"] == "internal"]
        return answers.drop(index=staff[4:])

    return results_of(tmp_path_factory.mktemp("four"), keep_four)


@pytest.fixture(scope="module")
def all_sevens(tmp_path_factory) -> Results:
    def sevens(answers: pd.DataFrame) -> pd.DataFrame:
        items = [column for column in answers if column[0] in "abcde" and column[1:].isdigit()]
        return answers.assign(**dict.fromkeys(items, "7"), nps="7", csat="5")

    return results_of(tmp_path_factory.mktemp("sevens"), sevens)


def test_a_panel_of_four_cannot_be_worked_out_from_what_is_shown(four_executives):
    shown = {
        panel: four_executives.get("satisfaction.panel", panel=panel).shown
        for panel in ("sample", "key_account", "internal")
    }
    assert not shown["internal"] and sum(shown.values()) == 1
    assert four_executives.get("satisfaction.perception_gap").status == "suppressed"


def test_where_all_answers_are_equal_nothing_is_claimed_to_be_certain(all_sevens):
    assert all_sevens.get("satisfaction.index").status == "not_estimable"
    csat = all_sevens.get("satisfaction.csat")
    assert csat.value == 1.0 and csat.low < 0.99 and csat.high == 1.0 and csat.se is None


def test_without_the_wave_that_sets_it_there_is_no_standard(all_sevens):
    assert all_sevens.get("satisfaction.standard").status == "not_computed"
    assert all_sevens.get("satisfaction.change", measure="index", **{"from": "2025H2"}).status == "not_computed"
