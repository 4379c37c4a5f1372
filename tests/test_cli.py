"""The command line: what it prints, and with which status it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_programme import fingerprints, notebook

from csat_analysis.cli import main

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def published(tiny_programme, tmp_path_factory) -> Path:
    root = tiny_programme(tmp_path_factory.mktemp("published"))
    assert main(["run", "--root", str(root)]) == 0
    return root


def test_help_lists_the_commands_at_once():
    before = os.times()
    shown = subprocess.run(
        [sys.executable, "-m", "csat_analysis.cli", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    after = os.times()  # of the processor, not of the clock: others may use the machine
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1  # .1 s
    assert all(command in shown.stdout for command in ("new", "questionnaire", "run", "check", "trace", "simulate"))


def test_help_loads_no_heavy_package():
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, csat_analysis.cli; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"pandas", "numpy", "papermill", "matplotlib", "rich"} & set(loaded)


def test_run_takes_the_latest_period_and_prints_the_reports(tiny_programme, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tiny_programme(tmp_path))
    assert main(["run"]) == 0
    assert capsys.readouterr().out.splitlines() == ["reports/2026H1/report.en.html", "reports/2026H1/report.zh.html"]


def test_run_in_one_language(tiny_programme, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tiny_programme(tmp_path))
    assert main(["run", "2025H2", "--lang", "zh"]) == 0
    assert capsys.readouterr().out.split() == ["reports/2025H2/report.zh.html"]


def test_a_failed_run_ends_with_status_one_and_one_line(tiny_programme, tmp_path, capsys):
    root = tiny_programme(tmp_path, **{"01_count": notebook("1 / 0")})
    assert main(["run", "2026H1", "--root", str(root)]) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("csat:")]
    assert line == "csat: 01_count, cell c1: ZeroDivisionError: division by zero (see reports/2026H1.failed/notebooks)"


@pytest.mark.parametrize("command", [["run"], ["check"]])
def test_an_unknown_period_is_one_line_that_lists_the_known(command, published, capsys):
    assert main([*command, "2031H1", "--root", str(published)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("csat: ") and "2031H1" in said and "2025H2, 2026H1" in said and said.count("\n") == 1


def test_a_folder_that_is_no_programme_is_one_line(tmp_path, capsys):
    assert main(["run", "--root", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("csat: ") and said.count("\n") == 1


def test_trace_leads_from_the_number_to_its_cell_to_its_raw_file(published, monkeypatch, capsys):
    monkeypatch.chdir(published)
    assert main(["trace", "satisfaction.index"]) == 0
    shown = capsys.readouterr().out
    raw = fingerprints(published / "data" / "raw" / "2026H1")["responses.csv"]
    assert "satisfaction.index = 71.25" in shown
    assert "reports/2026H1/notebooks/01_count.html#cell-id=c1" in shown and "display(" in shown
    assert f"data/raw/2026H1/responses.csv  SHA-256 {raw}" in shown


def test_trace_of_an_unknown_key_lists_the_closest(published, capsys):
    assert main(["trace", "satisfaction.indx", "--root", str(published)]) == 1
    assert capsys.readouterr().err == "csat: 2026H1 has no satisfaction.indx; the closest are satisfaction.index\n"


def test_trace_of_an_unknown_group_lists_the_groups_there_are(published, capsys):
    assert main(["trace", "satisfaction.index", "region=North", "--root", str(published)]) == 1
    assert "no satisfaction.index[region=North]; the closest are satisfaction.index" in capsys.readouterr().err


def test_trace_where_nothing_was_published_says_so(tiny_programme, tmp_path, capsys):
    assert main(["trace", "satisfaction.index", "--root", str(tiny_programme(tmp_path))]) == 1
    assert "nothing was published yet" in capsys.readouterr().err


def test_check_prints_what_came_in(published, capsys):
    assert main(["check", "2026H1", "--root", str(published)]) == 0
    assert "responses.csv" in capsys.readouterr().out


def test_check_ends_with_status_one_when_the_period_cannot_be_used(tiny_programme, tmp_path, capsys):
    root = tiny_programme(tmp_path)
    (root / "data" / "raw" / "2026H1" / "responses.csv").write_text("response_id,q1\n1,8\n", encoding="utf-8")
    assert main(["check", "2026H1", "--root", str(root)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("csat: ") and "q2" in said and said.count("\n") == 1


def test_simulate_writes_a_programme_and_does_not_overwrite_it(tmp_path, capsys):
    assert main(["simulate", str(tmp_path), "--root", str(ROOT), "--seed", "7"]) == 0
    raw = tmp_path / "data" / "raw"
    assert (raw / "survey.yml").read_bytes() == (ROOT / "data" / "raw" / "survey.yml").read_bytes()
    before = fingerprints(raw)
    capsys.readouterr()
    assert main(["simulate", str(tmp_path), "--root", str(ROOT), "--seed", "8"]) == 1
    assert capsys.readouterr().err.count("\n") == 1 and fingerprints(raw) == before
    assert main(["simulate", str(tmp_path), "--root", str(ROOT), "--seed", "8", "--overwrite"]) == 0
    assert fingerprints(raw) != before


def test_results_hold_no_number_that_json_cannot(published):
    text = (published / "reports" / "2026H1" / "results.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=pytest.fail)
