"""Charts of service: complaints by category, promises kept, scores by how long customers waited, and the map of the journey."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report import charts, figures, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.drawing import NARROW, PALETTE, PLAIN, SMALL, WIDE, axis_ticks, canvas, scale, wrap, write
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

Rows = list[tuple[str, str, Record]]
WAITS = ("first_reply_hours", "resolution_hours", "processing_days", "delivery_days")
STAGES = ("enquiry", "order", "delivery", "after_sales", "complaint")
DRAWN_BANDS = (
    "resolution_hours",
    "delivery_days",
)  # how long a case took from its start to its end; the others are in notebook 05
ROOM = 1.1  # the axis ends a little beyond the highest bound
PERCENT = (0.0, 100.0)
POINTS = (0.0, 100.0)
GAP_TONES = {"lost_here": "warn", "higher_here": "accent"}


def category_rows(numbers: Numbers, per: str) -> Rows:
    """(heading, name, record) of complaints by category, all first."""
    records = [r for r in numbers.results.records if r.key == "service.complaint_rate" and r.group["per"] == per]
    return [(numbers.per(per), numbers.category(r.group["category"]), r) for r in records]


def target_rows(numbers: Numbers) -> Rows:
    """(heading, name, record) of the shares within target; the name tells the target."""
    return [
        ("", within_name(numbers, wait), numbers.results.get(f"service.{wait}", statistic="within_target"))
        for wait in WAITS
        if numbers.results.has(f"service.{wait}", statistic="target")
        and numbers.results.get(f"service.{wait}", statistic="target").shown
    ]


def within_name(numbers: Numbers, wait: str) -> str:
    target = numbers.results.get(f"service.{wait}", statistic="target")
    number, unit = wording.plain_text(target.value, numbers.language), target.unit
    return say(f"service.within.{unit}", numbers.language, wait=numbers.wait(wait), number=number)


def band_rows(numbers: Numbers) -> Rows:
    records = [r for r in numbers.results.records if r.key == "service.waiting_band" and r.group["wait"] in DRAWN_BANDS]
    told = {r.group["wait"] for r in records if r.shown}
    return [
        (numbers.wait(r.group["wait"]), numbers.band(r.group["band"]), r) for r in records if r.group["wait"] in told
    ]


def stage_rows(numbers: Numbers) -> Rows:
    return [
        ("", numbers.stage(stage), numbers.results.get("journey.gap", stage=stage))
        for stage in STAGES
        if numbers.results.has("journey.gap", stage=stage)
    ]


def complaints_figure(numbers: Numbers, width: int = WIDE) -> Figure | None:
    rows = category_rows(numbers, "customer")
    highest = max((record.high for _, _, record in rows if record.shown), default=0.0)
    bounds = (0.0, ROOM * highest)
    return drawn(numbers, rows, lambda table: figures.dot_interval(table, bounds=bounds, width=width), 1.0)


def targets_figure(numbers: Numbers, width: int = WIDE) -> Figure | None:
    rows = target_rows(numbers)
    return drawn(numbers, rows, lambda table: figures.dot_interval(table, bounds=PERCENT, width=width), 100.0)


def bands_figure(numbers: Numbers, width: int = WIDE) -> Figure | None:
    return drawn(numbers, band_rows(numbers), lambda t: figures.dot_interval(t, bounds=POINTS, width=width), 1.0)


def drawn(numbers: Numbers, rows: Rows, draw: Callable, factor: float) -> Figure | None:
    """The figure of rows, their values times a factor; none where no row has a number."""
    if not any(record.shown for _, _, record in rows):
        return None
    table = charts.rows_table(numbers, rows)
    return draw(table.assign(**{name: factor * table[name] for name in ("value", "low", "high")}))


def complaints_chart(numbers: Numbers) -> Chart | None:
    rows = category_rows(numbers, "customer")
    return charted(
        numbers, "service-complaints", rows, complaints_figure, "service.complaints", "service.complaints.alt"
    )


def targets_chart(numbers: Numbers) -> Chart | None:
    return charted(
        numbers, "service-targets", target_rows(numbers), targets_figure, "service.waiting", "service.waiting.alt"
    )


def bands_chart(numbers: Numbers) -> Chart | None:
    return charted(
        numbers, "service-bands", band_rows(numbers), bands_figure, "service.slowness", "service.slowness.alt"
    )


def journey_chart(numbers: Numbers) -> Chart | None:
    return charted(
        numbers, "service-journey", stage_rows(numbers), journey_figure, "service.journey", "service.journey.alt"
    )


def charted(numbers: Numbers, name: str, rows: Rows, draw: Callable, title: str, alt: str) -> Chart | None:
    """The chart with its finding, the highest and the lowest of the rows that have a number."""
    shown = sorted((row for row in rows if row[2].shown), key=lambda row: row[2].value)
    if not shown:
        return None
    ends = {
        end: charts.named(numbers, told(row), row[2]) for end, row in (("highest", shown[-1]), ("lowest", shown[0]))
    }
    language = numbers.language
    return charts.chart(
        name,
        lambda width: draw(numbers, width),
        title=say(title, language),
        alt=say(alt, language, **ends),
    )


def told(row: tuple[str, str, Record]) -> str:
    return f"{row[0]}: {row[1]}" if row[0] and row[2].key == "service.waiting_band" else row[1]


def journey_figure(numbers: Numbers, width: int = WIDE) -> Figure | None:
    """A map: the stages in order, at each by how many points badly served customers score lower, and how many they are.

    On a narrow page the stages stand below each other.
    """
    rows = stage_rows(numbers)
    if not any(record.shown for _, _, record in rows):
        return None
    table = charts.rows_table(numbers, rows, GAP_TONES).assign(below=[words_below(numbers, row[2]) for row in rows])
    for place, (_, _, record) in enumerate(rows):
        if record.shown:
            table.loc[place, "label"] = wording.number_text(record.value, record.unit, numbers.language, signed=True)
    reach = 1 + table[["low", "high", "value"]].abs().max().max()
    if width <= NARROW:
        names = table["name"] + " · " + table["below"]
        return figures.dot_interval(table.assign(name=names), bounds=(-reach, reach), width=width, reference=0.0)
    return stages_figure(table, reach, say("service.journey.axis", numbers.language), width)


def words_below(numbers: Numbers, gap: Record) -> str:
    """42.1% badly served."""
    stage = gap.group["stage"]
    if not numbers.results.has("journey.bad_share", stage=stage):
        return ""
    share = numbers.results.get("journey.bad_share", stage=stage)
    if not share.shown:
        return ""
    kind = "there" if stage == "complaint" else "bad"
    value = wording.number_text(share.value, share.unit, numbers.language)
    return say(f"service.journey.{kind}", numbers.language, share=value)


def stages_figure(table: pd.DataFrame, reach: float, axis: str, width: int) -> Figure:
    """Stages from left to right on an arrow; a dot with its interval below or above 0 at each."""
    height, left, right = 330, 44, width - 10
    figure, ax = canvas(width, height)
    ticks = axis_ticks([table["value"], table["low"], table["high"], pd.Series([0.0])], (-reach, reach), 5)
    y = scale(ticks[0], ticks[-1], height - 84, 40)
    for tick in ticks:
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(
            ax,
            left - 8,
            y(tick),
            f"{tick:+g}".replace("-", "−") if tick else "0",
            size=SMALL,
            color="muted",
            align="right",
        )
    ax.annotate("", (right, y(0)), (left, y(0)), arrowprops={"arrowstyle": "->", "color": PALETTE["ink"], "lw": 1.2})
    write(ax, 0, 14, axis, size=SMALL, color="muted", align="left")
    room = (right - left) / len(table)
    for place, row in enumerate(table.itertuples()):
        x = left + room * (place + 0.5)
        if pd.notna(row.value):
            figures.mark(ax, x, row, y, row.tone, upright=True)
            tone = "ink" if row.tone == "context" else row.tone
            write(ax, x + 9, y(row.value), row.label, size=PLAIN, color=tone, align="left", bold=True, covering=True)
        else:
            for line, text in enumerate(wrap(row.label, SMALL, room - 10)):
                write(ax, x, y(0) + 20 + 15 * line, text, size=SMALL, color="muted", align="center", covering=True)
        for line, text in enumerate(wrap(row.name, PLAIN, room - 8)):
            write(ax, x, height - 62 + 15 * line, text, size=PLAIN, color="ink", align="center", bold=True)
        for line, text in enumerate(wrap(row.below, SMALL, room - 8)):
            write(ax, x, height - 28 + 14 * line, text, size=SMALL, color="muted", align="center")
    return figure
