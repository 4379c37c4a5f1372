"""The command line: csat new | draw | questionnaire | simulate | check | crosstab | compare | trace | run | batch | export | certify."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from csat_analysis import __version__
from csat_analysis.commands import fieldwork, reading, running
from csat_analysis.errors import CsatError

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
        print(f"csat: interrupted; {running.left_by(arguments)}", file=sys.stderr)
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="csat", description="Customer satisfaction: from raw survey files to the semi-annual report."
    )
    top.add_argument("--version", action="version", version=f"csat-analysis {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for subject in (fieldwork, reading, running):
        subject.add(commands)
    return top


if __name__ == "__main__":
    sys.exit(main())
