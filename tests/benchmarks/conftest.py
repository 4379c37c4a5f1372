"""Benchmarks at a million answers run when asked for by their mark (make benchmark); their table ends the run."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from workload import LEVELS, Workload

MILLION = 1_000_000
TABLE = pytest.StashKey[list[dict]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "benchmark" not in config.option.markexpr:
        for item in items:
            if item.get_closest_marker("benchmark"):
                item.add_marker(pytest.mark.skip(reason="a benchmark of a million answers: make benchmark"))


@pytest.fixture(scope="session")
def million() -> Workload:
    return Workload.of(MILLION)


@pytest.fixture(scope="session")
def survey_package(million, tmp_path_factory) -> dict[str, list[float]] | None:
    """What R's survey package takes (CPU seconds) and finds for the same answers; None where it isn't installed."""
    script = Path(__file__).with_name("speed.R")
    ask = ["Rscript", "-e", "library(survey)"]
    if not shutil.which("Rscript") or subprocess.run(ask, capture_output=True, check=False).returncode:
        return None
    folder = tmp_path_factory.mktemp("answers")
    write_for_r(million, folder)
    run = subprocess.run(["Rscript", script, folder, str(MILLION)], capture_output=True, text=True, check=True)
    lines = [line.split() for line in run.stdout.splitlines()]
    return {name: [float(number) for number in numbers] for name, *numbers in lines}


def write_for_r(work: Workload, folder: Path) -> None:
    """Columns as plain numbers, one file each."""
    codes = np.array([pd.Index(LEVELS).get_indexer(work.factors[name]) for name in work.factors], dtype=np.int32)
    totals = np.array([list(margin.values()) for margin in work.margins.values()])
    columns = {"scores": work.scores, "weight": work.weight, "stratum": work.stratum, "population": work.population}
    for name, values in {**columns, "factors": codes, "margins": totals}.items():
        values.tofile(folder / name)


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Add a row to the table that ends the run."""

    def add(what: str, ours: float, unit: str, target: str, **others: float) -> None:
        row = {"what": what, "ours": ours, "unit": unit, "target": target, "others": others}
        request.config.stash[TABLE].append(row)

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if rows := config.stash[TABLE]:
        terminalreporter.section("measured")
        for row in rows:
            ratios = [f"{name} {value:.2f} ({value / row['ours']:.1f}×)" for name, value in row["others"].items()]
            ours = f"{row['ours']:.2f} {row['unit']}"
            terminalreporter.line(f"{row['what']:<42}{ours:>12}   target {row['target']:<22}{', '.join(ratios)}")
