"""Does it pay: what satisfaction goes with in orders, beside the published figure; and how far that can be believed."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from csat_analysis.report import repurchase_charts, wording
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.view import View
from csat_analysis.report.where import hidden
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

EXAMPLE = ("67", "70")  # points of the published example
ABSENT = {
    "not_supplied": "repurchase.absent.not_supplied",
    "not_estimable": "repurchase.absent.not_estimable",
}


def repurchase(view: View) -> dict[str, Any] | None:
    if not view.has("repurchase.ame"):
        return None
    nothing = {"absent": None, "effect": [], "curve": None, "groups": None, "believed": [], "points": []}
    if (reason := absent(view)) is not None:
        return nothing | {"absent": reason}
    return nothing | {
        "effect": [*rate(view), *effect(view), *example(view), *shape(view), *steps(view)],
        "curve": repurchase_charts.curve_chart(view.numbers),
        "points": [(r.group["at"], r) for r in repurchase_charts.curve_records(view.numbers)],
        "groups": groups(view),
        "believed": [*separated(view), *second_looks(view), *tested(view), *intent(view), *stake(view)],
    }


def absent(view: View) -> str | None:
    """Why nothing at all can be said, where neither a rate nor an effect was estimated."""
    status = view.results.get("repurchase.ame").status
    rate = view.results.get("repurchase.rate").status if view.has("repurchase.rate") else status
    return view.say(ABSENT[status]) if status in ABSENT and rate in ABSENT else None


def rate(view: View) -> list[str]:
    if not view.has("repurchase.rate"):
        return []
    record = view.results.get("repurchase.rate")
    if not record.shown:
        return [view.say("repurchase.rate.hidden", reason=view.status(record))]
    return [view.say("repurchase.rate", rate=view.numbers.bare(record.key), interval=view.numbers.interval(record.key))]


def effect(view: View) -> list[str]:
    """The effect of a point in the words of its verdict, and how it stands to the published figure."""
    record = view.results.get("repurchase.ame")
    if not record.shown or not record.verdict:
        return [view.say("repurchase.effect.hidden", reason=view.status(record))]
    parts = {
        "size": view.numbers.size(record.key),
        "value": view.numbers.number(record.key),
        "interval": view.numbers.interval(record.key),
    }
    said = [view.say(worded(record, wording.EFFECTS), **parts)]
    gap = view.shown("repurchase.benchmark_gap")
    if gap and gap.verdict:
        said.append(view.say(worded(gap, wording.BENCHMARKS), benchmark=view.numbers.number("repurchase.benchmark")))
    return [view.sentences(*said)]


def example(view: View) -> list[str]:
    """The published example beside our own probabilities at the same scores."""
    keys = [(key, at) for key in ("repurchase.published", "repurchase.predicted") for at in EXAMPLE]
    if not all(view.shown(key, at=at) for key, at in keys):
        return []
    bare = [view.numbers.bare(key, at=at) for key, at in keys]
    points = dict(zip(("from_points", "to_points"), EXAMPLE, strict=True))
    names = ("published_from", "published_to", "own_from", "own_to")
    return [view.say("repurchase.example", **points, **dict(zip(names, bare, strict=True)))]


def shape(view: View) -> list[str]:
    record = view.shown("repurchase.nonlinearity_p")
    if not record or not record.verdict:
        return []
    return [view.say(worded(record, wording.SHAPES), power=view.numbers.bare("repurchase.shape_power"))]


def steps(view: View) -> list[str]:
    shown = [
        (view.say(f"repurchase.step.{record.group['step']}"), record) for record in view.records("repurchase.step")
    ]
    found = [view.named(name, record, write=Numbers.number) for name, record in shown if record.shown]
    said = [view.say("repurchase.steps", items=wording.phrases_text(found, view.language))] if found else []
    return said + hidden(view, [("", name, record) for name, record in shown])


def groups(view: View) -> dict[str, Any] | None:
    rows = repurchase_charts.group_rows(view.numbers)
    if not rows:
        return None
    readings = [*differing(view), *hidden(view, rows)]
    return {"chart": repurchase_charts.groups_chart(view.numbers), "rows": rows, "readings": readings}


def differing(view: View) -> list[str]:
    """By which columns the groups differ in what a point is worth, and by which they can't be told apart."""
    records = view.records("repurchase.equal_slopes_p")
    said = []
    for word, sentence in wording.SLOPES.items():
        if names := [view.numbers.trait(record.group["column"]) for record in records if record.verdict == word]:
            said.append(view.say(sentence, items=view.list(names)))
    return said


def separated(view: View) -> list[str]:
    record = view.shown("repurchase.separation")
    return [view.say("repurchase.believed.separated")] if record and record.value else []


def second_looks(view: View) -> list[str]:
    """The effect within customers, and corrected for measurement error."""
    looks = {
        "repurchase.ame_within": "repurchase.believed.within",
        "repurchase.ame_corrected": "repurchase.believed.corrected",
    }
    return [
        view.say(words, value=with_interval(view, record))
        for key, words in looks.items()
        if (record := view.shown(key))
    ]


def tested(view: View) -> list[str]:
    if not view.shown("repurchase.auc") or not view.shown("repurchase.auc_gain"):
        return []
    parts = {
        name: with_interval(view, view.results.get(f"repurchase.{key}"))
        for name, key in (("auc", "auc"), ("gain", "auc_gain"))
    }
    return [view.say("repurchase.believed.auc", **parts)]


def intent(view: View) -> list[str]:
    said = {answer: view.shown("repurchase.by_intent", intent=answer) for answer in ("likely", "unlikely")}
    if not all(said.values()):
        return []
    bare = {answer: view.numbers.bare(record.key, **record.group) for answer, record in said.items()}
    bounds = {f"{answer}_interval": view.numbers.interval(r.key, **r.group) for answer, r in said.items()}
    return [view.say("repurchase.believed.intent", **bare, **bounds)]


def stake(view: View) -> list[str]:
    record = view.shown("repurchase.sales_at_risk")
    return [view.say("repurchase.stake", share=with_interval(view, record))] if record else []


def with_interval(view: View, record: Record) -> Markup:
    """+0.58 percentage points (+0.21 to +0.95)."""
    number, interval = (
        view.numbers.number(record.key, **record.group),
        view.numbers.interval(record.key, **record.group),
    )
    return Markup(view.say("list.named", name=number, value=interval)) if interval else number
