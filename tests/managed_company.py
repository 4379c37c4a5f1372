"""A small company with managers and actions over two half-years, written as an analyst's files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from csat_analysis.metrics.wave import Wave, load_waves
from csat_analysis.period import Period

BEFORE, NOW = Period.parse("2025H2"), Period.parse("2026H1")
SURVEY = """
name: Managed
scale: {min: 0, max: 10}
dimensions: {goods: {weight: 0.5, items: [g1]}, people: {weight: 0.5, items: [p1]}}
outcomes: {nps: {min: 0, max: 10, promoter: [9, 10], detractor: [0, 6]}}
weighting: {method: none}
segments: [branch, region]
scorecard: {satisfaction: 0.5, retention: 0.3, attainment: 0.2}
"""
ACTIONS = "action_id,opened,dimension,item,segment,value,owner,started_on,due_on,status,expected_gain\n"
PER_MANAGER = {"M1": 20, "M2": 20, "M3": 20, "M4": 1, "": 5}  # M4 has one customer, five have nobody


def owners() -> list[str]:
    return [manager for manager, count in PER_MANAGER.items() for _ in range(count)]


def write(root: Path, *, actions: str | None = None, periods=(BEFORE, NOW), leave_out=(), gain: float = 0.0) -> Path:
    """Everybody answers both times; customers of the branch "north" rate goods `gain` tens of points higher since. c1 changed hands."""
    rng, raw = np.random.default_rng(4), root / "data" / "raw"
    raw.mkdir(parents=True)
    (raw / "survey.yml").write_text(SURVEY, encoding="utf-8")
    lasting = rng.normal(6, 1.0, sum(PER_MANAGER.values()))
    for place, period in enumerate(periods):
        folder = raw / str(period)
        folder.mkdir()
        customers, answers = (
            ["customer_id,branch,region,since,manager_id"],
            ["response_id,contact_id,customer_id,responded_on,g1,p1,nps"],
        )
        for i, manager in enumerate(owners()):
            mine = "M2" if i == 0 and period == BEFORE else manager
            north = i % 3 == 0
            goods, people = lasting[i] + rng.normal(0, 0.7, 2) + np.array([gain * north * (period == NOW), 0.0])
            scores = [int(np.clip(round(x), 0, 10)) for x in (goods, people, lasting[i] + 1)]
            customers.append(
                f"c{i},{'north' if north else 'south'},{'east' if manager in ('M1', 'M2') else 'west'},2020-01-01,{mine}"
            )
            answers.append(
                f"{period}-{i},c{i},c{i},{period.end.year}-{'12' if period == BEFORE else '06'}-10,"
                + ",".join(map(str, scores))
            )
        if period == BEFORE:
            customers.append(
                "gone,south,west,2020-01-01,"
            )  # nobody's customer, who left unheard: the lists tell who left
        tables = {"customers": customers, "responses": answers}
        tables["managers"] = [
            "manager_id,name,region,sales_target",
            *(f"{m},示例{m},east,1000" for m in ("M1", "M2", "M3", "M4")),
        ]
        if "managers" in leave_out:
            del tables["managers"]
            tables["customers"] = [row.rsplit(",", 1)[0] for row in customers]
        if actions is not None and period == NOW:
            tables["actions"] = (ACTIONS + actions).splitlines()
        for name, rows in tables.items():
            (folder / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return root


def waves(root: Path, **options: object) -> dict[Period, Wave]:
    return load_waves(write(root, **options), NOW)
