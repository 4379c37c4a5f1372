"""Where customers differ: the index and NPS of every level of every segment and of size, against the rest."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from csat_analysis.disclosure import hidden_in_all, size
from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.against_rest import in_order
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.survey.frame import SIZE, with_size


@dataclass(frozen=True, eq=False)
class Group:
    """One level of a segment: its index and NPS with the customers behind them, and how they differ from the rest's."""

    segment: str
    level: str
    index: Number
    nps: Number
    difference: Number
    nps_difference: Number
    index_customers: int
    nps_customers: int

    @property
    def place(self) -> tuple[str, str]:
        return self.segment, self.level


def levels_of_answers(wave: Wave) -> pd.DataFrame:
    """Level of each answer in every segment, and whether its customer is large or small where the frame tells sales."""
    customers, levels = wave.clean.tables.get("customers"), wave.segments
    if customers is None or "customer_id" not in wave.answers or SIZE in levels:
        return levels
    sizes = with_size(pd.DataFrame(index=customers["customer_id"]), customers)
    return levels.assign(**{name: wave.answers["customer_id"].map(sizes[name]) for name in sizes})


def segment_groups(wave: Wave) -> list[Group]:
    """Index and NPS of every level of every segment and of size, in survey.yml's order of levels, then by name."""
    groups, known = [], levels_of_answers(wave)
    for segment in known:
        levels = known[segment]
        present = in_order(segment, set(levels.dropna()), wave.programme)
        groups += [one_group(wave, segment, level, levels) for level in present]
    return groups


def one_group(wave: Wave, segment: str, level: str, levels: pd.Series) -> Group:
    design, scores, programme = wave.sample.design, wave.answer_scores, wave.programme
    inside, rest = levels == level, levels.notna() & (levels != level)
    dimensions = satisfaction.dimension_means(design, scores, programme, inside=inside)
    index = satisfaction.satisfaction_index(dimensions, programme)
    nps = satisfaction.nps(design, wave.answers, programme, inside=inside)
    difference = (index - satisfaction.index_of(design, scores, programme, inside=rest)).process()
    of_rest = satisfaction.nps(design, wave.answers, programme, inside=rest)
    nps_difference = (nps - of_rest).process()
    fewest = min(size(dimensions[name]) for name, weight in programme.weights.items() if weight)
    return Group(segment, level, index, nps, difference, nps_difference, fewest, size(nps))


def hidden_groups(wave: Wave, groups: list[Group], customers: str) -> set[tuple[str, str]]:
    """(segment, level) of the groups that may not be shown, by `index_customers` or `nps_customers`.

    Customers without a level are a group of their own: all levels and the whole would tell theirs. Groups of two segments that are
    the same but for a few customers aren't both shown.
    """
    measured = wave.answer_scores[satisfaction.PERSON] if customers == "index_customers" else wave.answers.get("nps")
    known, partitions, sizes = levels_of_answers(wave), {}, {}
    told = measured.notna() if measured is not None else pd.Series(False, index=known.index)
    who = pd.Series(wave.sample.design.unit_name[wave.sample.design.unit], index=known.index)
    for segment in known:
        level = known[segment].astype(object).where(known[segment].notna(), None)
        of_segment = {group.level: getattr(group, customers) for group in groups if group.segment == segment}
        sizes[segment] = of_segment | {None: who[level.isna() & told].nunique()}
        partitions[segment] = {name: frozenset(who[told & (level == name)]) for name in of_segment}
    hidden = hidden_in_all(partitions, sizes, wave.programme.reporting.min_group)
    return {(segment, level) for segment, level in hidden if level is not None}
