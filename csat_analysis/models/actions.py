"""Did the actions work? The ledger of the plan, each action with its effect so far or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, comb

import numpy as np
import pandas as pd

from csat_analysis.certification import holds_at
from csat_analysis.detectable import detectable_size
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.satisfaction import PERSON, dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.difference import Effect, Side, difference_in_differences, low_scorers, treated_whole
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.survey.frame import level_name, levels_of
from csat_analysis.verdicts import SHAPE_ERROR, action_verdict

CLUSTERS = (
    "region",
    "manager_id",
)  # the coarsest that was treated whole counts; else customers are clustered by the last
NOT_BEGUN = ("planned",)
SHARED = NoEstimate(
    "not_estimable", "another action on the same subject reached all its customers: the two can't be told apart"
)
MOST_CLUSTERS = 1000


@dataclass(frozen=True)
class Action:
    """One row of the ledger; text that is blank there is None here."""

    action_id: str
    dimension: str | None
    item: str | None
    segment: str | None
    value: str | None
    owner: str | None
    started_on: pd.Timestamp | None
    due_on: pd.Timestamp | None
    status: str | None
    expected_gain: float | None


@dataclass(frozen=True, eq=False)
class Judged:
    """What can be said of one action.

    effect, placebo   points of what it was about, and of all other dimensions. before_gap: how far the treated lay above the
                      others before. low_scorers: what low scorers among the others gained anyway.
    expected          gain that was expected, on the scale of the effect. detectable: the effect found with 80 % power.
    waves_during      surveys in the middle of which it began: they show neither before nor after, and are left out.
    needed            how many of `needed_of` (answers of the treated in each wave; clusters) it would take to tell.
    """

    action: Action
    effect: Measured | NoEstimate
    found: Effect | None = None
    placebo: Measured | NoEstimate = NoEstimate("not_computed", "no effect was computed")
    before_gap: Estimate | NoEstimate = NoEstimate("not_computed", "no effect was computed")
    low_scorers: Estimate | NoEstimate = NoEstimate("not_computed", "no effect was computed")
    expected: float | None = None
    waves_before: tuple[str, ...] = ()
    waves_after: tuple[str, ...] = ()
    waves_during: tuple[str, ...] = ()
    cluster: str | None = None
    word: str | None = None

    @property
    def detectable(self) -> float | None:
        return None if self.found is None else detectable_size(self.found.se, self.found.freedom)

    @property
    def needed(self) -> tuple[str, int] | None:
        return None if self.found is None or self.word != "effect_untold" else needed(self.found, self.expected)


@dataclass(frozen=True, eq=False)
class Actions:
    """The ledger as it stands at `now`, and every action judged on the waves up to it."""

    waves: Mapping[Period, Wave]
    now: Period

    @property
    def programme(self) -> Programme:
        return self.waves[self.now].programme

    @cached_property
    def table(self) -> pd.DataFrame | NoEstimate:
        found = self.waves[self.now].clean.tables.get("actions")
        if found is None or found.empty:
            return NoEstimate("not_supplied", f"no actions were supplied for {self.now}")
        return found

    @cached_property
    def ledger(self) -> list[Action]:
        return [] if isinstance(self.table, NoEstimate) else [action_of(row) for _, row in self.table.iterrows()]

    @cached_property
    def judged(self) -> dict[str, Judged]:
        return {action.action_id: self.judge(action) for action in self.ledger}

    def why_not(self, action: Action) -> NoEstimate | None:
        """What keeps an action from being judged at all, of what its own row says."""
        surveyed = pd.Timestamp(self.waves[self.now].clean.survey_date)
        if action.status in NOT_BEGUN:
            return NoEstimate("not_computed", "it has not begun")
        if action.started_on is None:
            return NoEstimate("not_supplied", "it has no date of starting: before and after can't be told apart")
        if action.started_on >= surveyed:
            return NoEstimate(
                "not_computed", f"it began on {action.started_on:%Y-%m-%d}, after the survey of {self.now} had begun"
            )
        if action.segment is None or action.value is None:
            return NoEstimate("not_estimable", "it covers everybody: nobody is left to compare with")
        levels = self.levels(self.waves[self.now], action.segment)
        if levels is None:
            return NoEstimate("not_supplied", f"customers have no column {action.segment!r}")
        if not (levels == action.value).any():
            return NoEstimate("not_supplied", f"no customer who answered has {action.segment} {action.value!r}")
        if (levels.dropna() == action.value).all():
            return NoEstimate("not_estimable", "it covers everybody: nobody is left to compare with")
        return None

    def judge(self, action: Action) -> Judged:
        if why := self.why_not(action):
            return Judged(action, why)
        asked = [wave for wave in self.waves.values() if self.asks_alike(wave, action)]
        begun = {w.period: begun_by(w, action.started_on) for w in asked}
        comparable = [wave for wave in asked if begun[wave.period] is not None]
        during = tuple(str(wave.period) for wave in asked if begun[wave.period] is None)
        for column in CLUSTERS:
            every = {w.period: self.side(w, action, column, self.score(w, action)) for w in comparable}
            sides = {period: side for period, side in every.items() if side.answers(1.0) and side.answers(0.0)}
            before = {p: side for p, side in sides.items() if not begun[p]}
            after = {p: side for p, side in sides.items() if begun[p]}
            if not before or not after:
                both = {begun[period] for period in every} == {True, False}
                none_alone = both and self.rivals(action) and not any(side.answers(1.0) for side in every.values())
                lacking = "before it began" if not before else "since it began"
                why = NoEstimate("not_computed", f"no wave {lacking} has answers of both kinds")
                return Judged(action, SHARED if none_alone else why, waves_during=during)
            if column == CLUSTERS[-1] or treated_whole(list(sides.values())) is not None:
                break
        return replace(self.told(action, before, after, column), waves_during=during)

    def told(self, action: Action, before: dict[Period, Side], after: dict[Period, Side], column: str) -> Judged:
        found = difference_in_differences(list(before.values()), list(after.values()))
        last, first = max(before), min(after)
        about = {
            "waves_before": tuple(map(str, before)),
            "waves_after": tuple(map(str, after)),
            "before_gap": before[last].gap.process(),
            "low_scorers": low_scorers(before[last], after[first]),
            "expected": self.expected(action),
        }
        if isinstance(found, NoEstimate):
            return Judged(action, found, **about)
        effect = self.measured(found)
        placebo = self.placebo(action, before, after)
        word = action_verdict(
            effect,
            placebo,
            detectable=detectable_size(found.se, found.freedom),
            expected=about["expected"],
            smallest_p=found.smallest_p,
            p_value=found.p_value,
        )
        whole = found.p_value is not None
        cluster = column if whole or found.clusters > 1 else None
        return Judged(action, effect, found, placebo, **about, cluster=cluster, word=word)

    def placebo(self, action: Action, before: dict[Period, Side], after: dict[Period, Side]) -> Measured | NoEstimate:
        """The same difference in all that the action isn't about."""
        own = self.dimension(action)
        if own is None or len(self.programme.dimensions) < 2:
            return NoEstimate("not_estimable", "the action is about everything that is asked")
        sides = [
            [replace(side, score=self.others(self.waves[period], own)) for period, side in which.items()]
            for which in (before, after)
        ]
        found = difference_in_differences(*sides)
        return found if isinstance(found, NoEstimate) else self.measured(found)

    def measured(self, found: Effect) -> Measured:
        """Of whole clusters certified only where they differ at least as much as customers' own luck makes them: nearer together they
        are by accident, or the treated one is smaller than the others, which the study's aren't."""
        low, high = found.interval(self.programme.reporting.confidence)
        if found.p_value is None:
            holds = holds_at("action_effect", found.treated)
        else:
            holds = holds_at("action_clusters", found.clusters) and found.se >= found.customers_se
        return Measured(found.value, low, high, found.treated, holds, found.se)

    def dimension(self, action: Action) -> str | None:
        if action.item is None:
            return action.dimension
        return next((name for name, d in self.programme.dimensions.items() if action.item in d.items), action.dimension)

    def asks_alike(self, wave: Wave, action: Action) -> bool:
        """Does a wave ask what this one asks of the action's subject (all of it for the placebo)?"""
        ours, theirs = self.programme, wave.programme
        same = {n: list(d.items) for n, d in ours.dimensions.items()} == {
            n: list(d.items) for n, d in theirs.dimensions.items()
        }
        return same and ours.scale == theirs.scale

    def score(self, wave: Wave, action: Action) -> np.ndarray:
        """Points of what the action is about: its item, its dimension, or the whole."""
        name = action.item or (dimension_column(wave.programme, action.dimension) if action.dimension else PERSON)
        return wave.answer_scores[name].to_numpy(float)

    def others(self, wave: Wave, own: str) -> np.ndarray:
        """Points of the dimensions that an action isn't about, by their weights."""
        names = [name for name in wave.programme.dimensions if name != own]
        weights = pd.Series([wave.programme.weights[name] or 0.0 for name in names])
        weights = weights if weights.sum() > 0 else weights + 1
        scores = wave.answer_scores[[dimension_column(wave.programme, name) for name in names]]
        return ((scores * weights.to_numpy()).sum(axis=1, skipna=False) / weights.sum()).to_numpy(float)

    def levels(self, wave: Wave, column: str) -> pd.Series | None:
        """Level of each answer's customer in a column of the list, or in a segment that the answers themselves tell."""
        if column in wave.segments:
            return wave.segments[column]
        customers = wave.clean.tables.get("customers")
        if customers is None or (column not in customers and column not in ("customer_class", "tenure")):
            return None
        known = levels_of(customers, wave.programme, wave.clean.survey_date, column)
        return None if known is None else wave.answers["customer_id"].map(known)

    def side(self, wave: Wave, action: Action, column: str, score: np.ndarray) -> Side:
        """Customers whom another action on the same subject reached, too or alone, are compared with nobody."""
        levels = self.levels(wave, action.segment)
        treated = pd.Series(np.nan, index=wave.answers.index) if levels is None else in_segment(levels, action.value)
        for other in self.rivals(action):
            reached = self.levels(wave, other.segment)
            if reached is not None:
                treated = treated.where(~(reached == other.value))
        cluster = self.levels(wave, column)
        names = pd.Series("", index=wave.answers.index) if cluster is None else cluster.fillna("")
        return Side(wave.sample.design, score, treated.to_numpy(float), names.astype(str).to_numpy())

    def rivals(self, action: Action) -> list[Action]:
        """Other actions on the same subject, begun since the first survey: before and after differ by what they did, too."""
        first = min(pd.Timestamp(wave.clean.survey_date) for wave in self.waves.values())
        same = [o for o in self.ledger if o.action_id != action.action_id and self.same_subject(o, action)]
        return [other for other in same if self.why_not(other) is None and other.started_on >= first]

    def same_subject(self, one: Action, other: Action) -> bool:
        subjects = {self.dimension(one), self.dimension(other)}
        return None in subjects or len(subjects) == 1

    def expected(self, action: Action) -> float | None:
        """The expected gain, given in points of the index, in points of what the effect is measured on."""
        if action.expected_gain is None:
            return None
        own = self.dimension(action)
        if own is None:
            return action.expected_gain
        weight = self.programme.weights[own]
        share = weight / len(self.programme.dimensions[own].items) if action.item else weight
        return action.expected_gain / share if share else None


def needed(found: Effect, expected: float | None) -> tuple[str, int] | None:
    """What it takes to tell: answers of the treated a wave for the expected gain, or clusters where so few allow no p below 5 %."""
    if found.p_value is not None and found.smallest_p > SHAPE_ERROR:
        many = max(found.treated_clusters, 1)
        return "clusters", next(g for g in range(many + 1, MOST_CLUSTERS) if comb(g, many) * SHAPE_ERROR >= 1)
    detectable = detectable_size(found.se, found.freedom)
    if expected is None or not expected > 0 or detectable <= expected:
        return None
    factor = (detectable / expected) ** 2
    if found.p_value is not None:
        return "clusters", ceil(found.clusters * factor)
    return "answers", ceil(found.treated * factor)


def begun_by(wave: Wave, started: pd.Timestamp) -> bool | None:
    """Had an action begun when a wave was asked? None where it began between the first day and the last answer."""
    first, last = pd.Timestamp(wave.clean.survey_date), pd.Timestamp(wave.period.end)
    if "responded_on" in wave.answers:
        days = wave.answers["responded_on"]
        last = max(days[days <= last].max(), first) if (days <= last).any() else last
    return True if started < first else False if started > last else None


def in_segment(levels: pd.Series, value: str) -> pd.Series:
    """1 for those treated, 0 for the others, missing where nobody knows."""
    return (levels == value).astype(float).where(levels.notna())


def action_of(row: pd.Series) -> Action:
    def given(name: str) -> object:
        found = row.get(name)
        return None if found is None or pd.isna(found) or found == "" else found

    value = given("value")
    return Action(
        str(row["action_id"]),
        given("dimension"),
        given("item"),
        given("segment"),
        None if value is None else level_name(value),
        given("owner"),
        given("started_on"),
        given("due_on"),
        given("status"),
        None if given("expected_gain") is None else float(row["expected_gain"]),
    )
