"""Buying again over satisfaction, a small picture for each level of competition: tables from recorded numbers, and the drawing."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csat_analysis.report import charts, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.drawing import NARROW, PALETTE, PLAIN, SMALL, WIDE, axis_ticks, canvas, scale, write
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.repurchase_charts import COMPETITION, PERCENT, curve_records, curve_table
from csat_analysis.report.wording import say
from csat_analysis.results import Record

KEY = "repurchase.curve_by"
FEWEST = 2  # points that make a curve
LEFT, TOP, BOTTOM, GAP = 40, 30, 34, 18  # pixels around a picture
HEIGHT = 210


def levels(numbers: Numbers) -> dict[str, list[Record]]:
    """Level of competition → its shown points, lowest score first; only levels with a curve, weakest competition first."""
    found: dict[str, list[Record]] = {}
    for record in numbers.results.records:
        if record.key == KEY and record.shown:
            found.setdefault(record.group["competition"], []).append(record)
    drawn = {
        level: sorted(own, key=lambda r: float(r.group["at"])) for level, own in found.items() if len(own) >= FEWEST
    }
    return dict(sorted(drawn.items(), key=lambda pair: place(pair[0])))


def place(level: str) -> tuple[int, str]:
    return (COMPETITION.index(level) if level in COMPETITION else len(COMPETITION)), level


def chart(numbers: Numbers) -> Chart | None:
    """None where fewer than two levels have a curve."""
    drawn, language = levels(numbers), numbers.language
    if len(drawn) < 2:
        return None
    items = [finding(numbers, level, own) for level, own in drawn.items()]
    return charts.chart(
        "repurchase-competition",
        lambda width: figure(numbers, width=width),
        title=say("repurchase.curves", language),
        alt=say("repurchase.curves.alt", language, items=wording.phrases_text(items, language)),
    )


def finding(numbers: Numbers, level: str, own: list[Record]) -> str:
    first, last = own[0], own[-1]
    low, high = (wording.number_text(r.value, r.unit, numbers.language) for r in (first, last))
    ends = {"from_points": first.group["at"], "to_points": last.group["at"]}
    name = numbers.trait("competition", level)
    return say("repurchase.curves.alt.item", numbers.language, name=name, low=low, high=high, **ends)


def figure(numbers: Numbers, *, width: int = WIDE) -> Figure | None:
    """The recorded curves as one figure; None where there are none to compare."""
    drawn = {numbers.trait("competition", level): curve_table(own) for level, own in levels(numbers).items()}
    if len(drawn) < 2:
        return None
    words = {name: say(f"repurchase.curve.{name}", numbers.language) for name in ("axis",)}
    everybody = curve_table(curve_records(numbers))
    return curves_figure(
        drawn, everybody, **words, all_of_them=say("repurchase.curves.all", numbers.language), width=width
    )


def curves_figure(
    curves: dict[str, pd.DataFrame], everybody: pd.DataFrame, *, axis: str, all_of_them: str, width: int = WIDE
) -> Figure:
    """A picture a group, all on one scale: its curve with its band, and in grey the curve of all customers.

    curves, everybody  tables of at (points), value, low, high in percent.
    """
    stacked = width <= NARROW
    columns = 1 if stacked else len(curves)
    own_width = (width - LEFT - GAP * (columns - 1) - 8) / columns
    rows = len(curves) if stacked else 1
    board, ax = canvas(width, rows * HEIGHT + 16)
    tables = [*curves.values(), everybody]
    ticks = axis_ticks([table[end] for table in tables for end in ("low", "high")], PERCENT, 5)
    points = axis_ticks([table["at"] for table in curves.values()], PERCENT, 4)
    span = min(t["at"].min() for t in curves.values()), max(t["at"].max() for t in curves.values())
    for order, (name, table) in enumerate(curves.items()):
        left = LEFT + (0 if stacked else order * (own_width + GAP))
        top = (order * HEIGHT if stacked else 0) + TOP
        x = scale(*span, left + 4, left + own_width - 4)
        y = scale(ticks[0], ticks[-1], top + HEIGHT - TOP - BOTTOM, top)
        draw_grid(
            ax,
            x,
            y,
            ticks,
            [point for point in points if span[0] <= point <= span[1]],
            left,
            own_width,
            order == 0 or stacked,
        )
        inside = everybody[everybody["at"].between(*span)]
        if len(inside) >= FEWEST:
            ax.plot(
                x(inside["at"]),
                y(inside["value"]),
                color=PALETTE["context"],
                linewidth=1.5,
                dashes=(4, 3),
                clip_on=False,
            )
        ax.fill_between(
            x(table["at"]), y(table["low"]), y(table["high"]), color=PALETTE["accent"], alpha=0.16, linewidth=0
        )
        ax.plot(x(table["at"]), y(table["value"]), color=PALETTE["accent"], linewidth=2.5, clip_on=False)
        write(ax, left, top - 16, name, size=PLAIN, color="accent", align="left", bold=True)
        if order == 0 and len(inside) >= FEWEST:
            write(
                ax,
                left + own_width,
                top + HEIGHT - TOP - BOTTOM - 10,
                f"- - {all_of_them}",
                size=SMALL,
                color="muted",
                align="right",
            )
    write(ax, LEFT + (width - LEFT) / 2, rows * HEIGHT + 2, axis, size=SMALL, color="muted", align="center")
    return board


def draw_grid(
    ax: Axes, x: object, y: object, ticks: list[float], points: list[float], left: float, width: float, labelled: bool
) -> None:
    for tick in ticks:
        ax.plot([left, left + width], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        if labelled:
            write(ax, left - 6, y(tick), f"{tick:g}%", size=SMALL, color="muted", align="right")
    for point in points:
        write(ax, x(point), y(ticks[0]) + 14, f"{point:g}", size=SMALL, color="muted", align="center")
