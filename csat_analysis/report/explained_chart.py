"""What a change is made of: parts that start where the one before ended, down to the whole change."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report import wording
from csat_analysis.report.charts import Chart, chart, named
from csat_analysis.report.drawing import PALETTE, PLAIN, SMALL, axis_ticks, canvas, scale, text_width, wrap, write
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

TONES = {"part_up": "accent", "part_down": "warn"}
BAR = 14  # pixels: thickness of a part


def waterfall_table(numbers: Numbers, parts: list[tuple[str, Record]], total: tuple[str, Record]) -> pd.DataFrame:
    """What `waterfall` draws: name, start and end of each bar, its interval there, tone and label; the whole change last."""
    rows, start = [], 0.0
    for name, record in parts:
        rows.append(bar(numbers, name, record, start, TONES.get(record.verdict, "context")))
        start += record.value
    return pd.DataFrame([*rows, bar(numbers, *total, 0.0, "muted")])


def bar(numbers: Numbers, name: str, record: Record, start: float, tone: str) -> dict[str, object]:
    return {
        "name": name,
        "start": start,
        "end": start + record.value,
        "low": start + record.low if record.status == "ok" else None,
        "high": start + record.high if record.status == "ok" else None,
        "tone": tone,
        "label": wording.number_text(record.value, record.unit, numbers.language, signed=True),
    }


def waterfall_chart(
    numbers: Numbers, name: str, parts: list[tuple[str, Record]], total: tuple[str, Record], *, title: str
) -> Chart | None:
    """None where a part has no number: the others wouldn't add up."""
    if not parts or not all(record.shown for _, record in [*parts, total]):
        return None
    table = waterfall_table(numbers, parts, total)
    told = [part for part in parts if part[1].verdict in TONES]
    largest = max(told, key=lambda part: abs(part[1].value)) if told else None
    alt = (
        say("explained.alt", numbers.language, part=named(numbers, *largest))
        if largest
        else say("explained.alt.none", numbers.language)
    )
    return chart(name, lambda width: waterfall(table, width=width), title=title, alt=alt)


def waterfall(table: pd.DataFrame, *, width: int) -> Figure:
    """A bar a part from where the parts before it ended, a thin line for its interval; grey where chance could explain it."""
    stacked = width < 500
    name_width = 0.0 if stacked else min(max(text_width(name, PLAIN) for name in table["name"]) + 16, width * 0.4)
    value_width = max(text_width(label, PLAIN, bold=True) for label in table["label"]) + 12
    left, right, step = name_width + 8, width - value_width - 8, 46 if stacked else 32
    columns = [table[column].astype(float) for column in ("start", "end", "low", "high")]
    reach = max(1.0, float(pd.concat(columns).abs().max()))
    ticks = axis_ticks([*columns, pd.Series([0.0])], (-2 * reach, 2 * reach), 4 if stacked else 6)
    x = scale(ticks[0], ticks[-1], left, right)
    bottom = 8 + step * len(table)
    figure, ax = canvas(width, bottom + 24)
    for tick in ticks:
        color = PALETTE["ink"] if tick == 0 else PALETTE["rule"]
        ax.plot([x(tick)] * 2, [4, bottom], color=color, linewidth=1, clip_on=False)
        words = f"{tick:+g}".replace("-", "−") if tick else "0"
        write(
            ax,
            max(x(tick), text_width(words, SMALL) / 2),
            bottom + 12,
            words,
            size=SMALL,
            color="muted",
            align="center",
        )
    for place, row in enumerate(table.itertuples()):
        y = 8 + step * place + (32 if stacked else step / 2)
        name = wrap(row.name, PLAIN, width if stacked else name_width - 4)[0]
        write(ax, 0, y - 20 if stacked else y, name, size=PLAIN, color="ink", align="left", covering=stacked)
        start, end = sorted((x(row.start), x(row.end)))
        ends = [y - BAR / 2, y + BAR / 2]
        ax.fill_betweenx(ends, start, max(end, start + 1), color=PALETTE[row.tone], linewidth=0, zorder=3)
        if pd.notna(row.low):
            ax.plot([x(row.low), x(row.high)], [y, y], color=PALETTE["ink"], linewidth=1, zorder=4, clip_on=False)
        if place + 1 < len(table) - 1:
            ax.plot([x(row.end)] * 2, [y, y + step], color=PALETTE["context"], linewidth=1, clip_on=False)
        colour = "ink" if row.tone == "context" else row.tone
        write(ax, width, y, row.label, size=PLAIN, color=colour, align="right", bold=True)
    return figure
