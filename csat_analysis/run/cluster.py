"""A batch on many machines: the same jobs, given to a Dask scheduler whose workers see the programme's folder.

A job publishes whole or not at all and is locked while it runs, so one that is given to a second worker, because the
first was lost, ends once: the second finds the first's work whole and unchanged, or does it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from pathlib import Path
from typing import TYPE_CHECKING

from csat_analysis.errors import RunError
from csat_analysis.run.batch import Ended, Job, run_job, waiting_for
from csat_analysis.run.schedule import Done, nobody_told

if TYPE_CHECKING:
    from distributed import Client, Future

PATIENCE = 30  # seconds until a scheduler has answered


def run_on_cluster(
    address: str, root: Path, batch: Sequence[Job], *, told: Done = nobody_told, **options: object
) -> Iterator[Ended]:
    """Give a batch to the scheduler at `address` (tcp://host:8786); each is given back when it has ended.

    The programme's folder has the same path on every worker. Raises RunError where the extra isn't installed, where
    nobody answers at the address, where there is no worker, and where one doesn't see the folder or can't run the package.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise RunError('--cluster needs Dask: pip install "csat-analysis[cluster]"') from None
    root = Path(root).resolve()
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise RunError(f"no scheduler answers at {address}: {' '.join(str(error).split())}") from None
    with client:
        blind = [worker for worker, sees in looked(client, address, root).items() if not sees]
        if blind:
            raise RunError(f"the worker {blind[0]} doesn't see {root}: share the folder under the same path")
        given: dict[Job, object] = {}
        for job, before in waiting_for(batch).items():
            (given[job],) = client.map(
                run_after,
                [str(root)],
                [job],
                [given[other] for other in before] or [None],
                pure=False,  # the same job given again is looked at again
                **options,
            )
            told(job.name, False)
        names = {future.key: job for job, future in given.items()}
        try:
            for future in as_completed(given.values()):
                job = names[future.key]
                told(job.name, True)
                yield ended(job, future)
        except BaseException:
            client.cancel(list(given.values()), force=True)  # what no worker has begun; the others end by themselves
            raise


def looked(client: Client, address: str, root: Path) -> dict[str, bool]:
    """Worker → does it see the programme's folder?"""
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise RunError(
            f"the scheduler at {address} has no worker: start `dask worker {address}` on some machine"
        ) from None
    try:
        return client.run(sees_folder, str(root))
    except Exception as error:  # whatever the worker met: its own error comes back from there
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise RunError(
            f"a worker of {address} can't run csat-analysis: is this version installed there? ({said})"
        ) from None


def ended(job: Job, future: Future) -> Ended:
    try:
        problem = future.exception()
        return future.result() if problem is None else Ended(job, problem=f"{type(problem).__name__}: {problem}")
    except CancelledError as lost:  # the scheduler's end, as a rule, which ends every job that is left
        return Ended(job, problem=f"the scheduler gave it up: {' '.join(str(lost).split())}")


def sees_folder(root: str) -> bool:
    return (Path(root) / "data" / "raw").is_dir()


def run_after(root: str, job: Job, before: Ended | None, **options: object) -> Ended:
    """`run_job`, once the job `before` has ended, well or not."""
    return run_job(Path(root), job, **options)
