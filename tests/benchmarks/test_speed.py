"""CPU time and memory at a million answers (when asked for); and, always, that a few thousand come out right."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from ipfn.ipfn import ipfn
from pandas.errors import Pandas4Warning
from workload import SEGMENTS, Workload, raked_weights, segment_indices, six_means

from csat_analysis.design import Design
from csat_analysis.models import importance
from csat_analysis.models.resampling import bootstrap_weights

FASTER = 5  # than others, at least
at_a_million = pytest.mark.benchmark(timer=time.process_time)


@pytest.fixture(scope="module")
def small() -> Workload:
    return Workload.of(3000)


def test_the_means_are_numpys(small):
    expected = [np.average(score, weights=small.weight) for score in small.scores]
    assert [value for value, _ in six_means(small)] == pytest.approx(expected)


def test_every_segment_has_an_index_inside_its_interval(small):
    found = segment_indices(small)
    assert len(found) == SEGMENTS and all(low < index.value < high for index, (low, high) in found)
    assert sum(index.n for index, _ in found) == len(small.weight)


def test_raked_weights_meet_all_six_margins(small):
    weight = pd.Series(raked_weights(small))
    for name, totals in small.margins.items():
        assert weight.groupby(small.factors[name]).sum().to_dict() == pytest.approx(totals)


def test_another_package_rakes_to_the_same_weights(small):
    assert other_raking(small) == pytest.approx(raked_weights(small), rel=1e-3)


def other_raking(work: Workload) -> np.ndarray:
    """ipfn on one row an answer, stopping at its default of 1e-5 (ours goes on to 1e-10)."""
    totals = [pd.Series(margin).rename_axis(name) for name, margin in work.margins.items()]
    answers = work.factors.assign(total=work.weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Pandas4Warning)  # of ipfn's own code
        return ipfn(answers, totals, [[name] for name in work.margins]).iteration()["total"].to_numpy()


@at_a_million
def test_six_weighted_means_with_standard_errors(million, benchmark, survey_package, measured):
    found = benchmark.pedantic(six_means, [million], rounds=5, warmup_rounds=1)
    seconds = benchmark.stats.stats.median
    others = {"R svymean": survey_package["six_means"][0]} if survey_package else {}
    measured("six weighted means with standard errors", seconds, "s", f"R / {FASTER}", **others)
    if survey_package:
        values, errors = zip(*found, strict=True)
        assert values == pytest.approx(survey_package["value"], rel=1e-9)
        assert errors == pytest.approx(survey_package["se"], rel=1e-9)
        assert FASTER * seconds <= survey_package["six_means"][0]


@at_a_million
def test_a_design_of_a_million(million, benchmark, survey_package, measured):
    fresh = Workload.of(len(million.weight))
    benchmark.pedantic(lambda: fresh.design, rounds=1)
    seconds = benchmark.stats.stats.median
    others = {"R svydesign": survey_package["design"][0]} if survey_package else {}
    measured("the design that they need, once", seconds, "s", "none", **others)
    assert not survey_package or seconds < survey_package["design"][0]


@at_a_million
def test_index_with_interval_of_a_hundred_segments(million, benchmark, measured):
    benchmark.pedantic(segment_indices, [million], rounds=3, warmup_rounds=1)
    seconds = benchmark.stats.stats.median
    measured("index with interval of 100 segments", seconds, "s", "below 1 s")
    assert seconds < 1


@at_a_million
def test_raking_to_six_margins(million, benchmark, survey_package, measured):
    weight = benchmark.pedantic(raked_weights, [million], rounds=3, warmup_rounds=1)
    seconds = benchmark.stats.stats.median
    start = time.process_time()
    theirs = other_raking(million)
    others = {"ipfn": time.process_time() - start}
    if survey_package:
        others["R rake"] = survey_package["rake"][0]
        assert weight.max() == pytest.approx(survey_package["heaviest"][0], rel=1e-3)
    measured("raking to 6 margins of 5 levels", seconds, "s", f"each / {FASTER}", **others)
    assert theirs == pytest.approx(weight, rel=1e-3)
    assert FASTER * seconds <= min(others.values())


@at_a_million
@pytest.mark.parametrize(("drivers", "shares"), [(5, importance.lmg), (25, importance.relative_weights)])
def test_two_thousand_resamples_of_importance_at_a_thousand_answers(benchmark, measured, drivers, shares):
    design = Design.of(range(1000), stratum=np.repeat(list("abcd"), 250))
    values = np.random.default_rng(1).normal(size=(1000, drivers + 1)).cumsum(axis=1)

    def resampled() -> np.ndarray:
        return shares(importance.covariances(values, bootstrap_weights(design, draws=2000))[0])

    found = benchmark.pedantic(resampled, rounds=3, warmup_rounds=1)
    seconds = benchmark.stats.stats.median
    measured(f"2,000 resamples of importance, {drivers} drivers", seconds, "s", "below 2 s")
    assert found.shape == (2000, drivers) and seconds < 2


def peak_megabytes(answers: int) -> float:
    script = Path(__file__).with_name("workload.py")
    run = subprocess.run([sys.executable, script, str(answers)], capture_output=True, text=True, check=True)
    return float(run.stdout)


@at_a_million
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read from Linux's /proc")
def test_memory_is_below_400_megabytes_and_grows_no_faster_than_the_answers(measured):
    half, whole = peak_megabytes(500_000), peak_megabytes(1_000_000)
    measured("memory at the peak beyond the data", whole, "MB", "below 400 MB", **{"at half a million": half})
    assert whole < 400 and whole < 2.3 * half
