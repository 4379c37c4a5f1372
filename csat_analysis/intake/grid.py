"""What every format of raw file comes down to: a header and rows of text."""

from __future__ import annotations

import datetime as dt
import numbers
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Grid:
    """What every format comes down to: a header, rows of text, the line of each row, and how the file was encoded."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    encoding: str


def as_text(value: Any) -> str:
    """A typed cell as the text that would stand in a csv file: whole floats without a point, dates in ISO form."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(value, numbers.Real) and abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return str(value).strip()


def one_line(error: Exception) -> str:
    return " ".join(str(error).split())
