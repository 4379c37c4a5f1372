"""The raw files a period rests on, with their fingerprints."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict

from csat_analysis.errors import PeriodError
from csat_analysis.intake import periods_available
from csat_analysis.period import Period
from csat_analysis.programme import files_beside, is_period


class Input(TypedDict):
    """A file: its path under the programme's root (or the report's folder), its SHA-256 and its size in bytes."""

    file: str
    sha256: str
    bytes: int


def known_period(root: Path, text: str | None) -> Period:
    """The period of that name, or the latest there is; an error lists those that have raw data."""
    available = periods_available(root)
    if not available:
        raise PeriodError(
            f"{root / 'data' / 'raw'}: no folder named as a period (such as 2026H1) holds a responses file"
        )
    if text is None:
        return max(available)
    period = Period.parse(text)
    if period not in available:
        raise PeriodError(
            f"{period} has no responses file in data/raw/{period}; the periods that have one are "
            f"{', '.join(map(str, available))}"
        )
    return period


def raw_inputs(root: Path, period: Period) -> list[Input]:
    """Every raw file a run of the period may read: survey.yml and what stands beside it, and the files of all periods up to this one.

    Hidden files (what editors and file managers leave) are no input.
    """
    raw = root / "data" / "raw"
    waves = sorted(Period.parse(folder.name) for folder in raw.iterdir() if folder.is_dir() and is_period(folder.name))
    folders = [raw / str(wave) for wave in waves if not period < wave]
    plans = [path for path in (raw / "plans.yml",) if path.is_file()]
    paths = [raw / "survey.yml", *plans, *files_beside(raw)] + [
        path
        for folder in folders
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
    return [fingerprint(path, root) for path in paths]


def fingerprint(path: Path, root: Path) -> Input:
    return Input(file=path.relative_to(root).as_posix(), sha256=file_hash(path), bytes=path.stat().st_size)


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
