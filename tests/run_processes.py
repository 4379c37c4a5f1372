"""Which processes belong to a run, told by a mark in their environment; runs of the command line under such a mark."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).parents[1]
MARK = "CSAT_TEST_MARK"


def marked() -> dict[str, str]:
    return {MARK: uuid.uuid4().hex}


def alive(mark: dict[str, str]) -> list[psutil.Process]:
    """Processes with this mark, zombies and this one aside."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE:
                if process.environ().get(MARK) == mark[MARK]:
                    found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def csat(mark: dict[str, str], *arguments: str | Path) -> subprocess.Popen:
    """`csat …` begun, in this checkout's code."""
    return subprocess.Popen(
        [sys.executable, "-m", "csat_analysis.cli", *map(str, arguments)],
        cwd=CHECKOUT,
        env=os.environ | mark | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(happened, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.1)
