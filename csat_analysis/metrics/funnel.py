"""From lead to order: which share passes each stage, how many are won, after how long and at what cost.

Leads that are still open are censored: they are neither won nor lost. What the data hold of a lead is its first day, its
last, how it ended and the furthest stage before that; when it moved from stage to stage they don't tell. So the shares are
those of a survival view (Aalen–Johansen) whose endings are "lost at this stage" and "won": right whether winning or
losing takes longer, which shares among the closed leads are not (studies/sales.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.certification import holds_at
from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.closing import OPEN, endings, median_days, still_open
from csat_analysis.metrics.history import events
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

STAGES = ("lead", "contacted", "needs", "proposal", "negotiation")  # then won
WON, UNPLACED = len(STAGES), len(STAGES) + 1  # endings beside "lost at stage 0 … 4"; lost nobody knows where
ENDINGS = len(STAGES) + 2
MOST_OPEN = 0.10  # of leads still open after the longest time at which one closed: beyond it the shares aren't told
RESAMPLES, SEED = 9999, 20260705  # of the test of equal win rates where groups are small
FEWEST_EXPECTED, FEW_EXPECTED_SHARE, USUAL_EXPECTED = 1.0, 0.2, 5.0  # Cochran (1954)


@dataclass(frozen=True, eq=False)
class Funnel:
    """The leads that were new in a period.

    leads   one row a lead: days (from created to closed or to the last day known), ending (see STAGES, WON, UNPLACED, OPEN),
            reached (place of the furthest stage), source, manager_id, cost where supplied.
    """

    leads: pd.DataFrame
    confidence: float

    def inside(self, rows: np.ndarray) -> Funnel:
        return Funnel(self.leads[rows].reset_index(drop=True), self.confidence)

    @property
    def design(self) -> Design:
        return Design.of(range(len(self.leads)))

    @property
    def closed(self) -> np.ndarray:
        return (self.leads["ending"] != OPEN).to_numpy()

    @property
    def won(self) -> np.ndarray:
        return (self.leads["ending"] == WON).to_numpy()

    @cached_property
    def _endings(self) -> tuple[np.ndarray, np.ndarray]:
        return endings(self.leads["days"].to_numpy(), self.leads["ending"].to_numpy(), ENDINGS)

    @cached_property
    def open_beyond(self) -> float:
        """Share still open after the longest time at which a lead was seen to close."""
        _, survival, _ = still_open(self.leads["days"].to_numpy(), self.closed)
        return float(survival[-1]) if len(survival) else 1.0

    @cached_property
    def why_not(self) -> NoEstimate | None:
        """Why shares can't be told, or None."""
        if not self.closed.any():
            return NoEstimate("not_estimable", "no lead of the period has closed", len(self.leads))
        if self.open_beyond > MOST_OPEN:
            reason = f"{self.open_beyond:.0%} of leads would still be open after the longest time that any was seen to close in"
            return NoEstimate("not_estimable", reason, int(self.closed.sum()))
        return None

    def conversion(self, stage: str) -> Estimate | NoEstimate:
        """Share (0–1) that goes on beyond a stage, of the leads that reach it; open leads censored, Wilson interval.

        P(ends beyond the stage) / P(ends at it or beyond), each by Aalen–Johansen; the interval is Wilson's at the effective
        number of closed leads that reached it. Leads that were lost nobody knows where are in no stage.
        """
        place = STAGES.index(stage)
        return self._share(range(place + 1, WON + 1), range(place, WON + 1))

    @property
    def win_rate(self) -> Estimate | NoEstimate:
        """Share (0–1) of leads that are won in the end; open leads censored, Wilson interval."""
        return self._share([WON], range(ENDINGS))

    def _share(self, of: range | list[int], among: range) -> Estimate | NoEstimate:
        if self.why_not:
            return self.why_not
        known = np.flatnonzero(self.leads["ending"].isin(list(among)))
        shares, influence = self._endings
        whole, part = shares[list(among)].sum(), shares[list(of)].sum()
        if not len(known) or not whole > 0:
            return NoEstimate("not_estimable", "no closed lead reached this stage")
        value = float(min(max(part / whole, 0.0), 1.0))
        u = (influence[:, list(of)].sum(axis=1) - value * influence[:, list(among)].sum(axis=1)) / whole
        return Estimate(
            value,
            u,
            np.arange(len(u)),
            self.design,
            domain=known,
            bounds=(0.0, 1.0),
            kind="share",
            finite=False,
        )

    @property
    def days_to_close(self) -> Measured | NoEstimate:
        """Median days from a lead's first day to won or lost (Kaplan–Meier), with Brookmeyer and Crowley's interval."""
        closed = self.closed
        value, low, high = median_days(self.leads["days"].to_numpy(), closed, self.confidence)
        if np.isnan([value, low, high]).any():
            return NoEstimate("not_estimable", "too few leads have closed for a median", int(closed.sum()))
        return Measured(value, low, high, int(closed.sum()), holds_at("closing", int(closed.sum())))

    @property
    def cost_per_lead(self) -> float | NoEstimate:
        """CNY: mean cost of the leads whose cost is known; a fact."""
        cost = self.leads["cost"].dropna()
        return float(cost.mean()) if len(cost) else NoEstimate("not_supplied", "leads have no cost")

    @property
    def cost_per_won(self) -> float | NoEstimate:
        """CNY spent on all leads of the period for each that was won so far; a fact, and open leads may yet lower it."""
        cost, won = self.leads["cost"].dropna(), int(self.won.sum())
        if not len(cost):
            return NoEstimate("not_supplied", "leads have no cost")
        return float(cost.sum() / won) if won else NoEstimate("not_estimable", "no lead was won")


def certified_share(found: Estimate | NoEstimate, confidence: float) -> Measured | NoEstimate:
    """A share of the funnel with its interval; certified at the numbers of closed leads at which the study found it to hold."""
    if isinstance(found, NoEstimate):
        return found
    if found.n < 2:
        return NoEstimate("not_estimable", "one closed lead tells no share", found.n)
    low, high = found.interval(confidence)
    return Measured(found.value, low, high, found.n, holds_at("conversion", found.n), found.se or None)


def funnel(waves: Mapping[Period, Wave], now: Period) -> Funnel | NoEstimate:
    """The leads that were new in `now`'s file, each with the last day that is known of it."""
    leads = events(waves, "leads")
    if isinstance(leads, NoEstimate):
        return leads
    leads = leads[leads["period"] == str(now)].reset_index(drop=True)
    if leads.empty:
        return NoEstimate("not_supplied", f"no new leads in {now}")
    return Funnel(with_endings(leads, pd.Timestamp(now.end)), waves[now].programme.reporting.confidence)


def with_endings(leads: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """Leads with days, ending and reached, as `Funnel` takes them.

    A lead that is closed without a day (or whose day was no day) is taken as closed on the last day known. `reached` counts
    the stages on the way: who was won has passed them all, whatever jumped.
    """
    stage = leads["stage"]
    furthest = leads["reached"] if "reached" in leads else pd.Series(pd.NA, index=leads.index, dtype="str")
    place = furthest.map({name: at for at, name in enumerate(STAGES)})
    won, lost = stage == "won", stage == "lost"
    closed = won | lost
    ended = leads["closed_on"] if "closed_on" in leads else pd.Series(pd.NaT, index=leads.index)
    days = (ended.where(closed).fillna(until).clip(upper=until) - leads["created_on"]).dt.days.clip(lower=0)
    ending = np.where(won, WON, np.where(lost, place.fillna(UNPLACED), OPEN)).astype(int)
    own = {
        "days": days.astype(float),
        "ending": ending,
        "reached": place.fillna(stage.map({name: at for at, name in enumerate(STAGES)})),
        "no_day": closed & ended.isna(),
    }
    extra = {name: leads.get(name, pd.Series(np.nan, index=leads.index)) for name in ("source", "manager_id", "cost")}
    return pd.DataFrame(own | extra)


def group_sizes(found: Funnel, column: str) -> dict[object, int]:
    """Closed leads of each level of source or manager_id; the nameless are a group of their own (None)."""
    level = found.leads.loc[found.closed, column]
    named = level.value_counts().to_dict()
    return named | ({None: int(level.isna().sum())} if level.isna().any() else {})


def equal_win_rates(won: pd.Series, closed: pd.Series) -> tuple[float, int, float] | NoEstimate:
    """Pearson's χ² that all groups' closed leads are won alike: statistic, degrees of freedom, p.

    won, closed  counts by group. Where expected counts are small (Cochran 1954), p is that of tables drawn with these margins.
    """
    table = np.array([won, closed - won], dtype=int)
    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return NoEstimate("not_estimable", "two groups with won and lost leads are needed", int(closed.sum()))
    expected = stats.contingency.expected_freq(table)
    rough = expected.min() < FEWEST_EXPECTED or (expected < USUAL_EXPECTED).mean() > FEW_EXPECTED_SHARE
    found = stats.chi2_contingency(table, correction=False)
    p = found.pvalue
    if rough:
        drawn = stats.MonteCarloMethod(n_resamples=RESAMPLES, rng=np.random.default_rng(SEED))
        p = stats.chi2_contingency(table, correction=False, method=drawn).pvalue
    return float(found.statistic), table.shape[1] - 1, float(p)


def against_the_rest(won: pd.Series, closed: pd.Series) -> pd.DataFrame:
    """Each group's share won among its closed leads less that of all others, and Fisher's exact p."""
    rows = {}
    for group in won.index:
        own, others = (won[group], closed[group] - won[group]), (won.sum() - won[group], (closed - won).sum())
        table = [own, (others[0], others[1] - own[1])]
        rest = closed.sum() - closed[group]
        gap = won[group] / closed[group] - (others[0] / rest if rest else np.nan)
        rows[group] = {"gap": gap, "p": float(stats.fisher_exact(table).pvalue)}
    return pd.DataFrame(rows).T
