"""Published figures against their recomputation from raw files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from csat_analysis.estimate import Estimate
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.results import Results, from_json


def published_differences(root: Path, waves: dict[Period, Wave]) -> pd.DataFrame:
    """One row an earlier wave whose report under reports/ shows an index: the published one, the recomputed one, the mismatch.

    A report that shows none (too few answers, or hidden: a part of the customers often has it so) has nothing to be held against.
    """
    rows = {}
    for period, wave in list(waves.items())[:-1]:
        file = Path(root) / "reports" / str(period) / "results.json"
        if file.is_file() and isinstance(wave.index, Estimate):
            published = Results(from_json(file.read_text(encoding="utf-8"))).get("satisfaction.index").value
            if published is None:
                continue
            rows[str(period)] = {
                "published": published,
                "recomputed": wave.index.value,
                "mismatch": wave.index.value - published,
            }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["published", "recomputed", "mismatch"], dtype=float)
