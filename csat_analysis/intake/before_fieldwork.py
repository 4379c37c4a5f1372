"""What a period holds before anybody answered: the frame to draw from, the managers beside it, the record of the draw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from csat_analysis.errors import IntakeError
from csat_analysis.intake.cleaning import Ledger, clean_table
from csat_analysis.intake.contract import check_clean, columns_of, name_columns
from csat_analysis.intake.headings import sources_of
from csat_analysis.intake.links import split_frame
from csat_analysis.intake.readers import RawTable, read_raw, table_files
from csat_analysis.intake.rules import Quarantine
from csat_analysis.period import Period
from csat_analysis.programme import Programme


@dataclass(frozen=True)
class FrameFile:
    """The frame as it can be drawn from, the file it came from, and what was wrong with it (as in Clean)."""

    customers: pd.DataFrame
    raw: RawTable
    quarantine: pd.DataFrame


def read_frame(root: Path, period: Period, programme: Programme) -> FrameFile:
    """Customers of a period before anybody was asked: all but those whose `left_on` is before the period's end."""
    quarantine = Quarantine()
    found = read_table(root, period, programme, "customers", quarantine)
    if found is None:
        raise IntakeError(
            f"data/raw/{period}: there is no customers file (csv, xlsx or parquet), so there is no frame to draw from"
        )
    customers, raw = found
    frame, _ = split_frame(customers, period.end, Ledger(raw, quarantine))
    return FrameFile(frame.reset_index(drop=True), raw, quarantine.frame())


def read_table(
    root: Path, period: Period, programme: Programme, table: str, quarantine: Quarantine
) -> tuple[pd.DataFrame, RawTable] | None:
    """One table, cleaned by itself; None where the period has no such file."""
    folder = root / "data" / "raw" / str(period)
    if not folder.is_dir():
        raise IntakeError(f"data/raw/{period}: there is no such folder; put the customers file for the draw there")
    files, _ = table_files(folder)
    if table not in files:
        return None
    raw, columns = read_raw(files[table], root), columns_of(table, programme)
    cells = name_columns(raw, columns, sources_of(raw, programme))
    rows = clean_table(cells, columns, Ledger(raw, quarantine), period, frozenset(programme.segments))
    check_clean(rows, columns, raw.file)
    return rows, raw


def read_draw_record(root: Path, period: Period) -> dict[str, Any] | None:
    """data/raw/<period>/draw.json as `csat draw` wrote it and somebody put it there; None where there is none."""
    file = Path(root) / "data" / "raw" / str(period) / "draw.json"
    if not file.is_file():
        return None
    try:
        record = json.loads(file.read_text(encoding="utf-8-sig"))
        return {"sha256": record["frame"]["sha256"], "panels": {panel["panel"]: panel for panel in record["panels"]}}
    except (ValueError, KeyError, TypeError) as error:
        raise IntakeError(
            f"data/raw/{period}/draw.json: is no record of a draw ({type(error).__name__}: {error}); "
            "copy it again from where `csat draw` wrote it"
        ) from None
