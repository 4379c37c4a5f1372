"""All that notebook 08 finds of what customers say, each an estimate or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import share
from csat_analysis.measured import Measured
from csat_analysis.metrics import competitors, voice_journey
from csat_analysis.metrics.change import comparable, standard_in_force
from csat_analysis.metrics.history import event_files, events
from csat_analysis.metrics.satisfaction import dimension_column
from csat_analysis.metrics.texts import all_texts, text_files
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.models import quotations, themes
from csat_analysis.models.categories import Labelled, Tested, tested
from csat_analysis.models.category_shares import Categorised, categorise
from csat_analysis.models.distinctive import distinctive
from csat_analysis.models.masking import Mask, mask_of
from csat_analysis.models.segmentation import Segmenter, terms_of
from csat_analysis.period import Period
from csat_analysis.programme import Programme, files_beside

OVERALL = "index"
COMPLAINTS = ("complaint", "return")
SHOWN, UNTOLD = 3, "no_detectable_difference"  # terms a side
SOURCES = ("comment", "ticket", "mention")


@dataclass(frozen=True, eq=False)
class Voice:
    """What was said up to `now`; `root` is where words.yml, themes.yml and released.yml lie."""

    waves: Mapping[Period, Wave]
    now: Period
    root: Path

    @property
    def wave(self) -> Wave:
        return self.waves[self.now]

    @property
    def programme(self) -> Programme:
        return self.wave.programme

    @property
    def files(self) -> tuple[str, ...]:
        """The raw files behind what was said, below the root."""
        beside = [path.relative_to(self.root).as_posix() for path in files_beside(self.root / "data" / "raw")]
        return (*text_files(self.waves), *beside)

    @property
    def competitor_files(self) -> tuple[str, ...]:
        inputs = self.wave.clean.inputs
        return (*self.wave.files, *inputs.loc[inputs["table"] == "competitors", "file"])

    @property
    def ticket_files(self) -> tuple[str, ...]:
        return event_files(self.waves, "tickets")

    @cached_property
    def texts(self) -> pd.DataFrame | NoEstimate:
        return all_texts(self.waves, self.now)

    @property
    def why_not(self) -> NoEstimate | None:
        """Why nothing can be said; None where there are texts of this period."""
        if isinstance(self.texts, NoEstimate):
            return self.texts
        return None if len(self.current) else NoEstimate("not_supplied", f"{self.now} has no texts")

    @cached_property
    def current(self) -> pd.DataFrame:
        """This period's texts."""
        return self.texts[self.texts["period"] == str(self.now)]

    @cached_property
    def mask(self) -> Mask:
        return mask_of(self.waves)

    @cached_property
    def segmenter(self) -> Segmenter:
        return Segmenter(self.programme.words)

    @cached_property
    def masked(self) -> pd.Series:
        """Each text with names and numbers masked; words are taken from these."""
        known = {text: self.mask(text) for text in self.texts["text"].unique()}
        return self.texts["text"].map(known)

    @cached_property
    def terms(self) -> pd.Series:
        return pd.Series(terms_of(self.masked, self.segmenter), index=self.texts.index, dtype=object)

    @cached_property
    def people(self) -> pd.Series:
        """Who is behind each text: the customer, else the text itself."""
        return self.texts["customer_id"].astype(object).where(self.texts["customer_id"].notna(), self.texts["id"])

    def counts(self) -> dict[str, int]:
        """This period's texts by source."""
        found = self.current["source"].value_counts()
        return {source: int(found.get(source, 0)) for source in SOURCES}

    # what distinguishes

    @cached_property
    def cut(self) -> float | None:
        """Points below which a customer counts as dissatisfied: the standard in force, else the median of those who comment."""
        standard = standard_in_force(self.waves, self.now)
        if isinstance(standard, Estimate):
            return standard.value
        if isinstance(standard, NoEstimate):
            rated = self.texts.loc[self.texts["source"] == "comment", "rating"].dropna()
            return float(rated.median()) if len(rated) else None
        return float(standard)

    def words(self, measure: str = OVERALL, period: Period | None = None) -> pd.DataFrame | NoEstimate:
        """Words of comments by those below the cut against those at or above it, on the index or a dimension.

        Of all periods, each person counted once a side, or of one.
        """
        comments = self.texts["source"] == "comment"
        if period is not None:
            comments &= self.texts["period"] == str(period)
        score = self.texts["rating" if measure == OVERALL else measure]
        if not (comments & score.notna()).any() or self.cut is None:
            return NoEstimate("not_supplied", "no comments by people with a score")
        mine = comments & score.notna()
        low = (score < self.cut)[mine].to_numpy()
        return self._distinctive(mine, low, ~low)

    def new_words(self, earlier: Period | None) -> pd.DataFrame | NoEstimate:
        """Words of this period against those of an earlier one as long, over all sources.

        Not against all before at once: over several periods a person has more occasions to say a thing, common things above all.
        """
        mine, before = ((self.texts["period"] == str(period)).to_numpy() for period in (self.now, earlier))
        if not before.any():
            return NoEstimate("not_computed", f"there are no texts of the period before {self.now}")
        either = pd.Series(mine | before, index=self.texts.index)
        return self._distinctive(either, mine[either], before[either])

    def _distinctive(self, mine: pd.Series, ours: np.ndarray, theirs: np.ndarray) -> pd.DataFrame | NoEstimate:
        reporting = self.programme.reporting
        return distinctive(
            self.terms[mine],
            self.people[mine],
            ours,
            theirs,
            fewest=reporting.min_group,
            confidence=reporting.confidence,
        )

    # themes

    @cached_property
    def said(self) -> pd.DataFrame:
        """Text × theme of all texts."""
        return themes.theme_table(self.texts["text"], self.programme.themes).set_index(self.texts.index)

    def commented(self, wave: Wave) -> pd.Series:
        """Who of a wave's representative sample wrote a comment."""
        if "comment" not in wave.answers:
            return pd.Series(False, index=wave.answers.index)
        return wave.answers["comment"].fillna("").astype(str).str.strip() != ""

    def commented_share(self) -> Number:
        if "comment" not in self.wave.answers:
            return NoEstimate("not_supplied", "the survey asked for no comment")
        return share(self.wave.sample.design, self.commented(self.wave).astype(float))

    def speaks_of(self, wave: Wave) -> pd.DataFrame:
        """Answer × theme of a wave's representative sample."""
        texts = (
            wave.answers["comment"].fillna("").astype(str) if "comment" in wave.answers else [""] * len(wave.answers)
        )
        return themes.theme_table(texts, self.programme.themes).set_index(wave.answers.index)

    def theme_share(self, theme: str, wave: Wave | None = None) -> Number:
        wave = wave or self.wave
        commented = self.commented(wave)
        if not commented.any():
            return NoEstimate("not_supplied", "nobody left a comment")
        return themes.theme_share(wave.sample.design, commented, self.speaks_of(wave)[theme])

    def theme_change(self, theme: str, earlier: Period | None) -> Number:
        """This wave's share less that of an earlier one."""
        if earlier not in self.waves:
            return NoEstimate("not_computed", "there is no wave before")
        other = comparable(self.waves[earlier], self.wave, OVERALL)
        return other or self.theme_share(theme) - self.theme_share(theme, self.waves[earlier])

    @cached_property
    def pool(self) -> pd.DataFrame:
        """Comments of all waves that ask what this one asks, as `themes.theme_gap` takes them."""
        alike = [wave for wave in self.waves.values() if not comparable(wave, self.wave, OVERALL)]
        return pd.concat([self._pooled(wave) for wave in alike], ignore_index=True)

    def _pooled(self, wave: Wave) -> pd.DataFrame:
        design, dimensions = wave.sample.design, self.programme.dimensions
        scores = wave.answer_scores[[dimension_column(self.programme, name) for name in dimensions]].set_axis(
            list(dimensions), axis=1
        )
        average = scores.mul(design.weight, axis=0).sum() / scores.notna().mul(design.weight, axis=0).sum()
        contact = str(wave.period) + ": " + pd.Series(design.contact.astype(str), index=scores.index)
        people = {
            "contact": contact,
            "customer_id": wave.answers["customer_id"]
            .astype(object)
            .where(wave.answers["customer_id"].notna(), contact),
            "stratum": design.strata.index.to_numpy()[design.stratum],
            "weight": design.weight / design.weight.mean(),
        }
        found = pd.concat([pd.DataFrame(people, index=scores.index), scores - average, self.speaks_of(wave)], axis=1)
        return found[self.commented(wave)]

    def theme_gap(self, theme: str) -> themes.Gap:
        """How much those who speak of it score its dimension below (−) or above (+) the others who commented, over all waves."""
        return themes.theme_gap(
            self.pool, self.programme.themes[theme].dimension, theme, self.programme.reporting.confidence
        )

    def theme_counts(self) -> pd.DataFrame:
        """Theme × source: this period's texts that speak of it."""
        said = self.said.loc[self.current.index]
        found = said.groupby(self.current["source"]).sum().T
        return found.reindex(columns=list(SOURCES), fill_value=0).astype(int)

    def uncovered(self) -> pd.DataFrame:
        """Frequent phrases of this period that no theme covers, enquiries aside."""
        mine = self.current[self.current["kind"] != "enquiry"].index
        covered = self.said.loc[mine].any(axis=1).to_numpy()
        fewest = self.programme.reporting.min_group
        return themes.uncovered(self.masked[mine], self.people[mine], covered, self.segmenter, fewest=fewest)

    # categories

    @cached_property
    def complaints(self) -> pd.DataFrame:
        """Complaints and returns with a text, of all periods."""
        return self.texts[(self.texts["source"] == "ticket") & self.texts["kind"].isin(COMPLAINTS)]

    @cached_property
    def labelled(self) -> Labelled:
        known = self.complaints[self.complaints["category"].notna()]
        return Labelled.of(known["text"], known["category"])

    @cached_property
    def tested(self) -> Tested | NoEstimate:
        if self.labelled.table.empty:
            return NoEstimate("not_supplied", "no categorised complaints")
        return tested(self.labelled, self.segmenter)

    @cached_property
    def categorised(self) -> Categorised | NoEstimate:
        mine = self.complaints[self.complaints["period"] == str(self.now)]
        if mine.empty or self.labelled.table.empty:
            return NoEstimate("not_supplied", f"{self.now} has no complaints, or none was ever categorised")
        return categorise(mine, self.labelled, self.tested if isinstance(self.tested, Tested) else None)

    # competitors and the journey

    @cached_property
    def gaps(self) -> dict[tuple[str, str], Number]:
        return competitors.paired_gaps(self.wave)

    @property
    def hidden_gaps(self) -> set[tuple[str, str]]:
        return competitors.hidden(self.gaps, self.programme.reporting.min_group)

    @cached_property
    def tickets(self) -> pd.DataFrame:
        """This period's tickets with their `stage`, whatever the wave they are joined to; none where none were supplied."""
        found = events(self.waves, "tickets")
        if isinstance(found, NoEstimate):
            return pd.DataFrame(columns=["kind", "category", "customer_id", "stage"])
        found = found[found["period"] == str(self.now)].reset_index(drop=True)
        return found.assign(stage=voice_journey.ticket_stages(found))

    def journey_volume(self) -> pd.DataFrame:
        """Stage × source: this period's texts (of tickets, all of them) about each stage."""
        of_texts = voice_journey.text_stages(self.said.loc[self.current.index], self.programme.themes)
        by_source = of_texts.groupby(self.current["source"]).sum().T.reindex(columns=list(SOURCES), fill_value=0)
        by_source["ticket"] = self.tickets["stage"].value_counts().reindex(by_source.index, fill_value=0)
        return by_source.astype(int)

    def journey_wait(self, stage: str) -> Number:
        if self.tickets.empty:
            return NoEstimate("not_supplied", "no tickets were supplied")
        return voice_journey.waiting(self.tickets, self.tickets["stage"], stage)

    def journey_satisfaction(self, stage: str) -> tuple[Number, Number, int]:
        """Index of the sample's customers with a ticket of this stage in the period; less that of the others; smaller group."""
        if self.tickets.empty:
            return (missing := NoEstimate("not_supplied", "no tickets were supplied")), missing, 0
        customers = set(self.tickets.loc[self.tickets["stage"] == stage, "customer_id"].dropna())
        return voice_journey.satisfaction_of(self.wave, customers)

    # quotations

    @cached_property
    def quotable(self) -> dict[str, pd.DataFrame]:
        """Theme → this period's texts, where there are enough of them to quote one."""
        said = self.said.loc[self.current.index]
        return quotations.by_theme(self.current, said, min_comments=self.programme.reporting.min_comments)

    @cached_property
    def released(self) -> set[tuple[str, str]]:
        return quotations.released(self.root, self.now)

    def proposed(self) -> pd.DataFrame:
        return quotations.proposed(self.quotable, self.mask)

    def quotations(self) -> pd.DataFrame:
        return quotations.quotations(self.quotable, self.released, self.mask)


def strongest(found: pd.DataFrame, judged: Mapping[str, str], *, everything: bool) -> pd.DataFrame:
    """The terms to be shown: SHOWN of each side, those with a verdict first; without `everything` only those with one."""
    order = found.assign(told=found["term"].map(judged) != UNTOLD).sort_values("told", ascending=False, kind="stable")
    order = order if everything else order[order["told"]]
    sides = [order[order["delta"] > 0].head(SHOWN), order[order["delta"] <= 0].head(SHOWN)]
    return pd.concat(sides)[found.columns].sort_values("delta", ascending=False)


def told(gaps: Mapping[str, themes.Gap], min_group: int) -> dict[str, tuple[float, float]]:
    """Theme → (difference, p) of the gaps that may be shown and whose interval holds."""
    sure = {name: gap for name, gap in gaps.items() if isinstance(gap.number, Measured)}
    return {n: (g.number.value, g.p) for n, g in sure.items() if g.number.holds and g.number.n >= min_group}
