"""An earlier report's index is held against its recomputation only where it shows one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from csat_analysis.estimate import Estimate
from csat_analysis.metrics.reconcile import published_differences
from csat_analysis.period import Period
from csat_analysis.results import Record, to_json

EARLIER, LATEST = Period.parse("2025H2"), Period.parse("2026H1")


def index(value, status):
    return Record("satisfaction.index", {}, value, None, value, value, 26, "points", status)


@pytest.fixture
def mismatches(tmp_path):
    def of(record):
        (tmp_path / "reports" / "2025H2").mkdir(parents=True)
        (tmp_path / "reports" / "2025H2" / "results.json").write_text(to_json([record]), encoding="utf-8")
        estimate = object.__new__(Estimate)
        object.__setattr__(estimate, "value", 71.5)
        waves = {EARLIER: SimpleNamespace(index=estimate), LATEST: SimpleNamespace(index=estimate)}
        return published_differences(tmp_path, waves)

    return of


def test_a_published_index_is_taken_from_the_recomputed_one(mismatches):
    found = mismatches(index(71.25, "ok"))
    assert list(found.index) == ["2025H2"] and np.isclose(found.loc["2025H2", "mismatch"], 0.25)


@pytest.mark.parametrize("status", ["not_certified", "suppressed", "not_estimable"])
def test_an_earlier_report_that_shows_no_index_is_no_row_and_no_error(mismatches, status):
    assert mismatches(index(None, status)).empty
