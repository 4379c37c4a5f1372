"""Many runs: one for each period, and for each part of the customers where a column is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

import pandas as pd

from csat_analysis.disclosure import suppressed_groups
from csat_analysis.errors import CsatError, PeriodError, RunError
from csat_analysis.intake import clean_period, periods_available
from csat_analysis.intake.part import levels, refuse_if_impossible
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.run.kernels import Kernels, cores, kernels
from csat_analysis.run.other_parts import divisions, shown_in
from csat_analysis.run.part import Part, beginning, run_name
from csat_analysis.run.period_run import run_period
from csat_analysis.run.protect import protect
from csat_analysis.run.schedule import Done, nobody_told

STANDS = (
    "reports/{name} was published before, but too few of its customers have answered, or nobody is in it any more: "
    "withdraw it, and delete it and data/processed/{name}"
)


@dataclass(frozen=True)
class Job:
    """A run of a batch."""

    period: str
    part: Part | None = None

    @property
    def name(self) -> str:
        return run_name(self.period, self.part)


@dataclass(frozen=True)
class Ended:
    """How a job ended: its folder and whether there was anything to do, or in one line what was wrong."""

    job: Job
    folder: Path | None = None
    unchanged: bool = False
    problem: str | None = None


@dataclass(frozen=True)
class Planned:
    """The jobs of a batch; the parts that have no report of their own, since their numbers would tell on people; and, each as a job
    that failed, the periods that can't be parted and the reports of before that still stand though their part has none now."""

    jobs: list[Job]
    refused: list[Job]
    failed: list[Ended] = field(default_factory=list)


def periods_between(root: Path, span: str) -> list[Period]:
    """The periods of "2024H1..2026H1", or of one alone, that have raw data."""
    first, dots, last = span.partition("..")
    start, end = Period.parse(first), Period.parse(last if dots else first)
    there = periods_available(root)
    found = [period for period in there if period.unit == start.unit and not period < start and not end < period]
    if start.unit != end.unit or not found:
        known = ", ".join(map(str, there)) or "none"
        raise PeriodError(f"{span}: no period from {start} to {end} has a responses file; those that have one: {known}")
    return found


def plan_batch(root: Path, span: str, by: str | None = None) -> Planned:
    """The jobs of a span of periods: of all customers, or one for each value of a column of the list of customers.

    Parts with fewer answering customers than `reporting.min_group` are refused, and so is the smallest of the others where
    a refused one could be worked out from the whole and the rest. Customers whose value isn't known are such a rest.
    """
    root = Path(root).resolve()
    jobs, refused, failed = [], [], dict[Ended, CsatError]()
    for period in periods_between(root, span):
        if by is None:
            jobs.append(Job(str(period)))
            continue
        try:
            sizes, hidden = parts_of(root, period, by)
        except CsatError as error:  # the other periods go on
            failed[Ended(Job(str(period)), problem=str(error))] = error
            continue
        for value in sorted(set(sizes.index) - {""}):
            (refused if value in hidden else jobs).append(Job(str(period), Part(by, value)))
    if failed and not jobs and not refused:
        raise next(iter(failed.values()))
    folders: dict[str, Job] = {}
    for job in jobs:
        twin = folders.setdefault(job.name.casefold(), job)
        if twin != job:
            raise RunError(f"{by}: {twin.part.value!r} and {job.part.value!r} would share a folder: write them alike")
    planned = dict.fromkeys(job.period for job in [*jobs, *refused])
    return Planned(jobs, refused, [*failed, *(still_standing(root, jobs, planned, by) if by else [])])


def still_standing(root: Path, jobs: Sequence[Job], planned: Iterable[str], by: str) -> list[Ended]:
    """Reports of before that no job of the `planned` periods makes any more, since the files were corrected: of refused parts, and
    of those that nobody is in. They are a person's to withdraw: others may have them.
    """
    made = {job.name for job in jobs}
    there = sorted(path.parent.name for path in (root / "reports").glob("*/results.json"))
    return [
        Ended(Job(period), problem=STANDS.format(name=name))
        for period in planned
        for name in there
        if name.startswith(beginning(period, by)) and name not in made
    ]


def parts_of(root: Path, period: Period, by: str) -> tuple[pd.Series, set[str]]:
    """Customers who answered by their value in a column ("" where it isn't known), and the values that have no report."""
    programme = load_programme(root, period)
    refuse_if_impossible(programme)
    clean = clean_period(root, period, programme)
    level = levels(clean.tables, by, period)
    answered = clean.tables["responses"]["customer_id"].dropna().unique()
    sizes = level.reindex(answered).fillna("").value_counts().reindex([*level.dropna().unique(), ""], fill_value=0)
    hidden = suppressed_groups(sizes.to_dict(), programme.reporting.min_group) | set(sizes.index[sizes == 0])
    return sizes, hidden


def told_since(root: Path, jobs: Sequence[Job]) -> list[Job]:
    """The parts whose published numbers tell, beside parts that were published after them, what these hide: to be run again.

    Before the last part has come nobody can say what all of them together would tell.
    """
    found = []
    for job in (job for job in jobs if job.part is not None):
        records = list(shown_in(root / "reports" / job.name).records)
        beside = divisions(root, Period.parse(job.period), job.name)
        least = load_programme(root, job.period).reporting.min_group
        if protect(records, {}, least, beside=beside) != records:
            found.append(job)
    return found


def waiting_for(jobs: Sequence[Job]) -> dict[Job, list[Job]]:
    """What each job waits for: the one of the period before, for the same customers, whose published numbers it reads.

    Where no notebook reads them it waits all the same: what is pooled over periods is held against what was published
    before (`differencing`), and which was first mustn't depend on who was quicker.
    """
    earlier: dict[Part | None, Job] = {}
    order: dict[Job, list[Job]] = {}
    for job in jobs:
        order[job] = [earlier[job.part]] if job.part in earlier else []
        earlier[job.part] = job
    return order


def run_job(root: Path, job: Job, **options: object) -> Ended:
    """Run one job, waiting where another process has begun it; what is wrong with it, whatever it is, is told, not raised."""
    try:
        published = run_period(root, job.period, part=job.part, wait=True, **options)
    except CsatError as error:
        return Ended(job, problem=str(error))
    except Exception as error:  # nobody foresaw it: the other jobs go on all the same
        return Ended(job, problem=" ".join(f"{type(error).__name__}: {error}".split()))
    return Ended(job, published.folder, unchanged=not published.executed)


def run_batch(
    root: Path,
    batch: Sequence[Job],
    *,
    jobs: int | None = None,
    cold: bool = False,
    told: Done = nobody_told,
    **options: object,
) -> Iterator[Ended]:
    """Run a batch on this machine, at most `jobs` notebooks at a time; each job is given back when it has ended."""
    waiting = TopologicalSorter(waiting_for(batch))
    waiting.prepare()
    root, count = Path(root).resolve(), jobs or cores()

    def one(job: Job, shared: Kernels) -> Ended:
        told(job.name, False)
        ended = run_job(root, job, shared=shared, **options)
        told(job.name, True)
        return ended

    with kernels(count, cold=cold) as shared, ThreadPoolExecutor(count, thread_name_prefix="job") as threads:
        running: set[Future[Ended]] = set()
        try:
            while waiting.is_active():
                running |= {threads.submit(one, job, shared) for job in waiting.get_ready()}
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    waiting.done(future.result().job)
                    yield future.result()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            shared.stop()
            raise
