"""Was the sample drawn as the rule says? Who was invited, held against the draw made again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Panel
from csat_analysis.survey.draw import CERTAIN, CHANCE, Plan, at_intervals, draw_panel, group_of

MOST_STARTS = 1000  # starts tried for equal groups; for intervals every start is


@dataclass(frozen=True, eq=False)
class DrawCheck:
    """One panel: who was invited and what the rule's draw explains of it.

    by         seed (the recorded draw made again), rule (no chance in it), start (the start that agrees best), counts (only
               the numbers by stratum can be compared: without the seed any customers of a stratum would do).
    expected   customers that the draw asks; None by counts and for equal groups without a seed.
    explained  of those invited; additions: the others; omissions: asked by the draw, not invited.
    starts     first and last start that agree best.
    """

    panel: str
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


def check_draw(
    plan: Plan, invited: pd.Index, panel: str, rule: Panel, period: Period | str, seed: int | None
) -> DrawCheck:
    """Make the draw again: from the seed where it is known, else from the start(s) that explain most of the invitations."""
    if seed is not None or rule.draw not in CHANCE:
        drawn = draw_panel(plan, panel, rule, period, seed or 0)
        return against(panel, "rule" if rule.draw not in CHANCE else "seed", invited, drawn.asked)
    if rule.draw == "stratified":
        return against_counts(panel, plan, invited)
    if rule.draw == "equal_groups":
        return against_groups(panel, plan, invited)
    first, last = best_starts(plan, invited)
    return against(panel, "start", invited, at_intervals(plan, (first + last) / 2), (first, last))


def against(
    panel: str, by: str, invited: pd.Index, expected: pd.Index, starts: tuple[float, float] | None = None
) -> DrawCheck:
    explained = len(invited.intersection(expected))
    return DrawCheck(
        panel, by, invited, expected, explained, len(invited) - explained, len(expected) - explained, starts
    )


def against_counts(panel: str, plan: Plan, invited: pd.Index) -> DrawCheck:
    """Of a stratified draw without its seed: how many of each stratum should have been asked, and how many were."""
    due = plan.customers.groupby("stratum")["chance"].sum().round()
    found = plan.customers["stratum"].reindex(invited).value_counts().reindex(due.index, fill_value=0)
    explained = int(np.minimum(due, found).sum())
    return DrawCheck(panel, "counts", invited, None, explained, len(invited) - explained, int(due.sum()) - explained)


def against_groups(panel: str, plan: Plan, invited: pd.Index) -> DrawCheck:
    """Of one from each group, without the seed: in how many groups somebody was asked, with the cut that gives most."""
    place = plan.customers.index.get_indexer(invited)
    place = place[place >= 0]
    starts = np.linspace(0, plan.interval, min(len(plan.customers), MOST_STARTS), endpoint=False)
    occupied = np.array([len(np.unique(group_of(plan, start)[place])) for start in starts])
    best, groups = np.flatnonzero(occupied == occupied.max()), round(len(plan.customers) / plan.interval)
    explained = int(occupied.max())
    return DrawCheck(
        panel,
        "start",
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
