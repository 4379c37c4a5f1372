"""The command line: csat run | export | check | draw | crosstab | trace | simulate | certify."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from csat_analysis import __version__
from csat_analysis.errors import CsatError
from csat_analysis.run.private_root import CHECKOUT

if TYPE_CHECKING:
    import pandas as pd

# Heavy imports stand inside the commands: `csat --help` answers at once.
INTERRUPTED = 130


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

    command = add_command(commands, run, "run", "execute a period's notebooks and publish its report")
    command.add_argument("period", nargs="?", metavar="PERIOD", help="such as 2026H1; else the latest there is")
    command.add_argument("--lang", choices=("zh", "en", "both"), help="the report's languages; else survey.yml's")
    command.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="NAME",
        help="only these notebooks, upon what was published of the others",
    )

    command = add_command(commands, export, "export", "make PDFs and PNG figures of a published report, with Chromium")
    command.add_argument("period", nargs="?", metavar="PERIOD", help="the latest published when left out")
    command.add_argument("--pdf", action="store_true", help="only the pages, print-ready on A4")
    command.add_argument("--png", action="store_true", help="only the figures")

    command = add_command(commands, check, "check", "say what a period's raw files hold, and whether they can be used")
    command.add_argument("period", metavar="PERIOD")

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


def add_command(commands, function, name: str, does: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=does, description=f"{does[0].upper()}{does[1:]}.")
    command.add_argument(
        "--root",
        type=Path,
        default=None,
        metavar="DIR",
        help="the programme folder; the current one when it holds data/raw, else the checkout",
    )
    command.set_defaults(command=function)
    return command


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


def run(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.period_run import run_period

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stop request cleans up as Ctrl-C does
    languages = {None: (), "both": ("zh", "en")}.get(arguments.lang, (arguments.lang,))
    published = run_period(root_of(arguments), arguments.period, languages=languages, only=arguments.only)
    for notebook in published.outdated:
        print(
            f"note: {notebook} still shows the numbers of its run before; "
            f"`csat run {published.period} --only {notebook}` brings it up to date"
        )
    for page in published.reports or [published.folder]:
        print(shortest(page))
    return 0


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
    from csat_analysis.intake import check_table, problems
    from csat_analysis.metrics.wave import load_wave, load_waves
    from csat_analysis.period import Period

    root, period = root_of(arguments), Period.parse(arguments.period)
    wave = load_wave(root, period)
    show_table(check_table(wave.clean, wave.programme), f"{period}: what came in")
    show_table(problems(wave.clean), f"{period}: what was set aside, set to missing or repaired")
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


def show_table(table: pd.DataFrame, title: str) -> None:
    """Print a data frame; one without rows as "nothing". Written to a file, its lines aren't broken at 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    if table.empty:
        print(f"{title}: nothing")
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
