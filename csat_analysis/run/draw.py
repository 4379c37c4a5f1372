"""`csat draw`: draw a period's sample from its frame, and write the invitation list with a record of the draw."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from csat_analysis.errors import DrawError
from csat_analysis.intake.before_fieldwork import FrameFile, read_frame, read_table
from csat_analysis.intake.rules import Quarantine
from csat_analysis.metrics.spread import last_wave, spread_by_stratum
from csat_analysis.period import Period
from csat_analysis.programme import Panel, Programme, load_programme
from csat_analysis.report.draw_record import draw_record_page
from csat_analysis.run.sheets import write_tables
from csat_analysis.survey.draw import CHANCE, Draw, draw_panel, make_plan
from csat_analysis.survey.frame import levels_of

INVITATION = (
    "contact_id",
    "panel",
    "invited_on",
    "channel",
    "wave",
    "customer_id",
    "outcome",
)  # as the contract has them
FOR_INTERVIEWERS = ("name", "region", "manager", "also_in")
FILES = ("invitations.csv", "invitations.xlsx", "draw_record.html", "draw.json")


@dataclass(frozen=True, eq=False)
class Sample:
    """All panels of one draw, the programme and frame they were drawn by, and the seeds."""

    period: Period
    programme: Programme
    frame: FrameFile
    draws: dict[str, Draw]
    seeds: dict[str, int | None]
    spreads: dict[str, dict[str, float]]


def draw_sample(root: Path, period: str | Period, seed: int | None = None) -> Sample:
    """Draw every panel that survey.yml draws from the frame; `seed` stands for the panels' own.

    Raises DrawError where a panel can't be drawn, or where chance decides and no seed is given: nobody could repeat it.
    """
    period = Period.parse(period)
    programme = load_programme(root, period)
    rules = {name: rule for name, rule in programme.panels.items() if rule.from_frame}
    if not rules:
        raise DrawError("survey.yml draws no panel from the frame (panels: NAME: draw), so there is nothing to draw")
    frame = read_frame(root, period, programme)
    seeds = {name: seed_of(name, rule, seed) for name, rule in rules.items()}
    spreads = {name: spread_of(root, period, programme, frame, rule) for name, rule in rules.items()}
    draws = {
        name: draw_panel(
            make_plan(
                frame.customers,
                name,
                rule,
                strata=strata_of(period, programme, frame, name, rule),
                spread=spreads[name],
            ),
            name,
            rule,
            period,
            seeds[name] or 0,
        )
        for name, rule in rules.items()
    }
    return Sample(period, programme, frame, draws, seeds, spreads)


def seed_of(name: str, rule: Panel, seed: int | None) -> int | None:
    if rule.draw not in CHANCE:
        return None
    found = rule.seed if seed is None else seed
    if found is None:
        raise DrawError(
            f"panel {name}: no seed; give `seed` in survey.yml (panels: {name}) or --seed N, so that the draw can be repeated"
        )
    return found


def strata_of(period: Period, programme: Programme, frame: FrameFile, name: str, rule: Panel) -> pd.Series | None:
    """Level of each customer in the column that a panel is stratified by."""
    if not rule.stratify_by:
        return None
    strata = levels_of(frame.customers, programme, period.end, rule.stratify_by)
    if strata is None:
        raise DrawError(f"panel {name}: customers has no column {rule.stratify_by} (stratify_by)")
    return strata


def spread_of(root: Path, period: Period, programme: Programme, frame: FrameFile, rule: Panel) -> dict[str, float]:
    """Neyman's spread of scores by stratum: survey.yml's, else the last wave's; empty for other draws."""
    if rule.allocation != "neyman" or rule.stratum_sd:
        return dict(rule.stratum_sd)
    wave = last_wave(root, period)
    levels = levels_of(frame.customers, programme, period.end, rule.stratify_by)
    if wave is None or levels is None:
        return {}
    return spread_by_stratum(wave, rule.stratify_by, pd.Index(levels.dropna().unique()))


def invitation_list(sample: Sample, managers: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row a customer and panel, in the order of the draw; the contract's columns, then what an interviewer needs.

    also_in  the other panels that the customer is asked in: one visit can serve both.
    """
    customers = sample.frame.customers.set_index("customer_id")
    rows = pd.DataFrame(
        [(customer, name) for name, draw in sample.draws.items() for customer in draw.asked],
        columns=["customer_id", "panel"],
    )
    panels = rows.groupby("customer_id")["panel"].agg(list)
    rows["also_in"] = [
        ", ".join(other for other in panels[customer] if other != panel)
        for customer, panel in rows.itertuples(index=False)
    ]
    for column in ("name", "region"):
        rows[column] = rows["customer_id"].map(customers[column]) if column in customers else ""
    rows["manager"] = rows["customer_id"].map(customers["manager_id"]) if "manager_id" in customers else ""
    if managers is not None and "name" in managers:
        named = managers.set_index("manager_id")["name"]
        rows["manager"] = rows["manager"].map(lambda code: f"{code} {named[code]}" if code in named else code)
    rows = rows.assign(contact_id=rows["customer_id"], invited_on="", channel="", wave=1, outcome="")
    return rows[[*INVITATION, *FOR_INTERVIEWERS]].fillna("")


def draw_record(sample: Sample) -> dict[str, Any]:
    """All that makes the draw repeatable: seeds, the frame file's SHA-256, numbers, interval and start of each panel."""
    times = pd.Series([customer for draw in sample.draws.values() for customer in draw.asked]).value_counts()
    panels = [panel_record(sample, name, rule) for name, rule in sample.programme.panels.items()]
    return {
        "period": str(sample.period),
        "frame": {"file": sample.frame.raw.file, "sha256": sample.frame.raw.sha256},
        "customers": len(sample.frame.customers),
        "asked": int(times.size),
        "in_two_panels": int((times > 1).sum()),
        "panels": panels,
    }


def panel_record(sample: Sample, name: str, rule: Panel) -> dict[str, Any]:
    draw = sample.draws.get(name)
    asked = rule.size if draw is None else len(draw.asked)
    return {
        "panel": name,
        "draw": rule.draw,
        "column": rule.stratify_by or (rule.size_by if rule.draw == "pps" else None) or (draw and rule.order_by),
        "asked": asked,
        "share_of_frame": None if draw is None else asked / len(sample.frame.customers),
        "interval": draw and draw.plan.interval,
        "start": draw and draw.start,
        "seed": sample.seeds.get(name),
        "without_order": draw.plan.blank if draw else 0,
        "spread": sample.spreads.get(name, {}),
        "strata": strata_record(draw) if rule.draw == "stratified" else [],
    }


def strata_record(draw: Draw) -> list[dict[str, Any]]:
    stratum = draw.plan.customers["stratum"]
    asked = stratum.reindex(draw.asked).value_counts()
    return [
        {"stratum": str(h), "customers": int(n), "asked": int(asked.get(h, 0))}
        for h, n in stratum.value_counts().sort_index().items()
    ]


def write_draw(
    root: Path, period: str | Period, *, seed: int | None = None, to: Path | None = None, overwrite: bool = False
) -> Path:
    """Draw, and write the list (csv and xlsx) and the record (html and json) into a folder, all of them or none.

    to         default draws/<period> below the root; never data/raw, which holds one file a table: what comes back is
               put there when the fieldwork is over.
    overwrite  replace an earlier draw.
    """
    root, sample = Path(root), draw_sample(Path(root), period, seed)
    folder = (root / "draws" / str(sample.period) if to is None else Path(to)).resolve()
    refuse(folder, (root / "data" / "raw").resolve(), overwrite)
    found = read_table(root, sample.period, sample.programme, "managers", Quarantine())
    rows, record = invitation_list(sample, found and found[0]), draw_record(sample)
    try:
        write_whole(folder, rows, record, sample.programme)
    except OSError as reason:
        raise DrawError(f"{folder}: can't be written ({reason.strerror})") from None
    return folder


def write_whole(folder: Path, rows: pd.DataFrame, record: dict, programme: Programme) -> None:
    """All files of a draw in a private folder, then in its place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".draw-", dir=folder.parent) as private:
        made = Path(private) / "made"
        made.mkdir()
        (made / FILES[0]).write_text(rows.to_csv(index=False, lineterminator="\r\n"), encoding="utf-8-sig", newline="")
        write_tables({"invitations": rows}, made / FILES[1])
        (made / FILES[2]).write_text(draw_record_page(record, programme), encoding="utf-8")
        (made / FILES[3]).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        put_in_place(made, folder, Path(private) / "old")


def refuse(folder: Path, raw: Path, overwrite: bool) -> None:
    if folder == raw or raw in folder.parents:
        raise DrawError(
            f"{folder}: lies in data/raw, which takes one file a table and what came back from the field; "
            "draw elsewhere and copy invitations.csv or .xlsx there later"
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise DrawError(f"{folder}: is a file, not a folder")
    strangers = sorted(path.name for path in folder.iterdir() if path.name not in FILES)
    if strangers:
        raise DrawError(f"{folder}: holds other files too ({strangers[0]}); choose a folder of its own")
    if any(folder.iterdir()) and not overwrite:
        raise DrawError(
            f"{folder}: a draw is there already; --overwrite replaces it (interviewers may have the old list)"
        )


def put_in_place(made: Path, folder: Path, old: Path) -> None:
    """Swap the folders; where the second step fails, the old one comes back."""
    if folder.exists():
        os.rename(folder, old)
    try:
        os.rename(made, folder)
    except OSError:
        if old.exists():
            os.rename(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
