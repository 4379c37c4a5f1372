"""The report's first screen: nothing is shown where nothing was recorded."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from csat_analysis.report import charts, message_tables, wording
from csat_analysis.report.first_step import first_step
from csat_analysis.report.questions import open_questions
from csat_analysis.report.robustness import OF_MEASURE, VERDICT_OF, robust_note
from csat_analysis.report.view import BEST, OUTCOMES, TILES, WORST, View, asked_otherwise, change_sentences, changes
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

RETENTION = "customers.retention"
NOTES = {  # what a tile's number is of
    "satisfaction.satisfied_share": "tile.satisfied_share.note",
    RETENTION: "tile.retention.note",
    "repurchase.rate": "tile.repurchase.note",
}
NPS_SCALE = (0, 10)
MEASURE_OF = {"satisfaction.csat": "csat", "satisfaction.nps": "nps"}
CAVEATS = {
    "raking": "overview.caveat.raking",
    "propensity": "overview.caveat.propensity",
    "design": "overview.caveat.design",
    "own": "overview.caveat.own",
    "none": "overview.caveat.none",
}


def overview(view: View) -> dict[str, Any] | None:
    if not view.has("satisfaction.index"):
        return None
    tiles = [tile(view, key, label) for key, label in TILES.items()]
    trend = charts.trend_chart(view.numbers)
    absent = [
        view.say(label)
        for key, label in TILES.items()
        if view.has(key) and view.results.get(key).status == "not_supplied"
    ]
    return {
        "headline": headline(view),
        "index_note": change_note(view, "index"),
        "index_robust": robust_note(view, OF_MEASURE["index"]),
        "index_shown": view.shown("satisfaction.index") is not None,
        "trend": trend,
        "trend_records": charts.trend_records(view.numbers, "index"),
        "trend_gaps": [*since_first(view), *trend_gaps(view)] if trend else [],
        "tiles": [t for t in tiles if t],
        "changed": changed(view),
        "first": first_step(view),
        "unsaid": open_questions(view),
        "absent": absent,
        "lede": lede(view),
    }


def lede(view: View) -> Markup:
    """What the index is, why it matters, and its caveat."""
    what = "overview.what.equal" if view.programme.equal_weights else "overview.what"
    counted = [name for name, weight in view.programme.weights.items() if weight]
    if len(counted) == 1:
        of = view.say("overview.what.alone", dimension=view.numbers.measure(counted[0]), best=BEST, worst=WORST)
    else:
        of = view.say(what, count=len(counted), best=BEST, worst=WORST)
    return view.sentences(
        of,
        view.say("overview.why"),
        view.say(CAVEATS[view.facts["weights"]], margins=view.margins),
    )


def headline(view: View) -> str:
    index = view.results.get("satisfaction.index")
    if not index.shown:
        return absent_headline(view, index)
    score = {"index": view.numbers.bare(index.key), "best": BEST}
    change = view.change("index")
    if asked_otherwise(view, change):
        return view.say("headline.questionnaire", **score, before=view.before)
    if change is None or not change.shown:
        return view.say("headline.alone", **score)
    return view.say(
        worded(change, message_tables.HEADLINES),
        **score,
        size=view.numbers.size(change.key, **change.group),
        before=view.before,
    )


def absent_headline(view: View, index: Record) -> str:
    """Why there is no index, with the dimensions at fault where they are."""
    at_fault = [
        view.numbers.measure(record.group["dimension"])
        for record in view.records("satisfaction.dimension")
        if record.status == "not_estimable" and view.programme.weights[record.group["dimension"]]
    ]
    if index.status == "not_estimable" and at_fault:
        return view.say("headline.absent.dimensions", items=view.list(at_fault))
    return view.say("headline.absent", reason=view.status(index))


def since_first(view: View) -> list[str]:
    """How the index stands to that of the first survey that asked alike: what the line seems to say, and whether it may."""
    return [
        view.say(
            worded(record, message_tables.SINCE),
            size=view.numbers.size(record.key, **record.group),
            value=view.numbers.number(record.key, **record.group),
            before=wording.period_text(record.group["from"], view.language),
            interval=view.numbers.interval(record.key, **record.group),
        )
        for record in view.records("satisfaction.since_first")
        if record.shown and record.verdict
    ]


def trend_gaps(view: View) -> list[str]:
    """Which points of the trend are of before the programme; which surveys have none, and why."""
    gaps = [record for record in charts.trend_records(view.numbers, "index") if not record.shown]
    apart = [view.period_title(record.group["period"]) for record in gaps if record.status == "not_computed"]
    others = [
        view.say("list.named", name=view.period_title(record.group["period"]), value=view.status(record))
        for record in gaps
        if record.status != "not_computed"
    ]
    published = [r for r in charts.trend_records(view.numbers, "index") if r.status == charts.PUBLISHED]
    periods = [view.period_title(record.group["period"]) for record in published]
    said = [view.say("overview.trend.published", items=view.list(periods))] if published else []
    said += [view.say("overview.trend.apart", items=view.list(apart))] if apart else []
    return said + ([view.say("overview.trend.hidden", items=view.list(others))] if others else [])


def tile(view: View, key: str, label: str) -> dict[str, Any] | None:
    """A number with its interval and what is to be said of it; nothing where there is no number."""
    record = view.shown(key)
    if record is None:
        return None
    measure = MEASURE_OF.get(key)
    return {
        "label": tile_label(view, key, label),
        "number": view.numbers.bare(key),
        "interval": view.numbers.interval(key),
        "note": tile_note(view, record),
        "change": change_note(view, measure) if measure else retention_note(view) if key == RETENTION else "",
        "robust": robust_note(view, OF_MEASURE.get(measure) if measure else VERDICT_OF.get(key)),
        "spark": charts.spark_chart(view.numbers, measure) if measure else None,
    }


def tile_label(view: View, key: str, label: str) -> str:
    """NPS asked on another scale than its own is called by survey.yml's words, which say so."""
    outcome = view.programme.outcomes.get(MEASURE_OF.get(key, ""))
    usual = key != "satisfaction.nps" or outcome is None or (outcome.min, outcome.max) == NPS_SCALE
    return view.say(label) if usual else view.numbers.outcome("nps")


def tile_note(view: View, record: Record) -> str:
    numbers = view.numbers
    if record.key == "satisfaction.against_standard" and record.verdict:
        return view.say(worded(record, message_tables.STANDARDS), standard=numbers.bare("satisfaction.standard"))
    if record.key == "target.progress" and record.verdict:
        return view.say(worded(record, message_tables.TARGETS), gain=numbers.bare("target.gain"))
    return view.say(NOTES[record.key]) if record.key in NOTES else ""


def retention_note(view: View) -> str:
    """Whether more or fewer stayed than in the period before."""
    change = view.shown("customers.retention_change")
    if change is None or not change.verdict:
        return ""
    return view.say(worded(change, message_tables.RETENTION_TILES), size=view.numbers.size(change.key))


def change_note(view: View, measure: str) -> str:
    change = view.change(measure)
    if change is None or not change.shown or not change.verdict:
        return ""
    return view.say(
        worded(change, message_tables.CHANGES), size=view.numbers.size(change.key, **change.group), before=view.before
    )


def changed(view: View) -> list[str]:
    """One sentence each for what rose, what fell and what shows no change."""
    if view.previous is None:
        return [view.say("overview.changed.none")]
    found = change_sentences(view, changes(view, [*view.programme.dimensions, *OUTCOMES]))
    return found or [view.say("overview.changed.untold")]
