"""Results: every number once, with a status; nothing without one gets in."""

import json

import numpy as np
import pytest

from csat_analysis.design import Design
from csat_analysis.errors import ResultError
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import mean, share
from csat_analysis.measured import Foretold
from csat_analysis.programme import Programme
from csat_analysis.report.wording import UNITS
from csat_analysis.results import KEYS, Recorder, Results, from_json, make_record, to_json

PROGRAMME = Programme.model_validate(
    {"name": "p", "scale": {"min": 0, "max": 10}, "dimensions": {"d": {"items": ["q"]}}}
)
TEN = Design.of(range(10))


def record(key: str, number, **options):
    group = options.pop("group", {})
    return make_record(key, number, group, programme=PROGRAMME, notebook="04_satisfaction", **options)


def test_an_estimate_brings_interval_n_and_unit():
    found = record("satisfaction.index", mean(TEN, np.arange(10.0)))
    assert (found.value, found.n, found.unit, found.status) == (4.5, 10, "points", "ok")
    assert found.low < 4.5 < found.high and found.se > 0


def test_a_count_is_exact():
    found = record("data.rows_in", 17, group={"table": "orders"})
    assert (found.status, found.value, found.low, found.high, found.unit) == ("exact", 17, 17, 17, "count")


def test_what_is_foretold_is_no_census_and_has_no_interval():
    chance = {"group": {"plan": "p"}, "verdict": "cannot_rank"}
    sure = record("plan.best", Foretold(0.71, 10, holds=True), **chance)
    assert (sure.status, sure.value, sure.low, sure.se, sure.verdict) == ("ok", 0.71, None, None, "cannot_rank")
    assert "  [" not in sure.line()
    unproven = record("plan.best", Foretold(0.71, 10, holds=False), **chance)
    assert (unproven.status, unproven.value, unproven.verdict) == ("not_certified", None, None)


def test_what_is_not_supplied_has_a_status_and_no_value():
    found = record("satisfaction.standard", NoEstimate("not_supplied", "no panels"))
    assert (found.status, found.value, found.se, found.low) == ("not_supplied", None, None, None)


def test_a_suppressed_number_keeps_neither_value_nor_n():
    found = record("satisfaction.index", mean(TEN, np.arange(10.0)), suppressed=True)
    assert (found.status, found.value, found.n) == ("suppressed", None, None)


@pytest.mark.parametrize(("size", "told"), [(0, 0), (1, None), (4, None), (5, 5)])
def test_where_there_is_no_number_the_size_of_a_small_group_is_not_told_either(size, told):
    """Nobody is nobody; of one to four customers it isn't said how many they are."""
    assert record("satisfaction.index", NoEstimate("not_estimable", "all alike", size)).n == told


def test_all_equal_answers_are_not_estimable_rather_than_certain():
    assert record("satisfaction.index", mean(TEN, np.full(10, 8.0))).status == "not_estimable"


def test_a_share_nobody_has_keeps_an_interval():
    found = record("satisfaction.csat", share(TEN, np.zeros(10)))
    assert found.status == "ok" and found.low == 0 and found.high > 0.2


def test_no_nan_gets_into_the_results():
    with pytest.raises(ResultError, match="not a number"):
        record("target.gain", float("nan"))


@pytest.mark.parametrize(
    ("key", "group", "words"),
    [
        ("satisfaction.idnex", {}, "not a key"),
        ("satisfaction.panel", {}, "recorded by panel"),
        ("satisfaction.index", {"panel": "x"}, "recorded by nothing"),
    ],
)
def test_a_misspelt_key_or_group_is_refused(key, group, words):
    with pytest.raises(ResultError, match=words):
        record(key, 1.0, group=group)


def test_the_unit_of_a_change_is_its_measures():
    units = {
        m: record("satisfaction.change", mean(TEN, np.arange(10.0)), group={"measure": m, "from": "2025H2"}).unit
        for m in ("index", "nps", "csat", "staff")
    }
    assert units == {"index": "points", "nps": "nps_points", "csat": "share", "staff": "points"}


def test_a_recorder_shows_one_line_carries_the_record_and_writes_it(tmp_path, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.append((data, options)))
    recorder = Recorder(tmp_path, "2026H1", "04_satisfaction", PROGRAMME, inputs=["data/raw/2026H1/responses.csv"])
    recorder("satisfaction.index", mean(TEN, np.arange(10.0)))
    ((data, options),) = shown
    assert data["text/plain"].startswith("satisfaction.index = 4.50  [") and "\n" not in data["text/plain"]
    assert options["metadata"]["csat"]["inputs"] == ("data/raw/2026H1/responses.csv",)
    assert Results.read(recorder.save().parent).get("satisfaction.index").value == 4.5


def test_a_number_has_one_place(tmp_path, monkeypatch):
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: None)
    recorder = Recorder(tmp_path, "2026H1", "04_satisfaction", PROGRAMME)
    recorder("target.gain", 5)
    with pytest.raises(ResultError, match="recorded twice"):
        recorder("target.gain", 6)
    with pytest.raises(ResultError, match="one place"):
        Results([record("target.gain", 5), record("target.gain", 5)])


def test_an_unknown_number_is_an_error_and_names_it():
    with pytest.raises(ResultError, match="satisfaction.nps"):
        Results([]).get("satisfaction.nps")


def test_results_survive_the_way_through_their_file():
    records = [
        record("satisfaction.index", mean(TEN, np.arange(10.0)), verdict=None, inputs=("a.csv",)),
        record("target.gain", 5),
    ]
    assert from_json(to_json(records)) == records
    assert "NaN" not in to_json(records) and isinstance(json.loads(to_json(records)), list)


def test_the_table_of_a_key_has_its_group_as_columns():
    table = Results([record("data.answers", n, group={"panel": p}) for p, n in (("visits", 90), ("staff", 20))]).table(
        "data.answers"
    )
    assert table[["panel", "value", "status"]].to_dict("list") == {
        "panel": ["visits", "staff"],
        "value": [90.0, 20.0],
        "status": ["exact", "exact"],
    }


def test_every_key_has_a_unit_the_report_can_write():
    assert {unit for unit, _ in KEYS.values()} <= {*UNITS, "measure"}
