"""Where customers differ: the index and NPS of every level of every segment, against the rest."""

from __future__ import annotations

from dataclasses import dataclass

from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.wave import Number, Wave


@dataclass(frozen=True, eq=False)
class Group:
    """One level of a segment: its index, NPS, size, and how it differs from the rest."""

    segment: str
    level: str
    index: Number
    nps: Number
    difference: Number
    answers: int


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
    levels = wave.segments[segment]
    inside, rest = levels == level, levels.notna() & (levels != level)
    index = satisfaction.index_of(wave.sample.design, wave.answer_scores, wave.programme, inside=inside)
    others = satisfaction.index_of(wave.sample.design, wave.answer_scores, wave.programme, inside=rest)
    return Group(
        segment,
        level,
        index,
        satisfaction.nps(wave.sample.design, wave.answers, wave.programme, inside=inside),
        (index - others).process(),
        index.n,
    )
