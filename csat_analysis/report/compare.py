"""The page of `csat compare`: differences between two reports, most surprising first, in one language."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from csat_analysis.metrics.compared_reports import Difference
from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.report import wording
from csat_analysis.report.lineage import KEY_LABELS, Numbers
from csat_analysis.report.wording import say
from csat_analysis.results import Record, Results

HOW = {
    "overlap": "compare.how.overlap",
    "independent": "compare.how.independent",
    "conservative": "compare.how.conservative",
    "not_told": "compare.how.not_told",
}
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
    rows = {kind: [row(d, programme, language) for d in found if d.kind == kind] for kind in ("estimate", *LISTS)}
    moved = [d for d in found if d.kind != "exact" or d.size]
    rows["exact"] = [row(d, programme, language) for d in moved if d.kind == "exact"]
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
        names=names,
        reports={name: f"../{period}/report.{language}.html" for name, period in periods.items()},
        beyond=beyond,
        tried=wording.number_text(tried, "count", language),
    )


def row(difference: Difference, programme: Programme, language: str) -> dict[str, Any]:
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
        "earlier": value_text(difference.earlier, language),
        "later": value_text(difference.later, language),
        "change": change or "",
        "interval": interval,
        "how": say(HOW[difference.how], language),
        "surprise": wording.number_text(difference.surprise, "score", language)
        if difference.p_value is not None
        else "",
        "found": difference.found,
    }


def value_text(record: Record | None, language: str) -> str:
    if record is None:
        return say("compare.not_recorded", language)
    if not record.shown:
        return say(wording.STATUSES[record.status], language)
    return wording.level_text(record.value, record.unit, language)


def label(record: Record, programme: Programme, language: str) -> str:
    """What a number is, in words; the name it was recorded by where an older report has one that this version doesn't know."""
    if record.key not in KEY_LABELS:
        return record.name
    try:
        return Numbers(Results([record]), programme, language).label(record)
    except (KeyError, ValueError):
        return record.name
