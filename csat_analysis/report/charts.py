"""From recorded results to charts: the tidy tables that `figures` draws, their labels and the finding as alt text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from markupsafe import Markup
from matplotlib.figure import Figure

from csat_analysis.period import Period
from csat_analysis.report import figures, message_tables, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import WITH_INTERVAL, Record

BOUNDS = (0, 100)  # the ends of the index, in points
HERO = 560  # pixels: the trend beside the headline number
NOTHING = "–"
PUBLISHED = "published"
TREND = ("satisfaction.trend", "satisfaction.published")
UNTOLD = {"no_detectable_difference", "level_with_index", "matters_untold", "cannot_rank", "slopes_not_told_apart"}
TONES = {"higher": "accent", "lower": "warn", "above_index": "accent", "below_index": "warn"}


@dataclass(frozen=True)
class Chart:
    """One chart as SVG text for a wide and for a narrow page (a width of none: one drawing serves both), drawn when asked."""

    name: str
    draw: Callable[[int], Figure]
    title: str
    alt: str
    width: int
    narrow_width: int | None = figures.NARROW

    @cached_property
    def wide(self) -> Markup:
        return self._svg(self.width)

    @cached_property
    def narrow(self) -> Markup | None:
        return self._svg(self.narrow_width) if self.narrow_width else None

    @property
    def drawings(self) -> dict[str, str]:
        return {self.name: str(self.wide)} | ({f"{self.name}-narrow": str(self.narrow)} if self.narrow else {})

    def _svg(self, width: int) -> Markup:
        apart = f"{self.name}-{width}" if self.narrow_width else self.name
        return Markup(figures.svg_text(self.draw(width), name=apart, title=self.title, alt=self.alt))


def chart(name: str, draw: Callable[[int], Figure], *, title: str, alt: str, wide: int = figures.WIDE) -> Chart:
    return Chart(name, draw, title, alt, wide)


def rows_table(numbers: Numbers, rows: list[tuple[str, str, Record]], tones: Mapping[str, str] = TONES) -> pd.DataFrame:
    """(group, name, record) → the table that `figures.dot_interval` draws; `tones` colours by verdict word."""
    language = numbers.language
    return pd.DataFrame(
        [
            {
                "group": group,
                "name": name,
                "value": record.value,
                "low": record.low if record.status in WITH_INTERVAL else None,
                "high": record.high if record.status in WITH_INTERVAL else None,
                "tone": tones.get(record.verdict, "context" if record.verdict else "accent"),
                "label": wording.number_text(record.value, record.unit, language)
                if record.shown
                else say(message_tables.STATUSES[record.status], language),
            }
            for group, name, record in rows
        ]
    ).astype({"value": float, "low": float, "high": float})


def named(numbers: Numbers, name: str, record: Record) -> str:
    """Sales staff (75.2), plain; an amount with its currency, since the axis counts it in thousands."""
    write = wording.level_text if record.unit == "CNY" else wording.number_text
    return say("list.named", numbers.language, name=name, value=write(record.value, record.unit, numbers.language))


def unless_told(alt: str, judged: Iterable[Record], language: str) -> str:
    """A figure's description that names its ends; where verdicts were given and none tells anybody apart, it says so, as the text does."""
    words = {record.verdict for record in judged if record.verdict}
    return say("chart.alt.untold", language, alt=alt) if words and words <= UNTOLD else alt


def dots_chart(
    numbers: Numbers,
    name: str,
    rows: list[tuple[str, str, Record]],
    *,
    title: str,
    alt: str,
    bracket: tuple[float, float, str] | None = None,
) -> Chart:
    """Dots and intervals of index points against the index of all customers; `alt` is a message with best and worst."""
    language = numbers.language
    index = numbers.results.get("satisfaction.index")
    shown = sorted((row for row in rows if row[2].shown), key=lambda row: row[2].value)
    reference = (
        {
            "reference": index.value,
            "reference_label": say(
                "label.overall", language, value=wording.number_text(index.value, index.unit, language)
            ),
        }
        if index.shown
        else {}
    )
    finding = (
        say(alt, language, best=named(numbers, *shown[-1][1:]), worst=named(numbers, *shown[0][1:])) if shown else title
    )
    finding = unless_told(finding, (record for _, _, record in shown), language)
    table = rows_table(numbers, rows)
    unjudged = [record.verdict is None for _, _, record in rows]
    table.loc[unjudged, "tone"] = "context"  # colour is what differs beyond chance
    return chart(
        name,
        lambda width: figures.dot_interval(table, bounds=BOUNDS, width=width, bracket=bracket, **reference),
        title=title,
        alt=finding,
    )


def trend_records(numbers: Numbers, measure: str) -> list[Record]:
    """A measure's records, oldest period first; figures published before the programme among them."""
    records = [r for r in numbers.results.records if r.key in TREND and r.group["measure"] == measure]
    return sorted(records, key=lambda record: Period.parse(record.group["period"]))


def trend_table(numbers: Numbers, records: list[Record]) -> pd.DataFrame:
    """The table that `figures.trend` draws; a period without a number is a dash, for want of room for words, and a figure
    published before the programme is hollow."""
    ticks = [wording.period_tick(record.group["period"], numbers.language) for record in records]
    table = rows_table(numbers, [("", "", record) for record in records])
    table.loc[table["value"].isna(), "label"] = NOTHING
    table["hollow"] = [record.status == PUBLISHED for record in records]
    return table.assign(name=[part for part, _ in ticks], group=[year for _, year in ticks])


def trend_chart(numbers: Numbers) -> Chart | None:
    """The index over the periods with the standard in force; none where there are no two periods to join."""
    language, records = numbers.language, trend_records(numbers, "index")
    shown = [record for record in records if record.shown]
    if len(shown) < 2:
        return None
    table, reference = trend_table(numbers, records), {}
    if (
        numbers.results.has("satisfaction.standard")
        and (standard := numbers.results.get("satisfaction.standard")).shown
    ):
        words = say("label.standard", language, value=wording.number_text(standard.value, standard.unit, language))
        reference = {"reference": standard.value, "reference_label": words}
    first, last = (wording.number_text(record.value, record.unit, language) for record in (shown[0], shown[-1]))
    earlier = any(record.status == PUBLISHED for record in shown)
    if earlier:
        reference["hollow_label"] = say("label.published", language)
    alt = say(
        "overview.trend.alt.published" if earlier else "overview.trend.alt",
        language,
        count=len(shown),
        first=first,
        last=last,
        period=wording.period_text(shown[-1].group["period"], language),
    )
    return chart(
        "trend",
        lambda width: figures.trend(table, bounds=BOUNDS, width=width, height=224, **reference),
        title=say("overview.trend.title", language),
        alt=alt,
        wide=HERO,
    )


def spark_chart(numbers: Numbers, measure: str) -> Chart | None:
    """The shape of NPS or CSAT over the periods, for its tile; none where there are no two periods to join."""
    language, records = numbers.language, trend_records(numbers, measure)
    shown = [record for record in records if record.shown]
    if len(shown) < 2:
        return None
    title = say("overview.spark.title", language, measure=numbers.measure(measure))
    ends = [
        named(numbers, wording.period_text(record.group["period"], language), record)
        for record in (shown[0], shown[-1])
    ]
    table = trend_table(numbers, records)
    return Chart(
        f"spark-{measure}",
        lambda width: figures.sparkline(table, width=width),
        title,
        " → ".join(ends),
        width=figures.SPARK,
        narrow_width=None,
    )
