"""A programme small enough to work by hand, and its raw files, for the tests of intake."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import yaml

from csat_analysis.intake import Clean, clean_period
from csat_analysis.programme import Programme

PERIOD = "2026H1"
SURVEY = {
    "name": "Two questions a dimension",
    "scale": {"min": 0, "max": 10},
    "missing_codes": [99, "不适用"],
    "dimensions": {"goods": {"items": ["g1", "g2"]}, "people": {"items": ["p1"]}},
    "outcomes": {"nps": {"min": 0, "max": 10, "promoter": [9, 10], "detractor": [0, 6]}},
    "panels": {"visits": {"draw": "equal_interval"}, "staff": {}},
    "segments": ["branch"],
}
ANSWERS = """response_id,contact_id,panel,responded_on,duration_s,g1,g2,p1,nps
R1,C1,visits,2026-06-01,60,8,7,9,9
R2,C2,visits,2026-06-02,70,6,5,4,3
R3,S1,staff,2026-06-03,80,10,9,9,10
"""
CUSTOMERS = """customer_id,region,sales_12m,since,left_on
C1,东,100,2020-01-01,
C2,西,50,2021-01-01,
C3,西,20,2021-01-01,2026-03-31
"""


def programme(**changes: object) -> Programme:
    """The small programme with some keys of survey.yml changed; a key given as None is left out."""
    return Programme.model_validate({key: value for key, value in (SURVEY | changes).items() if value is not None})


def write_raw(root: Path, *, period: str = PERIOD, **files: str | bytes) -> Path:
    """Write raw files (`responses="…"` as csv, `responses_xlsx=b"…"` as xlsx) and survey.yml below a root."""
    folder = root / "data" / "raw" / period
    folder.mkdir(parents=True, exist_ok=True)
    (root / "data" / "raw" / "survey.yml").write_text(yaml.safe_dump(SURVEY, allow_unicode=True), encoding="utf-8")
    for name, content in files.items():
        table, _, suffix = name.partition("_")
        (folder / f"{table}.{suffix or 'csv'}").write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def clean(root: Path, *, using: Programme | None = None, **files: str | bytes) -> Clean:
    return clean_period(write_raw(root, **files), PERIOD, using or programme())


def answers(*rows: str, header: str = ANSWERS.splitlines()[0]) -> str:
    return "\n".join([header, *rows]) + "\n"


def line(
    response_id: str,
    contact: str,
    *,
    panel: str = "visits",
    on: str = "2026-06-04",
    seconds: str = "60",
    g1: str = "5",
    g2: str = "5",
    p1: str = "5",
    nps: str = "5",
) -> str:
    """One row under the header of ANSWERS."""
    return ",".join([response_id, contact, panel, on, seconds, g1, g2, p1, nps])


def entries(cleaned: Clean, rule: str) -> pd.DataFrame:
    return cleaned.quarantine[cleaned.quarantine["rule"] == rule]
