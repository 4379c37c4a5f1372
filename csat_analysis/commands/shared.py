"""What several commands need: a command's options, the programme folder, paths and tables as printed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from csat_analysis.checkout import CHECKOUT

if TYPE_CHECKING:
    import pandas as pd


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


def natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0 on")
    return int(text)


def root_of(arguments: argparse.Namespace) -> Path:
    if arguments.root is not None:
        return arguments.root
    return Path.cwd() if (Path.cwd() / "data" / "raw").is_dir() else CHECKOUT


def shortest(path: Path) -> Path:
    """The path from here where it lies below, else the whole path."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


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
