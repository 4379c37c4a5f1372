"""Figures published before the programme: they join the trend as they were, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from scipy import stats

from csat_analysis.intake.earlier import ENDS
from csat_analysis.measured import Published
from csat_analysis.metrics.history import event_files
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

TABLE = "history"


def published_figures(waves: Mapping[Period, Wave], measure: str, confidence: float = 0.95) -> dict[Period, Published]:
    """Period → a measure (index, nps, csat) as it was published before the first wave, oldest first.

    From the history tables of all waves; of a period that several name the latest file's figure. The interval is value ± z·se
    within the measure's scale, and there is none where no standard error is known: how the figure was come by can't be checked,
    so no study speaks for it. It carries no influence and is in no test of change.
    """
    supplied = [w.clean.tables[TABLE] for _, w in sorted(waves.items()) if TABLE in w.clean.tables]
    rows = pd.concat(supplied, ignore_index=True) if supplied else pd.DataFrame(columns=["measure", "period"])
    own = rows[rows["measure"] == measure].drop_duplicates("period", keep="last")
    own = own[[Period.parse(period) < min(waves) for period in own["period"]]]
    found = {Period.parse(row["period"]): figure(row, measure, confidence) for row in own.to_dict("records")}
    return dict(sorted(found.items()))


def figure(row: dict[str, object], measure: str, confidence: float) -> Published:
    se, n = (None if pd.isna(row.get(name)) else float(row[name]) for name in ("se", "n"))
    size = None if n is None else int(n)
    if not se:
        return Published(float(row["value"]), n=size)
    half = float(stats.norm.ppf((1 + confidence) / 2)) * se
    low, high = ENDS[measure]
    return Published(float(row["value"]), max(row["value"] - half, low), min(row["value"] + half, high), se, size)


def published_files(waves: Mapping[Period, Wave]) -> tuple[str, ...]:
    """The raw files, below the root, that the earlier figures were read from."""
    return event_files(waves, TABLE)
