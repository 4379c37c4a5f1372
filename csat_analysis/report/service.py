"""The report's part on service: complaints, waiting, what waiting goes with, and where on the way satisfaction is lost."""

from __future__ import annotations

from typing import Any

from csat_analysis.report import message_tables, service_charts, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.repurchase import with_interval
from csat_analysis.report.service_charts import STAGES, WAITS
from csat_analysis.report.view import View
from csat_analysis.report.where import hidden
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

RATE = "service.complaint_rate"
STATISTICS = ("median", "p90", "within_target")


def service(view: View) -> dict[str, Any] | None:
    if not view.has(RATE, category="all", per="customer"):
        return None
    return {"complaints": complaints(view), "waits": waits(view), "slowness": slowness(view), "journey": stages(view)}


def complaints(view: View) -> dict[str, Any]:
    record = view.results.get(RATE, category="all", per="customer")
    if not record.shown:
        return {
            "readings": [view.say("service.complaints.hidden", reason=view.status(record))],
            "chart": None,
            "rows": [],
        }
    rows = [(category, *by_both(view, category)) for category in categories(view)]
    return {
        "readings": [*rate(view), *commonest(view), *trend(view), *changed(view), *groups(view)],
        "chart": service_charts.complaints_chart(view.numbers),
        "rows": rows,
    }


def categories(view: View) -> list[str]:
    return [r.group["category"] for r in view.records(RATE) if r.group["per"] == "customer"]


def by_both(view: View, category: str) -> list[Record]:
    return [view.results.get(RATE, category=category, per=per) for per in ("customer", "100_orders")]


def rate(view: View) -> list[str]:
    """How many complaints there were, of how many customers in how many days; per customer and per hundred orders."""
    counts = {what: view.numbers.bare("service.exposure", what=what) for what in ("days", "customers", "complaints")}
    record = view.results.get(RATE, category="all", per="customer")
    said = [view.say("service.rate", rate=with_interval(view, record), **counts)]
    if orders := view.shown(RATE, category="all", per="100_orders"):
        said.append(view.say("service.rate.orders", rate=with_interval(view, orders)))
    unlisted = view.shown("service.exposure", what="unlisted_complaints")
    if unlisted and unlisted.value:
        said.append(
            view.say("service.unlisted", complaints=view.numbers.bare("service.exposure", what="unlisted_complaints"))
        )
    return [view.sentences(*said)]


def commonest(view: View) -> list[str]:
    """Categories by how often, the commonest first; a difference between neighbours is not claimed."""
    own = [r for r in view.records(RATE) if r.group["per"] == "customer" and r.group["category"] != "all" and r.shown]
    if not own:
        return []
    named = [view.named(view.numbers.category(r.group["category"]), r) for r in sorted(own, key=lambda r: -r.value)]
    return [view.say("service.categories", items=view.list(named))]


def trend(view: View) -> list[str]:
    own = [r for r in view.records("service.complaint_trend") if r.shown]
    if len(own) < 2:
        return []
    named = [view.named(view.period_title(r.group["period"]), r) for r in own]
    return [view.say("service.trend", items=view.list(named))]


def changed(view: View) -> list[str]:
    """What rose and fell since the survey before; one sentence where nothing did."""
    records = [r for r in view.records("service.complaint_change") if r.group["per"] == "customer" and r.verdict]
    if not records:
        return []
    before, said = wording.period_text(records[0].group["from"], view.language), []
    for word, sentence in message_tables.COMPLAINTS.items():
        own = [r for r in records if r.verdict == word]
        named = [view.named(view.numbers.category(r.group["category"]), r, write=Numbers.number) for r in own]
        if named and word != "complaints_level":
            said.append(view.say(sentence, items=view.list(named), before=before))
    if said:
        return said
    overall = next((r for r in records if r.group["category"] == "all"), None)
    if overall is None:
        return []
    return [view.say(message_tables.COMPLAINTS["complaints_level"], change=with_interval(view, overall), before=before)]


def groups(view: View) -> list[str]:
    gaps = view.records("service.complaint_gap")
    said = []
    for word, sentence in message_tables.COMPLAINING.items():
        own = [r for r in gaps if r.shown and r.verdict == word]
        if own:
            named = [
                view.named(group_name(view, r), view.results.get("service.complaint_segment", **r.group)) for r in own
            ]
            said.append(view.say(sentence, items=view.list(named)))
    if not said and any(r.verdict for r in gaps):
        said.append(view.say("service.groups.none"))
    absent = [("", group_name(view, r), r) for r in view.records("service.complaint_segment") if not r.shown]
    return said + hidden(view, absent)


def group_name(view: View, record: Record) -> str:
    return view.numbers.trait(record.group["segment"], record.group["level"])


def waits(view: View) -> dict[str, Any]:
    """What can be said of each wait; the chart of promises kept."""
    found = [wait for wait in WAITS if view.has(f"service.{wait}", statistic="median")]
    told = [wait for wait in found if any(view.shown(f"service.{wait}", statistic=s) for s in STATISTICS)]
    absent = [
        ("", view.numbers.wait(w), view.results.get(f"service.{w}", statistic="median")) for w in found if w not in told
    ]
    return {
        "readings": [wait_reading(view, wait) for wait in told] + [*still_open(view, told), *hidden(view, absent)],
        "chart": service_charts.targets_chart(view.numbers),
    }


def wait_reading(view: View, wait: str) -> str:
    """Half, nine in ten, and within target: each only where it has a number."""
    key, said = f"service.{wait}", []
    for statistic in ("median", "p90"):
        if record := view.shown(key, statistic=statistic):
            value = view.numbers.number(key, statistic=statistic)
            said.append(
                view.say(
                    f"service.waiting.{statistic}", value=value, interval=view.numbers.interval(key, **record.group)
                )
            )
    if (within := view.shown(key, statistic="within_target")) and view.shown(key, statistic="target"):
        target = view.numbers.number(key, statistic="target")
        said.append(view.say("service.waiting.within", share=with_interval(view, within), target=target))
    words = wording.phrases_text(said, view.language)
    return view.say("service.waiting.of", wait=view.numbers.wait(wait), items=words)


def still_open(view: View, told: list[str]) -> list[str]:
    """How many cases were still open when the files were drawn, and how many are left out."""
    said = []
    for state, sentence in (("unfinished", "service.open"), ("left_out", "service.left_out")):
        records = [
            view.results.get("service.cases", wait=w, state=state)
            for w in told
            if view.has("service.cases", wait=w, state=state)
        ]
        if named := [view.named(view.numbers.wait(r.group["wait"]), r) for r in records if r.value]:
            said.append(view.say(sentence, items=view.list(named)))
    return said


def slowness(view: View) -> dict[str, Any]:
    records = [r for key in ("service.waiting_slope", "service.waiting_slope_item") for r in view.records(key)]
    said = []
    for word, sentence in message_tables.WAITING.items():
        own = [r for r in records if r.shown and r.verdict == word]
        named = [view.named(slope_name(view, r), r, write=Numbers.number) for r in own]
        if named and word != "no_slope_told":
            said.append(view.say(sentence, items=wording.phrases_text(named, view.language)))
    overall = [r for r in records if r.group.get("measure") == "index" and r.shown and r.verdict == "no_slope_told"]
    if overall:
        named = [
            view.say("list.named", name=view.numbers.wait(r.group["wait"]), value=with_interval_text(view, r))
            for r in overall
        ]
        said.append(view.say(message_tables.WAITING["no_slope_told"], items=wording.phrases_text(named, view.language)))
    absent = [
        ("", view.numbers.wait(r.group["wait"]), r)
        for r in records
        if r.group.get("measure") == "index" and not r.shown
    ]
    return {
        "readings": said + hidden(view, absent),
        "chart": service_charts.bands_chart(view.numbers),
        "rows": service_charts.band_rows(view.numbers),
    }


def with_interval_text(view: View, record: Record) -> str:
    """+0.2 points, −1.4 to +1.9."""
    number, interval = (
        view.numbers.number(record.key, **record.group),
        view.numbers.interval(record.key, **record.group),
    )
    return view.say("service.with_interval", number=number, interval=interval)


def slope_name(view: View, record: Record) -> str:
    """Delivery: speed and result, the longer the delivery."""
    group = record.group
    what = (
        view.numbers.measure(group["measure"])
        if "measure" in group
        else view.programme.label("item", group["item"], view.language)
    )
    return view.say("service.slope.name", what=what, wait=view.numbers.wait(group["wait"]))


def stages(view: View) -> dict[str, Any]:
    """Each stage in the words of its verdict; the map and its table."""
    gaps = [view.results.get("journey.gap", stage=s) for s in STAGES if view.has("journey.gap", stage=s)]
    said = []
    for record in gaps:
        stage = record.group["stage"]
        if not record.shown or not record.verdict or record.verdict == "not_told_here":
            continue
        parts = {"stage": view.numbers.stage(stage), "size": view.numbers.size(record.key, stage=stage)}
        parts |= {
            "interval": view.numbers.interval(record.key, stage=stage),
            "share": view.numbers.bare("journey.bad_share", stage=stage),
        }
        sentences = message_tables.COMPLAINED if stage == "complaint" else message_tables.JOURNEY
        said.append(view.sentences(view.say(worded(record, sentences), **parts), *points_lost(view, stage)))
    untold = [
        view.named(view.numbers.stage(r.group["stage"]), r, write=Numbers.number)
        for r in gaps
        if r.shown and r.verdict == "not_told_here"
    ]
    if untold:
        said.append(view.say(message_tables.JOURNEY["not_told_here"], items=view.list(untold)))
    absent = [("", view.numbers.stage(r.group["stage"]), r) for r in gaps if not r.shown]
    rows = [(r.group["stage"], r) for r in gaps]
    return {
        "readings": [*said, *on_items(view), *hidden(view, absent)],
        "chart": service_charts.journey_chart(view.numbers),
        "rows": rows,
    }


def points_lost(view: View, stage: str) -> list[str]:
    lost = view.shown("journey.lost", stage=stage)
    return [view.say("service.journey.points", lost=with_interval(view, lost))] if lost else []


def on_items(view: View) -> list[str]:
    """Stages whose own items score lower for the badly served."""
    own = [r for r in view.records("journey.item_gap") if r.shown and r.verdict == "lost_here"]
    named = [view.named(view.numbers.stage(r.group["stage"]), r, write=Numbers.number) for r in own]
    return [view.say("service.journey.items", items=view.list(named))] if named else []
