"""Write a period's clean tables, its quarantine and its stand-ins as parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from csat_analysis.intake.period_tables import Clean


def save_clean(clean: Clean, root: Path | str) -> pd.DataFrame:
    """Write data/processed/<period>/<table>.parquet, quarantine.parquet and stand_ins.parquet; returns file, rows, columns of what was written."""
    folder = Path(root) / "data" / "processed" / str(clean.period)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in {**clean.tables, "quarantine": clean.quarantine, "stand_ins": clean.stand_ins}.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
        written.append({"file": f"{name}.parquet", "rows": len(table), "columns": table.shape[1]})
    return pd.DataFrame(written).set_index("file")
