"""Warm kernels: real IPython kernels, forked from a process that has imported what notebooks use (POSIX)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from csat_analysis.checkout import CHECKOUT
from csat_analysis.errors import RunError, WarmProcessEnded
from csat_analysis.run.warm_server import LENGTH, NO_KERNEL, READY

POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
INLINE = "module://matplotlib_inline.backend_inline"  # as a kernel sets it before the first import of pyplot
SERVE = """
import sys
sys.path[0] = {checkout!r}
import csat_analysis.run.warm_server as server
del sys.path[0]
server.serve({requests}, {lifeline})
"""


ENDED = "the process that warm kernels come from ended; `csat run --cold` does without it"


class WarmServer:
    """Starts and stops the process that kernels are forked from. It ends, and its kernels with it, when this one does."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.socket, theirs = socket.socketpair()
        reading, self.lifeline = os.pipe()
        self.lock = threading.Lock()
        code = SERVE.format(checkout=str(CHECKOUT), requests=theirs.fileno(), lifeline=reading)
        clean = {name: value for name, value in environment.items() if name != "JPY_PARENT_PID"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code],
            env=clean | {"MPLBACKEND": clean.get("MPLBACKEND", INLINE)},
            cwd=Path(
                __file__
            ).parent,  # no matplotlibrc here; it would read one of the folder that the run is started in
            pass_fds=(theirs.fileno(), reading),
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is this process's to handle
        )
        theirs.close()
        os.close(reading)
        self.ready = False

    def wait_until_ready(self) -> None:
        """Wait until it has imported what kernels use. A kernel's ports are chosen after that: they would be anyone's meanwhile."""
        with self.lock:
            self.ready = self.ready or self.said() == READY
        if not self.ready:
            raise self.gone()

    def gone(self) -> WarmProcessEnded:
        """The error of who asked in vain, once the process is known to have ended: who asks next begins another."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        return WarmProcessEnded(ENDED)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def said(self) -> bytes:
        try:
            return self.socket.recv(LENGTH.size, socket.MSG_WAITALL)
        except OSError:
            return b""

    def fork(self, command: list[str], environment: dict[str, str], folder: str) -> WarmKernel:
        """A kernel such as `command` (python -m ipykernel_launcher …) starts."""
        self.wait_until_ready()
        reading, status = os.pipe()
        request = {
            "arguments": command[command.index("ipykernel_launcher") + 1 :],
            "env": environment | {"JPY_PARENT_PID": str(os.getpid())},
            "cwd": folder,
        }
        body = json.dumps(request).encode()
        try:
            with self.lock:
                socket.send_fds(self.socket, [LENGTH.pack(len(body))], [status])
                self.socket.sendall(body)
                answer = self.said()
        except OSError:
            answer = b""
        finally:
            os.close(status)
        if len(answer) < LENGTH.size:
            os.close(reading)
            raise self.gone()
        if answer == NO_KERNEL:
            os.close(reading)
            raise RunError(
                "the system gives no further process (memory, or too many of them): fewer at once (-j) may do"
            )
        return WarmKernel(LENGTH.unpack(answer)[0], reading)

    def close(self) -> None:
        """End it and every kernel, and wait until it is gone."""
        os.close(self.lifeline)
        self.socket.close()
        if not self.ready:  # still importing, and it has no kernel then
            self.process.kill()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class WarmKernel:
    """A forked kernel, with the part of subprocess.Popen that a kernel's provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, status: int) -> None:
        self.pid, self.status, self.returncode = pid, status, None
        self.orphaned = False  # the process that it came from ended before it
        os.set_blocking(status, False)

    def poll(self) -> int | None:
        if self.returncode is None:
            try:
                said = os.read(self.status, 16)
            except BlockingIOError:
                return None
            os.close(self.status)
            self.orphaned = not said
            self.returncode = int(said) if said else -signal.SIGKILL
        return self.returncode

    def wait(self) -> int:
        if self.returncode is None:
            os.set_blocking(self.status, True)
            self.poll()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
