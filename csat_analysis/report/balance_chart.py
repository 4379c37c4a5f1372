"""Answers against the frame, before and after weighting: the table from the records, and the drawing of it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csat_analysis.report import wording
from csat_analysis.report.charts import Chart, chart
from csat_analysis.report.drawing import PALETTE, PLAIN, SMALL, axis_ticks, canvas, scale, text_width, wrap, write
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record
from csat_analysis.survey.balance import STAGES

BOUNDS = (-5.0, 5.0)  # standard deviations; a difference beyond is cut off by no survey that was held


def balance_rows(numbers: Numbers) -> list[tuple[Record, Record | None]]:
    """Each trait's record before weighting and after, in the order in which they were recorded."""
    records = {stage: {} for stage in STAGES}
    for record in numbers.results.records:
        if record.key == "bias.imbalance" and record.shown:
            place = record.group["variable"], record.group["level"]
            records[record.group["stage"]][place] = record
    return [(before, records["after"].get(place)) for place, before in records["before"].items()]


def balance_table(numbers: Numbers) -> pd.DataFrame:
    """What `balance` draws: group (the variable), name (the level), before, after."""
    rows = []
    for before, after in balance_rows(numbers):
        variable, level = before.group["variable"], before.group["level"]
        group = numbers.trait(variable)
        rows.append((group, numbers.trait(variable, level), before.value, after.value if after else None))
    return pd.DataFrame(rows, columns=["group", "name", "before", "after"]).astype({"before": float, "after": float})


def balance_chart(numbers: Numbers) -> Chart | None:
    """The before/after picture; none where the frame is unknown."""
    table = balance_table(numbers)
    if table.empty:
        return None
    noise = noise_of(numbers)
    worst = balance_rows(numbers)[int(table["before"].abs().to_numpy().argmax())][0]
    name = numbers.trait(worst.group["variable"], worst.group["level"])
    value = wording.number_text(worst.value, worst.unit, numbers.language, signed=True)
    named = say("list.named", numbers.language, name=name, value=value)
    return chart(
        "balance",
        lambda width: balance(table, noise=noise, width=width),
        title=say("bias.balance", numbers.language),
        alt=say("bias.balance.alt", numbers.language, worst=named),
    )


def noise_of(numbers: Numbers) -> float | None:
    recorded = numbers.results.has("bias.imbalance_noise", stage="before")
    return numbers.results.get("bias.imbalance_noise", stage="before").value if recorded else None


def balance(table: pd.DataFrame, *, noise: float | None, width: int) -> Figure:
    """A row a level: a hollow dot before weighting, a filled one after, a line between; a grey band where chance would put
    the hollow dots (twice `noise` to either side). Differences are in standard deviations of the frame."""
    stacked = width < 500
    name_width = 0.0 if stacked else max(text_width(name, PLAIN) for name in table["name"]) + 16
    name_width = min(name_width, width * 0.45)
    left, right, step = name_width + 12, width - 16, 38 if stacked else 24
    headings = (table["group"] != table["group"].shift()) & (table["group"] != table["name"])
    height = 24 + step * len(table) + 26 * int(headings.sum()) + 30
    figure, ax = canvas(width, height)
    extremes = pd.Series([-2 * noise, 2 * noise] if noise else [0.0])
    ticks = axis_ticks([table["before"], table["after"], extremes], BOUNDS, 4 if stacked else 6)
    x, bottom = scale(ticks[0], ticks[-1], left, right), height - 26
    if noise:
        ax.fill_betweenx([12, bottom], x(-2 * noise), x(2 * noise), color=PALETTE["rule"], alpha=0.5, linewidth=0)
    for tick in ticks:
        color = PALETTE["ink"] if tick == 0 else PALETTE["rule"]
        ax.plot([x(tick)] * 2, [12, bottom], color=color, linewidth=1, clip_on=False)
        write(ax, x(tick), bottom + 13, f"{tick:g}".replace("-", "−"), size=SMALL, color="muted", align="center")
    y = 24.0
    for row, heading in zip(table.itertuples(), headings, strict=True):
        if heading:
            write(ax, 0, y, row.group, size=PLAIN, color="ink", align="left", bold=True, covering=stacked)
            y += 26
        name = wrap(row.name, PLAIN, width if stacked else name_width - 4)[0]
        write(ax, 0, y, name, size=PLAIN, color="ink", align="left", covering=stacked)
        draw_pair(ax, row, x, y + (17 if stacked else 0))
        y += step
    return figure


def draw_pair(ax: Axes, row: tuple, x: Callable, y: float) -> None:
    """The hollow and the filled dot of one level, joined."""
    if pd.notna(row.after):
        ax.plot([x(row.before), x(row.after)], [y, y], color=PALETTE["context"], linewidth=1.5, clip_on=False)
    style = {"linestyle": "none", "clip_on": False, "markersize": 8}
    ax.plot(x(row.before), y, "o", color=PALETTE["context"], markerfacecolor=PALETTE["ground"], **style)
    if pd.notna(row.after):
        ax.plot(x(row.after), y, "o", color=PALETTE["accent"], **style)
