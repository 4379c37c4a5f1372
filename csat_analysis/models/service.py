"""All that notebook 05 finds of service: complaints, waiting, scores against waiting, the journey; each a number or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from csat_analysis import verdicts
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics import complaints, waiting, waiting_groups
from csat_analysis.metrics.against_rest import DIFFERENT, Group, Words, places, words_of
from csat_analysis.metrics.cases import WAITS, Cases, period_cases
from csat_analysis.metrics.change import wave_before
from csat_analysis.metrics.complaints import ALL, CATEGORIES, PER, UNCATEGORISED, Exposure
from csat_analysis.metrics.retention import start_levels
from csat_analysis.metrics.wave import Wave
from csat_analysis.models import slowness
from csat_analysis.models.journey import AtStage, journey
from csat_analysis.models.served import Served, served_panel
from csat_analysis.period import Period


@dataclass(frozen=True, eq=False)
class Service:
    """What the periods up to `now` tell of service."""

    waves: Mapping[Period, Wave]
    now: Period

    @property
    def wave(self) -> Wave:
        return self.waves[self.now]

    @property
    def confidence(self) -> float:
        return self.wave.programme.reporting.confidence

    @cached_property
    def before(self) -> Period | None:
        """The survey before this one, whose period is compared."""
        return wave_before(self.waves, self.now)

    @cached_property
    def exposures(self) -> dict[Period, Exposure | NoEstimate]:
        return {period: complaints.exposure(wave) for period, wave in sorted(self.waves.items())}

    @property
    def exposure(self) -> Exposure | NoEstimate:
        return self.exposures[self.now]

    def files(self, *tables: str, periods: tuple[Period, ...] = ()) -> tuple[str, ...]:
        """The raw files of these tables, and survey.yml, of this period or of those named."""
        found: list[str] = []
        for period in periods or (self.now,):
            wave = self.waves[period]
            inputs = wave.clean.inputs
            found += [*wave.programme_files, *inputs.loc[inputs["table"].isin(tables), "file"]]
        return tuple(dict.fromkeys(found))

    def rate(self, category: str, per: str) -> Measured | NoEstimate:
        return complaints.complaint_rate(self.exposure, category, per, confidence=self.confidence)

    @cached_property
    def rates(self) -> dict[tuple[str, str], Measured | NoEstimate]:
        """(category, per) → rate; all first, the uncategorised last."""
        return {(c, per): self.rate(c, per) for per in PER for c in (ALL, *CATEGORIES, UNCATEGORISED)}

    @cached_property
    def trend(self) -> dict[Period, Measured | NoEstimate]:
        """Period → complaints per customer of all categories."""
        return {
            period: complaints.complaint_rate(found, ALL, "customer", confidence=self.confidence)
            for period, found in self.exposures.items()
        }

    @cached_property
    def changes(self) -> dict[tuple[str, str], Compared | NoEstimate]:
        """(category, per) → change since the survey before; empty where there is none. Per customer only for categories."""
        if self.before is None:
            return {}
        names = [(ALL, per) for per in PER] + [(category, "customer") for category in CATEGORIES]
        both = self.exposure, self.exposures[self.before]
        return {(c, per): complaints.change(*both, c, per, self.confidence) for c, per in names}

    @property
    def change_verdicts(self) -> dict[tuple[str, str], str | None]:
        return verdicts.compared_verdicts(
            self.changes, above="complaints_rose", below="complaints_fell", between="complaints_level"
        )

    @cached_property
    def levels(self) -> pd.DataFrame | None:
        """Level of each customer of the list in every segment and in size; None without a list."""
        return start_levels(self.wave) if "customers" in self.wave.clean.tables else None

    @cached_property
    def groups(self) -> list[Group]:
        """Complaints per customer of every level of every segment and of size, against all other customers."""
        found, programme = self.exposure, self.wave.programme
        if isinstance(found, NoEstimate) or self.levels is None:
            return []
        mine = self.levels.reindex(found.table.index)
        return [
            Group(
                segment,
                level,
                complaints.complaint_rate(
                    found, ALL, "customer", inside=mine[segment] == level, confidence=self.confidence
                ),
                complaints.group_gap(found, mine[segment], level, self.confidence),
                hidden,
            )
            for segment, level, hidden in places(mine, programme)
        ]

    @property
    def group_verdicts(self) -> Words:
        return words_of(self.groups)

    @cached_property
    def waiting_groups(self) -> dict[str, dict[str, list[Group]]]:
        """Statistic → wait → that statistic of every group of customers, against all others."""
        if self.levels is None:
            return {}
        return {
            statistic: {
                wait: waiting_groups.waiting_groups(
                    self.cases[wait], self.levels, statistic, self.target(wait), self.wave.programme
                )
                for wait in WAITS
            }
            for statistic in waiting_groups.STATISTICS
        }

    def waiting_verdicts(self, statistic: str) -> dict[tuple[str, tuple[str, str]], str | None]:
        """(wait, place) → word, with Benjamini–Hochberg over the groups of all waits."""
        found = self.waiting_groups.get(statistic, {})
        shown = {(wait, g.place): g.gap for wait, groups in found.items() for g in groups if not g.hidden}
        return verdicts.compared_verdicts(shown, **DIFFERENT)

    @cached_property
    def cases(self) -> dict[str, Cases | NoEstimate]:
        return {name: period_cases(self.wave, name) for name in WAITS}

    def target(self, wait: str) -> float | None:
        return self.wave.programme.service_targets.get(wait)

    def waiting(self, wait: str, statistic: str) -> Measured | NoEstimate:
        cases = self.cases[wait]
        return waiting.waiting_number(cases, statistic, target=self.target(wait), confidence=self.confidence)

    def few_customers(self, wait: str) -> bool:
        """Whether cases of a wait are of too few customers to be shown."""
        cases = self.cases[wait]
        return isinstance(cases, Cases) and cases.customers < self.wave.programme.reporting.min_group

    def states(self, wait: str) -> dict[str, int]:
        """known, open and left out: how many cases of a wait began in the period."""
        cases = self.cases[wait]
        if isinstance(cases, NoEstimate):
            return {}
        still = int((~cases.table["ended"]).sum())
        return {"known": len(cases.table), "unfinished": still, "left_out": sum(cases.left_out.values())}

    @cached_property
    def panel(self) -> Served | NoEstimate:
        return served_panel(self.waves, self.now)

    @property
    def panel_files(self) -> tuple[str, ...]:
        return self.panel.files if isinstance(self.panel, Served) else tuple(self.wave.files)

    def by_band(self, wait: str) -> dict[str, Estimate | NoEstimate]:
        return slowness.by_band(self.panel, wait)

    @cached_property
    def slopes(self) -> dict[tuple[str, str], Compared | NoEstimate]:
        """(wait, score) → slope of the index, each dimension and each item on that wait."""
        programme = self.wave.programme
        scores = ["index", *[f"dimension {d}" for d in programme.dimensions], *[f"item {i}" for i in programme.items]]
        return {(w, s): slowness.slope(self.panel, w, s, self.confidence) for w in WAITS for s in scores}

    @cached_property
    def slope_verdicts(self) -> dict[tuple[str, str], str | None]:
        """By family: the index and dimensions, and the items, each with Benjamini–Hochberg over all waits."""
        words = {"above": "rises_with_waiting", "below": "falls_with_waiting", "between": "no_slope_told"}
        items = {name: c for name, c in self.slopes.items() if name[1].startswith("item ")}
        others = {name: c for name, c in self.slopes.items() if name not in items}
        return verdicts.compared_verdicts(others, **words) | verdicts.compared_verdicts(items, **words)

    @cached_property
    def stages(self) -> dict[str, AtStage]:
        asked = {name: stage.items for name, stage in self.wave.programme.journey.items()}
        return journey(self.panel, asked, self.confidence)

    @cached_property
    def stage_verdicts(self) -> dict[tuple[str, str], str | None]:
        """(stage, index or items) → word, with Benjamini–Hochberg over all."""
        found = {(name, "index"): stage.gap for name, stage in self.stages.items()}
        found |= {(name, "items"): stage.item_gap for name, stage in self.stages.items()}
        return verdicts.compared_verdicts(found, above="higher_here", below="lost_here", between="not_told_here")
