"""The year's target beside what was to come with it: did loyalty, exclusive customers and their sales rise too?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from csat_analysis import verdicts
from csat_analysis.errors import ProgrammeError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics import loyalty
from csat_analysis.metrics.change import change
from csat_analysis.metrics.exclusive import Exclusive
from csat_analysis.metrics.moved import Moved
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

SCALES = {"loyalty_index": 100.0, "exclusive_customers": 1.0, "exclusive_sales": 1.0}  # points; growth as a share


@dataclass(frozen=True, eq=False)
class Target:
    """The target of survey.yml and its outcomes, each with its change on the same half a year earlier."""

    waves: Mapping[Period, Wave]
    now: Period
    orders: pd.DataFrame | NoEstimate
    exclusive: Exclusive | NoEstimate

    @property
    def rule(self):
        return self.waves[self.now].programme.target

    @property
    def confidence(self) -> float:
        return self.waves[self.now].programme.reporting.confidence

    @cached_property
    def gain(self) -> Estimate | NoEstimate:
        """The index less that of a year earlier, in points."""
        return change(self.waves, self.now, self.now.year_before(), "index")

    @cached_property
    def changes(self) -> dict[str, Moved | NoEstimate]:
        """Outcome → its change: points of the loyalty index, growth (share) of the number and the sales of exclusive customers."""
        names = self.rule.outcomes if self.rule else ()
        if unknown := [name for name in names if name not in SCALES]:
            raise ProgrammeError(
                f"survey.yml: target: outcomes: {unknown[0]} is no outcome that can be checked; it may be {', '.join(SCALES)}"
            )
        return {name: self._change(name) for name in names}

    def _change(self, name: str) -> Moved | NoEstimate:
        if name == "loyalty_index":
            found = loyalty.loyalty_change(self.waves, self.now, self.orders)
            if isinstance(found, NoEstimate):
                return found
            return Moved.of(found, found.n, loyalty.holds(found, "loyalty_change"))
        if isinstance(self.exclusive, NoEstimate):
            return self.exclusive
        return self.exclusive.number_growth if name == "exclusive_customers" else self.exclusive.sales_growth

    @cached_property
    def words(self) -> dict[str, str | None]:
        """Outcome → rose, fell, no_detectable_change or too_few_to_say; worth detecting is the target's part of the scale."""
        gain = self.rule.gain_per_year if self.rule else None
        worth = {name: verdicts.worth_detecting(gain, SCALES[name]) for name in self.changes}
        return verdicts.check_verdicts(self.changes, worth, self.confidence)

    @property
    def met(self) -> str | None:
        return verdicts.target_verdict(self.gain, self.rule.gain_per_year, self.confidence) if self.rule else None

    @property
    def course(self) -> str | None:
        return verdicts.course_verdict(self.met, self.words.values())

    @property
    def chance(self) -> float | NoEstimate:
        """Chance (0–1) that the gain reaches the target, by the t distribution that makes its interval.

        It speaks of the gain up to this survey, with the error of drawing and answering; it is no forecast.
        """
        if isinstance(self.gain, NoEstimate):
            return self.gain
        if not verdicts.judged(self.gain):
            return NoEstimate("not_estimable", "the gain's interval isn't certified", self.gain.n)
        moved = Moved.of(self.gain, self.gain.n, True)
        return moved if isinstance(moved, NoEstimate) else moved.chance_above(self.rule.gain_per_year)
