"""What files and reports say: csat check | crosstab | compare | trace."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from csat_analysis.commands.shared import add_command, root_of, shortest, show_table


def add(commands) -> None:
    command = add_command(commands, check, "check", "say what a period's raw files hold, and whether they can be used")
    command.add_argument("period", metavar="PERIOD")
    command.add_argument("--lang", choices=("zh", "en"), help="the language of what is said; else survey.yml's first")

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

    command = add_command(commands, compare, "compare", "write one page of what changed between two published reports")
    command.add_argument("periods", nargs=2, metavar="PERIOD", help="such as 2025H2 2026H1")

    command = add_command(commands, trace, "trace", "follow a published number home: notebook, cell, raw files")
    command.add_argument("key", metavar="KEY", help="such as satisfaction.dimension")
    command.add_argument("group", nargs="*", type=name_and_value, metavar="NAME=VALUE", help="such as dimension=staff")
    command.add_argument("--period", metavar="PERIOD", help="the latest published when left out")


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
    words = Words(found, language := wave.programme.languages[0])
    show_table(words.printed(), words.title, language)
    print(words.marks)
    return 0


def compare(arguments: argparse.Namespace) -> int:
    from csat_analysis.period import Period
    from csat_analysis.run.compare import compare as compare_reports

    pages = compare_reports(root_of(arguments), *arguments.periods)
    earlier, later = sorted(map(Period.parse, arguments.periods))
    if Period.parse(arguments.periods[0]) != earlier:
        print(f"compared in the order of time: {earlier}, then {later}", file=sys.stderr)
    for page in pages:
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


def name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE, such as dimension=staff")
    return name, value
