"""A period cleaned once is not cleaned again while a run lasts: every notebook after the first reads what that one kept."""

from __future__ import annotations

import hashlib
import os
import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path

from csat_analysis.intake.period_tables import Clean, clean_period
from csat_analysis.period import Period
from csat_analysis.programme import Programme

FOLDER = "cleaned"  # only a run's private root has it; it goes with the run, so code and versions can't differ


def clean_once(root: Path, period: Period, programme: Programme) -> Clean:
    """As `clean_period`; below a root with a folder `cleaned`, from there where raw files and survey.yml are the same."""
    folder = Path(root) / FOLDER
    if not folder.is_dir():
        return clean_period(root, period, programme)
    kept = folder / f"{period}-{content_hash(Path(root) / 'data' / 'raw' / str(period), programme)}.pickle"
    if kept.is_file():
        return pickle.loads(kept.read_bytes())
    begun(root, period).touch()
    clean = clean_period(root, period, programme)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        pickle.dump(clean, file)
    os.replace(file.name, kept)  # a notebook beside this one sees it whole or not at all
    return clean


def not_begun_first(root: Path, periods: list[Period]) -> Iterator[Period]:
    """The periods, each time first one that no notebook has begun to clean: two that run side by side share the work."""
    left = list(periods)
    while left:
        period = next((period for period in left if not begun(root, period).exists()), left[0])
        left.remove(period)
        yield period


def begun(root: Path, period: Period) -> Path:
    return Path(root) / FOLDER / f"{period}.begun"


def content_hash(folder: Path, programme: Programme) -> str:
    """SHA-256 of all that cleaning reads: each file's name and bytes, and survey.yml as this period has it."""
    digest = hashlib.sha256(programme.model_dump_json().encode())
    for path in sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []:
        digest.update(f"\0{path.name}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()
