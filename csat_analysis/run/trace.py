"""The way home of a published number: from results.json to the notebook's cell to the raw files."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from pathlib import Path

import nbformat

from csat_analysis.errors import ResultError, RunError
from csat_analysis.period import Period
from csat_analysis.programme import is_period
from csat_analysis.results import Record, from_json
from csat_analysis.run.inputs import Input
from csat_analysis.run.publish import settle_all


@dataclass(frozen=True)
class Trace:
    """Numbers of one key, the cells that recorded them (notebook, cell id) → source, and the raw files they rest on."""

    folder: Path
    records: list[Record]
    cells: dict[tuple[str, str], str]
    inputs: list[Input]


def trace(root: Path, key: str, group: dict[str, str], period: str | None = None) -> Trace:
    """Follow a key home in a published period, else the latest; `group` narrows it, as {"dimension": "staff"} does.

    Raises ResultError when nothing of that name was recorded; it lists the closest names there are.
    """
    folder = published_folder(Path(root), period)
    recorded = from_json((folder / "results.json").read_text(encoding="utf-8"))
    records = [record for record in recorded if record.key == key and group.items() <= record.group.items()]
    if not records:
        raise ResultError(nothing_recorded(key, group, recorded, folder.name))
    places = dict.fromkeys((record.notebook, record.cell) for record in records)
    sources = {place: cell_source(folder, *place) for place in places}
    known = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    used = {file for record in records for file in record.inputs}
    return Trace(folder, records, sources, [entry for entry in known if entry["file"] in used])


def published_folder(root: Path, period: str | None) -> Path:
    """The report folder of a period, or of the latest published one."""
    reports = root / "reports"
    settle_all(root)
    folders = [path.parent for path in reports.glob("*/results.json")]
    published = sorted(Period.parse(folder.name) for folder in folders if is_period(folder.name))
    wanted = Period.parse(period) if period else max(published, default=None)
    if wanted not in published:
        there = f"published are {', '.join(map(str, published))}" if published else "nothing was published yet"
        raise RunError(f"{wanted or reports.name}: no report is here to trace in; {there} (csat run makes one)")
    return reports / str(wanted)


def nothing_recorded(key: str, group: dict[str, str], recorded: list[Record], period: str) -> str:
    """One line: what wasn't found, and the nearest that was: the key's groups where it exists, else similar keys."""
    groups = [record.name for record in recorded if record.key == key]
    near = groups or difflib.get_close_matches(key, sorted({record.key for record in recorded}), n=5, cutoff=0.4)
    asked = key + (f"[{', '.join(f'{name}={value}' for name, value in group.items())}]" if group else "")
    return f"{period} has no {asked}" + (f"; the closest are {', '.join(near[:12])}" if near else "")


def cell_source(folder: Path, notebook: str, cell: str) -> str:
    cells = nbformat.read(folder / "notebooks" / f"{notebook}.ipynb", as_version=4).cells
    return next(found.source for found in cells if found.id == cell)
