"""What the report says beside its numbers: when people answered, how answers are weighted, what was not supplied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from csat_analysis import __version__
from csat_analysis.errors import ResultError
from csat_analysis.period import Period
from csat_analysis.programme import TABLES, Programme, Standard, load_programme
from csat_analysis.results import Results


def report_facts(root: Path | str, period: Period | str, programme: Programme, results: Results) -> dict[str, Any]:
    """The `facts` of `Report`, from survey.yml, the recorded results and the processed files of a period."""
    previous = compared_with(results)
    processed = Path(root) / "data" / "processed" / str(period)
    stand_ins = list(read_processed(processed / "stand_ins.parquet")["column"])
    answered = read_processed(processed / "responses.parquet")["responded_on"].dropna()
    dated = "responded_on" not in stand_ins and len(answered)
    return {
        "previous": previous,
        "fieldwork": (answered.min().date().isoformat(), answered.max().date().isoformat()) if dated else None,
        "weights": weighting(programme, results),
        "not_supplied": [table for table in TABLES if not results.has("data.rows_in", table=table)],
        "standard_from": standard_source(programme),
        "questionnaire_changed": previous is not None
        and questionnaire(load_programme(Path(root), previous)) != questionnaire(programme),
        "stand_ins": stand_ins,
        "quotations": quotations(processed),
        "commit": __version__,
    }


def read_processed(file: Path) -> pd.DataFrame:
    if not file.is_file():
        raise ResultError(
            f"data/processed/{file.parent.name}/{file.name} is missing: run 01_clean_data for {file.parent.name} first"
        )
    return pd.read_parquet(file)


def quotations(processed: Path) -> list[tuple[str, str, str]]:
    """(theme, source, text) that may be quoted, masked, as notebook 08 left them."""
    file = processed / "quotations.parquet"
    return list(pd.read_parquet(file).itertuples(index=False, name=None)) if file.is_file() else []


def compared_with(results: Results) -> str | None:
    """The survey before this one, whether the two can be compared or not; None where there is none."""
    changes = [r for r in results.records if r.key == "satisfaction.change" and r.group["measure"] == "index"]
    earlier = [r.group["from"] for r in changes if r.status != "not_computed" or was_surveyed(results, r.group["from"])]
    return earlier[0] if earlier else None


def was_surveyed(results: Results, period: str) -> bool:
    return results.has("satisfaction.trend", measure="index", period=period)


def weighting(programme: Programme, results: Results) -> str:
    """own: the survey brought weights; design: from panels to the list of customers; raking or propensity: corrected for
    who didn't answer, too; none: every answer alike."""
    if programme.design is not None and programme.design.weight:
        return "own"
    if any(record.key == "design.margin_levels" for record in results.records):
        return programme.weighting.method
    drawn = any(panel.from_frame for panel in programme.panels.values())
    return "design" if drawn and results.has("data.rows_in", table="customers") else "none"


def standard_source(programme: Programme) -> str | None:
    """The period that sets the standard by survey.yml, "fixed" for a number; whether it was found, its record tells."""
    if programme.standard is None:
        return None
    return programme.standard.from_panels if isinstance(programme.standard, Standard) else "fixed"


def questionnaire(programme: Programme) -> tuple:
    """What makes two waves' questions the same: scale, items of each dimension, weights, rule for missing items."""
    return (
        programme.scale,
        tuple((name, tuple(d.items)) for name, d in programme.dimensions.items()),
        tuple(programme.weights.items()),
        programme.missing_items,
    )
