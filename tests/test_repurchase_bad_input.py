"""Bad input to repurchase, through the notebook to the report's section: said plainly, with what would be needed."""

import numpy as np
import pytest
from page_text import plain
from report_examples import FACTS, house_results
from repurchase_notebook import run_repurchase
from repurchase_programme import HALF_YEARS, SURVEY, customer_list, orders_of, some_buy, write_programme

from csat_analysis.metrics.wave import load_waves
from csat_analysis.models.findings import Findings
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.report import Report, render
from csat_analysis.report.wording import say
from csat_analysis.results import Results

NOW = "2026H1"
PEOPLE = 130


@pytest.fixture(autouse=True)
def this_section_alone(monkeypatch):
    monkeypatch.setattr(render, "SECTIONS", {"repurchase": render.SECTIONS["repurchase"]})


def said(root, language: str = "en") -> tuple[Results, str]:
    """What the notebook records, and what the report's section says of it."""
    own = run_repurchase(root, NOW)
    others = [record for record in house_results().records if not record.key.startswith("repurchase.")]
    report = Report(
        Results([*others, *own.records]), load_programme(root, NOW), Period.parse(NOW), language, facts=FACTS
    )
    return own, plain(report.section("repurchase"))


def notes(root) -> dict[str, str]:
    """Column → what notebook 06 says was done with it."""
    table = Findings(load_waves(root, Period.parse(NOW)), Period.parse(NOW)).held.notes
    return {row.column: f"{row.what}: {row.why}" for row in table.itertuples()}


def everybody(days: tuple[str, ...]) -> str:
    return orders_of([(f"C{n}", day) for n in range(60) for day in ("2025-04-20", *days)] + [("Z", "2026-06-30")])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_orders(tmp_path, language, capsys):
    own, words = said(write_programme(tmp_path, orders=None), language)
    assert own.get("repurchase.ame").status == "not_supplied"
    assert say("repurchase.absent.not_supplied", language) in words
    assert "a table with customer_id and ordered_on of every order is needed" in capsys.readouterr().out


def test_orders_that_end_before_any_window_closes(tmp_path, capsys):
    own, words = said(write_programme(tmp_path, orders=orders_of([("C1", "2025-06-20")])))
    assert own.get("repurchase.ame").status == own.get("repurchase.rate").status == "not_estimable"
    assert say("repurchase.absent.not_estimable", "en") in words
    assert "no window has closed: the first does on 2025-07-03, orders reach to 2025-06-20" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["en", "zh"])
def test_orders_that_name_other_customers_make_no_rate_of_zero(tmp_path, language, capsys):
    own, words = said(write_programme(tmp_path, orders=some_buy().replace(",C", ",K")), language)
    assert own.get("repurchase.rate").status == "not_supplied" and "0.0%" not in words
    assert say("repurchase.absent.not_supplied", language) in words
    assert "is customer_id the same in both tables?" in capsys.readouterr().out


def test_one_period_only(tmp_path):
    orders = orders_of([*((f"C{n}", "2025-06-20") for n in range(60) if n % 2), ("Z", "2025-09-01")])
    own, words = said(write_programme(tmp_path, orders=orders))
    assert own.get("repurchase.rate").shown and own.get("repurchase.auc").status == "not_estimable"
    assert "Whether forecasts of later surveys come true is not given" in words
    assert say("repurchase.association.look.ame_within", "en") in words


@pytest.mark.parametrize(("days", "rate"), [(("2025-06-20", "2025-12-20", "2026-06-20"), 1.0), ((), 0.0)])
def test_everyone_buys_and_nobody_buys(tmp_path, days, rate, capsys):
    own, words = said(write_programme(tmp_path, orders=everybody(days)))
    assert own.get("repurchase.rate").value == rate and own.get("repurchase.ame").status == "not_estimable"
    assert f"{rate:.1%}" in words and say("repurchase.effect.not_estimable", "en") in words
    assert "both outcomes are needed" in capsys.readouterr().out


def test_fewer_answers_than_predictors_bear(tmp_path, capsys):
    root = write_programme(tmp_path, people=8, orders=orders_of([("C1", "2025-06-20"), ("Z", "2026-06-30")]))
    own, words = said(root)
    assert own.get("repurchase.ame").status == "not_estimable"
    assert "of the rarer outcome among 16 answers: at least 10 are needed" in capsys.readouterr().out
    assert say("repurchase.effect.not_estimable", "en") in words


def test_more_predictors_than_the_outcomes_bear_are_left_out_and_named(tmp_path):
    frame = customer_list(PEOPLE, region=[f"R{n % 26}" for n in range(PEOPLE)])
    root = write_programme(tmp_path, people=PEOPLE, orders=some_buy(PEOPLE), customers=frame)
    assert "needs 25 columns and the outcomes can bear" in notes(root)["region"]
    own, words = said(root)
    assert own.get("repurchase.ame").shown and "likelier to buy again" in words


def test_collinear_predictors_are_left_out_and_named(tmp_path):
    level = ["low", "high"] * (PEOPLE // 2)
    frame = customer_list(PEOPLE, region=["east" if name == "low" else "west" for name in level], competition=level)
    root = write_programme(tmp_path, people=PEOPLE, orders=some_buy(PEOPLE), customers=frame)
    assert notes(root)["competition"] == "left_out: the same for everyone, or follows from the columns before it"
    own, words = said(root)
    assert own.get("repurchase.ame").shown and "likelier to buy again" in words


def test_a_category_with_one_member_is_counted_with_the_largest_and_named(tmp_path):
    region = np.where(np.arange(PEOPLE) == 5, "island", np.where(np.arange(PEOPLE) % 5 < 2, "west", "east"))
    root = write_programme(
        tmp_path, people=PEOPLE, orders=some_buy(PEOPLE), customers=customer_list(PEOPLE, region=region)
    )
    assert "joined: island (2 contacts) is counted with east" in notes(root)["region"]
    own, words = said(root)
    assert own.get("repurchase.ame").shown and "likelier to buy again" in words


def test_a_programme_of_its_own_names_its_own_source(tmp_path):
    survey = SURVEY.replace("benchmark: 0.0058", "benchmark: 0.0058, benchmark_source: Our own handbook")
    _, words = said(write_programme(tmp_path, survey=survey, orders=some_buy()))
    assert "(Our own handbook)" in words and "Anderson" not in words and HALF_YEARS
