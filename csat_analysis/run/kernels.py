"""The kernels of a run: warm ones or ordinary ones, so many at once, each known by its process group so that none stays."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from csat_analysis.errors import CsatError
from csat_analysis.in_jupyter import IN_JUPYTER
from csat_analysis.run.warm import POSSIBLE, WarmServer

PROVISIONER = "csat-analysis"
# A kernel computes on one thread: cores are shared between notebooks, and sums don't depend on how many there are.
ENVIRONMENT = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} | {
    "JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter"),  # the kernel of this interpreter, no other
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's warning that no run needs
}


class Kernels:
    """Starts kernels and ends them, forked from a warm process unless they are to be `cold`.

    At most `jobs` compute at once; one more may be there, which makes itself ready meanwhile.
    """

    def __init__(self, jobs: int, *, cold: bool) -> None:
        self.jobs, self.turns, self.there = jobs, threading.Semaphore(jobs), threading.Semaphore(jobs + 1)
        self.warm, self.server, self.starting = POSSIBLE and not cold, None, threading.Lock()
        self.runs: list[RunKernels] = []
        self.stopped = False

    def begin(self) -> WarmServer | None:
        """The process that warm kernels are forked from, begun when the first of them is wanted; None for ordinary ones.

        Where it ended by itself (or the system ended it, short of memory) another is begun: a batch goes on.
        """
        with self.starting:
            if self.server is not None and self.server.ended():
                self.server.close()
                self.server = None
            if self.warm and self.server is None:
                self.server = WarmServer(dict(os.environ))
            return self.server

    def stop(self) -> None:
        """End the kernels of every run that is under way; none is begun after that."""
        self.stopped = True
        for own in list(self.runs):
            own.kill()

    def close(self) -> None:
        if self.server is not None:
            self.server.close()

    @contextlib.contextmanager
    def of_a_run(self) -> Iterator[RunKernels]:
        """One run's kernels; when the block ends, however it ends, none of them is left."""
        own = RunKernels(self)
        self.runs.append(own)
        own.stopped |= self.stopped  # stopped while it made itself ready
        try:
            yield own
        finally:
            self.runs.remove(own)
            own.kill()


class RunKernels:
    """The kernels of one run among those that share slots and a warm process, known by their process groups."""

    def __init__(self, shared: Kernels) -> None:
        self.shared, self.stopped, self.groups = shared, False, set[int]()
        self.ends: dict[str, int] = {}  # folder of a notebook → exit code of its kernel that ended by itself
        self.manager_class = type("Manager", (Manager,), {"kernels": self})

    @contextlib.contextmanager
    def turn(self, name: str) -> Iterator[Callable[[], None]]:
        """A notebook's place among the kernels; what it gives waits for the turn to compute, and is called at the first cell."""
        with self.shared.there, contextlib.ExitStack() as held:

            def take() -> None:
                held.enter_context(self.shared.turns)
                self.refuse_when_stopped(name)

            self.refuse_when_stopped(name)
            yield take

    def refuse_when_stopped(self, name: str) -> None:
        if self.stopped:
            raise CsatError(f"{name}: not run, since the run was ended")

    def started(self, group: int) -> None:
        self.groups.add(group)
        if self.stopped:  # it was under way when all were ended
            self.kill()

    def kill(self) -> None:
        """End every kernel at once, and any that still starts; the notebooks that use them fail."""
        self.stopped = True
        for group in list(self.groups):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)


@contextlib.contextmanager
def kernels(jobs: int | None = None, *, cold: bool = False) -> Iterator[Kernels]:
    """Kernels for a run or a batch, at most `jobs` (default: cores) at once; when the block ends, however, none is left."""
    os.environ |= {name: os.environ.get(name, value) for name, value in ENVIRONMENT.items()}
    os.environ["JUPYTER_PATH"] = ENVIRONMENT["JUPYTER_PATH"]
    os.environ.pop(IN_JUPYTER, None)  # a run started from an open notebook is a run: no sliders
    KernelProvisionerFactory.provisioners[PROVISIONER] = EntryPoint(
        PROVISIONER, f"{__name__}:{Provisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
    )
    shared = Kernels(jobs or cores(), cold=cold)
    try:
        yield shared
    finally:
        shared.close()


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Manager(AsyncKernelManager):
    """Jupyter's kernel manager, with this module's provisioner in place of the local one."""

    kernels: RunKernels

    @property
    def kernel_spec(self) -> KernelSpec | None:
        spec = super().kernel_spec
        if spec is not None:
            spec.metadata = spec.metadata | {"kernel_provisioner": {"provisioner_name": PROVISIONER}}
        return spec


class Provisioner(LocalProvisioner):
    """Launches an ordinary kernel as Jupyter does, or has a warm one forked; everything after that is Jupyter's."""

    async def pre_launch(self, **options: Any) -> dict[str, Any]:
        if server := self.parent.kernels.shared.begin():
            server.wait_until_ready()
        return await super().pre_launch(**options)

    async def launch_kernel(self, cmd: list[str], **options: Any) -> Any:
        owner: RunKernels = self.parent.kernels
        server = owner.shared.begin()
        self.cwd = options.get("cwd") or os.getcwd()
        if server is None:
            await super().launch_kernel(cmd, **options)
        else:
            self.process = server.fork(cmd, options["env"], str(self.cwd))
            self.pid = self.pgid = self.process.pid
        owner.started(self.pgid)
        return self.connection_info

    async def poll(self) -> int | None:
        code = await super().poll()
        if code is not None and self.process is not None:
            self.parent.kernels.ends[str(self.cwd)] = code
        return code

    async def cleanup(self, restart: bool = False) -> None:
        self.parent.kernels.groups.discard(self.pgid)
        await super().cleanup(restart)
