"""The drawing board of the charts: a canvas of pixels, text that fits, round ticks, and the SVG of a page."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import matplotlib
import pandas as pd
import pylopdf_fonts_zh_cn
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from csat_analysis.report.svg import PALETTE, compact

FONTS = {"font.family": ["DejaVu Sans", "Noto Sans SC"], "svg.fonttype": "none", "svg.hashsalt": "csat"}
WIDE, NARROW = 720, 340  # pixels: a desktop or A4 column, and a phone's
SMALL, PLAIN = 12, 13  # text sizes in pixels
PIXELS_AN_INCH = 72

font_manager.fontManager.addfont(pylopdf_fonts_zh_cn.sans_path())
# The Chinese font has no bold face: its regular one also stands in for bold, so that nothing falls back elsewhere.
font_manager.fontManager.ttflist.extend(
    replace(entry, weight=700) for entry in font_manager.fontManager.ttflist[:] if entry.name == "Noto Sans SC"
)


def canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure whose axes are its pixels, counted from the top left."""
    with matplotlib.rc_context(FONTS):
        figure = Figure(figsize=(width / PIXELS_AN_INCH, height / PIXELS_AN_INCH), dpi=PIXELS_AN_INCH)
        ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.set_axis_off()
    figure.patch.set_alpha(0)
    return figure, ax


def write(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float,
    color: str,
    align: str,
    bold: bool = False,
    covering: bool = False,
) -> None:
    """Text of a size in pixels; `covering` interrupts the lines behind it, so that none strikes it through."""
    ax.text(
        x,
        y,
        text,
        fontsize=size,
        color=PALETTE[color],
        ha=align,
        va="center_baseline",
        weight="bold" if bold else "normal",
        family=FONTS["font.family"],
        parse_math=False,
        bbox={"facecolor": PALETTE["ground"], "edgecolor": "none", "pad": 1.5} if covering else None,
    )


def scale(low: float, high: float, start: float, end: float) -> Callable:
    """Value → pixel, linear."""
    return lambda value: start + (value - low) / (high - low) * (end - start)


def axis_ticks(columns: list[pd.Series], bounds: tuple[float, float], count: int) -> list[float]:
    """Round ticks that hold every value, inside the scale where they can.

    Dots need no zero: the ticks show where the axis starts.
    """
    known = pd.concat(columns).dropna()
    low, high = (known.min(), known.max()) if len(known) else bounds
    if high - low < (bounds[1] - bounds[0]) / 20:
        low, high = low - (bounds[1] - bounds[0]) / 40, high + (bounds[1] - bounds[0]) / 40
    low, high = max(low, bounds[0]), min(high, bounds[1])
    ticks = MaxNLocator(count, steps=[1, 2, 5, 10]).tick_values(low, high)
    ends = ticks[ticks <= low].max(), ticks[ticks >= high].min()
    return [float(tick) for tick in ticks if bounds[0] <= tick <= bounds[1] or tick in ends]


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """An upper estimate in pixels that holds whatever font the reader has: a Chinese character is one em."""
    ems = sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.56 for letter in text)
    return ems * size * (1.08 if bold else 1)


def wrap(text: str, size: float, width: float) -> list[str]:
    """Break a name into lines that fit: English between words, Chinese anywhere but before closing punctuation."""
    lines = [""]
    for piece in re.findall(r"[\x00-\x7f]+?(?:\s+|$|(?=[^\x00-\x7f]))|[^\x00-\x7f][、。，；：）」』！？]*", text):
        if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > width:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]


def svg_text(figure: Figure, *, name: str, title: str, alt: str) -> str:
    """The figure as SVG: the same for the same input, in the page's width, fonts and colours, and read aloud.

    `name` keeps ids apart where several stand in one page; a screen reader says `title` and `alt` (the finding).
    """
    buffer = io.StringIO()
    with matplotlib.rc_context(FONTS):
        figure.savefig(
            buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")), transparent=True
        )
    return compact(buffer.getvalue(), name=name, title=title, alt=alt)
