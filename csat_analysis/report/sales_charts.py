"""The charts of the part on sales: the funnel's stages, and growth on a year earlier."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from csat_analysis.report import charts, figures, wording
from csat_analysis.report.charts import Chart
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record

STAGES = ("lead", "contacted", "needs", "proposal", "negotiation")
GROWTHS = ("customers.exclusive_sales_growth", "customers.other_sales_growth")
PERCENT = (0.0, 100.0)


def funnel_rows(numbers: Numbers) -> list[tuple[str, Record]]:
    """(stage in words, record) of the stages that were recorded, in their order."""
    results = numbers.results
    return [
        (say(f"sales.stage.{stage}", numbers.language), results.get("sales.stage_conversion", stage=stage))
        for stage in STAGES
        if results.has("sales.stage_conversion", stage=stage)
    ]


def percent_table(numbers: Numbers, rows: list[tuple[str, Record]], *, signed: bool = False) -> pd.DataFrame:
    """The table that `figures.dot_interval` draws, in percent."""
    table = charts.rows_table(numbers, [("", name, record) for name, record in rows])
    for place, (_, record) in enumerate(rows):
        if record.shown and signed:
            table.loc[place, "label"] = wording.number_text(record.value, record.unit, numbers.language, signed=True)
    return table.assign(**{column: 100 * table[column] for column in ("value", "low", "high")}, tone="accent")


def funnel_figure(numbers: Numbers, width: int = figures.WIDE) -> Figure | None:
    rows = funnel_rows(numbers)
    if not any(record.shown for _, record in rows):
        return None
    return figures.dot_interval(percent_table(numbers, rows), bounds=PERCENT, width=width)


def funnel_chart(numbers: Numbers) -> Chart | None:
    """Each stage's conversion with its interval; none where no stage has one."""
    language = numbers.language
    shown = sorted((row for row in funnel_rows(numbers) if row[1].shown), key=lambda row: row[1].value)
    if not shown:
        return None
    best, worst = (charts.named(numbers, *row) for row in (shown[-1], shown[0]))
    return charts.chart(
        "sales-funnel",
        lambda width: funnel_figure(numbers, width),
        title=say("sales.funnel.chart", language),
        alt=say("sales.funnel.alt", language, best=best, worst=worst),
    )


def growth_rows(numbers: Numbers) -> list[tuple[str, Record]]:
    """Growth of the number of exclusive customers, of their sales and of the others' sales, where recorded."""
    results, rows = numbers.results, []
    if results.has("target.check", outcome="exclusive_customers"):
        record = results.get("target.check", outcome="exclusive_customers")
        rows.append((say("sales.outcome.exclusive_customers", numbers.language), record))
    rows += [(say(f"key.{key}", numbers.language), results.get(key)) for key in GROWTHS if results.has(key)]
    return [row for row in rows if row[1].shown]


def growth_figure(numbers: Numbers, width: int = figures.WIDE) -> Figure | None:
    rows = growth_rows(numbers)
    if not rows:
        return None
    table = percent_table(numbers, rows, signed=True)
    furthest = table[["low", "high"]].abs().max().max() + 1
    return figures.dot_interval(table, bounds=(-furthest, furthest), width=width, reference=0.0)


def growth_chart(numbers: Numbers) -> Chart | None:
    language, rows = numbers.language, growth_rows(numbers)
    if not rows:
        return None
    items = [
        say(
            "list.named",
            language,
            name=name,
            value=wording.number_text(record.value, record.unit, language, signed=True),
        )
        for name, record in rows
    ]
    return charts.chart(
        "sales-growth",
        lambda width: growth_figure(numbers, width),
        title=say("sales.checks.chart", language),
        alt=say("sales.checks.alt", language, items=wording.list_text(items, language)),
    )
