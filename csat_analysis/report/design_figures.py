"""Charts of the survey's design: a sample's mix against the frame's, and what more answers would let a survey detect."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report.drawing import PALETTE, SMALL, WIDE, axis_ticks, canvas, scale, text_width, write
from csat_analysis.report.figures import dot_interval

NORMAL = 1.96  # standard deviations on each side that chance stays within, 95 %
LINES = {"detectable_fresh": "context", "detectable_same": "accent"}


def mix(table: pd.DataFrame, *, width: int = WIDE) -> Figure:
    """Share of those drawn in each group (dot, percent) against what chance does around the share expected (bar).

    `table` as `survey.coverage.coverage` makes it, with the words `group` and `name`.
    """
    low, high = (100 * (table["expected"] + side * NORMAL * table["noise"]) for side in (-1, 1))
    drawn = 100 * table["drawn"]
    rows = pd.DataFrame(
        {
            "group": table["group"],
            "name": table["name"],
            "value": drawn,
            "low": low.clip(lower=0),
            "high": high.clip(upper=100),
            "label": [f"{value:.1f}%" for value in drawn],
            "tone": ["warn" if beyond else "context" for beyond in table["beyond_chance"]],
        }
    )
    return dot_interval(rows, bounds=(0, 100), width=width)


def detectable_curve(
    table: pd.DataFrame,
    *,
    names: dict[str, str],
    across: str,
    upwards: str,
    reference: float | None = None,
    reference_label: str = "",
    width: int = WIDE,
    height: int = 280,
) -> Figure:
    """Smallest detectable change against answers: a line for other customers each time, one for the same ones.

    `table` as `survey.power.by_size` makes it; `names` are the words beside the lines, `across` and `upwards` those of the
    axes. A row that isn't feasible is drawn thin.
    """
    figure, ax = canvas(width, height)
    margin = max(text_width(name, SMALL) for name in names.values()) + 16
    top, bottom, left, right = 34, height - 40, 40, width - margin
    largest = max(table["detectable_fresh"].max(), reference or 0.0)
    ticks = axis_ticks([pd.Series([0.0, largest])], (0.0, 2 * largest), 5)
    x, y = scale(0, table["answers"].max(), left, right), scale(0, max(ticks), bottom, top)
    for tick in [0.0, *[tick for tick in ticks if tick > 0]]:
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, left - 8, y(tick), f"{tick:g}", size=SMALL, color="muted", align="right")
    for tick in axis_ticks([pd.Series([0.0, float(table["answers"].max())])], (0, float(table["answers"].max())), 6):
        write(ax, x(tick), bottom + 14, f"{tick:g}", size=SMALL, color="muted", align="center")
    if reference is not None:
        ax.plot([left, right], [y(reference)] * 2, color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
        write(ax, right, y(reference) - 9, reference_label, size=SMALL, color="ink", align="right", covering=True)
    for name, tone in ((name, tone) for name, tone in LINES.items() if table[name].notna().all()):
        here = table[table["feasible"]]
        ax.plot(x(table["answers"]), y(table[name]), color=PALETTE[tone], linewidth=1, clip_on=False)
        ax.plot(x(here["answers"]), y(here[name]), color=PALETTE[tone], linewidth=2.5, clip_on=False)
        last = table[name].iloc[-1]
        shift = -9 if name == "detectable_fresh" else 9
        write(
            ax,
            right + 10,
            y(last) + shift,
            names[name],
            size=SMALL,
            color="ink" if tone == "context" else tone,
            align="left",
        )
    write(ax, 0, 10, upwards, size=SMALL, color="muted", align="left")
    write(ax, right, bottom + 32, across, size=SMALL, color="muted", align="right")
    return figure
