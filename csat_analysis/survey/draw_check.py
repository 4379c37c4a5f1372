"""Was the sample drawn as the rule says? Who was invited, held against the draw made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from csat_analysis.errors import DrawError
from csat_analysis.estimate import NoEstimate
from csat_analysis.intake import Clean
from csat_analysis.period import Period
from csat_analysis.programme import Panel, Programme
from csat_analysis.survey.draw import CERTAIN, CHANCE, Plan, at_intervals, draw_panel, group_of, make_plan
from csat_analysis.survey.frame import levels_of

MOST_STARTS = 1000  # starts tried for equal groups; for intervals every start is


@dataclass(frozen=True)
class RecordedDraw:
    """What `csat draw` wrote down: the frame file's SHA-256, and by panel the seed and Neyman's spread of scores."""

    sha256: str
    seeds: Mapping[str, int | None]
    spread: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def recorded_draw(record: Mapping | None) -> RecordedDraw | None:
    """A draw record as intake read it."""
    if record is None:
        return None
    panels = record["panels"]
    return RecordedDraw(
        record["sha256"],
        {name: panel.get("seed") for name, panel in panels.items()},
        {name: panel["spread"] for name, panel in panels.items() if panel.get("spread")},
    )


@dataclass(frozen=True, eq=False)
class DrawCheck:
    """One panel: who was invited and what the rule's draw explains of it.

    by         seed (the draw made again), rule (no chance in it), start (the start that agrees best), groups, counts (without
               the seed any one of a group, or any customers of a stratum, would do: only the numbers can be compared).
    expected   customers that the draw asks; None by groups and counts.
    explained  of those invited; additions: the others; omissions: asked by the draw, not invited.
    starts     first and last start that agree best.
    """

    plan: Plan
    by: str
    invited: pd.Index
    expected: pd.Index | None
    explained: int
    additions: int
    omissions: int
    starts: tuple[float, float] | None = None

    @property
    def share(self) -> float:
        return self.explained / len(self.invited) if len(self.invited) else 0.0


def draw_checks(
    clean: Clean, programme: Programme, recorded: RecordedDraw | None = None
) -> dict[str, DrawCheck | NoEstimate]:
    """Every panel that survey.yml draws from the frame: its draw made again, or why that can't be done."""
    return {
        name: checked(clean, programme, name, rule, recorded)
        for name, rule in programme.panels.items()
        if rule.from_frame
    }


def checked(
    clean: Clean, programme: Programme, name: str, rule: Panel, recorded: RecordedDraw | None
) -> DrawCheck | NoEstimate:
    if programme.part is not None:
        return NoEstimate("not_computed", "the sample was drawn from all customers, of whom these are a part")
    for table in ("customers", "invitations"):
        if table not in clean.tables:
            return NoEstimate("not_supplied", f"{table} was not supplied")
    invited = invited_customers(clean, name)
    if invited.empty:
        return NoEstimate("not_supplied", f"nobody was invited in the panel {name}")
    seed = recorded.seeds.get(name) if recorded else rule.seed
    try:
        return check_draw(plan_of(clean, programme, name, rule, recorded), invited, name, rule, clean.period, seed)
    except DrawError as refused:
        return NoEstimate("not_estimable", str(refused))


def plan_of(clean: Clean, programme: Programme, name: str, rule: Panel, recorded: RecordedDraw | None) -> Plan:
    """The plan of a panel on the frame as it was drawn from."""
    frame = clean.tables["customers"]
    if recorded and "left_on" in frame:  # `csat draw` asks nobody who is known to leave within the period
        frame = frame[~(frame["left_on"] < pd.Timestamp(clean.period.end))]
    strata = levels_of(frame, programme, clean.survey_date, rule.stratify_by) if rule.stratify_by else None
    spread = rule.stratum_sd or (recorded.spread.get(name, {}) if recorded else {})
    return make_plan(frame, name, rule, strata=strata, spread=spread)


def invited_customers(clean: Clean, panel: str) -> pd.Index:
    """Customers that the invitations table names in a panel, the ineligible too."""
    invitations = clean.tables["invitations"]
    mine = invitations[invitations["panel"] == panel] if "panel" in invitations else invitations
    return pd.Index(mine["customer_id"].dropna().unique())


def in_two_panels(clean: Clean, programme: Programme) -> int | NoEstimate:
    """Customers invited in more than one panel."""
    if "invitations" not in clean.tables:
        return NoEstimate("not_supplied", "invitations was not supplied")
    panels = [name for name, rule in programme.panels.items() if rule.from_frame]
    everyone = [customer for name in panels for customer in invited_customers(clean, name)]
    return int((pd.Series(everyone, dtype=object).value_counts() > 1).sum())


def check_draw(
    plan: Plan, invited: pd.Index, panel: str, rule: Panel, period: Period | str, seed: int | None
) -> DrawCheck:
    """Make the draw again: from the seed where it is known, else from the start(s) that explain most of the invitations."""
    if seed is not None or rule.draw not in CHANCE:
        drawn = draw_panel(plan, panel, rule, period, seed or 0)
        return against(plan, "rule" if rule.draw not in CHANCE else "seed", invited, drawn.asked)
    if rule.draw == "stratified":
        return against_counts(plan, invited)
    if rule.draw == "equal_groups":
        return against_groups(plan, invited)
    first, last = best_starts(plan, invited)
    return against(plan, "start", invited, at_intervals(plan, (first + last) / 2), (first, last))


def against(
    plan: Plan, by: str, invited: pd.Index, expected: pd.Index, starts: tuple[float, float] | None = None
) -> DrawCheck:
    explained = len(invited.intersection(expected))
    return DrawCheck(
        plan, by, invited, expected, explained, len(invited) - explained, len(expected) - explained, starts
    )


def against_counts(plan: Plan, invited: pd.Index) -> DrawCheck:
    """Of a stratified draw without its seed: how many of each stratum should have been asked, and how many were."""
    due = plan.customers.groupby("stratum")["chance"].sum().round()
    found = plan.customers["stratum"].reindex(invited).value_counts().reindex(due.index, fill_value=0)
    explained = int(np.minimum(due, found).sum())
    return DrawCheck(plan, "counts", invited, None, explained, len(invited) - explained, int(due.sum()) - explained)


def against_groups(plan: Plan, invited: pd.Index) -> DrawCheck:
    """Of one from each group, without the seed: in how many groups somebody was asked, with the cut that gives most."""
    place = plan.customers.index.get_indexer(invited)
    place = place[place >= 0]
    starts = np.linspace(0, plan.interval, min(len(plan.customers), MOST_STARTS), endpoint=False)
    occupied = np.array([len(np.unique(group_of(plan, start)[place])) for start in starts])
    best, groups = np.flatnonzero(occupied == occupied.max()), round(len(plan.customers) / plan.interval)
    explained = int(occupied.max())
    return DrawCheck(
        plan,
        "groups",
        invited,
        None,
        explained,
        len(invited) - explained,
        groups - explained,
        (float(starts[best[0]]), float(starts[best[-1]])),
    )


def best_starts(plan: Plan, invited: pd.Index) -> tuple[float, float]:
    """The stretch of starts from which the intervals fall on most of those invited.

    Each customer is asked from a stretch of starts: its part of the cumulated sizes, taken modulo the interval. Where most
    stretches of invited customers overlap, the start must lie.
    """
    open_to_chance = plan.customers[plan.customers["stratum"] != CERTAIN]
    end = open_to_chance["size"].cumsum()
    begin = end - open_to_chance["size"]
    mine = open_to_chance.index.isin(invited)
    low = np.mod(begin[mine].to_numpy(), plan.interval)
    high = low + open_to_chance["size"].to_numpy()[mine]
    over = high > plan.interval  # a stretch that begins anew at 0
    low = np.concatenate([low, np.zeros(over.sum())])
    high = np.concatenate([np.minimum(high, plan.interval), high[over] - plan.interval])
    edges = np.unique(np.concatenate([[0.0, plan.interval], low, high]).round(9))
    middle = (edges[:-1] + edges[1:]) / 2
    holding = np.searchsorted(np.sort(low), middle, side="right") - np.searchsorted(np.sort(high), middle, side="right")
    best = int(np.argmax(holding))
    return float(edges[best]), float(edges[best + 1])
