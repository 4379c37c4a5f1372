"""Estimates as a table and as a chart, for looking around in a notebook (notebooks/scratch.ipynb); nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.estimate import Estimate
from csat_analysis.metrics.wave import Number
from csat_analysis.report import figures

POINTS = (0, 100)


def numbers_table(named: Mapping[str, Number], confidence: float = 0.95) -> pd.DataFrame:
    """One row a number: name, value, low, high, n, status. A number that can't be told has a status and no value.

    An interval here is that of the estimator and nothing more: whether intervals of its kind were shown to hold at its
    n, and what may be called a difference, is what notebooks 04 and A record.
    """
    rows = [
        {"name": name, "value": number.value, "low": low, "high": high, "n": number.n, "status": number.status}
        if isinstance(number, Estimate)
        else {"name": name, "value": None, "low": None, "high": None, "n": None, "status": number.status}
        for name, number in named.items()
        for low, high in [number.interval(confidence) if isinstance(number, Estimate) else (None, None)]
    ]
    kinds = {"value": "float64", "low": "float64", "high": "float64", "n": "Int64"}
    return pd.DataFrame(rows, columns=["name", "value", "low", "high", "n", "status"]).astype(kinds)


def dots(
    table: pd.DataFrame, *, reference: Number | None = None, bounds: tuple[float, float] = POINTS
) -> Figure | None:
    """The rows of `numbers_table` as dots with their intervals, under the headings of a column `group` where there is one.

    reference  a number to hold them against, drawn as a line; bounds are the ends of the scale (points are 0–100).
    None where no row has a value.
    """
    known = table.dropna(subset=["value"])
    if known.empty:
        return None
    drawn = known.assign(
        label=known["value"].map("{:.1f}".format), tone="accent", group=known["group"] if "group" in known else ""
    )
    line = (
        {"reference": reference.value, "reference_label": f"{reference.value:.1f}"}
        if isinstance(reference, Estimate)
        else {}
    )
    return figures.dot_interval(drawn, bounds=bounds, **line)
