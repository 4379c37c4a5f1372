"""What is particular about the sample company (company.yml), and where its randomness comes from."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from csat_analysis.errors import ProgrammeError
from csat_analysis.period import Period
from csat_analysis.programme import Programme

SETTING: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("company.yml").read_text(encoding="utf-8"))


def stream(seed: int, subject: str, period: Period | str = "") -> np.random.Generator:
    """The random numbers of one subject in one period: a change to one subject leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(f"{subject} {period}".encode())])


def by_level(levels: list[str], first: float, last: float) -> dict[str, float]:
    """An even slope over a segment's levels, in the order in which survey.yml lists them."""
    return dict(zip(levels, np.linspace(first, last, len(levels)), strict=True))


def levels(programme: Programme, segment: str) -> list[str]:
    return list(programme.segments[segment].levels)


def survey_date(period: Period) -> np.datetime64:
    """The day the frame is taken and fieldwork begins: the first of the period's last month."""
    return np.datetime64(period.end.replace(day=1))


def last_day(period: Period) -> np.datetime64:
    """The day the period's files are drawn."""
    return np.datetime64(period.end)


def check_programme(programme: Programme) -> None:
    """The sample company answers its own survey.yml: what that asks must be known to it.

    Raises ProgrammeError in one line that names the first thing that isn't.
    """
    problem = next(problems(programme), None)
    if problem:
        raise ProgrammeError(f"survey.yml: {problem}, so the sample company can't be simulated for it")


def problems(programme: Programme) -> Iterator[str]:
    for key, names in {"dimensions": programme.dimensions, "outcomes": programme.outcomes}.items():
        known = ", ".join(SETTING[key])
        yield from (f"{key}: {name} is not one of {known}" for name in names if name not in SETTING[key])
    for name in ("region", "industry"):
        if name not in programme.segments or not programme.segments[name].levels:
            yield f"segments: {name} with its levels is not there"
    for action in SETTING["actions"]:
        segment = programme.segments.get(action["segment"])
        if action["dimension"] not in programme.dimensions or segment is None or action["value"] not in segment.levels:
            yield f"{action['dimension']} or {action['segment']} {action['value']}, to be improved, is not there"
    for name, panel in programme.panels.items():
        if panel.size is None or panel.draw not in ("equal_interval", "top", None):
            yield f"panels: {name} is not of a stated size by equal_interval or top"
    if {isinstance(code, str) for code in programme.missing_codes} != {True, False}:
        yield "missing_codes: not both a number and a text are there"
    if programme.repurchase is None:
        yield "repurchase: window_days is not there"
