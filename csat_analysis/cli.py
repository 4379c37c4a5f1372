"""The command line: csat new | questionnaire | draw | check | run | batch | export | crosstab | compare | trace | simulate | certify."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from csat_analysis import __version__
from csat_analysis.errors import CsatError
from csat_analysis.run.private_root import CHECKOUT

if TYPE_CHECKING:
    import pandas as pd

# Heavy imports stand inside the commands: `csat --help` answers at once.
INTERRUPTED = 130
LANGUAGES = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it succeeded, 1 with one line on stderr when it couldn't, 130 when it was interrupted."""
    arguments = parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except CsatError as error:
        print(f"csat: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("csat: interrupted; nothing was published", file=sys.stderr)
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="csat", description="Customer satisfaction: from raw survey files to the semi-annual report."
    )
    top.add_argument("--version", action="version", version=f"csat-analysis {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    command = add_command(
        commands, new, "new", "make a programme folder of your own, or add a period to one", rooted=False
    )
    command.add_argument("folder", type=Path, metavar="DIR", help="the programme folder")
    command.add_argument(
        "--period", metavar="PERIOD", help="its first period, or one to add; else asked, or this half-year"
    )
    command.add_argument("--name", metavar="TEXT", help="the programme's name, for reports and questionnaires")
    command.add_argument("--language", choices=("zh", "en"), help="yours: of the README, and first of the report (zh)")
    command.add_argument("--notebooks", action="store_true", help="bring an existing programme's notebooks up to date")

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

    command = add_command(commands, check, "check", "say what a period's raw files hold, and whether they can be used")
    command.add_argument("period", metavar="PERIOD")
    command.add_argument("--lang", choices=("zh", "en"), help="the language of what is said; else survey.yml's first")

    command = add_command(commands, draw, "draw", "draw a period's sample from its customers, and write whom to invite")
    command.add_argument("period", metavar="PERIOD")
    command.add_argument("--seed", type=natural, metavar="N", help="instead of the panels' own in survey.yml")
    command.add_argument("--to", type=Path, metavar="DIR", help="the folder to write; else draws/PERIOD below the root")
    command.add_argument("--overwrite", action="store_true", help="replace a draw that is there")

    command = add_command(
        commands, crosstab, "crosstab", "questions by segments, with intervals and marks of difference"
    )
    command.add_argument("period", metavar="PERIOD")
    command.add_argument(
        "--rows",
        nargs="+",
        default=["index"],
        metavar="QUESTION",
        help="index, nps, csat, a dimension, an item, another column; with :answers the share of each answer",
    )
    command.add_argument(
        "--cols", nargs="+", default=[], metavar="SEGMENT", help="such as region, or crossed: 'region*industry'"
    )
    command.add_argument("--to", type=Path, metavar="FILE.xlsx", help="write a workbook; else the table is printed")
    command.add_argument("--overwrite", action="store_true", help="replace a workbook that is there")

    command = add_command(
        commands,
        questionnaire,
        "questionnaire",
        "write a period's questionnaire to print or to enter into a survey tool",
    )
    command.add_argument("period", metavar="PERIOD", help="such as 2026H1; with whom `csat draw` drew for it")
    command.add_argument("--link", metavar="URL", help="a link for each invited, with {contact_id} and {panel} in it")
    command.add_argument("--to", type=Path, metavar="DIR", help="the folder to write; else questionnaire/PERIOD")
    command.add_argument("--overwrite", action="store_true", help="replace a questionnaire that is there")

    command = add_command(commands, compare, "compare", "write one page of what changed between two published reports")
    command.add_argument("periods", nargs=2, metavar="PERIOD", help="such as 2025H2 2026H1")

    command = add_command(commands, trace, "trace", "follow a published number home: notebook, cell, raw files")
    command.add_argument("key", metavar="KEY", help="such as satisfaction.dimension")
    command.add_argument("group", nargs="*", type=name_and_value, metavar="NAME=VALUE", help="such as dimension=staff")
    command.add_argument("--period", metavar="PERIOD", help="the latest published when left out")

    command = add_command(commands, simulate, "simulate", "write a sample company whose truth is known")
    command.add_argument("folder", type=Path, metavar="DIR", help="the programme folder to write")
    command.add_argument("--seed", type=int, metavar="N", help="another seed gives another company")
    command.add_argument("--overwrite", action="store_true", help="replace raw files that are there")

    command = add_command(commands, certify, "certify", "survey simulated companies: which methods hold, and where")
    command.add_argument("studies", nargs="*", metavar="STUDY", help="intervals or another study; else all of them")
    command.add_argument("--draws", type=int, metavar="N", help="surveys a setting; else the study's own number")
    command.add_argument("--seed", type=int, metavar="N", help="the stored study's when left out")
    command.add_argument("-j", type=int, default=2, dest="processes", metavar="N", help="processes side by side (2)")
    return top


def add_command(commands, function, name: str, does: str, *, rooted: bool = True) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    command.set_defaults(command=function)
    if not rooted:
        return command
    command.add_argument(
        "--root",
        type=Path,
        default=None,
        metavar="DIR",
        help="the programme folder; the current one when it holds data/raw, else the checkout",
    )
    return command


def add_run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--lang", choices=tuple(LANGUAGES), help="the report's languages; else survey.yml's")
    command.add_argument(
        "-j", type=positive, dest="jobs", metavar="N", help="notebooks side by side; else as many as cores"
    )
    command.add_argument("--force", action="store_true", help="run notebooks whose inputs didn't change, too")
    command.add_argument("--cold", action="store_true", help="a new interpreter for each notebook, not a warm one")


def positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE, such as dimension=staff")
    return name, value


def root_of(arguments: argparse.Namespace) -> Path:
    if arguments.root is not None:
        return arguments.root
    return Path.cwd() if (Path.cwd() / "data" / "raw").is_dir() else CHECKOUT


def new(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.new import add_period, bring_notebooks, current_period, holds_programme, new_programme

    folder, period = arguments.folder, arguments.period
    if arguments.notebooks:
        made = bring_notebooks(folder, period)
    elif period is not None and holds_programme(folder):
        made = add_period(folder, period)
    else:
        name, language = arguments.name, arguments.language
        if sys.stdin.isatty() and sys.stdout.isatty() and not holds_programme(folder):
            language = language or asked("Language 语言: zh or en", "zh")
            period = period or asked("First period 首期", str(current_period()))
        if language not in (None, "zh", "en"):
            raise CsatError(f"{language!r} is no language of the report: zh or en")
        made = new_programme(folder, period or current_period(), name=name, language=language or "zh")
    for path in made:
        print(shortest(path))
    return 0


def asked(question: str, otherwise: str) -> str:
    """An answer typed on the terminal; Enter takes what stands in brackets."""
    return input(f"{question} [{otherwise}]: ").strip() or otherwise


def questionnaire(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.questionnaire import write_questionnaire

    for path in write_questionnaire(
        root_of(arguments), arguments.period, link=arguments.link, to=arguments.to, overwrite=arguments.overwrite
    ):
        print(shortest(path))
    return 0


def run(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.notebook_copies import differing_notebooks
    from csat_analysis.run.period_run import run_period
    from csat_analysis.run.private_root import notebooks_of
    from csat_analysis.run.progress import watched

    stop_as_interrupted()
    root = root_of(arguments)
    with watched("csat run", len(arguments.only) or len(notebooks_of(root))) as told:
        published = run_period(root, arguments.period, only=arguments.only, told=told, **run_options(arguments))
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


def run_options(arguments: argparse.Namespace) -> dict[str, Any]:
    options = {"languages": LANGUAGES.get(arguments.lang, ()), "force": arguments.force, "cold": arguments.cold}
    return options | {"jobs": arguments.jobs}


def stop_as_interrupted() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stop request cleans up as Ctrl-C does


def batch(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.batch import plan_batch, run_batch
    from csat_analysis.run.cluster import run_on_cluster
    from csat_analysis.run.progress import watched

    stop_as_interrupted()
    root, options = root_of(arguments).resolve(), run_options(arguments)
    planned = plan_batch(root, arguments.periods, arguments.by)
    for job in planned.refused:
        print(f"{job.name}: no report, since too few answered, or the few of another could be worked out from it")
    failed = []
    with watched("csat batch", len(planned.jobs)) as told:
        if arguments.cluster:
            ending = run_on_cluster(arguments.cluster, root, planned.jobs, told=told, **options)
        else:
            ending = run_batch(root, planned.jobs, told=told, **options)
        for ended in ending:
            if ended.problem is None:
                print(
                    f"{ended.job.name}: {'unchanged, not run again: ' if ended.unchanged else ''}{shortest(ended.folder)}"
                )
            else:
                failed.append(ended)
    for ended in failed:
        print(f"csat: {ended.job.name} failed: {ended.problem}", file=sys.stderr)
    if failed:
        print(f"csat: {len(failed)} of {len(planned.jobs)} failed; the same command runs them again", file=sys.stderr)
    return 1 if failed else 0


def shortest(path: Path) -> Path:
    """The path from here where it lies below, else the whole path."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def export(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.export import export_period

    both = arguments.pdf == arguments.png
    for file in export_period(
        root_of(arguments), arguments.period, pdf=both or arguments.pdf, png=both or arguments.png
    ):
        print(shortest(file))
    return 0


def check(arguments: argparse.Namespace) -> int:
    from csat_analysis.intake.proposals import raw_tables
    from csat_analysis.metrics.wave import load_wave, load_waves
    from csat_analysis.period import Period
    from csat_analysis.programme import load_programme
    from csat_analysis.report.check import what_came_in, what_is_proposed, what_to_do

    root, period = root_of(arguments), Period.parse(arguments.period)
    programme = load_programme(root, period)
    language = arguments.lang or programme.languages[0]
    raws, unreadable = raw_tables(root, period)
    try:
        for title, table in what_came_in(load_wave(root, period).clean, programme, language):
            show_table(table, title, language)
    finally:  # what can't be used yet is what most needs a proposal
        for title, table in what_is_proposed(raws, programme, period, language):
            show_table(table, title, language)
        for line in what_to_do(raws, programme, language):
            print(line)
        for error in unreadable[1:]:  # the first is what stops the period
            print(f"csat: {error}", file=sys.stderr)
    load_waves(root, period)  # a run recomputes the earlier waves too: what is wrong with theirs stops it
    return 0


def draw(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.draw import FILES, write_draw

    folder = write_draw(
        root_of(arguments), arguments.period, seed=arguments.seed, to=arguments.to, overwrite=arguments.overwrite
    )
    for name in FILES:
        print(shortest(folder / name))
    return 0


def crosstab(arguments: argparse.Namespace) -> int:
    from csat_analysis.metrics.crosstab import tabulate
    from csat_analysis.metrics.wave import load_wave
    from csat_analysis.report.crosstab import Words
    from csat_analysis.report.crosstab_sheet import write_crosstab

    wave = load_wave(root_of(arguments), arguments.period)
    found = tabulate(wave, arguments.rows, arguments.cols)
    if arguments.to is not None:
        print(shortest(write_crosstab(found, arguments.to, overwrite=arguments.overwrite)))
        return 0
    words = Words(found, wave.programme.languages[0])
    show_table(words.printed(), words.title)
    print(words.marks)
    return 0


def compare(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.compare import compare as compare_reports

    for page in compare_reports(root_of(arguments), *arguments.periods):
        print(shortest(page))
    return 0


def trace(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.trace import trace as follow

    found = follow(root_of(arguments), arguments.key, dict(arguments.group), arguments.period)
    for record in found.records:
        print(record.line())
    for (notebook, cell), source in found.cells.items():
        page = shortest(found.folder / "notebooks" / f"{notebook}.html")
        print(f"\n{notebook}, cell {cell}: {page}#cell-id={cell}")
        print("\n".join(f"    {line}" for line in source.splitlines()))
    print("\nraw files")
    for entry in found.inputs:
        print(f"    {entry['file']}  SHA-256 {entry['sha256']}")
    return 0


def certify(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.certify import certify as run_studies

    for said in run_studies(arguments.studies, arguments.draws, arguments.seed, arguments.processes):
        print(said, flush=True)
    return 0


def simulate(arguments: argparse.Namespace) -> int:
    from csat_analysis.programme import load_programme
    from csat_analysis.simulation import PERIODS, simulate_company, write_company

    root = arguments.root or CHECKOUT  # the sample company answers the sample survey, wherever one stands
    programme = load_programme(root, PERIODS[0])
    seed = {} if arguments.seed is None else {"seed": arguments.seed}
    survey = (root / "data" / "raw" / "survey.yml").read_text(encoding="utf-8")
    write_company(simulate_company(programme, **seed), arguments.folder, survey, overwrite=arguments.overwrite)
    print(shortest(arguments.folder.resolve() / "data" / "raw"))
    return 0


def show_table(table: pd.DataFrame, title: str, language: str) -> None:
    """Print a data frame; one without rows as "nothing". Written to a file, its lines aren't broken at 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from csat_analysis.report.check import nothing

    if table.empty:
        print(nothing(title, language))
        return
    shown = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    texts = table.astype(object).where(table.notna(), "").astype(str)
    for column in table.columns:
        name = column.replace("_", " ")
        longest_word = max(len(word) for text in [name, *texts[column]] for word in text.split())
        shown.add_column(
            name,
            justify="right" if table[column].dtype.kind in "iuf" else "left",
            overflow="fold",
            min_width=min(longest_word, 12),
        )
    for row in texts.itertuples(index=False):
        shown.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 200, markup=False, highlight=False).print(shown)


if __name__ == "__main__":
    sys.exit(main())
