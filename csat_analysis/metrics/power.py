"""What a period's survey could detect, from the waves before it: by measure, panel, segment and manager."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.change import comparable, standard_in_force, threshold, wave_before
from csat_analysis.metrics.segments import segment_groups
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period
from csat_analysis.survey.power import PlannedChange, correlation_between, plan_change
from csat_analysis.survey.sampling import customers_asked, customers_or_contacts

BESIDE = ("nps", "csat", "satisfied_share")  # measures beside the index and the dimensions


@dataclass(frozen=True, eq=False)
class Power:
    """The power contract of a period: all from the waves before it and from who was invited, nothing from its answers.

    What it tells a manager: a change smaller than this can be missed, so "no change" means no change of that size.

    Answers expected are the last wave's, times customers invited now per customer invited then (1 where invitations aren't
    supplied). Those who answered last time and are invited again are expected to answer at the last wave's rate; their
    correlation is that of customers who answered the last two waves (0 where there are no two, or fewer than ten such).
    """

    waves: dict[Period, Wave]
    period: Period

    @property
    def now(self) -> Wave:
        return self.waves[self.period]

    @cached_property
    def before(self) -> Period | None:
        return wave_before(self.waves, self.period)

    @property
    def last(self) -> Wave | None:
        return self.waves.get(self.before)

    @cached_property
    def earlier(self) -> Wave | None:
        """The wave before the last one."""
        return self.waves.get(wave_before(self.waves, self.before)) if self.before else None

    @property
    def measures(self) -> list[str]:
        return ["index", *BESIDE, *self.now.programme.dimensions]

    def number(self, wave: Wave, measure: str) -> Number:
        if measure != "satisfied_share":
            return wave.measure(measure)
        cut = threshold(standard_in_force(self.waves, wave.period), self.waves, self.period)
        return wave.satisfied_share(cut.value if isinstance(cut, Estimate) else cut)

    def detectable(self, measure: str) -> float | NoEstimate:
        """Smallest change of a measure since the last wave that would be found with 80 % power, in its unit."""
        return self.smallest(self.planned(measure))

    def planned(self, measure: str) -> PlannedChange | NoEstimate:
        asked_alike = self.not_comparable(measure)
        return asked_alike or self.plan(
            self.number(self.last, measure), self.customer_panels, self.correlation(measure)
        )

    def not_comparable(self, measure: str) -> NoEstimate | None:
        if self.last is None:
            return NoEstimate("not_computed", f"there is no wave before {self.period}")
        return comparable(self.last, self.now, "index" if measure == "satisfied_share" else measure)

    @cached_property
    def customer_panels(self) -> list[str]:
        """The panels whose answers make the representative sample."""
        panels = self.now.programme.panels
        return [name for name in panels if panels[name].from_frame]

    def correlation(self, measure: str) -> float:
        if self.earlier is None or comparable(
            self.earlier, self.last, measure if measure in self.asked_once else "index"
        ):
            return 0.0
        then, last = self.number(self.earlier, measure), self.number(self.last, measure)
        both = isinstance(then, Estimate) and isinstance(last, Estimate)
        return correlation_between(then, last) if both else 0.0

    @property
    def asked_once(self) -> list[str]:
        return ["nps", "csat", *self.now.programme.dimensions]

    @cached_property
    def index_correlation(self) -> float:
        """Stands in for panels, groups and managers, which have too few customers for one of their own."""
        return self.correlation("index")

    @cached_property
    def next_correlation(self) -> float:
        """Of the index between this wave and the last: what the next survey can be planned with; 0 where it isn't known."""
        numbers = (self.last.index, self.now.index) if self.last and not self.not_comparable("index") else ()
        known = numbers and all(isinstance(number, Estimate) for number in numbers)
        return correlation_between(*numbers) if known else 0.0

    def panel(self, name: str) -> float | NoEstimate:
        """Smallest detectable change of a panel's index."""
        missing = self.not_comparable("index")
        if missing or name not in self.last.programme.panels:
            return missing or NoEstimate("not_computed", f"{self.before} has no panel {name}")
        return self.smallest(self.plan(self.last.panel_indices[name], [name], self.index_correlation))

    def segments(self) -> dict[tuple[str, str], float | NoEstimate]:
        """(segment, level) → smallest detectable change of its index."""
        if self.not_comparable("index"):
            return {}
        groups = [g for g in segment_groups(self.last) if g.segment in self.last.segments]
        return {(g.segment, g.level): self.group(g.index) for g in groups}

    def managers(self) -> dict[str, float | NoEstimate]:
        """Manager → smallest detectable change of the index of that manager's customers; none without managers in the frame."""
        customers = self.last.clean.tables.get("customers") if self.last else None
        if self.not_comparable("index") or customers is None or "manager_id" not in customers:
            return {}
        who = self.last.answers["customer_id"].map(customers.set_index("customer_id")["manager_id"])
        design, scores, programme = self.last.sample.design, self.last.answer_scores, self.last.programme
        return {
            str(name): self.group(satisfaction.index_of(design, scores, programme, inside=(who == name)))
            for name in sorted(set(who.dropna()))
        }

    def group(self, number: Number) -> float | NoEstimate:
        return self.smallest(self.plan(number, self.customer_panels, self.index_correlation))

    def smallest(self, planned: PlannedChange | NoEstimate) -> float | NoEstimate:
        confidence = self.now.programme.reporting.confidence
        return planned if isinstance(planned, NoEstimate) else planned.detectable(confidence)

    def plan(self, number: Number, panels: list[str], correlation: float) -> PlannedChange | NoEstimate:
        """A number of the last wave carried to this one: as many answers for each invitation, and the same customers again."""
        fewest = self.now.programme.reporting.min_group
        if isinstance(number, NoEstimate):
            return number
        if number.n < fewest or number.degrees_of_freedom < 1 or not number.process().variance > 0:
            return NoEstimate(
                "not_estimable", f"fewer than {fewest} answers in {self.before}, or no spread among them", number.n
            )
        growth, again = self.growth(panels), self.asked_again(panels)
        return plan_change(number, number.n * growth, overlap=number.n * again, correlation=correlation)

    def growth(self, panels: list[str]) -> float:
        """Customers invited now for each one invited last time; 1 where either isn't known."""
        now, then = self.asked(self.now, panels), self.asked(self.last, panels)
        return len(now) / len(then) if now and then else 1.0

    def asked_again(self, panels: list[str]) -> float:
        """Share (0–1) of the last wave's answers whose customer is expected to answer again: invited again × response rate."""
        now, then = self.asked(self.now, panels), self.asked(self.last, panels)
        answered = self.answered(self.last, panels)
        if not (now and then and answered):
            return 0.0
        return len(now & answered) / len(answered) * min(len(answered) / len(then), 1.0)

    def asked(self, wave: Wave, panels: Iterable[str]) -> set[str]:
        found = [customers_asked(wave.clean, name) for name in panels]
        return set(np.concatenate([f for f in found if f is not None])) if any(f is not None for f in found) else set()

    def answered(self, wave: Wave, panels: Iterable[str]) -> set[str]:
        mine = wave.responses[wave.responses["panel"].isin(list(panels))]
        return set(customers_or_contacts(mine))


def response_rates(wave: Wave) -> pd.DataFrame:
    """One row a panel: customers (or staff) asked (without the ineligible), answered by one contact or more, rate (0–1);
    missing where invitations weren't supplied."""
    rows = {}
    for name in wave.programme.panels:
        mine = wave.responses[wave.responses["panel"] == name]
        asked, answered = customers_asked(wave.clean, name), customers_or_contacts(mine).nunique()
        count = np.nan if asked is None else len(asked)
        rows[name] = {"asked": count, "answered": answered, "rate": answered / count if count else np.nan}
    return pd.DataFrame.from_dict(rows, orient="index", columns=["asked", "answered", "rate"], dtype=float)
