"""Where customers differ: the index and NPS of every level of every segment, against the rest."""

from __future__ import annotations

from dataclasses import dataclass

from csat_analysis.disclosure import suppressed_groups
from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.wave import Number, Wave


@dataclass(frozen=True, eq=False)
class Group:
    """One level of a segment: its index and NPS with the answers behind them, and how its index differs from the rest."""

    segment: str
    level: str
    index: Number
    nps: Number
    difference: Number
    index_answers: int
    nps_answers: int


def segment_groups(wave: Wave) -> list[Group]:
    """Index and NPS of every level of every segment, in survey.yml's order of levels, then by name."""
    groups = []
    for segment in wave.segments:
        levels = wave.segments[segment]
        named = list(wave.programme.segments[segment].levels)
        present = sorted(
            set(levels.dropna()), key=lambda level: (named.index(level) if level in named else len(named), level)
        )
        groups += [one_group(wave, segment, level) for level in present]
    return groups


def one_group(wave: Wave, segment: str, level: str) -> Group:
    design, scores, programme = wave.sample.design, wave.answer_scores, wave.programme
    levels = wave.segments[segment]
    inside, rest = levels == level, levels.notna() & (levels != level)
    dimensions = satisfaction.dimension_means(design, scores, programme, inside=inside)
    index = satisfaction.satisfaction_index(dimensions, programme)
    nps = satisfaction.nps(design, wave.answers, programme, inside=inside)
    difference = (index - satisfaction.index_of(design, scores, programme, inside=rest)).process()
    fewest = min(dimensions[name].n for name, weight in programme.weights.items() if weight)
    return Group(segment, level, index, nps, difference, fewest, nps.n)


def hidden_groups(wave: Wave, groups: list[Group], answers: str) -> set[tuple[str, str]]:
    """(segment, level) of the groups that may not be shown, by `index_answers` or `nps_answers`.

    Answers without a level are a group of their own: all levels and the whole would tell theirs.
    """
    measured = wave.answer_scores[satisfaction.PERSON] if answers == "index_answers" else wave.answers.get("nps")
    hidden = set()
    for segment in wave.segments:
        sizes = {group.level: getattr(group, answers) for group in groups if group.segment == segment}
        nameless = wave.segments[segment].isna() & measured.notna() if measured is not None else []
        names = suppressed_groups(sizes | {None: int(sum(nameless))}, wave.programme.reporting.min_group)
        hidden |= {(segment, level) for level in names if level is not None}
    return hidden
