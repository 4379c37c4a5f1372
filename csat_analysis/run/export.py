"""What people ask for beside the page: a print-ready PDF a language, and each figure as a PNG."""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from pathlib import Path

from csat_analysis.errors import RunError
from csat_analysis.period import Period
from csat_analysis.report.wording import say
from csat_analysis.run.chromium import find_chromium, photograph, print_pdf
from csat_analysis.run.lock import period_lock
from csat_analysis.run.private_root import leftover_prefix
from csat_analysis.run.trace import published_folder

NARROW = "-narrow."  # a phone's form of a figure that is there in its wide form too


def export_period(root: Path, period: str | None = None, *, pdf: bool = True, png: bool = True) -> list[Path]:
    """Write report.<language>.pdf and figures/*.png into a published period's folder, all of them or none.

    The next run of the period takes them away with the report that they were made of.
    Raises RunError in one line: nothing was published, there is no Chromium, or it made nothing.
    """
    folder = published_folder(Path(root).resolve(), period)
    chromium = find_chromium()
    with (
        period_lock(folder.parents[1], Period.parse(folder.name)),
        tempfile.TemporaryDirectory(prefix=leftover_prefix(Period.parse(folder.name)), dir=folder.parent) as private,
    ):
        made = pages(chromium, folder, Path(private)) if pdf else {}
        made |= figures(chromium, folder, Path(private)) if png else {}
        if not made:
            raise RunError(f"{folder.name}: its report has no page and no figure to export")
        for target, file in made.items():
            os.replace(file, target)
    return list(made)


def pages(chromium: str, folder: Path, private: Path) -> dict[Path, Path]:
    """Where each PDF belongs → where it was made."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    made = {}
    for page in sorted(folder.glob("report.*.html")):
        target = page.with_suffix(".pdf")
        print_pdf(chromium, page, private / target.name, dt.datetime.fromisoformat(manifest["finished"]))
        made[target] = private / target.name
    return made


def figures(chromium: str, folder: Path, private: Path) -> dict[Path, Path]:
    """Where each PNG belongs → where it was made."""
    by_language: dict[str, dict[str, str]] = {}
    for file in sorted((folder / "figures").glob("*.svg")):
        if NARROW not in file.name:
            language = file.stem.rpartition(".")[2]
            by_language.setdefault(language, {})[file.stem] = file.read_text(encoding="utf-8")
    return {
        folder / "figures" / picture.name: picture
        for language, drawings in by_language.items()
        for picture in photograph(chromium, drawings, say("page.language", language), private)
    }
