"""One run of a period at a time."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from csat_analysis.errors import RunError
from csat_analysis.period import Period

try:
    import fcntl
except ImportError:  # Windows
    import msvcrt

HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)  # by another: POSIX's words, and Windows's
BETWEEN_LOOKS = 0.5  # seconds


@contextmanager
def period_lock(
    root: Path, name: Period | str, *, wait: bool = False, ended: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Hold the lock of a period (or of a part of one) while the block runs; refuse when another process holds it, or `wait`
    until it doesn't, or until nobody waits for the run any more (`ended`).

    The system frees the lock when its holder ends, however it ends, so a killed run never blocks the next one.
    The file stays: removing it would let two runs hold a lock of the same name.
    """
    path = root / "reports" / f".{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        while not taken(file):
            if not wait:
                file.seek(0)
                holder = file.read().strip() or "another program"
                raise RunError(f"{name} is being run by process {holder} already: wait until it has finished")
            if ended():
                raise RunError(f"{name}: not run, since the run was ended")
            time.sleep(BETWEEN_LOOKS)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def taken(file: IO[str]) -> bool:
    """Lock the file for this process; False where another holds it. An error of another kind, as of a shared folder that
    knows no locks, is raised: who waited for that would wait for ever.
    """
    try:
        if os.name == "nt":
            file.seek(1 << 30)  # beyond what is written: Windows lets nobody read locked bytes
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in HELD:
            raise
        return False
    return True
