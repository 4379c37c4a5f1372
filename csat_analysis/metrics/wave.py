"""One wave of the survey, scored and weighted; and all waves up to a period, recomputed from their raw files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.intake import Clean, periods_available
from csat_analysis.intake.kept import clean_once, not_begun_first
from csat_analysis.metrics import satisfaction
from csat_analysis.period import Period
from csat_analysis.programme import Programme, load_programme, programme_files
from csat_analysis.survey.calibration import Weighting
from csat_analysis.survey.frame import customer_segments, level_name
from csat_analysis.survey.nonresponse import weighting_of
from csat_analysis.survey.sampling import Sample, panel_sample, representative_sample

Number = Estimate | NoEstimate
MEASURES = ("index", "nps", "csat")
SOURCES = ("responses", "customers", "invitations")  # the tables that scores, designs and segments are made of


@dataclass(frozen=True, eq=False)
class Wave:
    """A period's clean answers with their scores, the representative sample and the panels, and the numbers they give."""

    period: Period
    programme: Programme
    clean: Clean
    programme_files: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        """The raw files that this wave's numbers rest on, below the root."""
        return [*self.programme_files, *self.clean.inputs.loc[self.clean.inputs["table"].isin(SOURCES), "file"]]

    @property
    def responses(self) -> pd.DataFrame:
        return self.clean.tables["responses"]

    @cached_property
    def scores(self) -> pd.DataFrame:
        return satisfaction.score_answers(self.responses, self.programme)

    @cached_property
    def design_sample(self) -> Sample:
        """The representative sample: customers, each once, weighted by design to the frame."""
        return representative_sample(self.clean, self.programme)

    @cached_property
    def weighting(self) -> Weighting:
        """The representative sample's weights, corrected for who didn't answer as survey.yml says, and how."""
        return weighting_of(self.design_sample, self.clean, self.programme)

    @cached_property
    def sample(self) -> Sample:
        """The representative sample with its final weights: the basis of every number of this wave."""
        return Sample(self.design_sample.rows, self.weighting.design, self.design_sample.population)

    @cached_property
    def answers(self) -> pd.DataFrame:
        return self.responses.loc[self.sample.rows]

    @cached_property
    def answer_scores(self) -> pd.DataFrame:
        return self.scores.loc[self.sample.rows]

    @cached_property
    def dimensions(self) -> dict[str, Number]:
        return satisfaction.dimension_means(self.sample.design, self.answer_scores, self.programme)

    @cached_property
    def items(self) -> dict[str, Number]:
        return satisfaction.item_means(self.sample.design, self.answer_scores, self.programme)

    @cached_property
    def index(self) -> Number:
        return satisfaction.satisfaction_index(self.dimensions, self.programme)

    @cached_property
    def nps(self) -> Number:
        return satisfaction.nps(self.sample.design, self.answers, self.programme)

    @cached_property
    def csat(self) -> Number:
        return satisfaction.csat(self.sample.design, self.answers, self.programme)

    def satisfied_share(self, standard: Number | float) -> Number:
        return satisfaction.satisfied_share(self.sample.design, self.answer_scores, standard)

    @cached_property
    def panel_indices(self) -> dict[str, Number]:
        """Index of each panel that survey.yml names, in its own design."""
        return {name: self._panel_index(name) for name in self.programme.panels}

    def _panel_index(self, panel: str) -> Number:
        if not (self.responses["panel"] == panel).any():
            return NoEstimate("not_supplied", f"no answers in the panel {panel}")
        sample = panel_sample(self.clean, self.programme, panel)
        return satisfaction.index_of(sample.design, self.scores.loc[sample.rows], self.programme)

    @cached_property
    def panel_mean(self) -> Number:
        """The company's standard point of this wave: panel indices by their shares (three panels in the house's form)."""
        shares = {name: panel.share for name, panel in self.programme.panels.items() if panel.share}
        if not shares:
            return NoEstimate("not_supplied", "survey.yml names no panels")
        return sum(share / sum(shares.values()) * self.panel_indices[name] for name, share in shares.items())

    @cached_property
    def perception_gap(self) -> Number:
        """Staff panels' index less the customers': what the company thinks of itself above what its customers do."""
        staff = [name for name, panel in self.programme.panels.items() if not panel.from_frame]
        if not staff:
            return NoEstimate("not_supplied", "no panel of executives or staff")
        return (sum(self.panel_indices[name] for name in staff) / len(staff) - self.index).process()

    @cached_property
    def segments(self) -> pd.DataFrame:
        """Level of each answer of the representative sample in each segment: from the frame, else from the answers."""
        columns = {}
        customers = self.clean.tables.get("customers")
        known = (
            customer_segments(customers, self.programme, self.clean.survey_date)
            if customers is not None
            else pd.DataFrame()
        )
        for name in self.programme.segments:
            if name in known:
                columns[name] = self.answers["customer_id"].map(known[name])
            elif name in self.answers:
                columns[name] = self.answers[name].map(level_name, na_action="ignore")
        return pd.DataFrame(columns, index=self.answers.index)

    def measure(self, name: str) -> Number:
        """index, nps, csat or a dimension."""
        return (
            getattr(self, name)
            if name in MEASURES
            else self.dimensions.get(name, NoEstimate("not_supplied", f"{self.period} has no dimension {name}"))
        )


def load_waves(root: Path | str, period: Period | str) -> dict[Period, Wave]:
    """Every wave up to a period that has raw files, oldest first; waves of another length (quarters) are left out."""
    last = Period.parse(period)
    waves = [p for p in periods_available(root) if p.unit == last.unit and not last < p]
    loaded = {p: load_wave(root, p) for p in not_begun_first(root, sorted({*waves, last}))}
    return dict(sorted(loaded.items()))


def load_wave(root: Path | str, period: Period | str) -> Wave:
    root, wave, programme = Path(root), Period.parse(period), load_programme(root, period)
    files = tuple(file.relative_to(root).as_posix() for file in programme_files(root, wave))
    return Wave(wave, programme, clean_once(root, wave, programme), files)
