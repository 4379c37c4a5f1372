"""A whole period, from raw files to the published report."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from csat_analysis.errors import NotebookFailed, RunError
from csat_analysis.period import Period
from csat_analysis.programme import load_programme
from csat_analysis.results import Results
from csat_analysis.run.differencing import FILE as SIZES
from csat_analysis.run.differencing import sizes_before, with_sizes
from csat_analysis.run.inputs import Input, known_period, raw_inputs
from csat_analysis.run.kernels import Kernels, kernels
from csat_analysis.run.lock import period_lock
from csat_analysis.run.manifest import manifest, now
from csat_analysis.run.order import Order, read_order
from csat_analysis.run.other_parts import divisions
from csat_analysis.run.part import Part, run_name
from csat_analysis.run.private_root import PrivateRoot, notebooks_of, private_root, remove_leftovers
from csat_analysis.run.publish import assemble, forget_failed, keep_failed, publish, settle, write_text
from csat_analysis.run.room import Work
from csat_analysis.run.schedule import Done, execute_all, nobody_told
from csat_analysis.run.unchanged import Unchanged


@dataclass(frozen=True)
class Published:
    """What a run put in place: the pages for stakeholders, their folder, notebooks now older than what they follow, and
    those that needn't be run again."""

    period: Period
    folder: Path
    reports: list[Path]
    outdated: list[str]
    unchanged: list[str] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)


def run_period(
    root: Path,
    period: str | None = None,
    *,
    languages: Sequence[str] = (),
    only: Sequence[str] = (),
    part: Part | None = None,
    force: bool = False,
    jobs: int | None = None,
    cold: bool = False,
    shared: Kernels | None = None,
    wait: bool = False,
    told: Done = nobody_told,
) -> Published:
    """Execute a period's notebooks in a private root and publish data/processed/<period> and reports/<period>.

    Without `period` the latest that has raw data is run; without `languages`, those of survey.yml. A notebook whose inputs
    are those of the run before isn't run again, unless `force` is given. With `only`, the named notebooks are executed
    upon the published work of the others. With `part`, everything is about the customers of that part alone, and the
    folders are named after it, too. At most `jobs` notebooks run at once (cores, when left out), in `shared` kernels where
    a batch has some. A failure publishes nothing: the report before stands and the executed copies are in
    reports/<period>.failed.

    Raises CsatError in one line: an unknown period, a notebook that failed (with its cell), a full disk, a run already
    under way (which `wait` waits for).
    """
    root = Path(root).resolve()
    wave = known_period(root, period)
    programme = load_programme(root, wave)
    notebooks = notebooks_of(root)
    order = read_order(notebooks)
    chosen = chosen_notebooks(list(notebooks), only)
    spoken = ",".join(languages or programme.languages)
    name = run_name(wave, part)
    folder = root / "reports" / name
    ended = (lambda: shared.stopped) if shared else (lambda: False)
    with disk_errors_named(), period_lock(root, name, wait=wait, ended=ended):
        remove_leftovers(root, name)
        settle(root, name)
        with (
            private_root(root, wave, notebooks, part) as private,
            kernels(jobs, cold=cold) if shared is None else contextlib.nullcontext(shared) as using,
            using.of_a_run(private.path) as running,
        ):
            started, inputs = now(), raw_inputs(root, wave)
            before = sizes_before(root, wave, name)
            work = Work(private, before=before, min_group=programme.reporting.min_group)
            parameters = {"period": str(wave), "root": "..", "languages": spoken}
            processed = root / "data" / "processed" / name
            unchanged = Unchanged(work, order, parameters, processed, folder)
            executed = take_over(root, folder, unchanged, inputs, list(notebooks), chosen) if only else {}
            run_these = partial(execute_all, work, order, parameters=parameters, kernels=running, told=told)
            anew = unchanged.note if force or only else unchanged.take_over
            with failure_kept(root, private, using):
                executed |= run_these(chosen, taken_over=anew)
            with period_lock(root, f"{wave}.published", wait=True, ended=ended):
                others = divisions(root, wave, name)
                while hidden := work.hide(others):
                    again = followers(order, hidden, chosen)
                    unchanged.forget([*hidden, *again])
                    with failure_kept(root, private, using):
                        executed |= run_these(again, taken_over=unchanged.note)
                if set(unchanged.taken) != set(chosen) or not unchanged.report_is_whole():
                    refuse_changed(root, wave, inputs)
                    when = dict(sorted(executed.items()))
                    sizes = with_sizes(before, Results.read(private.results).records)
                    write_text(private.report / SIZES, sizes)
                    assemble(
                        private, manifest(wave, programme, inputs, started=started, languages=spoken, executed=when)
                    )
                    unchanged.write(when)
                    publish(root, private)
            forget_failed(root, name)
    behind = sorted(order.followers(chosen) & executed.keys()) if only else []
    ran = [one for one in chosen if one not in unchanged.taken]
    return Published(wave, folder, sorted(folder.glob("report.*.html")), behind, sorted(unchanged.taken), ran)


@contextlib.contextmanager
def disk_errors_named() -> Iterator[None]:
    """An error of the file system is the analyst's to mend: it is named in one line, and nothing was published."""
    try:
        yield
    except OSError as error:
        file = error.filename2 or error.filename  # of a copy, the file that couldn't be written
        where = f" ({file})" if file else ""
        raise RunError(f"{error.strerror or error}{where}: nothing was published") from error


@contextlib.contextmanager
def failure_kept(root: Path, private: PrivateRoot, using: Kernels) -> Iterator[None]:
    """A notebook that failed leaves its executed copy, unless it was ended with all the others."""
    try:
        yield
    except NotebookFailed as failure:
        if using.stopped:
            raise
        kept = keep_failed(root, private)
        if failure.explained:
            raise
        raise RunError(f"{failure} (see {kept.relative_to(root)}/notebooks)") from None


def followers(order: Order, hidden: list[str], chosen: list[str]) -> list[str]:
    """The notebooks that read what was hidden since they ran, those among them in which something was hidden, too."""
    again = set().union(*(order.followers([one]) for one in hidden))
    if beyond := sorted(again - set(chosen)):
        raise RunError(f"{beyond[0]} shows what tells customers beside a report published since: run the whole period")
    return [name for name in chosen if name in again]


def chosen_notebooks(names: list[str], only: Sequence[str]) -> list[str]:
    unknown = [name for name in only if name not in names]
    if unknown:
        raise RunError(f"there is no notebook {unknown[0]}; there are {', '.join(names)}")
    return [name for name in names if name in only] if only else names


def refuse_changed(root: Path, wave: Period, inputs: list[Input]) -> None:
    """What was counted and fingerprinted when the run began must still be what is there when it ends."""
    after = raw_inputs(root, wave)
    if changed := [file for file in [*inputs, *after] if file not in inputs or file not in after]:
        raise RunError(f"{changed[0]['file']} changed while {wave} was being run: run it again")


def take_over(
    root: Path, published: Path, unchanged: Unchanged, inputs: list[Input], names: list[str], chosen: list[str]
) -> dict[str, str]:
    """Put the published work of the notebooks that aren't chosen in place; say when each was executed.

    Refuses when a notebook before a chosen one was never run, when a raw file changed since, or a published one: the
    parts wouldn't agree.
    """
    period = published.name
    written = published / "manifest.json"
    nothing = {"notebooks": {}, "inputs": inputs}
    before = json.loads(written.read_text(encoding="utf-8")) if written.is_file() else nothing
    needed = [name for name in names[: names.index(chosen[-1])] if name not in chosen]
    if missing := [name for name in needed if name not in before["notebooks"]]:
        raise RunError(
            f"{chosen[-1]} follows {missing[0]}, which was never run for {period}: run the whole period first"
        )
    changed = [file for file in [*inputs, *before["inputs"]] if file not in inputs or file not in before["inputs"]]
    if changed:
        raise RunError(f"{changed[0]['file']} changed since {period} was run: run the whole period")
    kept = {name: when for name, when in before["notebooks"].items() if name in names and name not in chosen}
    for name in kept:
        if name not in unchanged.made["notebooks"] or not unchanged.whole(name):
            raise RunError(f"what {name} left for {period} isn't what it was any more: run the whole period")
        if not unchanged.may_still_be_shown(name):
            raise RunError(f"{name} shows what tells customers beside a report published since: run the whole period")
        unchanged.copy(name)
    return kept
