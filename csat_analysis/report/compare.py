"""The page of `csat compare`: differences between two reports, most surprising first, in one language."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from csat_analysis.metrics.compared_reports import Difference
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import message_tables, wording
from csat_analysis.report.lineage import KEY_LABELS, Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results

HOW = {
    "overlap": "compare.how.overlap",
    "reported": "compare.how.reported",
    "independent": "compare.how.independent",
    "conservative": "compare.how.conservative",
    "not_told": "compare.how.not_told",
}
FIRST = 25  # differences that stand open; the others are unfolded
LISTS = {  # what stands below the differences with an interval
    "restated": "compare.restated",
    "exact": "compare.exact",
    "hidden": "compare.hidden",
    "only_one": "compare.only_one",
}


def comparison_page(
    found: list[Difference], programme: Programme, earlier: Period, later: Period, language: str
) -> str:
    """One self-contained page: no script, no request."""
    moved = [d for d in found if d.kind != "exact" or d.size]
    rows = {
        kind: [row(d, programme, (earlier, later), language) for d in moved if d.kind == kind]
        for kind in ("estimate", *LISTS)
    }
    periods = {"earlier": earlier, "later": later}
    names = {name: wording.period_text(period, language, title=True) for name, period in periods.items()}
    beyond, tried = sum(d.found for d in found), sum(d.p_value is not None for d in found)
    templates = Environment(
        loader=PackageLoader("csat_analysis.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return templates.get_template("compare.html.j2").render(
        say=lambda key, **parts: say(key, language, **parts),
        style=Markup(templates.loader.get_source(templates, "style.css")[0]),
        programme=programme.name[language],
        confidence=wording.percent_text(programme.reporting.confidence, language),
        lists=LISTS,
        rows=rows,
        first=FIRST,
        headline=headline(rows["estimate"], language),
        names=names,
        reports={name: f"../{period}/report.{language}.html" for name, period in periods.items()},
        beyond=beyond,
        tried=wording.number_text(tried, "count", language),
    )


def headline(rows: list[dict[str, Any]], language: str) -> Markup | str:
    """The index then and now; nothing where one of the reports has none."""
    index = next((r for r in rows if r["key"] == "satisfaction.index" and r["interval"]), None)
    parts = ("earlier", "later", "change", "interval")
    return say("compare.headline", language, **{part: index[part] for part in parts}) if index else ""


def row(difference: Difference, programme: Programme, periods: tuple[Period, Period], language: str) -> dict[str, Any]:
    """One line of a table; each report's value leads to the cell that it comes from."""
    record = difference.record
    change = (
        None if difference.size is None else wording.number_text(difference.size, record.unit, language, signed=True)
    )
    interval = (
        wording.interval_text(difference.low, difference.high, record.unit, language, signed=True)
        if difference.low is not None
        else ""
    )
    return {
        "name": label(record, programme, language),
        "key": record.name,
        "earlier": value_of(difference.earlier, programme, periods[0], language),
        "later": value_of(difference.later, programme, periods[1], language),
        "change": change or "",
        "interval": interval,
        "how": say(HOW[difference.how], language),
        "surprise": wording.number_text(difference.surprise, "score", language)
        if difference.p_value is not None
        else "",
        "found": difference.found,
    }


def value_of(record: Record | None, programme: Programme, period: Period, language: str) -> Markup | str:
    """A value as the link to its cell in its report's folder; a pointer on it is told what it rests on."""
    text = value_text(record, programme, language)
    if record is None or not record.notebook or record.key not in KEY_LABELS:
        return text
    at = f"../{period}/notebooks/{record.notebook}.html" + (f"#cell-id={record.cell}" if record.cell else "")
    try:
        told = " · ".join(Numbers(Results([record]), programme, language).supports(record))
    except (KeyError, ValueError):  # an older report's names of groups
        told = record.name
    return Markup('<a class="num" href="{}" title="{}">{}</a>').format(at, told, text)


def value_text(record: Record | None, programme: Programme, language: str) -> str:
    if record is None:
        return say("compare.not_recorded", language)
    if not record.shown:
        return say(message_tables.STATUSES[record.status], language)
    return Numbers(Results([record]), programme, language).full(record)


def label(record: Record, programme: Programme, language: str) -> str:
    """What a number is, in words; the name it was recorded by where an older report has one that this version doesn't know."""
    if record.key not in KEY_LABELS:
        return record.name
    try:
        return Numbers(Results([record]), programme, language).label(record)
    except (KeyError, ValueError):
        return record.name
