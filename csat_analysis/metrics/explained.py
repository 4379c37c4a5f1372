"""Why the index changed: this wave against the one before, by dimension and by cause; each view adds up to the change exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from csat_analysis import verdicts
from csat_analysis.certification import CONFIDENCE, design_effect, holds_at, is_certified
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.change import asked
from csat_analysis.metrics.change_parts import CHANNEL, FEWEST, MIX, MOST_UNEQUAL, RATE, Side, split
from csat_analysis.metrics.satisfaction import dimension_column, dimension_means, score_answers
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period
from csat_analysis.programme import Programme

DIMENSIONS, CAUSES = "dimensions", "causes"
QUESTIONNAIRE, NOISE, TOTAL = "questionnaire", "noise", "total"
NOTHING = 1e-9  # points
Part = Estimate | Compared | NoEstimate | float


@dataclass(frozen=True, eq=False)
class Explained:
    """The change of the index from one wave to the next, split two ways.

    dimensions  weight × change of each dimension, and the questionnaire;
    causes      customer mix, rate, channel, and the questionnaire.
    A method that didn't change moved nothing: its part is 0, exactly. The way of asking changed where survey.yml declares other
    channels, or where it declares none and answers came by a channel that gave none in the other wave.
    Where the questionnaire changed, both waves are read by what they have in common (`alike`), with the later wave's weights and
    rule for blanks; the questionnaire's part is the published change less that.
    """

    earlier: Wave
    later: Wave

    @cached_property
    def alike(self) -> Programme | NoEstimate:
        return common_questions(self.earlier.programme, self.later.programme)

    @cached_property
    def total(self) -> Number:
        """The change as the two reports would give it, whatever was asked."""
        if isinstance(self.alike, NoEstimate):
            return self.alike
        return self.later.index - self.earlier.index

    @cached_property
    def _sides(self) -> tuple[Side, Side]:
        shared = [name for name in self.later.segments if name in self.earlier.segments]
        return side_of(self.earlier, self.alike, shared), side_of(self.later, self.alike, shared)

    @cached_property
    def questionnaire(self) -> Part:
        if isinstance(self.total, NoEstimate):
            return self.total
        if asked(self.earlier.programme, "index") == asked(self.later.programme, "index"):
            return 0.0
        return self.total - sum(self._dimension_parts.values())

    @cached_property
    def channel_changed(self) -> bool:
        declared = [wave.programme.fieldwork.channels for wave in (self.earlier, self.later)]
        if any(declared):
            return declared[0] != declared[1]
        before, after = (answers_by_channel(wave) for wave in (self.earlier, self.later))
        if before.empty or after.empty:
            return False
        both = pd.concat([before, after], axis=1).fillna(0)
        return bool(((both.min(axis=1) == 0) & (both.max(axis=1) >= FEWEST)).any())

    @cached_property
    def _dimension_parts(self) -> dict[str, Number]:
        """Weight × change of each dimension, both waves read alike."""
        scores = [score_answers(wave.answers, self.alike) for wave in (self.earlier, self.later)]
        means = [
            dimension_means(wave.sample.design, own, self.alike)
            for wave, own in zip((self.earlier, self.later), scores, strict=True)
        ]
        return {name: w * means[1][name] - w * means[0][name] for name, w in self.alike.weights.items() if w}

    @cached_property
    def views(self) -> dict[str, dict[str, Part]]:
        """View → part → its number; none where the waves have too little in common."""
        if isinstance(self.total, NoEstimate):
            return {}
        parts = split(*self._sides, self.alike.weights, by_channel=self.channel_changed)
        causes = {
            name: 0.0 if nothing_moved(part) else as_compared(part, self._holds(f"change_{name}"))
            for name, part in parts.items()
        }
        method = {CHANNEL: causes.get(CHANNEL, 0.0), QUESTIONNAIRE: self.questionnaire}
        return {
            DIMENSIONS: self._dimension_parts | {QUESTIONNAIRE: self.questionnaire},
            CAUSES: {MIX: causes[MIX], RATE: causes[RATE]} | method,
        }

    def _holds(self, kind: str) -> bool:
        """Did the study of parts show their intervals to hold at so many answers of the smaller wave, and such weights?"""
        fewest = min(int(side.scores.notna().sum().min()) for side in self._sides)
        uneven = max(design_effect(side.design.weight[side.design.in_use]) for side in self._sides)
        return uneven <= MOST_UNEQUAL and holds_at(kind, fewest)

    @cached_property
    def words(self) -> dict[str, dict[str, str | None]]:
        """View → part → part_up, part_down or part_noise, after Benjamini–Hochberg over the parts of the view."""
        return {view: verdicts.part_verdicts(comparable_parts(parts)) for view, parts in self.views.items()}

    def noise(self, view: str) -> float | NoEstimate:
        """The sum of the parts that can't be told from chance: what of the change can't be put down to anything."""
        parts, words = self.views[view], self.words[view]
        untold = [name for name, part in parts.items() if not isinstance(part, float) and words.get(name) is None]
        if untold:
            return NoEstimate("not_estimable", f"{', '.join(untold)}: no interval was shown to hold")
        return sum((value_of(parts[name]) for name, word in words.items() if word == "part_noise"), 0.0)


def common_questions(earlier: Programme, later: Programme) -> Programme | NoEstimate:
    """The later questionnaire with the items that the earlier one has too: what both waves can be read by."""
    if earlier.scale != later.scale:
        return NoEstimate("not_computed", "the two waves were answered on different scales")
    shared = {}
    for name, dimension in later.dimensions.items():
        known = earlier.dimensions[name].items if name in earlier.dimensions else {}
        items = {item: text for item, text in dimension.items.items() if item in known}
        if later.weights[name] and not items:
            return NoEstimate("not_computed", f"the two waves share no item of {name}")
        shared[name] = dimension.model_copy(update={"items": items})
    return later.model_copy(update={"dimensions": shared})


def answers_by_channel(wave: Wave) -> pd.Series:
    """Answers by the channel that they came by; empty where that isn't known."""
    return wave.answers["channel"].value_counts() if "channel" in wave.answers else pd.Series(dtype=int)


def side_of(wave: Wave, programme: Programme, segments: list[str]) -> Side:
    scores = score_answers(wave.answers, programme)
    named = pd.DataFrame({name: scores[dimension_column(programme, name)] for name in programme.dimensions})
    return Side(wave.sample.design, named, wave.segments[segments], wave.answers.get("channel"))


def explain(waves: Mapping[Period, Wave], period: Period, earlier: Period | None) -> Explained | NoEstimate:
    if earlier not in waves:
        return NoEstimate("not_computed", f"there is no wave before {period}")
    return Explained(waves[earlier], waves[period])


def nothing_moved(part: Number) -> bool:
    """The same customers in the same groups both times: their shares can't have moved anything, which is a fact and no estimate."""
    return isinstance(part, Estimate) and part.status == "not_estimable" and abs(part.value) < NOTHING


def comparable_parts(parts: Mapping[str, Part]) -> dict[str, Compared | NoEstimate]:
    """The parts that are estimates, each with interval and p value; a part that is 0 by rule is no estimate."""
    return {
        name: as_compared(part, is_certified(part)) if isinstance(part, Estimate) else part
        for name, part in parts.items()
        if not isinstance(part, float)
    }


def as_compared(part: Number, holds: bool) -> Compared | NoEstimate:
    if isinstance(part, NoEstimate):
        return part
    if part.status != "ok":
        return NoEstimate("not_estimable", "nothing to judge the spread by", part.n)
    return Compared(Measured(part.value, *part.interval(CONFIDENCE), part.n, holds, part.se), part.p_value())


def value_of(part: Part) -> float:
    if isinstance(part, NoEstimate):
        return float("nan")
    return part.number.value if isinstance(part, Compared) else part.value if isinstance(part, Estimate) else part


def number_of(part: Part) -> Number | Measured | float:
    """What is recorded of a part."""
    return part.number if isinstance(part, Compared) else part
