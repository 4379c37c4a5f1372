"""A manager's scorecard: every part on a scale of 0–100 where more is better, weighed as survey.yml says.

A part's score is its own figure stretched to that scale, not its place among the managers: that would make much of differences
which may be chance.

    satisfaction    points of the index, as against customers like these: the index of all + what the manager's add to it
    nps             (NPS + 100) / 2
    retention       share of the customers of the list before who are still listed
    complaint_rate  100 less 100 × complaints per customer, not below 0
    attainment      sales ÷ target, 100 at most: a fact of the books
    acquisition     share of today's customers who are new since the list before
    conversion      share of leads won in the end
    audits          mean score of the mystery shopper's checkpoints, of their scale
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.complaints import Exposure, complaint_rate, exposure
from csat_analysis.metrics.counted import counted_share
from csat_analysis.metrics.funnel import certified_share
from csat_analysis.metrics.retention import Stay, start_levels, stay
from csat_analysis.metrics.sales import Sales
from csat_analysis.models.managers import MANAGER, Managers, too_few_within
from csat_analysis.models.score_points import FROM_ANSWERS, Part, audit_score, in_points, weighted_total

PARTS = ("satisfaction", "nps", "retention", "complaint_rate", "attainment", "acquisition", "conversion", "audits")
MOST = 0.9  # of the weights: totals of fewer parts were never tried, and can't be compared with the others
CHECKPOINT = (0.0, 10.0)  # the scale of an audit's score
NOT_SUPPLIED = {
    "audits": NoEstimate("not_supplied", "no audits of managers were supplied"),
}


@dataclass(frozen=True)
class Total:
    """A manager's total in points with its interval; weight: the share of the programme's weights that its parts carry."""

    number: Measured | NoEstimate
    weight: float
    missing: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scorecard:
    """Parts and totals of every manager; `of(manager)` alone is what one manager may see."""

    managers: Managers
    sales: Sales

    @property
    def weights(self) -> dict[str, float]:
        """Weight of each part, as survey.yml gives it; parts without one are shown and not counted."""
        return {part: self.managers.wave.programme.scorecard.get(part, 0.0) for part in PARTS}

    @property
    def min_group(self) -> int:
        return self.managers.wave.programme.reporting.min_group

    @cached_property
    def stay(self) -> Stay | NoEstimate:
        return stay(self.managers.waves, self.managers.now.previous(), self.managers.now)

    @cached_property
    def exposure(self) -> Exposure | NoEstimate:
        return exposure(self.managers.wave)

    def part(self, manager: str, part: str) -> Part:
        """One figure of one manager in its own unit, or why there is none."""
        if self.managers.why_not and part not in ("conversion", "audits"):
            return self.managers.why_not
        return getattr(self, f"_{part}")(manager)

    def _satisfaction(self, manager: str) -> Part:
        gap, index = self.managers.against_expected.get(manager), self.managers.wave.index
        if not isinstance(gap, Measured) or isinstance(index, NoEstimate):
            return NoEstimate("not_estimable", "too few of this manager's customers answered")
        low, high = (float(np.clip(index.value + end, 0, 100)) for end in (gap.low, gap.high))
        return Measured(float(np.clip(index.value + gap.value, 0, 100)), low, high, gap.n, gap.holds, gap.se)

    def _nps(self, manager: str) -> Part:
        wave, inside = self.managers.wave, (self.managers.answering == manager).fillna(False).to_numpy(bool)
        found = satisfaction.nps(wave.sample.design, wave.answers, wave.programme, inside=inside)
        return found if isinstance(found, NoEstimate) else found.process()

    @cached_property
    def owner_before(self) -> pd.Series:
        """Manager of each customer of the list before, whom retention is counted of; empty without one."""
        if isinstance(self.stay, NoEstimate):
            return pd.Series(dtype=object)
        before = self.stay.start.clean.tables["customers"].set_index("customer_id")
        return before[MANAGER] if MANAGER in before else pd.Series(dtype=object)

    def _retention(self, manager: str) -> Part:
        if isinstance(self.stay, NoEstimate):
            return self.stay
        if self.owner_before.empty:
            return NoEstimate("not_supplied", f"the list before has no {MANAGER}")
        return self.stay.rate("stayed", self.owner_before == manager, self.managers.confidence)

    def _complaint_rate(self, manager: str) -> Part:
        if isinstance(self.exposure, NoEstimate):
            return self.exposure
        owner = self.managers.owner.reindex(self.exposure.table.index)
        return complaint_rate(
            self.exposure, "all", "customer", inside=owner == manager, confidence=self.managers.confidence
        )

    def _attainment(self, manager: str) -> Part:
        found = self.sales.attainment
        if isinstance(found, NoEstimate):
            return found
        if manager not in found.table.index:
            return NoEstimate("not_supplied", "this manager has no target")
        return found.of(manager)

    def _acquisition(self, manager: str) -> Part:
        if isinstance(self.stay, NoEstimate):
            return self.stay
        own = self.managers.owner.index[self.managers.owner == manager]
        return counted_share(int(own.isin(self.stay.acquired).sum()), len(own), self.managers.confidence)

    def _conversion(self, manager: str) -> Part:
        found = self.sales.funnel
        if isinstance(found, NoEstimate):
            return found
        own = found.inside((found.leads[MANAGER] == manager).fillna(False).to_numpy(bool))
        if not len(own.leads):
            return NoEstimate("not_supplied", "no new leads of this manager")
        return certified_share(own.win_rate, self.managers.confidence)

    @cached_property
    def visits(self) -> pd.DataFrame | NoEstimate:
        """A row a visit: manager, mean score of its checkpoints in points, checkpoints."""
        audits = self.managers.wave.clean.tables.get("audits")
        if audits is None or audits.empty:
            return NOT_SUPPLIED["audits"]
        low, high = CHECKPOINT
        points = 100 * (audits["score"].astype(float) - low) / (high - low)
        scored = audits.assign(points=points).dropna(subset=["points", MANAGER])
        found = scored.groupby([MANAGER, "visited_on"], dropna=False)["points"].agg(["mean", "size"])
        return found.reset_index()

    def _audits(self, manager: str) -> Part:
        """Mean over visits; the spread between visits is pooled over all managers, since each has but a few."""
        if isinstance(self.visits, NoEstimate):
            return self.visits
        return audit_score(self.visits, manager, self.managers.confidence)

    @cached_property
    def hidden(self) -> dict[str, set[object]]:
        """Parts that may not be shown of a manager: too few customers behind them, or a second one that would give it away."""
        owner = self.managers.owner if not self.managers.why_not else pd.Series(dtype=object)
        levels = start_levels(self.managers.wave).reindex(owner.index) if len(owner) else pd.DataFrame()
        listed = too_few_within(owner, levels, self.min_group)
        found = {part: set(listed) for part in PARTS}
        if not self.managers.why_not:
            for part in FROM_ANSWERS:
                found[part] |= self.managers.hidden
            answers = self.managers.wave.answers
            if "nps" in answers:
                found["nps"] |= self.managers.too_few(answers["nps"].notna())
            if isinstance(self.stay, Stay):
                found["retention"] |= too_few_within(self.owner_before, self.stay.levels, self.min_group)
        leads = self.sales.funnel
        if not isinstance(leads, NoEstimate):
            found["conversion"] |= self.sales.hidden_leads(MANAGER)
        attained = self.sales.attainment
        if not isinstance(attained, NoEstimate):
            found["attainment"] |= set(attained.table.index[attained.table["hidden"]])
        return found

    def score(self, manager: str, part: str) -> Measured | NoEstimate:
        """A part in points 0–100 where more is better; a fact has no width."""
        if manager in self.hidden[part]:
            return NoEstimate("not_computed", "too few customers to be shown")
        return in_points(self.part(manager, part), part, self.managers.confidence)

    def of(self, manager: str) -> pd.DataFrame:
        """One manager's parts, by part: weight, score, low, high, n, status; nobody else's."""
        rows = {}
        for part in PARTS:
            found = self.score(manager, part)
            told = isinstance(found, Measured)
            rows[part] = {
                "weight": self.weights[part],
                "score": found.value if told else np.nan,
                "low": found.low if told else np.nan,
                "high": found.high if told else np.nan,
                "n": found.n,
                "status": "ok" if told else found.reason,
            }
        return pd.DataFrame(rows).T.infer_objects()

    def total(self, manager: str) -> Total:
        """Σ weight × score over the parts that there are, their weights brought back to one.

        Interval: normal with the parts' own variances; the answers' parts (satisfaction, NPS) count as wholly correlated, being
        the same people, which can only widen it. Attainment, a fact, adds none.
        """
        wanted = {part: weight for part, weight in self.weights.items() if weight > 0}
        if not wanted:
            return Total(NoEstimate("not_supplied", "survey.yml gives no weights of a scorecard"), 0.0, ())
        scores = {part: self.score(manager, part) for part in wanted}
        told = {part: score for part, score in scores.items() if isinstance(score, Measured)}
        missing = tuple(part for part in wanted if part not in told)
        carried = sum(wanted[part] for part in told) / sum(wanted.values())
        if not any(score.se for score in told.values()):
            return Total(NoEstimate("not_estimable", "no part of the scorecard can be told"), carried, missing)
        number = weighted_total(told, wanted, self.managers.confidence)
        return Total(number if carried >= MOST else replace(number, holds=False), carried, missing)
