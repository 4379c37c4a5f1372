"""Execute notebooks side by side, each as soon as those that it needs are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from csat_analysis.errors import WarmProcessEnded
from csat_analysis.results import to_json
from csat_analysis.run.kernels import RunKernels
from csat_analysis.run.manifest import now
from csat_analysis.run.notebook_html import write_html
from csat_analysis.run.order import Order
from csat_analysis.run.publish import write_text
from csat_analysis.run.room import Work

Done = Callable[[str, bool], None]  # a notebook began (False) or has ended (True)


def nobody_told(name: str, ended: bool) -> None:
    """For runs that nobody watches."""


def execute_all(
    work: Work,
    order: Order,
    names: Sequence[str],
    parameters: dict[str, str],
    kernels: RunKernels,
    *,
    taken_over: Callable[[str], str | None] = lambda name: None,
    told: Done = nobody_told,
) -> dict[str, str]:
    """Run the notebooks; notebook → when it ended. Each one's records are stored, with their cells, before another reads them.

    `taken_over(name)` is asked once all that a notebook needs is there: where it puts the notebook's work of an earlier
    run in place, it says when that was made, and the notebook isn't run. After a failure nothing more is begun, what
    still runs is ended, and the failure is raised: that of the first in `names` where several failed.
    """
    waiting, finished = order.of(names), dict[str, str]()
    chains = order.chains()
    ready: list[str] = []
    pages: list[str] = []  # notebooks whose page for analysts is still to be written, which can wait
    waiting.prepare()
    jobs = kernels.shared.jobs
    with ThreadPoolExecutor(max_workers=jobs + 1, thread_name_prefix="notebook") as threads:
        running: dict[Future[None], tuple[str, Callable]] = {}

        def submit(work_on: Callable, name: str, *arguments: object) -> None:
            running[threads.submit(work_on, name, *arguments)] = name, work_on

        try:
            while waiting.is_active() or running or pages:
                for name in sorted(waiting.get_ready(), key=names.index):
                    if when := taken_over(name):
                        finished[name] = when
                        waiting.done(name)
                        told(name, True)
                    else:
                        kernels.shared.begin()
                        ready.append(name)
                ready.sort(key=lambda name: (-chains[name], names.index(name)))
                while ready and len(running) <= jobs:  # one more makes itself ready
                    submit(execute_one, ready.pop(0), work, order, parameters, kernels, told)
                while pages and len(running) < jobs:
                    submit(write_page, pages.pop(0), work)
                ended, _ = wait(running, return_when=FIRST_COMPLETED) if running else ((), ())
                for future in sorted(ended, key=lambda future: names.index(running[future][0])):
                    future.result()
                    name, work_on = running.pop(future)
                    if work_on is execute_one:
                        finished[name] = now()
                        waiting.done(name)
                        pages.append(name)
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            kernels.kill()
            raise
    return finished


def write_page(name: str, work: Work) -> None:
    write_html(work.private.executed / f"{name}.ipynb")


def execute_one(
    name: str, work: Work, order: Order, parameters: dict[str, str], kernels: RunKernels, told: Done
) -> None:
    """Run a notebook and keep its work; once more, from the beginning, where the process that its kernel came from ended."""
    try:
        attempt(name, work, order, parameters, kernels, told)
    except WarmProcessEnded:
        kernels.refuse_when_stopped(name)
        attempt(name, work, order, parameters, kernels, told)


def attempt(name: str, work: Work, order: Order, parameters: dict[str, str], kernels: RunKernels, told: Done) -> None:
    from csat_analysis.run.execute import execute_notebook, records_of  # here: it loads Jupyter's libraries

    room, target = work.room(name, order), work.private.executed / f"{name}.ipynb"
    with kernels.turn(name) as take:

        def begin() -> None:
            take()
            told(name, False)

        source = room.notebooks / f"{name}.ipynb"
        notebook = execute_notebook(source, target, parameters=parameters, kernels=kernels, at_first_cell=begin)
    if records := records_of(notebook, name):
        write_text(room.results / f"{name}.json", to_json(work.protected(records)))
    work.collect(name, order, room)
    told(name, True)
