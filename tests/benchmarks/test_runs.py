"""A period and a batch against papermill run plainly, one notebook after another: ratios of one run (when asked for).

Seconds depend on the machine and on who else uses it: plain and ours take turns, the best turn of each counts, and only
their ratio is held to a target.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from csat_analysis.checkout import CHECKOUT
from csat_analysis.intake.kept import FOLDER as CLEANED
from csat_analysis.run.private_root import notebooks_of, private_root

at_length = pytest.mark.benchmark
PLAIN = """
import os, sys, papermill
for name in sys.argv[2:]:
    papermill.execute_notebook(f"notebooks/{name}.ipynb", f"out/{name}.ipynb", kernel_name="python3", progress_bar=False,
                               parameters={"period": sys.argv[1], "root": "..", "languages": "zh,en"},
                               resources={"metadata": {"path": "notebooks"}})
"""
PERIOD = "2026H1"
TURNS = 2
BATCH, PARTS = "2024H1..2026H1", 4  # of the sample company: five periods by four regions


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def sample_company(folder: Path) -> Path:
    shutil.copytree(CHECKOUT / "data" / "raw", folder / "data" / "raw")
    (folder / "reports").mkdir(parents=True)
    return folder


def plainly(root: Path, *, cleaned_once: bool = False) -> None:
    """Papermill by itself, in a programme's folder; `cleaned_once` lets it find the waves that a notebook before cleaned,
    as a run does, which shows what warm kernels and side by side gain by themselves."""
    from csat_analysis.period import Period

    notebooks = notebooks_of(root)
    with private_root(root, Period.parse(PERIOD), notebooks) as private:
        if not cleaned_once:
            (private.path / CLEANED).rmdir()
        (private.path / "out").mkdir()
        subprocess.run(
            [sys.executable, "-c", PLAIN, PERIOD, *notebooks], cwd=private.path, env=environment(), check=True
        )


def csat(root: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "csat_analysis.cli", *arguments, "--root", str(root)]
    subprocess.run(command, env=environment(), check=True, stdout=subprocess.DEVNULL)


def environment() -> dict[str, str]:
    threads = {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(CHECKOUT), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    return os.environ | threads | {"JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter")}


@contextlib.contextmanager
def on_cores(count: int) -> Iterator[None]:
    """What is begun meanwhile runs on so many cores."""
    every = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, every[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, every)


class PeakMemory:
    """The most that any one process begun meanwhile by this one has held (unique set size, MB) while `watching`.

    It looks once a second: to look costs time.
    """

    def __enter__(self) -> PeakMemory:
        self.most, self.watching, self.going = 0.0, False, True
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self) -> None:
        while self.going:
            for process in psutil.Process().children(recursive=True) if self.watching else ():
                try:
                    self.most = max(self.most, process.memory_full_info().uss / 2**20)
                except psutil.Error:
                    continue
            time.sleep(1)

    def __exit__(self, *_: object) -> None:
        self.going = False
        self.thread.join()


@at_length
def test_a_period_of_which_nothing_and_of_which_everything_is_known(tmp_path, measured):
    root = sample_company(tmp_path)
    plain, fresh, again = [], [], []
    with PeakMemory() as memory, on_cores(2):
        for _ in range(TURNS):
            plain.append(seconds(lambda: plainly(root)))
            memory.watching = True
            fresh.append(seconds(lambda: csat(root, "run", PERIOD, "--force", "-j", "2")))
            again.append(seconds(lambda: csat(root, "run", PERIOD)))
            memory.watching = False
        helped = seconds(lambda: plainly(root, cleaned_once=True))
    beside = {"plain papermill": min(plain), "plain, waves cleaned once": helped}
    measured("a whole period, nothing known", min(fresh), "s", "plain × 0.30", **beside)
    measured("a whole period, nothing changed", min(again), "s", "plain × 0.05", **beside)
    measured("most memory of one kernel", memory.most, "MB", "reported")
    assert min(again) <= 0.05 * min(plain)
    assert min(fresh) <= 0.30 * min(plain)


@at_length
def test_a_batch_of_twenty_reports_on_two_cores_and_on_one(tmp_path, measured):
    """The sample company's regions in all its periods: what it gains that there are two cores, per job and per notebook."""
    taken = {}
    for count in (2, 1):
        root = sample_company(tmp_path / str(count))
        with PeakMemory() as memory, on_cores(count):
            memory.watching = True
            taken[count] = seconds(lambda: csat(root, "batch", BATCH, "--by", "region"))
        assert len(list((root / "reports").glob("*/results.json"))) == PARTS * len(
            list((root / "data" / "raw").glob("*H*"))
        )
    measured("a batch of 20 on two cores", taken[2], "s", "one core / 1.7", **{"one core": taken[1]})
    measured("most memory of one process", memory.most, "MB", "reported")
    assert taken[1] >= 1.7 * taken[2]
