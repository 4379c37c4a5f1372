"""The sample company on disk: data/raw as an analyst would find it, in the encodings that analysts meet."""

from __future__ import annotations

import shutil
from pathlib import Path

from csat_analysis.errors import CsatError
from csat_analysis.simulation.company import Company

# Of responses.csv in the second period (what Chinese Excel saves) and the third (UTF-8 with BOM); the rest is UTF-8.
ENCODINGS = {1: ("gb18030", "\r\n"), 2: ("utf-8-sig", "\n")}


def company_files(company: Company) -> dict[str, bytes]:
    """`<period>/<table>.csv` → the bytes of the file."""
    files = {}
    for place, (period, tables) in enumerate(company.tables.items()):
        for name, table in tables.items():
            encoding, line_end = ENCODINGS.get(place if name == "responses" else None, ("utf-8", "\n"))
            files[f"{period}/{name}.csv"] = table.to_csv(index=False, lineterminator=line_end).encode(encoding)
    return files


def write_company(company: Company, folder: Path, survey_text: str, overwrite: bool = False) -> None:
    """Write survey.yml and `<period>/<table>.csv` under data/raw of a folder; the same company makes the same bytes.

    Refuses (CsatError) where data/raw already holds something, unless `overwrite`: then the periods' folders are
    replaced whole and whatever else is there stays.
    """
    raw = Path(folder) / "data" / "raw"
    if raw.exists() and not overwrite and any(raw.iterdir()):
        raise CsatError(f"{raw}: is not empty, so nothing was written there; name a new folder")
    files = company_files(company)
    for period in company.tables:
        shutil.rmtree(raw / period, ignore_errors=True)
        (raw / period).mkdir(parents=True)
    (raw / "survey.yml").write_bytes(survey_text.encode("utf-8"))
    for name, content in files.items():
        (raw / name).write_bytes(content)
