"""From raw files to reports: csat run | batch | export | certify."""

from __future__ import annotations

import argparse
import math
import signal
import sys
import time
from typing import Any

from csat_analysis.commands.shared import add_command, root_of, shortest

LOOKS = 3  # times that the parts of a batch are held against each other: random companies needed two after the first
STILL_TOLD = "published, but beside the other parts it still tells what one of them hides: don't give it out with them"
CLEANING_UP = 10  # seconds after Ctrl-C in which a second one changes nothing
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def add(commands) -> None:
    command = add_command(commands, run, "run", "execute a period's notebooks and publish its report")
    command.add_argument("period", nargs="?", metavar="PERIOD", help="such as 2026H1; else the latest there is")
    add_run_options(command)
    command.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="NAME",
        help="only these notebooks, upon what was published of the others",
    )

    command = add_command(
        commands, batch, "batch", "run many periods, or a period for each region, manager or industry"
    )
    command.add_argument("periods", metavar="FROM..TO", help="such as 2024H1..2026H1; or one period")
    command.add_argument("--by", metavar="COLUMN", help="a report for each value of this column of customers: region …")
    add_run_options(command)
    command.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler's, such as tcp://host:8786")

    command = add_command(commands, export, "export", "make PDFs and PNG figures of a published report, with Chromium")
    command.add_argument("period", nargs="?", metavar="PERIOD", help="the latest published when left out")
    command.add_argument("--pdf", action="store_true", help="only the pages, print-ready on A4")
    command.add_argument("--png", action="store_true", help="only the figures")

    command = add_command(commands, certify, "certify", "survey simulated companies: which methods hold, and where")
    command.add_argument("studies", nargs="*", metavar="STUDY", help="intervals or another study; else all of them")
    command.add_argument("--draws", type=int, metavar="N", help="surveys a setting; else the study's own number")
    command.add_argument("--seed", type=int, metavar="N", help="the stored study's when left out")
    command.add_argument("-j", type=int, default=2, dest="processes", metavar="N", help="processes side by side (2)")


def run(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.kernels import kernels

    stop_as_interrupted()
    root = root_of(arguments)
    with kernels(arguments.jobs, cold=arguments.cold) as shared:
        shared.begin()  # the warm process imports what notebooks use while this one imports what a run does

        from csat_analysis.run.notebook_copies import differing_notebooks
        from csat_analysis.run.period_run import run_period
        from csat_analysis.run.private_root import notebooks_of
        from csat_analysis.run.progress import watched

        with watched("csat run", len(arguments.only) or len(notebooks_of(root))) as told:
            published = run_period(
                root, arguments.period, only=arguments.only, told=told, shared=shared, **run_options(arguments)
            )
    if published.unchanged:
        rest = f"{len(published.unchanged)} notebooks" if published.executed else "all notebooks"
        print(f"unchanged, not run again: {rest} ({', '.join(published.unchanged)}); --force runs them")
    for notebook in published.outdated:
        print(
            f"note: {notebook} still shows the numbers of its run before; "
            f"`csat run {published.period} --only {notebook}` brings it up to date"
        )
    if differing := differing_notebooks(root_of(arguments)):
        print(
            f"note: {', '.join(differing)} in this programme's notebooks/ differ from the package's (changed here, or older); "
            "`csat new DIR --notebooks` brings the package's and keeps yours in notebooks/replaced/"
        )
    for page in published.reports or [published.folder]:
        print(shortest(page))
    return 0


def batch(arguments: argparse.Namespace) -> int:
    stop_as_interrupted()  # first: what is imported takes a second

    from csat_analysis.run.batch import Ended, plan_batch, run_batch, told_since
    from csat_analysis.run.cluster import run_on_cluster
    from csat_analysis.run.progress import watched

    root, options = root_of(arguments).resolve(), run_options(arguments)
    planned = plan_batch(root, arguments.periods, arguments.by)
    for job in planned.refused:
        print(f"{job.name}: no report, since too few answered, or the few of another could be worked out from it")
    failed, whole, jobs = list(planned.failed), {}, planned.jobs
    for look in range(LOOKS):
        with watched("csat batch", len(jobs)) as told:
            if arguments.cluster:
                ending = run_on_cluster(arguments.cluster, root, jobs, told=told, **options)
            else:
                ending = run_batch(root, jobs, told=told, **options)
            for ended in ending:
                if ended.problem:
                    failed.append(ended)
                else:
                    whole[ended.job] = ended
                    done = "beside the parts that came after it: " if look else ""
                    done = "unchanged, not run again: " if ended.unchanged else done
                    print(f"{ended.job.name}: {done}{shortest(ended.folder)}")
        if not (jobs := told_since(root, list(whole))):
            break
        options["force"] = False
    failed += [Ended(job, problem=STILL_TOLD) for job in jobs]
    for ended in failed:
        print(f"csat: {ended.job.name} failed: {ended.problem}", file=sys.stderr)
    if failed:
        print(
            f"csat: {len(failed)} of {len(planned.jobs) + len(planned.failed)} failed; the same command runs them again",
            file=sys.stderr,
        )
    return 1 if failed else 0


def export(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.export import export_period

    both = arguments.pdf == arguments.png
    for file in export_period(
        root_of(arguments), arguments.period, pdf=both or arguments.pdf, png=both or arguments.png
    ):
        print(shortest(file))
    return 0


def certify(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.certify import certify as run_studies

    for said in run_studies(arguments.studies, arguments.draws, arguments.seed, arguments.processes):
        print(said, flush=True)
    return 0


def add_run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=tuple(LANGUAGES), help="the report's languages; else survey.yml's")
    command.add_argument(
        "-j", type=positive, dest="jobs", metavar="N", help="notebooks side by side; else as many as cores"
    )
    command.add_argument("--force", action="store_true", help="run notebooks whose inputs didn't change, too")
    command.add_argument("--cold", action="store_true", help="a new interpreter for each notebook, not a warm one")


def run_options(arguments: argparse.Namespace) -> dict[str, Any]:
    options = {"languages": LANGUAGES.get(arguments.lang, ()), "force": arguments.force, "cold": arguments.cold}
    return options | {"jobs": arguments.jobs}


def left_by(arguments: argparse.Namespace) -> str:
    """What an interrupted command has done, and what to do next."""
    if arguments.command is not batch:
        return "nothing was published"
    said = "jobs that had ended are published, the same command goes on with the rest"
    begun = "what a worker had begun goes on there to its end, and no more is begun; "
    return begun + said if arguments.cluster else said


def stop_as_interrupted() -> None:
    """A stop request cleans up as Ctrl-C does, and neither is heard again while that is being done."""
    heard = -math.inf

    def stop(*_: object) -> None:
        nonlocal heard
        if time.monotonic() - heard > CLEANING_UP:
            heard = time.monotonic()
            raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)
