"""The process that warm kernels are forked from: it has imported what notebooks use, and does nothing else but fork.

Talks with `warm.WarmServer` over a socket: it says READY once, when all is imported; then a request (four bytes of length
with the kernel's status pipe, then JSON: command, environment, folder) is answered by the kernel's process id, or by
NO_KERNEL where the system gives no further process; when the kernel ends, its exit code is written to its pipe. It runs no
thread and opens no kernel's sockets, so that a fork is safe.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import io
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace

LENGTH = struct.Struct("!I")
READY, NO_KERNEL = LENGTH.pack(1), LENGTH.pack(0)
NOT_PRELOADED = ("csat_analysis.run", "csat_analysis.cli", "csat_analysis.commands", "csat_analysis.simulation")
# Beside what the package imports: the kernel itself, and what is imported only when it is first used.
PRELOADED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.debugger",
    "IPython.core.completer",
    "IPython.core.pylabtools",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "seaborn",
    "pandas.io.formats.style",
    "pandera.pandas",
    "pyarrow.parquet",
    "scipy.stats",
    "scipy.optimize",
    "sklearn.cluster",
    "sklearn.decomposition",
    "sklearn.feature_extraction.text",
    "sklearn.linear_model",
    "statsmodels.api",
    "opencc",
    "rjieba",
)


def serve(requests: int, lifeline: int) -> None:
    """Fork kernels on request until the run's process closes its end of `lifeline`, by ending if not before."""
    gc.disable()  # it would look through half a million objects again and again while they come in
    if not preload(lambda: not ended(lifeline)):
        return
    gc.freeze()  # a kernel's collector leaves alone what was imported: it stays shared, and needn't be looked through again
    gc.enable()
    sock = socket.socket(fileno=requests)
    awake, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # a kernel that ends wakes the loop
    kernels: dict[int, int] = {}
    try:
        sock.sendall(READY)
    except BrokenPipeError:  # the run ended meanwhile
        return
    while True:
        ready, _, _ = select.select([sock, lifeline, awake], [], [])
        if lifeline in ready:
            for kernel in kernels:
                end_group(kernel)
            return
        if awake in ready:
            os.read(awake, 4096)
            report_ended(kernels)
        if sock in ready:
            request, status = received(sock)
            if request is None:
                continue
            try:
                kernel = os.fork()
            except OSError:  # no memory, or too many processes: that is this kernel's trouble, not that of the others
                os.close(status)
                sock.sendall(NO_KERNEL)
                continue
            if not kernel:
                for fd in (*kernels.values(), status, awake, wakes):
                    os.close(fd)
                sock.close()
                become_kernel(request, lifeline)
                return
            own_group(kernel)
            kernels[kernel] = status
            sock.sendall(LENGTH.pack(kernel))


def preload(wanted: Callable[[], bool] = lambda: True) -> bool:
    """Import what notebooks use, as long as it is `wanted`; False where it isn't any more. What can't be imported isn't: the
    notebook that needs it will say so.
    """
    import_as_in_a_kernel("pandas")
    package = importlib.import_module("csat_analysis")
    found = [module.name for module in pkgutil.walk_packages(package.__path__, "csat_analysis.")]
    for name in (*PRELOADED, *(name for name in found if not name.startswith(NOT_PRELOADED))):
        if not wanted():
            return False
        try:
            importlib.import_module(name)
        except Exception:  # noqa: S112 — see above
            continue
    return True


def ended(lifeline: int) -> bool:
    """Has the run's process ended? It never writes to the line."""
    return bool(select.select([lifeline], [], [], 0)[0])


def import_as_in_a_kernel(name: str) -> None:
    """pandas looks for a kernel when it is imported: its tables are wider in one than on a terminal, and always UTF-8."""
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)
    sys.stdout = io.TextIOWrapper(io.BytesIO(), encoding="UTF-8")
    try:
        importlib.import_module(name)
    finally:
        sys.stdout = sys.__stdout__
        del builtins.get_ipython


def received(sock: socket.socket) -> tuple[dict | None, int]:
    """A request and its status pipe; None when nobody asks any more, which the lifeline will say too."""
    head, pipes, _, _ = socket.recv_fds(sock, LENGTH.size, 1)
    if len(head) < LENGTH.size or not pipes:
        select.select([], [], [], 0.1)
        return None, -1
    body, size = b"", LENGTH.unpack(head)[0]
    while len(body) < size:
        more = sock.recv(size - len(body))
        if not more:
            os.close(pipes[0])
            return None, -1
        body += more
    return json.loads(body), pipes[0]


def own_group(kernel: int) -> None:
    """Make a kernel the first of a process group; asked by both sides of the fork, so that it is one before either goes on."""
    try:
        os.setpgid(kernel, kernel)
    except (ProcessLookupError, PermissionError):  # it has ended already
        pass


def report_ended(kernels: dict[int, int]) -> None:
    for kernel in list(kernels):
        ended, status = os.waitpid(kernel, os.WNOHANG)
        if ended:
            pipe = kernels.pop(kernel)
            try:
                os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            except BrokenPipeError:
                pass
            os.close(pipe)
            end_group(kernel)  # whatever it had started


def end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def become_kernel(request: dict, lifeline: int) -> None:
    """Turn this fork into the kernel that `request` would have started; it returns when the kernel has been shut down."""
    own_group(os.getpid())
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.clear()
    os.environ.update(request["env"])
    os.chdir(request["cwd"])
    threading.Thread(target=end_with, args=(lifeline,), daemon=True).start()
    import numpy as np

    np.random.seed()  # else every kernel would draw the same
    from ipykernel import kernelapp

    sys.argv = [kernelapp.__file__, *request["arguments"]]
    kernelapp.launch_new_instance([*request["arguments"], f"--IPKernelApp.parent_handle={os.getppid()}"])


def end_with(lifeline: int) -> None:
    """Wait for the run's process to end, and go with it; whatever this kernel started goes, too."""
    os.read(lifeline, 1)
    os.killpg(0, signal.SIGKILL)
