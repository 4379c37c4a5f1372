"""The report's charts: tidy tables in, matplotlib figures out; the same functions serve notebooks and the report.

A chart knows no statistics, no language and no programme: values, intervals and the words beside them come in columns.
It is laid out in pixels (one unit = one CSS pixel at full size), so that a wide and a narrow drawing of one table are
both legible as drawn.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csat_analysis.report.drawing import (
    NARROW,
    PALETTE,
    PLAIN,
    SMALL,
    WIDE,
    axis_ticks,
    canvas,
    scale,
    svg_text,
    text_width,
    wrap,
    write,
)

SPARK = 150  # pixels: a trend beside a number
__all__ = ["NARROW", "SPARK", "WIDE", "dot_interval", "sparkline", "svg_text", "trend"]


def trend(
    table: pd.DataFrame,
    *,
    bounds: tuple[float, float],
    width: int = WIDE,
    height: int = 230,
    reference: float | None = None,
    reference_label: str = "",
    hollow_label: str = "",
) -> Figure:
    """A line through periods with an interval at each; the latest carries the colour.

    `table` has one row a period, in order: `name` and `group` (first and second line under the axis; a repeated group
    is written once), `value`, `low`, `high`, `label` (the value in words). A missing value leaves a gap. `bounds` are
    the ends of the measure's scale. Rows that are `hollow` (of another source; they come first) have hollow dots on a dashed
    line, and `hollow_label` says what they are.
    """
    figure, ax = canvas(width, height)
    headed = reference is not None or hollow_label
    top, bottom, left, right = 44 if headed else 26, height - 42, 34, width - 26
    ticks = axis_ticks([table["value"], table["low"], table["high"], pd.Series([reference], dtype=float)], bounds, 4)
    y = scale(ticks[0], ticks[-1], bottom, top)
    step = (right - left - 40) / max(len(table) - 1, 1)
    for tick in ticks:
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, left - 8, y(tick), f"{tick:g}".replace("-", "−"), size=SMALL, color="muted", align="right")
    places = [left + 20 + step * place if len(table) > 1 else (left + right) / 2 for place in range(len(table))]
    if reference is not None:
        ax.plot([left, right], [y(reference)] * 2, color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
        ax.plot([left, left + 20], [10, 10], color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
        write(ax, left + 26, 10, reference_label, size=SMALL, color="ink", align="left")
    hollow = hollow_rows(table)
    join(ax, places, y(table["value"]), hollow)
    if hollow_label:
        write(ax, right, 10, hollow_label, size=SMALL, color="ink", align="right")
        empty_dot(ax, right - text_width(hollow_label, SMALL) - 10, 10, "context")
    written = None
    last = [False] * (len(table) - 1) + [True]
    for x, row, latest, empty in zip(places, table.itertuples(), last, hollow, strict=True):
        tone = "accent" if latest else "context"
        if pd.notna(row.value):
            mark(ax, x, row, y, tone, upright=True, hollow=empty)
            above = y(row.high) if pd.notna(row.high) else y(row.value) - 6  # clear of the dot
            write(
                ax,
                x,
                above - 11,
                row.label,
                size=15 if latest else SMALL,
                color="accent" if latest else "muted",
                align="center",
                bold=latest,
                covering=True,
            )
        else:
            write(ax, x, bottom - 10, row.label, size=SMALL, color="muted", align="center", covering=True)
        write(ax, x, bottom + 17, row.name, size=SMALL, color="ink" if latest else "muted", align="center", bold=latest)
        if row.group != written:
            write(ax, x, bottom + 33, row.group, size=SMALL, color="muted", align="center")
        written = row.group
    return figure


def sparkline(table: pd.DataFrame, *, width: int = SPARK, height: int = 44) -> Figure:
    """The shape of a trend without an axis, for beside a number: `table` as in `trend`."""
    figure, ax = canvas(width, height)
    low, high = table["low"].fillna(table["value"]).min(), table["high"].fillna(table["value"]).max()
    y = scale(low, high if high > low else low + 1, height - 6, 6)
    step = (width - 12) / max(len(table) - 1, 1)
    places = [6 + step * place for place in range(len(table))]
    hollow = hollow_rows(table)
    join(ax, places, y(table["value"]), hollow)
    last = [False] * (len(table) - 1) + [True]
    for x, row, latest, empty in zip(places, table.itertuples(), last, hollow, strict=True):
        if pd.notna(row.value):
            mark(ax, x, row, y, "accent" if latest else "context", upright=True, radius=3, hollow=empty)
    return figure


def hollow_rows(table: pd.DataFrame) -> list[bool]:
    return table["hollow"].astype(bool).tolist() if "hollow" in table else [False] * len(table)


def join(ax: Axes, places: list[float], y: pd.Series, hollow: list[bool]) -> None:
    """The line through a trend, dashed up to the first point that isn't hollow."""
    style = {"color": PALETTE["context"], "linewidth": 1.5, "clip_on": False}
    first = hollow.index(False) if False in hollow else len(hollow)
    if first:
        ax.plot(places[: first + 1], y.iloc[: first + 1], dashes=(4, 3), **style)
    if first < len(places):
        ax.plot(places[first:], y.iloc[first:], **style)


def dot_interval(
    table: pd.DataFrame,
    *,
    bounds: tuple[float, float],
    width: int = WIDE,
    reference: float | None = None,
    reference_label: str = "",
    bracket: tuple[float, float, str] | None = None,
) -> Figure:
    """Rows of a dot with its interval, under group headings, against a reference line.

    `table` has one row a dot: `group` (heading; blank for none), `name`, `value`, `low`, `high`, `label` (the value in
    words, or why there is none) and `tone` (context, accent or warn). `bracket` spans two values below the rows and
    names their distance. On a narrow drawing the name stands above its dot.
    """
    stacked = width < 500
    name_width = (
        0.0 if stacked else min(max((text_width(name, PLAIN) for name in table["name"]), default=0), width * 0.52) + 16
    )
    value_width = (
        max((text_width(label, PLAIN, bold=True) for label in table.loc[table["value"].notna(), "label"]), default=40)
        + 12
    )
    left, right = name_width + 8, width - value_width - 8
    rows, rows_end = place_rows(table, width if stacked else name_width - 16, stacked, top=40)
    bottom, height = rows_end, rows_end + (70 if bracket else 24)
    figure, ax = canvas(width, height)
    ticks = axis_ticks(
        [table["value"], table["low"], table["high"], pd.Series([reference], dtype=float)], bounds, 4 if stacked else 6
    )
    x = scale(ticks[0], ticks[-1], left, right)
    # Under a name that stands above its dot no line runs: there each row has its own piece of the grid.
    pieces = [(row["y"] - 10, row["y"] + 10) for row in rows if "row" in row] if stacked else [(30, bottom)]
    for tick in ticks:
        ax.plot(*in_pieces(x(tick), pieces), color=PALETTE["rule"], linewidth=1, clip_on=False)
        words = f"{tick:g}".replace("-", "−")
        place = max(x(tick), text_width(words, SMALL) / 2)  # a long one at the left edge stays inside
        write(ax, place, bottom + 12, words, size=SMALL, color="muted", align="center")
    if reference is not None:
        line = in_pieces(x(reference), [(22, 30), *pieces])
        ax.plot(*line, color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
        half = text_width(reference_label, SMALL) / 2
        write(
            ax, min(max(x(reference), half), width - half), 11, reference_label, size=SMALL, color="ink", align="center"
        )
    for row in rows:
        draw_row(ax, row, x, left, width)
    if bracket:
        start, end, words = bracket
        ax.annotate(
            "",
            (x(end), height - 32),
            (x(start), height - 32),
            arrowprops={"arrowstyle": "<->", "color": PALETTE["warn"], "lw": 1.5},
        )
        write(ax, (x(start) + x(end)) / 2, height - 14, words, size=PLAIN, color="warn", align="center", bold=True)
    return figure


def in_pieces(x: float, pieces: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """An upright line with gaps as one line (missing values break it), which takes far fewer bytes than a line a piece."""
    return [x, x, float("nan")] * len(pieces), [y for start, end in pieces for y in (start, end, float("nan"))]


def place_rows(table: pd.DataFrame, name_width: float, stacked: bool, top: float) -> tuple[list[dict], float]:
    """Each row's place from the top down, its name broken into lines that fit; and the height that all take."""
    rows, heading, y = [], "", top
    for row in table.itertuples():
        if row.group and row.group != heading:
            y += 22 if rows else 0
            rows.append({"heading": row.group, "y": y})
            y += 24
        heading = row.group
        lines = wrap(row.name, PLAIN, name_width)
        names = [(text, y + 16 * line) for line, text in enumerate(lines)]
        dot = y + (16 * len(lines) + 4 if stacked else 8 * (len(lines) - 1))
        rows.append({"row": row, "names": names, "y": dot})
        y = dot + 26 if stacked else y + 16 * len(lines) + 11
    return rows, y


def draw_row(ax: Axes, placed: dict, x: Callable, left: float, width: float) -> None:
    if "heading" in placed:
        write(ax, 0, placed["y"], placed["heading"], size=PLAIN, color="ink", align="left", bold=True)
        return
    row, y = placed["row"], placed["y"]
    for text, line in placed["names"]:
        write(ax, 0, line, text, size=PLAIN, color="ink", align="left")
    if pd.isna(row.value):
        write(ax, left, y, row.label, size=SMALL, color="muted", align="left", covering=True)
        return
    mark(ax, y, row, x, row.tone, upright=False)
    write(
        ax,
        width,
        y,
        row.label,
        size=PLAIN,
        color="ink" if row.tone == "context" else row.tone,
        align="right",
        bold=True,
    )


def mark(
    ax: Axes,
    place: float,
    row: tuple,
    along: Callable,
    tone: str,
    *,
    upright: bool,
    radius: float = 4.5,
    hollow: bool = False,
) -> None:
    """One dot on its interval; no interval is drawn where there is none."""
    colour = PALETTE[tone]
    if pd.notna(row.low) and pd.notna(row.high):
        ends, still = [along(row.low), along(row.high)], [place, place]
        ax.plot(
            *(still, ends) if upright else (ends, still),
            color=colour,
            linewidth=2.5,
            alpha=0.55,
            solid_capstyle="round",
            clip_on=False,
        )
    x, y = (place, along(row.value)) if upright else (along(row.value), place)
    if hollow:
        empty_dot(ax, x, y, tone, radius)
    else:
        ax.plot([x], [y], marker="o", markersize=2 * radius, color=colour, markeredgewidth=0, clip_on=False)


def empty_dot(ax: Axes, x: float, y: float, tone: str, radius: float = 4.5) -> None:
    colour, ground = PALETTE[tone], PALETTE["ground"]
    ax.plot(
        [x],
        [y],
        marker="o",
        markersize=2 * radius,
        color=colour,
        markerfacecolor=ground,
        markeredgewidth=1.5,
        clip_on=False,
    )
