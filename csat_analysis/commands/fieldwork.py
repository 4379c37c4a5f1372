"""Before the answers: csat new | draw | questionnaire | simulate."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from csat_analysis.checkout import CHECKOUT
from csat_analysis.commands.shared import add_command, natural, root_of, shortest
from csat_analysis.errors import CsatError


def add(commands) -> None:
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

    command = add_command(commands, draw, "draw", "draw a period's sample from its customers, and write whom to invite")
    command.add_argument("period", metavar="PERIOD")
    command.add_argument("--seed", type=natural, metavar="N", help="instead of the panels' own in survey.yml")
    command.add_argument("--to", type=Path, metavar="DIR", help="the folder to write; else draws/PERIOD below the root")
    command.add_argument("--overwrite", action="store_true", help="replace a draw that is there")

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

    command = add_command(commands, simulate, "simulate", "write a sample company whose truth is known")
    command.add_argument("folder", type=Path, metavar="DIR", help="the programme folder to write")
    command.add_argument("--seed", type=int, metavar="N", help="another seed gives another company")
    command.add_argument("--overwrite", action="store_true", help="replace raw files that are there")


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


def draw(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.draw import FILES, write_draw

    folder = write_draw(
        root_of(arguments), arguments.period, seed=arguments.seed, to=arguments.to, overwrite=arguments.overwrite
    )
    for name in FILES:
        print(shortest(folder / name))
    return 0


def questionnaire(arguments: argparse.Namespace) -> int:
    from csat_analysis.run.questionnaire import write_questionnaire

    for path in write_questionnaire(
        root_of(arguments), arguments.period, link=arguments.link, to=arguments.to, overwrite=arguments.overwrite
    ):
        print(shortest(path))
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


def asked(question: str, otherwise: str) -> str:
    """An answer typed on the terminal; Enter takes what stands in brackets."""
    return input(f"{question} [{otherwise}]: ").strip() or otherwise
