"""What to do next: the plans of notebook 07 as actions that could be judged later, with owner, dates and how many answers it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.detectable import POWER
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.satisfaction import PERSON, dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.actions import CLUSTERS, Action, in_segment
from csat_analysis.models.plan_proposals import POINTS_RAISED, SEPARATOR
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.programme_parts import Plan
from csat_analysis.results import Results
from csat_analysis.survey.frame import levels_of
from csat_analysis.survey.power import FEWEST_PAIRS

FILE = "next_actions.csv"
COLUMNS = (
    "action_id",
    "opened",
    "dimension",
    "item",
    "segment",
    "value",
    "owner",
    "started_on",
    "due_on",
    "status",
    "expected_gain",
)
LOSES = "does_not_pay"  # a plan that was shown to lose money is not proposed
JOINT = " & "  # a plan's several columns: one alone would name more customers than it is for
BY_LOT = 0.5  # of all customers: an action for everybody can be judged where half of them begin by lot


@dataclass(frozen=True)
class Proposal:
    """A plan as an action. needed: answers of the treated that each wave before and after takes (80 % power for the expected
    gain), by other customers each time and by the same; by_lot: it is for everybody, and judged only if half begin first."""

    plan: str
    row: dict[str, object]
    needed: int | NoEstimate
    needed_same: int | NoEstimate
    by_lot: bool


def next_actions(
    waves: Mapping[Period, Wave], now: Period, ledger: list[Action], others: Results
) -> list[Proposal] | NoEstimate:
    """One action a plan whose points notebook 07 could tell, the most gainful first."""
    wave = waves[now]
    recorded = [r for r in others.records if r.key == "plan.points"]
    if not recorded:
        return NoEstimate("not_computed", "notebook 07 recorded no plans: run it before this one")
    gains = {r.group["plan"]: r for r in others.records if r.key == "plan.gain"}

    def gain(name: str) -> float:
        found = gains.get(name)
        return -np.inf if found is None or found.value is None else found.value

    names = [
        r.group["plan"]
        for r in recorded
        if gains.get(r.group["plan"]) is None or gains[r.group["plan"]].verdict != LOSES
    ]
    plans = {name: plan_named(name, wave.programme) for name in sorted(names, key=lambda name: -gain(name))}
    return [
        proposal(place, name, plan, waves, now, ledger)
        for place, (name, plan) in enumerate(plans.items(), 1)
        if plan is not None
    ]


def plan_named(name: str, programme: Programme) -> Plan | None:
    """The programme's plan, or one that notebook 07 proposed, from its name."""
    if name in programme.plans:
        return programme.plans[name]
    dimension, _, group = name.partition(SEPARATOR)
    if dimension not in programme.dimensions:
        return None
    column, _, level = group.partition("=")
    return Plan(raises={dimension: POINTS_RAISED}, customers={column: level} if group else {})


def proposal(
    place: int, name: str, plan: Plan, waves: Mapping[Period, Wave], now: Period, ledger: list[Action]
) -> Proposal:
    programme = waves[now].programme
    dimension, item, raised = subject(plan, programme)
    column, level = (JOINT.join(part) or None for part in (plan.customers, plan.customers.values()))
    following = after(now)
    row = {
        "action_id": f"{following}-{place:02d}",
        "opened": str(now),
        "dimension": dimension,
        "item": item,
        "segment": column,
        "value": level,
        "owner": owner_of(dimension, ledger),
        "started_on": following.start.isoformat(),
        "due_on": following.end.isoformat(),
        "status": "planned",
        "expected_gain": round(index_gain(plan, programme), 2),
    }
    few = NoEstimate("not_estimable", "whole regions or managers are too few to tell")
    if len(plan.customers) > 1:
        several = NoEstimate(
            "not_estimable", "an action can be followed up in one column of customers, and this has several"
        )
        return Proposal(name, row, several, several, False)
    if column in CLUSTERS:
        return Proposal(name, row, few, few, False)
    share = BY_LOT if column is None else share_of(waves[now], column, level)
    if share is None or not 0 < share < 1:
        nobody = NoEstimate("not_estimable", "nobody would be left to compare with")
        return Proposal(name, row, nobody, nobody, False)
    numbers = [answers_needed(waves, now, dimension, raised, share, same) for same in (False, True)]
    return Proposal(name, row, *numbers, by_lot=column is None)


def subject(plan: Plan, programme: Programme) -> tuple[str | None, str | None, float]:
    """The dimension that a plan raises, its item where it is one alone, and by how many points the dimension would rise. A plan of
    several dimensions is about the index: its gain, held against one of them, would be more than that one was to rise."""
    rises: dict[str, float] = {}
    for name, (low, high) in plan.raises.items():
        own = (
            name
            if name in programme.dimensions
            else next(d for d, x in programme.dimensions.items() if name in x.items)
        )
        part = 1.0 if name == own else 1 / len(programme.dimensions[own].items)
        rises[own] = rises.get(own, 0.0) + part * (low + high) / 2
    if len(rises) > 1:
        return None, None, index_gain(plan, programme)
    first = next(iter(rises))
    items = [name for name in plan.raises if name not in programme.dimensions]
    return first, items[0] if len(plan.raises) == len(items) == 1 else None, rises[first]


def index_gain(plan: Plan, programme: Programme) -> float:
    """Points of the index that its customers would gain as planned."""
    gain = 0.0
    for name, (low, high) in plan.raises.items():
        own = (
            name
            if name in programme.dimensions
            else next(d for d, x in programme.dimensions.items() if name in x.items)
        )
        part = 1.0 if name == own else 1 / len(programme.dimensions[own].items)
        gain += programme.weights[own] * part * (low + high) / 2
    return gain


def owner_of(dimension: str | None, ledger: list[Action]) -> str | None:
    """Whoever had the last action on this dimension (None: on the whole index); else it is to be named."""
    return next((a.owner for a in reversed(ledger) if a.dimension == dimension and a.owner), None)


def share_of(wave: Wave, column: str, level: str) -> float | None:
    customers = wave.clean.tables.get("customers")
    known = None if customers is None else levels_of(customers, wave.programme, wave.clean.survey_date, column)
    return None if known is None else float(in_segment(known, level).mean())


def answers_needed(
    waves: Mapping[Period, Wave], now: Period, dimension: str | None, gain: float, share: float, same: bool
) -> int | NoEstimate:
    """Answers of the treated in each of two waves: n = 2 s² (1 − ρ)(1 + q/(1 − q)) d (z + z')² / gain², q the share of the treated.

    At least: managers' common waves, few clusters and the placebo cost something, too; the study's companies need about a third
    more. d: what weights that differ cost in precision (Kish, n Σw²/(Σw)²), as those of this wave do. s from this wave's scores of
    the dimension (None: of the index). ρ: the lower end of the interval of the correlation between the same customers' scores in
    the last two waves, so that a lucky one doesn't promise too much from too few answers; 0 for others.
    """
    column = dimension_column(waves[now].programme, dimension) if dimension else PERSON
    scored = waves[now].answer_scores[column].notna().to_numpy()
    score, weight = waves[now].answer_scores[column][scored], waves[now].sample.design.weight[scored]
    if len(score) < FEWEST_PAIRS or not gain > 0:
        return NoEstimate("not_estimable", "too few answers to tell how far scores spread", len(score))
    correlation = last_correlation(waves, now, column) if same else 0.0
    if correlation is None:
        return NoEstimate("not_computed", "too few customers answered both of the last two waves")
    errors = stats.norm.ppf(1 - (1 - waves[now].programme.reporting.confidence) / 2) + stats.norm.ppf(POWER)
    uneven = len(weight) * (weight**2).sum() / weight.sum() ** 2
    return ceil(2 * score.var() * uneven * (1 - correlation) / (1 - share) * (errors / gain) ** 2)


def last_correlation(waves: Mapping[Period, Wave], now: Period, column: str) -> float | None:
    before = waves.get(now.previous())
    if before is None or column not in before.answer_scores:
        return None
    scores = [w.answer_scores[column].set_axis(w.sample.design.contact) for w in (before, waves[now])]
    both = pd.concat(scores, axis=1, join="inner").dropna()
    if len(both) < FEWEST_PAIRS:
        return None
    if not both.std().gt(0).all():
        return 0.0
    interval = stats.pearsonr(*both.to_numpy().T).confidence_interval(waves[now].programme.reporting.confidence)
    return float(max(interval.low, 0.0))


def after(period: Period) -> Period:
    """The period that follows, of the same length."""
    day = period.end + dt.timedelta(days=1)
    return Period(day.year, period.unit, (day.month - 1) // period.months + 1)


def write(proposals: list[Proposal], folder: Path) -> Path:
    """The `actions` table of the data contract for the next period, to be completed by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame([p.row for p in proposals], columns=list(COLUMNS)).to_csv(folder / FILE, index=False)
    return folder / FILE
