"""The charts of what customers say: themes, words and competitors, each a dot with its interval."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report import charts, figures, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.key_kinds import DIFFERENCES
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

Rows = list[tuple[str, str, Record]]
TONES = {"dissatisfied_say": "warn", "satisfied_say": "accent", "ahead": "accent", "behind": "warn"}
DRAWN = 6  # themes; the others stand in the table
ROOM = 2.5  # of the furthest bound: ticks lie inside the ends, and must lie outside every interval
CUT = 60  # characters of a label


def table_of(numbers: Numbers, rows: Rows, tones: Mapping[str, str] = TONES, factor: float = 1) -> pd.DataFrame:
    """What `figures.dot_interval` draws; differences keep their sign in the label."""
    table = charts.rows_table(numbers, [(group, shortened(name), record) for group, name, record in rows], tones)
    for place, (_, _, record) in enumerate(rows):
        if record.shown and record.key in DIFFERENCES:
            table.loc[place, "label"] = wording.number_text(record.value, record.unit, numbers.language, signed=True)
    return table.assign(**{column: factor * table[column] for column in ("value", "low", "high")})


def shortened(name: str) -> str:
    return name if len(name) <= CUT else name[: CUT - 1] + "…"


def themes_chart(numbers: Numbers, rows: Rows) -> Chart | None:
    """Shares in percent, the most said first."""
    shown = [row for row in rows if row[2].shown][:DRAWN]
    if not shown:
        return None
    table = table_of(numbers, shown, factor=100)
    most = wording.list_text([charts.named(numbers, name, record) for _, name, record in shown[:3]], numbers.language)
    return charts.chart(
        "voice-themes",
        lambda width: figures.dot_interval(table, bounds=(0, 100), width=width),
        title=say("voice.themes", numbers.language),
        alt=str(say("voice.themes.alt", numbers.language, items=most)),
    )


def differences_chart(numbers: Numbers, name: str, rows: Rows, *, title: str, alt: str, axis: str) -> Chart | None:
    """Differences against none, on an axis that holds every interval."""
    if not any(record.shown for _, _, record in rows):
        return None
    table = table_of(numbers, rows)
    return charts.chart(
        name,
        lambda width: figures.dot_interval(table, bounds=ends(table), width=width, reference=0.0, reference_label=axis),
        title=title,
        alt=alt,
    )


def differences_figure(numbers: Numbers, rows: Rows) -> Figure:
    """The same for the notebook, every row that has a number."""
    table = table_of(numbers, [row for row in rows if row[2].shown] or rows)
    return figures.dot_interval(table, bounds=ends(table), reference=0.0)


def shares_figure(numbers: Numbers, rows: Rows) -> Figure:
    """Shares in percent for the notebook."""
    return figures.dot_interval(table_of(numbers, rows, factor=100), bounds=(0, 100))


def ends(table: pd.DataFrame) -> tuple[float, float]:
    furthest = float(table[["low", "high", "value"]].abs().max().max())
    furthest = ROOM * furthest if furthest > 0 else 1.0
    return -furthest, furthest


def signed(numbers: Numbers, name: str, record: Record) -> str:
    """delivery (+1.20), plain."""
    value = wording.number_text(record.value, record.unit, numbers.language, signed=True)
    return say("list.named", numbers.language, name=name, value=value)
