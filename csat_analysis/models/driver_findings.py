"""All that notebook 07 finds of drivers, each a number or the reason why there is none; plan_findings.py has the plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics import competitors
from csat_analysis.metrics.satisfaction import dimension_column
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.derived import derived_means, with_t
from csat_analysis.models.drivers import Importance, drivers_of
from csat_analysis.models.findings import Findings
from csat_analysis.models.penalty_reward import SPLITS, Contrast, penalty_reward
from csat_analysis.models.repurchase import Panel, panel_design
from csat_analysis.models.resampling import DRAWS, SEED
from csat_analysis.period import Period
from csat_analysis.results import Record, make_record
from csat_analysis.verdicts import competitor_verdicts, place_verdicts

USUAL = ("csat", "nps")  # outcomes that stand outside the index; others only where neither is asked
REPURCHASE = "repurchase"
FEWEST_APART = 10  # contacts who don't answer as most do: as few as the smallest samples of studies/drivers.py had
KINDS = {REPURCHASE: "importance_bought"}  # outcome → settings of studies/drivers.py that speak for its shares


@dataclass(frozen=True, eq=False)
class DriverFindings:
    """What the waves up to `now` tell of drivers."""

    waves: Mapping[Period, Wave]
    now: Period
    draws: int = DRAWS
    seed: int = SEED

    @property
    def wave(self) -> Wave:
        return self.waves[self.now]

    @cached_property
    def bought(self) -> Findings:
        return Findings(self.waves, self.now)

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([*self.wave.files, *self.bought.files]))

    @property
    def confidence(self) -> float:
        return self.wave.programme.reporting.confidence

    @cached_property
    def outcomes(self) -> list[str]:
        """Outcomes that can be regressed on the dimensions; the first is the one of record, the last is what customers did."""
        asked = [name for name in self.wave.programme.outcomes if name in self.wave.answers]
        return [name for name in USUAL if name in asked] or asked

    @property
    def of_record(self) -> str | None:
        return self.outcomes[0] if self.outcomes else None

    def outcome_points(self, outcome: str) -> pd.Series:
        """The outcome's answers in points 0–100."""
        rule = self.wave.programme.outcomes[outcome]
        answers = self.wave.answers[outcome].astype(float)
        low, high = rule.min, rule.max
        if low is None or high is None:
            low, high = answers.min(), answers.max()
        return 100 * (answers - low) / (high - low) if high > low else answers * 0.0

    def drivers(self, outcome: str) -> tuple[pd.DataFrame, dict[str, str]]:
        """Dimension scores of this period's answers, without one that is the index or holds the outcome's own question."""
        programme = self.wave.programme
        column = programme.outcomes[outcome].column if outcome in programme.outcomes else None
        own = {n: "the outcome is one of its items" for n, d in programme.dimensions.items() if column in d.items}
        own |= dict.fromkeys(self.index_itself, "it is the index itself, which the others are to explain")
        names = [name for name in programme.dimensions if name not in own]
        scores = self.wave.answer_scores[[dimension_column(programme, name) for name in names]]
        return scores.set_axis(names, axis=1), own

    @property
    def index_itself(self) -> list[str]:
        """The one dimension that carries all of the index's weight, where it is one among several; naming it a driver would say that
        satisfaction comes of satisfaction."""
        weighed = [name for name, weight in self.wave.programme.weights.items() if weight]
        return weighed if len(weighed) == 1 < len(self.wave.programme.dimensions) else []

    @cached_property
    def importances(self) -> dict[str, Importance | NoEstimate]:
        """Outcome → its drivers, repurchase last."""
        return {name: self._asked(name) for name in self.outcomes} | {REPURCHASE: self._of_buying}

    def explained(self, outcome: str) -> Measured | NoEstimate:
        """R². It comes out too large where answers are few, and no study speaks for an interval: for analysts only."""
        found = self.importances[outcome]
        return found if isinstance(found, NoEstimate) else Measured(found.r2, found.r2, found.r2, found.n, holds=False)

    def importance(self, outcome: str | None = None) -> Importance | NoEstimate:
        """Drivers of an outcome; of the one of record where none is named."""
        name = self.of_record if outcome is None else outcome
        if name is None:
            return NoEstimate(
                "not_supplied",
                "no outside outcome: survey.yml names no overall question (csat, nps); the index itself is the sum of its drivers",
            )
        return self.importances[name]

    def _asked(self, outcome: str) -> Importance | NoEstimate:
        drivers, own = self.drivers(outcome)
        if drivers.shape[1] < 2:
            return NoEstimate("not_estimable", "fewer than two dimensions beside the outcome")
        y = self.outcome_points(outcome)
        found = why_none(outcome, y, drivers) or drivers_of(
            outcome,
            self.wave.sample.design,
            y,
            drivers,
            kind="importance",
            confidence=self.confidence,
            draws=self.draws,
            seed=self.seed,
        )
        if isinstance(found, Importance):
            found.notes.update(own)
        return found

    @cached_property
    def _of_buying(self) -> Importance | NoEstimate:
        """Drivers of buying again, over all closed windows: the linear-probability R². An open one isn't an answer left out."""
        why = self.bought.why_not
        if why:
            return why
        panel = self.bought.panel
        closed = panel.table[panel.usable]
        scores, bought = self.scores_of(panel)[panel.usable], closed["bought"]
        return why_none(REPURCHASE, bought, scores) or drivers_of(
            REPURCHASE,
            panel_design(closed),
            bought,
            scores,
            kind=KINDS[REPURCHASE],
            confidence=self.confidence,
            draws=self.draws,
            seed=self.seed,
        )

    def scores_of(self, panel: Panel) -> pd.DataFrame:
        """Dimension scores of the panel's answers; NaN where a wave didn't ask a dimension."""
        programme = self.wave.programme
        tables = []
        for period, wave in self.waves.items():
            columns = {
                n: dimension_column(wave.programme, n) for n in programme.dimensions if n in wave.programme.dimensions
            }
            scores = wave.answer_scores[list(columns.values())].set_axis(list(columns), axis=1)
            key = pd.MultiIndex.from_arrays(
                [[str(period)] * len(scores), wave.sample.design.contact.astype(str)], names=["period", "contact"]
            )
            tables.append(scores.set_axis(key, axis=0))
        names = [name for name in programme.dimensions if name not in self.index_itself]
        every = pd.concat(tables).reindex(columns=names)
        wanted = pd.MultiIndex.from_frame(panel.table[["period", "contact"]])
        return every.reindex(wanted).set_axis(panel.table.index, axis=0)

    @cached_property
    def items(self) -> Importance | NoEstimate:
        """Johnson's weights of all items, for the outcome of record."""
        if self.of_record is None:
            return self.importance()
        drivers, _ = self.drivers(self.of_record)
        programme = self.wave.programme
        items = [item for name in drivers for item in programme.dimensions[name].items]
        if len(items) < 2:
            return NoEstimate("not_estimable", "one item alone: nothing to compare it with")
        y, scores = self.outcome_points(self.of_record), self.wave.answer_scores[items]
        return why_none(self.of_record, y, scores) or drivers_of(
            self.of_record,
            self.wave.sample.design,
            y,
            scores,
            kind="importance_items",
            by_items=True,
            confidence=self.confidence,
            draws=self.draws,
            seed=self.seed,
        )

    @cached_property
    def derived_index(self) -> tuple[Measured | NoEstimate, Measured | NoEstimate]:
        """The index were dimensions weighted by their derived importance, and how far from the index in force."""
        found = self.importance()
        if isinstance(found, NoEstimate):
            return found, found
        if isinstance(self.wave.index, NoEstimate):
            return self.wave.index, self.wave.index
        if self.index_itself:
            why = NoEstimate("not_computed", "the index is one dimension: there are no weights to put others for")
            return why, why
        programme = self.wave.programme
        every = [name for name in programme.dimensions if name in found.names or programme.weights[name]]
        scores = self.wave.answer_scores[[dimension_column(programme, name) for name in every]].to_numpy(float)
        wide = found.over(every)
        policy = np.array([programme.weights[name] for name in every])
        design = self.wave.sample.design
        values = (derived_means(design, scores, wide), derived_means(design, scores, wide, policy))
        return tuple(self._by_t(value, found) for value in values)

    def _by_t(self, values: np.ndarray, found: Importance) -> Measured:
        value, low, high, spread = with_t(values, found.worth, len(found.names), self.confidence)
        return Measured(value, low, high, found.n, found.holds("derived_index"), spread)

    @cached_property
    def contrasts(self) -> dict[str, dict[str, Contrast]]:
        """Split → dimension → penalty–reward contrast, for the outcome of record."""
        if isinstance(self.importance(), NoEstimate):
            return {split: {} for split in SPLITS}
        drivers, _ = self.drivers(self.of_record)
        drivers = drivers[self.importance().names]
        y = self.outcome_points(self.of_record)
        return {s: penalty_reward(self.wave.sample.design, y, drivers, s, self.confidence) for s in SPLITS}

    @cached_property
    def competitor_gaps(self) -> dict[str, Estimate | NoEstimate]:
        """Dimension → our score less the competitors', by customers who rated both; points."""
        return {name: gap for (rated, name), gap in self._gaps.items() if rated == competitors.ALL}

    @cached_property
    def competitor_verdicts(self) -> dict[str, str | None]:
        """ahead, behind or no_detectable_difference by dimension, tested together with each competitor's, as notebook 08 does."""
        kept_back = competitors.hidden(self._gaps, self.wave.programme.reporting.min_group)
        words = competitor_verdicts({pair: gap for pair, gap in self._gaps.items() if pair not in kept_back})
        return {name: words[competitors.ALL, name] for name in self.competitor_gaps}

    @cached_property
    def _gaps(self) -> dict[tuple[str, str], Estimate | NoEstimate]:
        return competitors.paired_gaps(self.wave)

    @property
    def performance_records(self) -> list[Record]:
        """Dimension means as notebook 04 records them, for the map that this notebook draws."""
        wave = self.wave
        gaps = {name: (value - wave.index).process() for name, value in wave.dimensions.items()}
        words = place_verdicts(gaps)
        common = {"programme": wave.programme, "notebook": "04_satisfaction"}
        return [
            make_record("satisfaction.dimension", value, {"dimension": name}, verdict=words[name], **common)
            for name, value in wave.dimensions.items()
        ]


def why_none(outcome: str, y: pd.Series, drivers: pd.DataFrame) -> NoEstimate | None:
    """Why there can be no shares, before `drivers_of` looks for them: an answer without an end (±∞), or too little that varies."""
    endless = np.isinf(np.column_stack([drivers, y]).astype(float)).any(axis=1)
    if endless.any():
        reason = f"{endless.sum()} of {len(y)} have an infinite answer to {outcome} or a driver: mend it where it was written"
        return NoEstimate("not_estimable", reason, len(y))
    return all_alike(outcome, y, drivers)


def all_alike(outcome: str, y: pd.Series, drivers: pd.DataFrame) -> NoEstimate | None:
    """Why drivers of which none varies, or an outcome that nearly all answer alike, have no shares: these would be those of a
    few people, and resamples without them hold nothing to explain. Where all do, or there are few answers, `drivers_of` says so.
    """
    complete = y.notna().to_numpy() & drivers.notna().all(axis=1).to_numpy()
    answers, varying = y[complete], drivers[complete].nunique() > 1
    if len(answers) and not varying.any():
        reason = f"everyone rates {', '.join(map(str, drivers))} alike: what doesn't vary goes with nothing"
        return NoEstimate("not_estimable", reason, len(answers))
    apart = len(answers) - int(answers.value_counts().max()) if len(answers) else 0
    if apart == 0 or apart >= FEWEST_APART or len(answers) <= 2 * FEWEST_APART:
        return None
    reason = f"{apart} of {len(answers)} answered {outcome} otherwise than the rest: at least {FEWEST_APART} are needed"
    return NoEstimate("not_estimable", reason, len(answers))
