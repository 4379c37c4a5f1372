"""The kernels of a run: warm ones or ordinary ones, so many at once, each known by its process group so that none stays."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from csat_analysis.errors import CsatError
from csat_analysis.in_jupyter import IN_JUPYTER
from csat_analysis.run.guard import Guard
from csat_analysis.run.warm import POSSIBLE, WarmServer

PROVISIONER = "csat-analysis"
GROUPS = hasattr(os, "killpg")
# A kernel computes on one thread: cores are shared between notebooks, and sums don't depend on how many there are.
ENVIRONMENT = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")} | {
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a debugger's warning that no run needs
}
IPYTHON = ".ipython"  # a kernel's own settings, empty, beside its notebooks: what a person's are is no run's input


class Kernels:
    """Starts kernels and ends them, forked from a warm process unless they are to be `cold`.

    At most `jobs` compute at once; one more may be there, which makes itself ready meanwhile.
    """

    def __init__(self, jobs: int, *, cold: bool) -> None:
        self.jobs, self.turns, self.there = jobs, threading.Semaphore(jobs), threading.Semaphore(jobs + 1)
        self.warm, self.server, self.starting = POSSIBLE and not cold, None, threading.Lock()
        self.guard = None if self.warm or not GROUPS else Guard()
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
        for helper in (self.server, self.guard):
            if helper is not None:
                helper.close()

    @contextlib.contextmanager
    def of_a_run(self, folder: Path | None = None) -> Iterator[RunKernels]:
        """One run's kernels; when the block ends, however it ends, none of them is left.

        In a run's `folder` they have settings of their own, empty ones: what a person's IPython does at its start is no
        input of a run.
        """
        own = RunKernels(self, folder)
        self.runs.append(own)
        own.stopped |= self.stopped  # stopped while it made itself ready
        try:
            yield own
        finally:
            self.runs.remove(own)
            own.kill()


class RunKernels:
    """The kernels of one run among those that share slots and a warm process, known by their process groups."""

    def __init__(self, shared: Kernels, folder: Path | None) -> None:
        self.shared, self.stopped, self.groups = shared, False, set[int]()
        self.environment = {} if folder is None else {"IPYTHONDIR": str(folder / IPYTHON)}
        self.ends: dict[str, int] = {}  # folder of a notebook → exit code of its kernel that ended by itself
        self.orphans: set[str] = set()  # folders of notebooks whose kernel's warm process ended before it
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
        if self.shared.guard:
            self.shared.guard.begun(group)
        if self.stopped:  # it was under way when all were ended
            self.kill()

    def ended(self, group: int) -> None:
        """A kernel has ended; what it started and left ends with it."""
        self.groups.discard(group)
        end_group(group)
        if self.shared.guard:
            self.shared.guard.ended(group)

    def kill(self) -> None:
        """End every kernel at once, and any that still starts; the notebooks that use them fail."""
        self.stopped = True
        for group in list(self.groups):
            end_group(group)


def end_group(group: int) -> None:
    if GROUPS:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


@contextlib.contextmanager
def kernels(jobs: int | None = None, *, cold: bool = False) -> Iterator[Kernels]:
    """Kernels for a run or a batch, at most `jobs` (default: cores) at once; when the block ends, however, none is left."""
    os.environ |= {name: os.environ.get(name, value) for name, value in ENVIRONMENT.items()} | whose_settings()
    os.environ.pop(IN_JUPYTER, None)  # a run started from an open notebook is a run: no sliders
    KernelProvisionerFactory.provisioners[PROVISIONER] = EntryPoint(
        PROVISIONER, f"{__name__}:{Provisioner.__name__}", KernelProvisionerFactory.GROUP_NAME
    )
    shared = Kernels(jobs or cores(), cold=cold)
    try:
        yield shared
    finally:
        shared.close()


def whose_settings() -> dict[str, str]:
    """The kernel of this interpreter and no other; figures as matplotlib is shipped, not as a file of the person's has them."""
    shipped = Path(str(find_spec("matplotlib").origin)).parent / "mpl-data" / "matplotlibrc"
    return {"JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter"), "MATPLOTLIBRC": str(shipped)}


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
        options["env"] = options["env"] | owner.environment
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
            if getattr(self.process, "orphaned", False):
                self.parent.kernels.orphans.add(str(self.cwd))
        return code

    async def cleanup(self, restart: bool = False) -> None:
        if self.pgid:
            self.parent.kernels.ended(self.pgid)
        await super().cleanup(restart)
