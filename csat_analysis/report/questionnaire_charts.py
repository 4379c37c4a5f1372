"""Charts of the questionnaire: how each item was answered, and on which factor each item loads."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from csat_analysis.report.drawing import PALETTE, PLAIN, SMALL, WIDE, canvas, scale, text_width, wrap, write

NAMES = 300  # pixels for an item's words
ROW = 24
FIFTHS = ("#b4510c", "#e0a878", "#dde2e7", "#7fb0cc", "#0b5f8f")  # lowest to highest fifth of the scale
SHOWN = 0.1  # share of answers, or loading, that has room for its number
BOLD = 0.32  # loadings worth a second look
Label = Callable[[str, str], str]


def answers_figure(shares: pd.DataFrame, label: Label) -> Figure:
    """One bar an item: shares of the answers in each fifth of the scale, lowest left, in percent.

    `shares` has one row an item and five columns; a row without answers is left blank.
    """
    figure, ax = canvas(WIDE, ROW * len(shares) + 20)
    x = scale(0, 1, NAMES, WIDE - 10)
    for place, (item, row) in enumerate(shares.iterrows()):
        y = 16 + ROW * place
        item_name(ax, label("item", item), y)
        starts = row.cumsum().shift(fill_value=0.0)
        for fifth, (start, share, colour) in enumerate(zip(starts, row, FIFTHS, strict=True)):
            if share > 0:
                ax.fill_between([x(start), x(start + share)], y - 9, y + 9, color=colour, linewidth=0)
            if share >= SHOWN:
                ink = "ground" if fifth in (0, len(FIFTHS) - 1) else "ink"
                write(ax, x(start + share / 2), y, f"{100 * share:.0f}", size=SMALL, color=ink, align="center")
    return figure


def loadings_figure(loadings: pd.DataFrame, items: pd.DataFrame, label: Label) -> Figure:
    """A table of loadings coloured by size, items by dimension down, factors across; the item's own factor is framed.

    `loadings`: one row an item, one column a dimension; `items`: the item's `dimension`.
    """
    top, height = 60, 60 + ROW * len(loadings) + 8
    figure, ax = canvas(WIDE, height)
    width = (WIDE - NAMES - 10) / loadings.shape[1]
    colours = mpl.colors.LinearSegmentedColormap.from_list(
        "loading", [PALETTE["warn"], PALETTE["ground"], PALETTE["accent"]]
    )
    for column, dimension in enumerate(loadings):
        for line, words in enumerate(wrap(label("dimension", dimension), SMALL, width - 6)[:3]):
            write(ax, NAMES + width * (column + 0.5), 14 + 15 * line, words, size=SMALL, color="ink", align="center")
    for place, (item, row) in enumerate(loadings.iterrows()):
        y = top + ROW * place + ROW / 2
        item_name(ax, label("item", item), y)
        for column, (dimension, loading) in enumerate(row.items()):
            left = NAMES + width * column
            own = items.at[item, "dimension"] == dimension
            ax.fill_between([left + 2, left + width - 2], y - 10, y + 10, color=colours((loading + 1) / 2), linewidth=0)
            if own:
                corners = [left + 2, left + width - 2, left + width - 2, left + 2, left + 2]
                ax.plot(corners, [y - 10, y - 10, y + 10, y + 10, y - 10], color=PALETTE["ink"], linewidth=1)
            ink = "ground" if abs(loading) > 0.6 else "ink" if abs(loading) >= BOLD else "muted"
            text = f"{loading:.2f}".replace("-", "−")
            write(ax, left + width / 2, y, text, size=SMALL, color=ink, align="center", bold=abs(loading) >= BOLD)
    return figure


def item_name(ax: Axes, name: str, y: float) -> None:
    """The item's words on one line, cut where they don't fit."""
    shown = name
    while text_width(shown, PLAIN) > NAMES - 14:
        shown = shown.removesuffix("…")[:-1] + "…"
    write(ax, 0, y, shown, size=PLAIN, color="ink", align="left")
