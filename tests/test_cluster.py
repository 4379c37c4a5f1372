"""The same jobs on a Dask cluster of real processes: a worker is lost, and each job still ends once and whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from customers_by_region import MEASURE, SIZES, write_programme
from run_processes import CHECKOUT, alive, csat, marked, wait_until

from csat_analysis.errors import RunError
from csat_analysis.run.batch import Job, plan_batch
from csat_analysis.run.cluster import run_on_cluster

pytest.importorskip("distributed", reason="the extra [cluster] isn't installed")
pytestmark = pytest.mark.long
SLOW = "\nimport time\ntime.sleep(3)"


def begin(stack: ExitStack, mark: dict[str, str], *arguments: str) -> subprocess.Popen:
    environment = os.environ | mark | {"PYTHONPATH": str(CHECKOUT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    started = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stack.callback(started.wait, timeout=60)
    stack.callback(started.terminate)
    return started


@pytest.fixture
def cluster(tmp_path):
    """A scheduler's address, its two workers by their process, and its own process."""
    mark, file = marked(), tmp_path / "scheduler.json"
    with ExitStack() as stack:
        scheduler = begin(
            stack,
            mark,
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
        )
        wait_until(lambda: file.exists() and file.read_text().strip().endswith("}"))
        address = json.loads(file.read_text())["address"]
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path))
        workers = [begin(stack, mark, "dask_worker", address, *options, "--name", name) for name in ("one", "two")]
        yield address, workers, mark, scheduler
    wait_until(lambda: alive(mark) == [], 30)


def test_a_worker_is_killed_half_way_and_every_job_ends_once_and_whole(cluster, tmp_path):
    address, workers, mark, _ = cluster
    root = write_programme(tmp_path / "shared", **{"01_measure": MEASURE + SLOW})
    jobs = plan_batch(root, "2025H2..2026H1", "region").jobs
    ended, killed = [], False
    for one in run_on_cluster(address, root, jobs, jobs=1):
        ended.append(one)
        if not killed:  # the other jobs are under way
            workers[0].send_signal(signal.SIGKILL)
            killed = True
    assert [one.problem for one in ended] == [None] * 6
    assert sorted(one.job.name for one in ended) == sorted(job.name for job in jobs)
    for job in jobs:
        report = root / "reports" / job.name
        (record,) = json.loads((report / "results.json").read_text(encoding="utf-8"))
        assert record["n"] == SIZES[job.part.value] and (report / "manifest.json").is_file()
        made = json.loads((root / "data" / "processed" / job.name / "made.json").read_text(encoding="utf-8"))
        assert all((report / file).is_file() for file in made["published"])
    assert not [*root.glob("reports/.new-*"), *root.glob("data/processed/.new-*"), *root.glob("reports/.running-*")]
    assert all(one.unchanged for one in run_on_cluster(address, root, jobs, jobs=1))


def test_a_failed_job_is_told_as_on_one_machine(cluster, tmp_path):
    address, *_ = cluster
    root = write_programme(tmp_path / "shared", periods=("2026H1",), **{"01_measure": "1 / 0"})
    (ended,) = run_on_cluster(address, root, [Job("2026H1")], jobs=1)
    assert "01_measure, cell c1: ZeroDivisionError" in ended.problem


def test_after_ctrl_c_what_is_begun_ends_whole_and_no_other_is_begun(cluster, tmp_path):
    address, _, mark, _ = cluster
    root = write_programme(tmp_path / "shared", **{"01_measure": MEASURE + SLOW})
    run = csat(mark, "batch", "2025H2..2026H1", "--by", "region", "--cluster", address, "-j", "1", "--root", root)
    wait_until(lambda: [*root.glob("reports/.running-*")])
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert "what a worker had begun goes on there to its end, and no more is begun" in said and "Traceback" not in said
    wait_until(lambda: not [*root.glob("reports/.running-*")], 60)
    time.sleep(5)  # a worker would have begun another by now
    assert 1 <= len([*root.glob("reports/*/results.json")]) <= 2 and not [*root.glob("reports/.running-*")]


def test_when_the_scheduler_is_lost_every_job_that_is_left_is_told(cluster, tmp_path):
    address, _, _, scheduler = cluster
    root = write_programme(tmp_path / "shared", **{"01_measure": MEASURE + SLOW})
    jobs, told = plan_batch(root, "2025H2..2026H1", "region").jobs, []
    for one in run_on_cluster(address, root, jobs, jobs=1):
        told.append(one)
        if len(told) == 1:
            scheduler.send_signal(signal.SIGKILL)
    assert sorted(one.job.name for one in told) == sorted(job.name for job in jobs)
    lost = [one.problem for one in told if one.problem]
    assert lost and all("the scheduler gave it up" in problem for problem in lost)


def test_a_scheduler_without_a_worker_is_an_error_in_one_line(cluster, tmp_path, monkeypatch):
    address, workers, *_ = cluster
    for worker in workers:
        worker.terminate()
        worker.wait(timeout=60)
    monkeypatch.setattr("csat_analysis.run.cluster.PATIENCE", 3)
    with pytest.raises(RunError, match=f"the scheduler at {address} has no worker: start `dask worker {address}`"):
        list(run_on_cluster(address, write_programme(tmp_path / "shared"), [Job("2026H1")]))


def test_an_address_where_nobody_answers_is_an_error_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("csat_analysis.run.cluster.PATIENCE", 1)
    with pytest.raises(RunError, match="no scheduler answers at tcp://127.0.0.1:9"):
        list(run_on_cluster("tcp://127.0.0.1:9", Path(tmp_path), [Job("2026H1")]))
