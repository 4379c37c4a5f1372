"""A crosstab's columns: the levels of segments, alone and crossed, and which of them make up what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from csat_analysis.errors import EstimateError
from csat_analysis.intake.readers import closest
from csat_analysis.metrics.segments import levels_of_answers
from csat_analysis.metrics.wave import Wave
from csat_analysis.programme import Segment
from csat_analysis.survey.frame import level_name

MOST_LEVELS = 30  # more different words than this are no segment but a text or an amount
CROSSING = re.compile(r"\s*[*×+]\s*")
CROSSED = " × "  # between the parts of a crossing, in names and levels
NO_TRAIT = {
    "name",
    "customer_id",
    "contact_id",
    "response_id",
    "comment",
    "duration_s",
    "sales_12m",
    "acquisition_cost",
}
Column = tuple[str, str]  # (segment or crossing, level)
TOTAL: Column = ("", "")


@dataclass(frozen=True, eq=False)
class Banner:
    """The columns of a crosstab over the sample's answers.

    shown    (segment, level) → True for each answer in it; the first is all.
    members  shown columns, the margins of crossings and the answers of whom no level is known: all that hiding looks at.
    lines    columns that together make up a whole.
    known    segment → True where an answer's level is known.
    """

    shown: dict[Column, np.ndarray]
    members: dict[Column, np.ndarray]
    lines: list[list[Column]]
    known: dict[str, np.ndarray]
    never_shown: set[Column]

    def rest(self, column: Column) -> np.ndarray:
        """The answers of the same segment in other levels."""
        return self.known[column[0]] & ~self.shown[column]


def banner_of(wave: Wave, cols: Iterable[str]) -> Banner:
    """All customers, then each segment's levels in survey.yml's order, then by name."""
    traits, specs = traits_of_answers(wave), [cols] if isinstance(cols, str) else list(cols)
    everybody = np.ones(len(wave.answers), dtype=bool)
    shown, members, lines, known, never = {TOTAL: everybody}, {TOTAL: everybody}, [], {}, set()
    for spec in specs:
        parts = parts_of(spec, traits, wave)
        for size in range(1, len(parts) + 1):
            for some in combinations(parts, size):
                name, own = CROSSED.join(some), crossed(traits, some, wave)
                if name in known:
                    continue
                columns, blank = columns_of(name, own)
                members |= columns | blank
                never |= set(blank)
                lines += lines_of(name, own, columns | blank)
                known[name] = np.logical_or.reduce(list(columns.values())) if columns else ~everybody
        shown |= {column: inside for column, inside in members.items() if column[0] == CROSSED.join(parts)}
    return Banner({c: inside for c, inside in shown.items() if c not in never}, members, lines, known, never)


def parts_of(spec: str, traits: pd.DataFrame, wave: Wave) -> tuple[str, ...]:
    """The segments that a name crosses: region, or region*industry."""
    parts = (spec,) if spec in traits else tuple(dict.fromkeys(CROSSING.split(spec)))
    for name in parts:
        if name not in traits:
            near = closest(name, traits)
            there = near + [other for other in traits if other not in near]
            raise EstimateError(f"{wave.period}: no segment {name!r}; there are {', '.join(there) or 'none'}")
    return parts


def traits_of_answers(wave: Wave) -> pd.DataFrame:
    """Level of each answer of the sample in every segment, in customer_size, and in every other column of few words of the
    list of customers and of the answers; names, comments, dates and amounts aren't among them.
    """
    traits = levels_of_answers(wave)
    customers = wave.clean.tables.get("customers")
    found = {}
    if customers is not None and "customer_id" in wave.answers:
        frame = customers.set_index("customer_id")
        found = {name: wave.answers["customer_id"].map(frame[name]) for name in frame if is_trait(frame[name])}
    design = wave.programme.design
    own = {design.weight, design.strata} if design else set()
    found |= {name: wave.answers[name] for name in wave.answers if name not in own and is_trait(wave.answers[name])}
    others = {name: levels_in(values) for name, values in found.items() if name not in traits}
    return traits.assign(**others)


def is_trait(values: pd.Series) -> bool:
    return values.name not in NO_TRAIT and not is_datetime64_any_dtype(values) and 1 <= values.nunique() <= MOST_LEVELS


def levels_in(values: pd.Series) -> pd.Series:
    return values.map(level_name, na_action="ignore").astype(object)


def crossed(traits: pd.DataFrame, parts: tuple[str, ...], wave: Wave) -> pd.DataFrame:
    """Each answer's level in the parts of a crossing, as ordered categories."""
    ordered = {name: in_order(traits[name].dropna().unique(), wave.programme.segments.get(name)) for name in parts}
    return pd.DataFrame({name: pd.Categorical(traits[name], ordered[name], ordered=True) for name in parts})


def in_order(levels: Iterable[str], segment: Segment | None) -> list[str]:
    """survey.yml's order, then numbers by size, then words."""
    named = list(segment.levels) if segment else []

    def place(level: str) -> tuple:
        number = float(level) if re.fullmatch(r"-?\d+(\.\d+)?", level) else np.inf
        return named.index(level) if level in named else len(named), number, level

    return sorted(map(str, levels), key=place)


def columns_of(name: str, own: pd.DataFrame) -> tuple[dict[Column, np.ndarray], dict[Column, np.ndarray]]:
    """A crossing's columns in order, and those of answers of whom a part's level isn't known, by what is known."""
    columns, blank = {}, {}
    for key, rows in cells_of(own, list(own)):
        inside = np.zeros(len(own), dtype=bool)
        inside[rows] = True
        unknown = any(pd.isna(part) for part in key)
        level = CROSSED.join("?" if pd.isna(part) else str(part) for part in key)
        (blank if unknown else columns)[(f"{name}?" if unknown else name, level)] = inside
    return columns, blank


def cells_of(own: pd.DataFrame, names: list[str]) -> Iterator[tuple[tuple, pd.Index]]:
    """Each combination of levels that occurs, in order, and its answers' places."""
    for key, rows in own.groupby(names, observed=True, dropna=False, sort=True):
        yield key, rows.index


def lines_of(name: str, own: pd.DataFrame, columns: dict[Column, np.ndarray]) -> list[list[Column]]:
    """The wholes that a crossing's columns make up: all customers, and each level of each smaller crossing of its parts."""
    parts, lines = list(own), [list(columns)]
    for size in range(1, len(parts)):
        for some in combinations(parts, size):
            for _, rows in cells_of(own, list(some)):
                lines.append([column for column, inside in columns.items() if inside[rows].any()])
    return lines
