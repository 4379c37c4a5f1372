"""One run of a period at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from csat_analysis.errors import RunError
from csat_analysis.period import Period


@contextmanager
def period_lock(root: Path, period: Period) -> Iterator[None]:
    """Hold a period's lock while the block runs; refuse when another process holds it.

    The system frees the lock when its holder ends, however it ends, so a killed run never blocks the next one.
    The file stays: removing it would let two runs hold a lock of the same name.
    """
    path = root / "reports" / f".{period}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another program"
            raise RunError(f"{period} is being run by process {holder} already: wait until it has finished") from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
