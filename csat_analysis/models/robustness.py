"""Do the headline verdicts hang on a choice? Each again under every combination of choices that another analyst could defend.

A multiverse analysis (Steegen and others 2016): the reported analysis is one of many that are as good, and a verdict that holds
in all of them is the data's, not the analyst's. It is no test: analyses of one survey's answers are not independent surveys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product

import pandas as pd

from csat_analysis import verdicts
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.change import change, standard_in_force, threshold
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.programme_parts import MissingItems
from csat_analysis.survey.careless import careless_signs
from csat_analysis.survey.sampling import Sample

REPORTED = "as_reported"
AXES = ("weights", "careless", "blanks", "interval")
TIGHT = 3.0  # × the median: a trimming that is often used, tighter than survey.yml's own
HEADLINES = ("change", "nps", "csat", "standard", "target")
FEWEST = 8  # analyses with a verdict, below which nothing is said of how many agree
ALIKE = 6  # decimals
MANY = 1e6  # degrees of freedom that make t the normal distribution


class PlainInterval(Estimate):
    """The same number with the interval that software gives when nobody asks for another: normal, without small-sample
    corrections."""

    @cached_property
    def degrees_of_freedom(self) -> float:
        return MANY

    @cached_property
    def _correction(self) -> float:
        return 1.0


class EveryAnswerAlike(Wave):
    """A wave whose answers all count the same, in the same strata."""

    @cached_property
    def sample(self) -> Sample:
        design = self.design_sample.design
        alike = replace(design, weight=(design.weight > 0).astype(float), margins=(), base=None)
        return Sample(self.design_sample.rows, alike)


@dataclass(frozen=True)
class Agreement:
    """How many of the analyses that gave a verdict gave the reported one, and the choice under which most didn't."""

    word: str
    agree: int
    analyses: int
    otherwise_most: str | None
    otherwise_share: float


@dataclass(frozen=True)
class Numbers:
    """What one analysis's headlines are read from: each measure's change, the index over the standard, its gain in a year."""

    changes: Mapping[str, Number]
    over: Number
    gain: Number | None

    def plain(self) -> Numbers:
        changes = {measure: plain(number) for measure, number in self.changes.items()}
        return Numbers(changes, plain(self.over), self.gain and plain(self.gain))


@dataclass(frozen=True, eq=False)
class Multiverse:
    """The headline verdicts of a period under every combination of choices.

    worth, detectable  as for `verdicts.change_verdicts`, by measure; they stay as they were planned.
    """

    waves: Mapping[Period, Wave]
    now: Period
    before: Period | None
    worth: Mapping[str, float]
    detectable: Mapping[str, float | NoEstimate]

    @property
    def programme(self) -> Programme:
        return self.waves[self.now].programme

    @cached_property
    def used(self) -> dict[Period, Wave]:
        """The waves that the headlines rest on; the standard is set once, and no choice made now."""
        wanted = (self.now, self.before, self.now.year_before())
        return {period: wave for period, wave in self.waves.items() if period in wanted}

    @cached_property
    def suspects(self) -> dict[Period, pd.Series]:
        return {p: careless_signs(wave.responses, wave.programme).suspect for p, wave in self.used.items()}

    @cached_property
    def choices(self) -> dict[str, list[str]]:
        """Axis → its choices, the reported one first; a choice that would change nothing here isn't one."""
        programme, now = self.programme, self.waves[self.now]
        weights, sizes = [REPORTED], {len(dimension.items) for dimension in programme.dimensions.values()}
        if now.weighting.method != "none":
            weights += ["tighter_trimming", "by_draw"] if now.weighting.after.max() > self._tight_cap else ["by_draw"]
        if len(set(now.design_sample.design.weight)) > 1 or now.weighting.method != "none":
            weights.append("every_answer_alike")
        careless = [REPORTED] + ["left_out"] * any(suspect.any() for suspect in self.suspects.values())
        blanks = [REPORTED] + (["complete", "any_item"] if max(sizes) > 1 else [])
        return dict(zip(AXES, (weights, careless, blanks, [REPORTED, "plain"]), strict=True))

    @property
    def _tight_cap(self) -> float:
        return TIGHT * float(pd.Series(self.waves[self.now].weighting.after).median())

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row an analysis: its choice on each axis, the word of each headline (None where it can give none), and the
        number and interval that it was read from (`numbered`)."""
        weights, careless, blanks, intervals = self.choices.values()
        rows = []
        for who in product(weights, careless):
            weighted = {period: self._made(wave, *who) for period, wave in self.used.items()}
            for reading in blanks:
                waves = {period: reading_blanks(wave, reading) for period, wave in weighted.items()}
                numbers = self._numbers(waves)
                for kind in intervals:
                    chosen = dict(zip(AXES, (*who, reading, kind), strict=True))
                    rows.append(chosen | self._judged(numbers.plain() if kind == "plain" else numbers))
        return pd.DataFrame(rows)

    def _made(self, wave: Wave, weights: str, careless: str) -> Wave:
        """A wave as an analyst with these choices would have it."""
        if (weights, careless) == (REPORTED, REPORTED):
            return wave
        rule, clean = wave.programme.weighting, wave.clean
        if weights == "by_draw":
            rule = rule.model_copy(update={"method": "none"})
        if weights == "tighter_trimming":
            rule = rule.model_copy(update={"trim": TIGHT})
        if careless == "left_out":
            kept = wave.responses[~self.suspects[wave.period]]
            clean = replace(clean, tables=clean.tables | {"responses": kept})
        made = EveryAnswerAlike if weights == "every_answer_alike" else Wave
        programme = wave.programme.model_copy(update={"weighting": rule})
        return made(wave.period, programme, clean, wave.programme_files)

    @cached_property
    def _cut(self) -> Number | float:
        return threshold(standard_in_force(dict(self.waves), self.now), dict(self.waves), self.now)

    def _numbers(self, waves: dict[Period, Wave]) -> Numbers:
        return Numbers(
            changes={measure: change(waves, self.now, self.before, measure) for measure in self.worth},
            over=waves[self.now].index - self._cut,
            gain=change(waves, self.now, self.now.year_before(), "index") if self.programme.target else None,
        )

    def _judged(self, numbers: Numbers) -> dict[str, str | None | tuple]:
        confidence, changes = self.programme.reporting.confidence, numbers.changes
        words = verdicts.change_verdicts(changes, self.worth, confidence, detectable=self.detectable)
        measures = {"change": "index", "nps": "nps", "csat": "csat"}
        found = {headline: words.get(measure) for headline, measure in measures.items()}
        found["standard"] = verdicts.standard_verdict(numbers.over, confidence)
        read_from = {headline: changes.get(measure) for headline, measure in measures.items()}
        read_from["standard"] = numbers.over
        if self.programme.target:
            read_from["target"] = numbers.gain
            found["target"] = verdicts.target_verdict(numbers.gain, self.programme.target.gain_per_year, confidence)
        return found | {numbered(headline): told(number, confidence) for headline, number in read_from.items()}

    def agreement(self, headline: str) -> Agreement | NoEstimate:
        """How many analyses say what was reported of a headline; none where it has no verdict, or too few analyses give one.

        Analyses that come to one number with one interval are one: how blanks are read is no choice for NPS, which has no items.
        """
        if headline not in self.table:
            return NoEstimate("not_supplied", f"there is no verdict on {headline}")
        reported = self.table[(self.table[list(AXES)] == REPORTED).all(axis=1)].iloc[0][headline]
        own = [headline] + [numbered(headline)] * (numbered(headline) in self.table)
        judged = self.table[self.table[headline].notna()]
        judged = judged[~judged[own].duplicated()] if len(own) > 1 else judged
        if pd.isna(reported) or len(judged) < FEWEST:
            return NoEstimate("not_estimable", f"too few analyses give a verdict on {headline}")
        agrees = judged[headline] == reported
        shares = {
            choice: float((~agrees[judged[axis] == choice]).mean())
            for axis, choices in self.choices.items()
            for choice in choices[1:]
            if (judged[axis] == choice).any()
        }
        most = max(shares, key=shares.get, default=None)
        most = most if most is not None and shares[most] > 0 else None
        return Agreement(reported, int(agrees.sum()), len(judged), most, shares.get(most, 0.0))


def reading_blanks(wave: Wave, reading: str) -> Wave:
    """The same answers with the same weights; the index of a dimension asks for more or fewer of its items."""
    if reading == REPORTED:
        return wave
    rule = MissingItems(at_least=1 if reading == "any_item" else len(wave.programme.items))
    other = replace(wave, programme=wave.programme.model_copy(update={"missing_items": rule}))
    vars(other)["sample"] = wave.sample  # who answered and what each weighs has nothing to do with blanks
    return other


def numbered(headline: str) -> str:
    return f"{headline}_numbers"


def told(number: Estimate | NoEstimate | None, confidence: float) -> tuple[float, ...]:
    """The number and its interval, alike where they differ by less than anything that is shown."""
    if not verdicts.judged(number):
        return ()
    return tuple(round(float(x), ALIKE) for x in (number.value, *number.interval(confidence)))


def plain(number: Estimate | NoEstimate) -> Estimate | NoEstimate:
    if isinstance(number, NoEstimate):
        return number
    return PlainInterval(**{f.name: getattr(number, f.name) for f in fields(Estimate)})
