"""Answers beside how their customers were served since the survey before: the panel that slowness and the journey rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis import certification
from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.cases import WAITS, cases_since
from csat_analysis.metrics.change import comparable
from csat_analysis.metrics.history import event_files
from csat_analysis.metrics.satisfaction import PERSON, dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.effects import coefficient
from csat_analysis.models.regression import fit_linear
from csat_analysis.models.repurchase import panel_design, wave_answers
from csat_analysis.period import Period

SLOWEST = 0.75  # where survey.yml names no target, a case is slow from this quantile of all cases on
FEWEST_DEGREES = certification.FEWEST_DEGREES
SALES = "log_sales"


@dataclass(frozen=True, eq=False)
class Served:
    """Every answer of the representative samples up to a period whose customer and day are known.

    table   one row an answer: period, customer_id, responded_on, satisfaction (points), dimensions, items, log_sales.
    scores  the same rows' scores by index, dimension or item.
    design  clustered by customer, as in models/repurchase.py.
    cases   kind of wait → its cases since the survey before, with the row of the answer they belong to; a kind whose
            table no period supplied is a NoEstimate. `joined` tells for which rows the cases are known at all.
    """

    table: pd.DataFrame
    design: Design
    cases: dict[str, pd.DataFrame | NoEstimate]
    joined: dict[str, np.ndarray]
    targets: dict[str, float]
    files: tuple[str, ...]

    def threshold(self, wait: str) -> float:
        """From which wait on a case is slow: survey.yml's target, else the slowest quarter of all."""
        target = self.targets.get(wait)
        return float(self.cases[wait]["wait"].quantile(SLOWEST)) if target is None else target

    def experience(self, wait: str, kinds: tuple[str, ...] = ()) -> pd.DataFrame:
        """One row an answer: how many cases (NaN where that isn't known), mean wait, and whether one was slow.

        kinds  only tickets of these kinds. A case that is still open counts as it stood when the customer answered.
        """
        cases = self.cases[wait]
        mine = cases[cases["kind"].isin(kinds)] if kinds else cases
        by_answer = mine.assign(slow=mine["wait"] > self.threshold(wait)).groupby("row")
        found = pd.DataFrame(
            {"cases": by_answer.size(), "wait": by_answer["wait"].mean(), "slow": by_answer["slow"].any().astype(float)}
        ).reindex(self.table.index)
        return found.assign(cases=found["cases"].fillna(0.0).where(self.joined[wait]))


def served_panel(waves: Mapping[Period, Wave], now: Period) -> Served | NoEstimate:
    """The panel of all waves up to `now` that ask what `now` asks.

    An answer is joined with its customer's cases since the survey before (since the period's start, for the first wave) and
    before the day of the answer: what came later can't have moved it.
    """
    parts, cases = [], {name: [] for name in WAITS}
    in_order, start = sorted(waves), 0
    joined: dict[str, list[np.ndarray]] = {name: [] for name in WAITS}
    for place, period in enumerate(in_order):
        wave = waves[period]
        if comparable(wave, waves[now], "index"):
            continue
        answers = with_scores(wave)
        answers = answers[answers["customer_id"].notna() & answers["responded_on"].notna()].reset_index(drop=True)
        since = waves[in_order[place - 1]].clean.survey_date if place else period.start
        for name in WAITS:
            known = own_cases(waves, wave, name, pd.Timestamp(since), answers)
            joined[name].append(np.full(len(answers), known is not None))
            if known is not None:
                cases[name].append(known.assign(row=known["row"] + start))
        parts.append(answers)
        start += len(answers)
    if not parts or not start:
        return NoEstimate("not_supplied", "answers name neither customer nor day: cases can't be joined to them")
    table = pd.concat(parts, ignore_index=True)
    lacking = NoEstimate("not_supplied", "no period has a table of these cases")
    files = [file for wave in waves.values() for file in wave.files]
    files += [file for name in ("tickets", "orders") for file in event_files(waves, name)]
    return Served(
        table,
        panel_design(table),
        {name: pd.concat(found, ignore_index=True) if found else lacking for name, found in cases.items()},
        {name: np.concatenate(found) for name, found in joined.items()},
        waves[now].programme.service_targets,
        tuple(dict.fromkeys(files)),
    )


def with_scores(wave: Wave) -> pd.DataFrame:
    """A wave's representative answers with every dimension's and item's score under its own name."""
    programme, scores = wave.programme, wave.answer_scores.reset_index(drop=True)
    dimensions = {name: scores[dimension_column(programme, name)] for name in programme.dimensions}
    named = pd.DataFrame(dimensions).add_prefix("dimension ").join(scores[programme.items].add_prefix("item "))
    return wave_answers(wave).join(named.assign(index=scores[PERSON]))


def own_cases(
    waves: Mapping[Period, Wave], wave: Wave, name: str, since: pd.Timestamp, answers: pd.DataFrame
) -> pd.DataFrame | None:
    """The cases behind a wave's answers, each with the answer's row; None where the period's files lack the table."""
    if WAITS[name].table not in wave.clean.tables or answers.empty:
        return None
    parts = []
    for _, once in answers.groupby(answers.groupby("customer_id").cumcount()):  # each of a customer's contacts in turn
        found = cases_since(waves, wave, name, since, once.set_index("customer_id")["responded_on"])
        if isinstance(found, NoEstimate):
            return None
        rows = pd.Series(once.index, index=once["customer_id"])
        parts.append(found.assign(row=found["customer_id"].map(rows).astype(int)))
    return pd.concat(parts, ignore_index=True)


def held_equal(table: pd.DataFrame, inside: np.ndarray) -> pd.DataFrame:
    """What is held equal: the wave, and yearly sales where all of these customers' are known; only what differs among them."""
    waves = pd.get_dummies(table["period"], dtype=float).iloc[:, 1:].add_prefix("wave ")
    if SALES in table and table.loc[inside, SALES].notna().all():
        waves[SALES] = table[SALES]
    return waves.loc[:, [np.ptp(waves.loc[inside, name]) > 0 for name in waves]]


def slope_of(panel: Served, score: str, columns: pd.DataFrame, inside: np.ndarray) -> Estimate | NoEstimate:
    """Coefficient of the first of `columns` in a weighted linear regression of a score on them and what is held equal."""
    if score not in panel.table:
        return NoEstimate("not_supplied", f"{score} isn't asked")
    inside = inside & panel.table[score].notna().to_numpy() & columns.notna().all(axis=1).to_numpy()
    if not inside.any() or np.ptp(columns.iloc[:, 0][inside]) == 0:
        return NoEstimate("not_estimable", "all customers with such a case were served alike", int(inside.sum()))
    if np.ptp(panel.table[score][inside]) == 0:
        return NoEstimate("not_estimable", "all customers with such a case gave the same score", int(inside.sum()))
    varying = columns.loc[:, [np.ptp(columns.loc[inside, name]) > 0 for name in columns]]
    x = varying.join(held_equal(panel.table, inside))
    try:
        fit = fit_linear(panel.design, panel.table[score], x, inside=inside)
    except EstimateError as reason:
        return NoEstimate("not_estimable", str(reason), int(inside.sum()))
    return coefficient(fit, columns.columns[0])


def compared(estimate: Estimate | NoEstimate, kind: str, answers: int, confidence: float) -> Compared | NoEstimate:
    """An estimate with its t interval and test, certified by the study of its kind at so many answers."""
    if isinstance(estimate, NoEstimate):
        return estimate
    if estimate.status != "ok":
        return NoEstimate("not_estimable", "nothing to judge the spread by", estimate.n)
    even = certification.design_effect(estimate.design.weight[estimate.about]) <= certification.MAX_DESIGN_EFFECT[""]
    holds = certification.holds_at(kind, answers) and estimate.degrees_of_freedom >= FEWEST_DEGREES and even
    low, high = estimate.interval(confidence)
    return Compared(Measured(estimate.value, low, high, estimate.n, holds, estimate.se), estimate.p_value())
