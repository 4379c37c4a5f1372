"""The charts of the part on customers: retention by group, reasons in Pareto's order, Lorenz curve, lifetime value by class."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report import charts, figures, message_tables, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.drawing import NARROW, PALETTE, PLAIN, SMALL, WIDE, canvas, scale, write
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

PERCENT = (0.0, 100.0)
Rows = list[tuple[str, str, Record]]


def scaled(table: pd.DataFrame, factor: float) -> pd.DataFrame:
    return table.assign(**{name: factor * table[name] for name in ("value", "low", "high")})


def group_rows(numbers: Numbers) -> Rows:
    """(segment, level, record) of retention in every group."""
    return [
        (numbers.trait(r.group["segment"]), numbers.trait(r.group["segment"], r.group["level"]), r)
        for r in numbers.results.records
        if r.key == "customers.retention_in"
    ]


def groups_chart(numbers: Numbers) -> Chart | None:
    rows = group_rows(numbers)
    shown = sorted((row for row in rows if row[2].shown), key=lambda row: row[2].value)
    if not shown:
        return None
    best, worst = (charts.named(numbers, *row[1:]) for row in (shown[-1], shown[0]))
    alt = say("customers.groups.alt", numbers.language, best=best, worst=worst)
    return charts.chart(
        "customers-groups",
        lambda width: groups_figure(numbers, width),
        title=say("customers.groups", numbers.language),
        alt=charts.unless_told(alt, (row[2] for row in shown), numbers.language),
    )


def groups_figure(numbers: Numbers, width: int = WIDE) -> Figure:
    overall = numbers.results.get("customers.retention") if numbers.results.has("customers.retention") else None
    reference = {}
    if overall and overall.shown:
        value = wording.number_text(overall.value, overall.unit, numbers.language)
        label = say("customers.groups.all", numbers.language, value=value)
        reference = {"reference": 100 * overall.value, "reference_label": label}
    table = scaled(charts.rows_table(numbers, group_rows(numbers)), 100)
    return figures.dot_interval(table, bounds=PERCENT, width=width, **reference)


def reason_rows(numbers: Numbers) -> Rows:
    """Reasons that have a share, most frequent first."""
    found = [r for r in numbers.results.records if r.key == "customers.churn_reason" and r.shown]
    found.sort(key=lambda record: -record.value)
    return [("", say(message_tables.GROUPS["reason", r.group["reason"]], numbers.language), r) for r in found]


def reasons_chart(numbers: Numbers) -> Chart | None:
    rows = reason_rows(numbers)
    if not rows:
        return None
    best, worst = (charts.named(numbers, *rows[place][1:]) for place in (0, -1))
    return charts.chart(
        "customers-reasons",
        lambda width: reasons_figure(numbers, width),
        title=say("customers.reasons", numbers.language),
        alt=say(
            "customers.reasons.alt.one" if best == worst else "customers.reasons.alt",
            numbers.language,
            best=best,
            worst=worst,
        ),
    )


def reasons_figure(numbers: Numbers, width: int = WIDE) -> Figure:
    """Pareto: shares with intervals, most frequent first."""
    table = scaled(charts.rows_table(numbers, reason_rows(numbers)), 100)
    return figures.dot_interval(table, bounds=PERCENT, width=width)


def value_rows(numbers: Numbers, key: str = "customers.clv") -> Rows:
    return [("", numbers.customer_class(r.group["class"]), r) for r in numbers.results.records if r.key == key]


def value_chart(numbers: Numbers) -> Chart | None:
    shown = sorted((row for row in value_rows(numbers) if row[2].shown), key=lambda row: row[2].value)
    if not shown:
        return None
    best, worst = (charts.named(numbers, *row[1:]) for row in (shown[-1], shown[0]))
    return charts.chart(
        "customers-value",
        lambda width: value_figure(numbers, width),
        title=say("customers.value.axis", numbers.language),
        alt=say("customers.value.alt", numbers.language, best=best, worst=worst),
    )


def value_figure(numbers: Numbers, width: int = WIDE) -> Figure:
    """CLV by class with intervals, in thousands (of ten in Chinese)."""
    axis = say("customers.value.axis", numbers.language)
    rows = [(axis, name, record) for _, name, record in value_rows(numbers)]
    table = scaled(charts.rows_table(numbers, rows), wording.MONEY_ON_AXIS[numbers.language][0])
    for place, (_, _, record) in enumerate(rows):
        if record.shown:
            table.loc[place, "label"] = wording.money_text(record.value, numbers.language)
    top = table[["value", "high"]].max().max()
    return figures.dot_interval(table, bounds=(min(0.0, table["low"].min()), 2 * top), width=width)


def lorenz_table(numbers: Numbers) -> pd.DataFrame:
    """customers, sales (0–1) of the recorded points with both ends; empty where there are none."""
    found = [
        (float(r.group["at"]) / 100, r.value)
        for r in numbers.results.records
        if r.key == "customers.lorenz" and r.shown
    ]
    return pd.DataFrame([(0.0, 0.0), *sorted(found), (1.0, 1.0)] if found else [], columns=["customers", "sales"])


def lorenz_chart(numbers: Numbers) -> Chart | None:
    table = lorenz_table(numbers)
    half = table.loc[table["customers"] == 0.5, "sales"]
    if half.empty:
        return None
    return charts.chart(
        "customers-lorenz",
        lambda width: lorenz_figure(table, width=width, **lorenz_words(numbers.language)),
        title=say("customers.abc", numbers.language),
        alt=say(
            "customers.abc.alt", numbers.language, half=wording.number_text(half.iloc[0], "share", numbers.language)
        ),
    )


def lorenz_words(language: str) -> dict[str, str]:
    return {
        name: say(key, language)
        for name, key in (
            ("axis", "customers.abc.axis"),
            ("sales", "customers.abc.sales"),
            ("equal", "customers.abc.equal"),
        )
    }


def lorenz_figure(table: pd.DataFrame, *, axis: str, sales: str, equal: str, width: int = WIDE) -> Figure:
    """Cumulative share of sales over that of customers, smallest first, against the line of all alike."""
    height = 300 if width > NARROW else 290
    figure, ax = canvas(width, height)
    left, right, top, bottom = 44, width - 14, 26, height - 48
    x, y = scale(0, 1, left, right), scale(0, 1, bottom, top)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        ax.plot([left, right], [y(tick)] * 2, color=PALETTE["rule"], linewidth=1, clip_on=False)
        write(ax, left - 6, y(tick), f"{tick:.0%}", size=SMALL, color="muted", align="right")
        write(ax, x(tick), bottom + 14, f"{tick:.0%}", size=SMALL, color="muted", align="center")
    write(ax, (left + right) / 2, height - 12, axis, size=SMALL, color="muted", align="center")
    write(ax, left, 10, sales, size=SMALL, color="muted", align="left")
    ax.plot([x(0), x(1)], [y(0), y(1)], color=PALETTE["ink"], linewidth=1.2, dashes=(4, 3), clip_on=False)
    write(ax, x(0.40), y(0.52), equal, size=PLAIN, color="ink", align="right", covering=True)
    ax.plot(x(table["customers"]), y(table["sales"]), color=PALETTE["accent"], linewidth=2.5, clip_on=False)
    return figure
