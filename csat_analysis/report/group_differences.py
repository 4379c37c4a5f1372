"""Which customer groups differ from all others, and in what: one row a figure, naming only those that stand out."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from csat_analysis.metrics.cases import WAITS
from csat_analysis.report import message_tables, wording
from csat_analysis.report.service import with_interval_text
from csat_analysis.report.view import View
from csat_analysis.results import Record

GAPS = {
    "index": "satisfaction.segment_gap",
    "nps": "satisfaction.segment_nps_gap",
    "retention": "customers.retention_against",
    "bought": "customers.bought_against",
    "clv": "customers.clv_against",
    "exclusive": "customers.exclusive_against",
    "complaints": "service.complaint_gap",
    "win_rate": "sales.win_rate_against",
}
STAND_OUT = ("higher", "lower")
LEADS = "win_rate"  # the one figure that isn't of customers
MADE_BY_SALES = {"customer_class", "customer_size"}


def group_differences(view: View) -> dict[str, Any] | None:
    """(figure, how many were compared, who stands out) of each figure that groups were compared by; None without any."""
    figures = [figure for figure in message_tables.FIGURES if supplied(view, figure)]
    if not figures:
        return None
    if not any(view.results.get("groups.compared", figure=figure).value for figure in figures):
        why = dict.fromkeys(view.status(r) for figure in figures for r in gaps(view, figure) if not r.shown)
        return {"absent": view.say("groups.absent", reasons=wording.phrases_text(why, view.language))}
    columns = dict.fromkeys(r.group["segment"] for f in figures if f != LEADS for r in gaps(view, f))
    said = [view.say("groups.what", columns=view.list([view.numbers.trait(column) for column in columns]))]
    return {
        "absent": None,
        "rows": [row(view, figure) for figure in figures],
        "what": view.sentences(*said, *([view.say("groups.leads")] if LEADS in figures else [])),
        "caveat": view.sentences(
            view.say("groups.caveat"), *([view.say("groups.caveat.size")] if columns.keys() & MADE_BY_SALES else [])
        ),
    }


def supplied(view: View, figure: str) -> bool:
    """Whether groups were compared by a figure, or not for another reason than that its table wasn't handed in."""
    compared = view.shown("groups.compared", figure=figure)
    if compared is None:
        return False
    return bool(compared.value) or any(record.status != "not_supplied" for record in gaps(view, figure))


def row(view: View, figure: str) -> tuple[str, Markup, Markup]:
    compared = view.results.get("groups.compared", figure=figure)
    records = gaps(view, figure)
    if not compared.value:
        why = dict.fromkeys(view.status(record) for record in records if not record.shown)
        said = wording.phrases_text(list(why) or [view.say("groups.none")], view.language)
    else:
        found = [record for record in records if record.shown and record.verdict in STAND_OUT]
        named = [view.say("list.named", name=group_name(view, r), value=with_interval_text(view, r)) for r in found]
        said = wording.phrases_text(named, view.language) if named else Markup(view.say("groups.none"))
    name = view.say(message_tables.GROUPS["figure", figure])
    return name, view.numbers.bare(compared.key, figure=figure), said


def gaps(view: View, figure: str) -> list[Record]:
    """Differences of a figure: of a wait those of all kinds of wait."""
    if figure in GAPS:
        return view.records(GAPS[figure])
    found = [record for wait in WAITS for record in view.records(f"service.{wait}_gap")]
    return [record for record in found if record.group["statistic"] == figure]


def group_name(view: View, record: Record) -> str:
    """The group in words, with the wait or the kind of group where the words don't tell it."""
    group = record.group
    name = view.numbers.trait(group["segment"], group["level"])
    if "statistic" not in group:
        return name
    wait = record.key.removeprefix("service.").removesuffix("_gap")
    return view.say("groups.wait", wait=view.numbers.wait(wait), group=name)
