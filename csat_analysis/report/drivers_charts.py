"""Importance, the importance–performance map and what plans bring: tables from recorded numbers, and how the map is drawn."""

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

PERCENT, POINTS = (0.0, 100.0), (0.0, 100.0)
TONES = {
    "matters_more": "accent",
    "matters_less": "context",
    "pays_back": "accent",
    "does_not_pay": "warn",
}
GAP = 16  # pixels between labels of the map


def importance_rows(numbers: Numbers) -> list[tuple[str, str, Record]]:
    """("", dimension, record) of the outcome of record, most important first."""
    found = [r for r in numbers.results.records if r.key == "drivers.importance"]
    return [
        ("", numbers.measure(record.group["dimension"]), record)
        for record in sorted(found, key=lambda record: -(record.value or 0.0))
    ]


def scaled(table: pd.DataFrame, factor: float) -> pd.DataFrame:
    return table.assign(**{column: factor * table[column] for column in ("value", "low", "high")})


def importance_chart(numbers: Numbers) -> Chart | None:
    rows = importance_rows(numbers)
    shown = [row for row in rows if row[2].shown]
    if not shown:
        return None
    best, worst = (charts.named(numbers, *row[1:]) for row in (shown[0], shown[-1]))
    return charts.chart(
        "drivers-importance",
        lambda width: importance_figure(numbers, width=width),
        title=say("drivers.chart", numbers.language),
        alt=charts.unless_told(
            say("drivers.chart.alt", numbers.language, best=best, worst=worst),
            (row[2] for row in shown),
            numbers.language,
        ),
    )


def importance_figure(numbers: Numbers, *, width: int = WIDE) -> Figure | None:
    """Shares in percent with their intervals, beside an equal share."""
    rows = importance_rows(numbers)
    if not any(record.shown for _, _, record in rows):
        return None
    equal = 1 / sum(record.status != "not_estimable" for _, _, record in rows)
    label = say("drivers.chart.equal", numbers.language, value=wording.number_text(equal, "share", numbers.language))
    table = scaled(charts.rows_table(numbers, rows, TONES), 100)
    return figures.dot_interval(table, bounds=PERCENT, width=width, reference=100 * equal, reference_label=label)


def map_table(numbers: Numbers) -> pd.DataFrame:
    """A row a dimension with both numbers: name, x (points), y (percent), their bounds, and whether to act."""
    rows = []
    for _, name, record in importance_rows(numbers):
        group = {"dimension": record.group["dimension"]}
        if not record.shown or not numbers.results.has("satisfaction.dimension", **group):
            continue
        place = numbers.results.get("satisfaction.dimension", **group)
        if place.shown:
            act = record.verdict == "matters_more" and place.verdict == "below_index"
            xs, ys = (place.value, place.low, place.high), (100 * record.value, 100 * record.low, 100 * record.high)
            rows.append((name, *xs, *ys, "warn" if act else "accent"))
    columns = ["name", "x", "x_low", "x_high", "y", "y_low", "y_high", "tone"]
    return pd.DataFrame(rows, columns=columns)


def map_chart(numbers: Numbers) -> Chart | None:
    table = map_table(numbers)
    if len(table) < 2:
        return None
    alt = say("drivers.map.alt", numbers.language, best=table["name"].iloc[0], worst=table["name"].iloc[-1])
    return charts.chart(
        "drivers-map",
        lambda width: map_figure(table, width=width, **map_words(numbers)),
        title=say("drivers.map", numbers.language),
        alt=charts.unless_told(alt, (row[2] for row in importance_rows(numbers)), numbers.language),
    )


def map_words(numbers: Numbers) -> dict[str, str]:
    return {"across": say("drivers.map.across", numbers.language), "up": say("drivers.map.up", numbers.language)}


def map_figure(table: pd.DataFrame, *, across: str, up: str, width: int = WIDE) -> Figure:
    """Importance (percent) over performance (points): a dot with an interval each way, its name beside it."""
    height, left, top = (360 if width > NARROW else 320), 44, 30
    room = max(text_width(name, PLAIN) for name in table["name"]) + 14
    right, bottom = width - room, height - 48
    figure, ax = canvas(width, height)
    xs = axis_ticks([table["x_low"], table["x_high"]], POINTS, 6 if width > NARROW else 3)
    ys = axis_ticks([table["y_low"], table["y_high"]], PERCENT, 5)
    x, y = scale(xs[0], xs[-1], left + 6, right), scale(ys[0], ys[-1], bottom, top)
    for tick in ys:
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, left - 6, y(tick), f"{tick:g}%", size=SMALL, color="muted", align="right")
    for tick in xs:
        ax.plot([x(tick)] * 2, [top, bottom], color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, x(tick), bottom + 14, f"{tick:g}", size=SMALL, color="muted", align="center")
    write(ax, (left + right) / 2, height - 14, across, size=SMALL, color="muted", align="center")
    write(ax, 0, 10, up, size=SMALL, color="muted", align="left")
    for row in table.itertuples():
        colour = PALETTE[row.tone]
        ends = {"color": colour, "linewidth": 2, "alpha": 0.4, "solid_capstyle": "round", "clip_on": False}
        ax.plot([x(row.x_low), x(row.x_high)], [y(row.y)] * 2, **ends)
        ax.plot([x(row.x)] * 2, [y(row.y_low), y(row.y_high)], **ends)
        ax.plot([x(row.x)], [y(row.y)], marker="o", markersize=9, color=colour, markeredgewidth=0, clip_on=False)
    for row, place in zip(table.itertuples(), label_places([y(value) for value in table["y"]]), strict=True):
        ax.plot(
            [x(row.x_high) + 2, right + 6],
            [y(row.y), place],
            color=PALETTE["context"],
            linewidth=0.8,
            linestyle=(0, (1, 3)),  # a line drawn through would look like an interval
            clip_on=False,
        )
        write(ax, right + 9, place, row.name, size=PLAIN, color="ink", align="left")
    return figure


def label_places(wanted: list[float]) -> list[float]:
    """Heights of labels, none closer than GAP to the next, in the order given."""
    order = sorted(range(len(wanted)), key=lambda place: wanted[place])
    found, below = [0.0] * len(wanted), float("-inf")
    for place in order:
        below = max(wanted[place], below + GAP)
        found[place] = below
    return found


def plan_rows(numbers: Numbers) -> list[tuple[str, str, Record]]:
    """("", plan, record) of what each plan gains, the largest first."""
    found = [r for r in numbers.results.records if r.key == "plan.gain"]
    return [
        ("", numbers.plan(record.group["plan"]), record)
        for record in sorted(found, key=lambda record: -(record.value or 0.0))
    ]


def plans_chart(numbers: Numbers) -> Chart | None:
    rows = [row for row in plan_rows(numbers) if row[2].shown]
    if not rows:
        return None
    best, worst = (charts.named(numbers, *row[1:]) for row in (rows[0], rows[-1]))
    alt = say("plans.chart.alt", numbers.language, best=best, worst=worst)
    ranks = (record for record in numbers.results.records if record.key == "plan.best")
    return charts.chart(
        "plans",
        lambda width: plans_figure(numbers, width=width),
        title=say("plans.chart", numbers.language),
        alt=charts.unless_told(alt, ranks, numbers.language),
    )


def plans_figure(numbers: Numbers, *, width: int = WIDE) -> Figure | None:
    """Margin less cost with intervals, in thousands (of ten in Chinese), against paying back exactly."""
    rows = plan_rows(numbers)
    if not any(record.shown for _, _, record in rows):
        return None
    table = scaled(charts.rows_table(numbers, rows, TONES), wording.MONEY_ON_AXIS[numbers.language][0])
    for place, (_, _, record) in enumerate(rows):
        if record.shown:
            table.loc[place, "label"] = wording.money_text(record.value, numbers.language, signed=True)
    furthest = table[["low", "high", "value"]].abs().max().max()
    even = say("plans.chart.even", numbers.language)
    return figures.dot_interval(
        table, bounds=(-2 * furthest - 1, 2 * furthest + 1), width=width, reference=0.0, reference_label=even
    )
