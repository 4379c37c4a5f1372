"""A process that ends ordinary kernels, and whatever they started, once the run's own process is gone (POSIX).

An ordinary kernel looks itself whether its run lives; what a notebook started doesn't. Warm kernels need no guard: the process that
they are forked from holds the same line.
"""

from __future__ import annotations

import subprocess
import sys

# Reads one process group a line, with a minus when it has ended; at the end of the lines those that are left are ended.
WATCH = """
import os, signal, sys
groups = set()
for line in sys.stdin:
    group = int(line)
    groups.add(group) if group > 0 else groups.discard(-group)
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


class Guard:
    """Knows the process groups of a run's ordinary kernels."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", WATCH],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is the run's to handle
        )

    def begun(self, group: int) -> None:
        self.tell(group)

    def ended(self, group: int) -> None:
        self.tell(-group)

    def tell(self, group: int) -> None:
        try:
            print(group, file=self.process.stdin, flush=True)
        except BrokenPipeError:  # somebody ended the guard: the run goes on without
            pass

    def close(self) -> None:
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()
