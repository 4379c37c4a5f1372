"""The curve of buying again and the effect by group: tables from recorded numbers, and how the curve is drawn."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report import charts, figures, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.drawing import (
    NARROW,
    PALETTE,
    PLAIN,
    SMALL,
    WIDE,
    axis_ticks,
    canvas,
    scale,
    text_width,
    write,
)
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

PERCENT = (0.0, 100.0)
COMPETITION = ("low", "medium", "high")


def curve_records(numbers: Numbers) -> list[Record]:
    """Predicted probabilities that have a value, lowest score first."""
    found = [r for r in numbers.results.records if r.key == "repurchase.predicted" and r.shown]
    return sorted(found, key=lambda record: float(record.group["at"]))


def curve_table(records: list[Record]) -> pd.DataFrame:
    """at (points), value, low, high in percent: what `curve_figure` draws."""
    rows = [(float(r.group["at"]), 100 * r.value, 100 * r.low, 100 * r.high) for r in records]
    return pd.DataFrame(rows, columns=["at", "value", "low", "high"])


def curve_chart(numbers: Numbers) -> Chart | None:
    """The curve with its interval, beside the published slope; none where fewer than two points can be shown."""
    language, records = numbers.language, curve_records(numbers)
    if len(records) < 2:
        return None
    first, last = records[0], records[-1]
    ends = {"from_points": first.group["at"], "to_points": last.group["at"]}
    low, high = (wording.number_text(r.value, r.unit, language) for r in (first, last))
    return charts.chart(
        "repurchase-curve",
        lambda width: curve_figure(curve_table(records), width=width, **curve_words(numbers)),
        title=say("repurchase.curve", language),
        alt=say("repurchase.curve.alt", language, low=low, high=high, **ends),
    )


def curve_words(numbers: Numbers) -> dict[str, object]:
    """The published slope, in percentage points a point, and the words on the curve."""
    language, results = numbers.language, numbers.results
    known = results.has("repurchase.benchmark") and results.get("repurchase.benchmark").shown
    return {
        "slope": 100 * results.get("repurchase.benchmark").value if known else None,
        "ours": say("repurchase.curve.ours", language),
        "published": say("repurchase.curve.published", language),
        "axis": say("repurchase.curve.axis", language),
    }


def curve_figure(
    table: pd.DataFrame, *, slope: float | None, ours: str, published: str, axis: str, width: int = WIDE
) -> Figure:
    """Percent over points with its band; `slope` (per point) as a dashed line through the curve's middle."""
    height, left = (300 if width > NARROW else 250), 40
    right = width - max(text_width(word, PLAIN, bold=True) for word in (ours, published)) - 14
    figure, ax = canvas(width, height)
    ticks = axis_ticks([table["low"], table["high"]], PERCENT, 5)
    points = axis_ticks([table["at"]], PERCENT, 6 if width > NARROW else 4)
    x, y = scale(table["at"].min(), table["at"].max(), left + 6, right), scale(ticks[0], ticks[-1], height - 48, 16)
    for tick in ticks:
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, left - 6, y(tick), f"{tick:g}%", size=SMALL, color="muted", align="right")
    for point in points:
        if table["at"].min() <= point <= table["at"].max():
            write(ax, x(point), height - 34, f"{point:g}", size=SMALL, color="muted", align="center")
    write(ax, (left + right) / 2, height - 14, axis, size=SMALL, color="muted", align="center")
    ax.fill_between(x(table["at"]), y(table["low"]), y(table["high"]), color=PALETTE["accent"], alpha=0.16, linewidth=0)
    ax.plot(x(table["at"]), y(table["value"]), color=PALETTE["accent"], linewidth=2.5, clip_on=False)
    labels = [(y(table["value"].iloc[-1]), ours, "accent")]
    if slope is not None:
        middle = table.iloc[len(table) // 2]
        line = (middle["value"] + slope * (table["at"] - middle["at"])).clip(ticks[0], ticks[-1])
        ax.plot(x(table["at"]), y(line), color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
        labels.append((y(line.iloc[-1]), published, "ink"))
    for place, word, colour in apart(labels):
        write(ax, right + 8, place, word, size=PLAIN, color=colour, align="left", bold=colour == "accent")
    return figure


def apart(labels: list[tuple[float, str, str]], gap: float = 18) -> list[tuple[float, str, str]]:
    """Labels from the top down, none closer than `gap` pixels to the one above it."""
    placed = []
    for place, word, colour in sorted(labels):
        place = max(place, placed[-1][0] + gap) if placed else place
        placed.append((place, word, colour))
    return placed


def group_rows(numbers: Numbers) -> list[tuple[str, str, Record]]:
    """(heading, name, record) of the effect in each group: competition, then the segments."""
    language, programme, rows = numbers.language, numbers.programme, []
    for record in sorted(numbers.results.records, key=place_of_competition):
        if record.key == "repurchase.by_competition":
            name = numbers.trait("competition", record.group["competition"])
            rows.append((numbers.trait("competition"), name, record))
        elif record.key == "repurchase.by_segment":
            segment, level = record.group["segment"], record.group["level"]
            heading = programme.label("segment", segment, language)
            rows.append((heading, programme.label("segment", segment, language, level), record))
    return rows


def told_rows(numbers: Numbers) -> list[tuple[str, str, Record]]:
    """The rows of headings under which some group has an effect: what is drawn; the others are named in words."""
    rows = group_rows(numbers)
    told = {heading for heading, _, record in rows if record.shown}
    return [row for row in rows if row[0] in told]


def place_of_competition(record: Record) -> int:
    level = record.group.get("competition")
    return COMPETITION.index(level) if level in COMPETITION else len(COMPETITION)


def groups_table(numbers: Numbers, rows: list[tuple[str, str, Record]]) -> pd.DataFrame:
    """The table that `figures.dot_interval` draws, in percentage points."""
    table = charts.rows_table(numbers, rows)
    columns = ["value", "low", "high"]
    for place, (_, _, record) in enumerate(rows):
        if record.shown:
            table.loc[place, "label"] = wording.number_text(record.value, record.unit, numbers.language, signed=True)
    return table.assign(**{column: 100 * table[column] for column in columns})


def groups_chart(numbers: Numbers) -> Chart | None:
    rows = told_rows(numbers)
    shown = sorted((row for row in rows if row[2].shown), key=lambda row: row[2].value)
    if not shown:
        return None
    table = groups_table(numbers, rows)
    best, worst = (signed(numbers, row) for row in (shown[-1], shown[0]))
    return charts.chart(
        "repurchase-groups",
        lambda width: figures.dot_interval(table, width=width, **around(numbers, table)),
        title=say("repurchase.groups", numbers.language),
        alt=charts.unless_told(
            say("repurchase.groups.alt", numbers.language, best=best, worst=worst),
            (record for record in numbers.results.records if record.key == "repurchase.equal_slopes_p"),
            numbers.language,
        ),
    )


def around(numbers: Numbers, table: pd.DataFrame) -> dict[str, object]:
    """The axis that holds all intervals, and the effect over all customers as its reference."""
    furthest = table[["low", "high", "value"]].abs().max().max()
    bounds = {"bounds": (-furthest - 1, furthest + 1)}
    overall = numbers.results.get("repurchase.ame") if numbers.results.has("repurchase.ame") else None
    if overall is None or not overall.shown:
        return bounds
    value = wording.number_text(overall.value, overall.unit, numbers.language, signed=True)
    label = say("repurchase.groups.all", numbers.language, value=value)
    return bounds | {"reference": 100 * overall.value, "reference_label": label}


def signed(numbers: Numbers, row: tuple[str, str, Record]) -> str:
    """Hard competition (+0.84), plain."""
    value = wording.number_text(row[2].value, row[2].unit, numbers.language, signed=True)
    return say("list.named", numbers.language, name=row[1], value=value)


def groups_figure(numbers: Numbers) -> Figure | None:
    """The effects by group as one figure, for the notebook; none where no group has one."""
    rows = told_rows(numbers)
    if not rows:
        return None
    table = groups_table(numbers, rows)
    return figures.dot_interval(table, **around(numbers, table))


def calibration_figure(table: pd.DataFrame, *, width: int = 420) -> Figure:
    """Observed share over predicted probability, a dot with its interval for each fifth; on the diagonal it is as foretold.

    table  predicted, value, low, high, as from models/validation.py.
    """
    figure, ax = canvas(width, width)
    left, bottom = 44, width - 34
    x, y = scale(0, 1, left, width - 14), scale(0, 1, bottom, 14)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        ax.plot([left, width - 14], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, left - 6, y(tick), f"{tick:.0%}", size=SMALL, color="muted", align="right")
        write(ax, x(tick), bottom + 14, f"{tick:.0%}", size=SMALL, color="muted", align="center")
    ax.plot([x(0), x(1)], [y(0), y(1)], color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
    for row in table.itertuples():
        figures.mark(ax, x(row.predicted), row, y, "accent", upright=True)
    return figure
