"""Does it pay: what satisfaction goes with in orders, beside the published figure; and how far that can be believed."""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup

from csat_analysis.report import competition_curves, message_tables, repurchase_charts, wording
from csat_analysis.report.association import association, reason_of
from csat_analysis.report.lineage import Numbers
from csat_analysis.report.view import View
from csat_analysis.report.where import hidden
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

ABSENT = {
    "not_supplied": "repurchase.absent.not_supplied",
    "not_estimable": "repurchase.absent.not_estimable",
}


def repurchase(view: View) -> dict[str, Any] | None:
    if not view.has("repurchase.ame"):
        return None
    nothing = {
        "absent": None,
        "days": days(view),
        "effect": [],
        "curve": None,
        "groups": None,
        "curves": None,
        "believed": [],
        "points": [],
        "looks": None,
    }
    if (reason := absent(view)) is not None:
        return nothing | {"absent": reason}
    return nothing | {
        "effect": [*rate(view), *effect(view), *example(view), *shape(view), *steps(view)],
        "curve": repurchase_charts.curve_chart(view.numbers),
        "points": [(r.group["at"], r) for r in repurchase_charts.curve_records(view.numbers)],
        "groups": groups(view),
        "curves": curves(view),
        "believed": [*separated(view), *tested(view), *intent(view), *stake(view)],
        "looks": looks(view),
    }


def looks(view: View) -> Markup:
    """Whether it is an association or an effect."""
    write = partial(with_interval, view)
    return view.sentences(*association(view.results, view.language, write, linked=view.rules))


def days(view: View) -> str:
    """Within how long an order counts, where survey.yml says it."""
    record = view.shown("repurchase.window_days")
    return (
        view.say("repurchase.days", days=view.numbers.bare(record.key)) if record else view.say("repurchase.days.unset")
    )


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
    if record.status == "not_estimable":
        return [view.say("repurchase.effect.not_estimable")]
    if not record.shown or not record.verdict:
        return [view.say("repurchase.effect.hidden", reason=view.status(record))]
    parts = {
        "size": view.numbers.size(record.key),
        "value": view.numbers.number(record.key),
        "interval": view.numbers.interval(record.key),
    }
    said = [view.say(worded(record, message_tables.EFFECTS), **parts)]
    gap = view.shown("repurchase.benchmark_gap")
    if gap and gap.verdict:
        benchmark = view.numbers.number("repurchase.benchmark")
        said.append(view.say(worded(gap, message_tables.BENCHMARKS), benchmark=benchmark, source=source(view)))
    return [view.sentences(*said)]


def source(view: View) -> str:
    """Whose the published figure is, where survey.yml says it."""
    rule = view.programme.repurchase
    named = rule.benchmark_source if rule else None
    return view.say("repurchase.benchmark.source", source=named[view.language]) if named else ""


def example(view: View) -> list[str]:
    """The published example beside our own probabilities at the same scores."""
    ends = sorted((record.group["at"] for record in view.records("repurchase.published")), key=float)
    keys = [(key, at) for key in ("repurchase.published", "repurchase.predicted") for at in ends]
    if not ends or not all(view.shown(key, at=at) for key, at in keys):
        return []
    bare = [view.numbers.bare(key, at=at) for key, at in keys]
    points = dict(zip(("from_points", "to_points"), ends, strict=True))
    names = ("published_from", "published_to", "own_from", "own_to")
    return [view.say("repurchase.example", **points, **dict(zip(names, bare, strict=True)))]


def shape(view: View) -> list[str]:
    if not view.has("repurchase.nonlinearity_p"):
        return []
    record = view.results.get("repurchase.nonlinearity_p")
    if not record.shown or not record.verdict:
        return [view.say("repurchase.shape.hidden", reason=view.status(record))]
    return [view.say(worded(record, message_tables.SHAPES), power=view.numbers.bare("repurchase.shape_power"))]


def steps(view: View) -> list[str]:
    shown = [
        (view.say(f"repurchase.step.{record.group['step']}"), record) for record in view.records("repurchase.step")
    ]
    found = [view.named(name, record, write=Numbers.number) for name, record in shown if record.shown]
    said = [view.say("repurchase.steps", items=wording.phrases_text(found, view.language))] if found else []
    # a step's kind of interval was tried at no size, so that more answers would not help
    if untried := [name for name, record in shown if record.status == "not_certified"]:
        said.append(view.say("repurchase.steps.uncertified", items=view.list(untried)))
    return said + hidden(view, [("", name, record) for name, record in shown if record.status != "not_certified"])


def groups(view: View) -> dict[str, Any] | None:
    rows = repurchase_charts.group_rows(view.numbers)
    if not rows:
        return None
    readings = [*differing(view), *hidden(view, rows)]
    if alone := [name for _, name, record in rows if record.status == "not_computed"]:
        readings.append(view.say("repurchase.groups.alone", items=view.list(alone)))
    rows = repurchase_charts.told_rows(view.numbers)
    return {"chart": repurchase_charts.groups_chart(view.numbers), "rows": rows, "readings": readings}


def differing(view: View) -> list[str]:
    """By which columns the groups differ in what a point is worth, and by which they can't be told apart."""
    records = view.records("repurchase.equal_slopes_p")
    said = []
    for word, sentence in message_tables.SLOPES.items():
        if names := [view.numbers.trait(record.group["column"]) for record in records if record.verdict == word]:
            said.append(view.say(sentence, items=view.list(names)))
    return said


def separated(view: View) -> list[str]:
    record = view.shown("repurchase.separation")
    return [view.say("repurchase.believed.separated")] if record and record.value else []


def curves(view: View) -> dict[str, Any] | None:
    """The curve of each level of competition, or that it can't be told; nothing where the frame has no competition."""
    if not view.records("repurchase.by_competition"):
        return None
    drawn = competition_curves.levels(view.numbers)
    if len(drawn) < 2:
        return {"chart": None, "readings": [view.say("repurchase.curves.none")]}
    said = []
    test = view.shown("repurchase.equal_curves_p", column="competition")
    if test and test.verdict:
        said.append(view.say(worded(test, message_tables.CURVES)))
    levels = [record.group["competition"] for record in view.records("repurchase.by_competition")]
    if absent := [view.numbers.trait("competition", level) for level in levels if level not in drawn]:
        said.append(view.say("repurchase.curves.hidden", items=view.list(absent)))
    rows = [(view.numbers.trait("competition", level), record) for level, own in drawn.items() for record in own]
    return {"chart": competition_curves.chart(view.numbers), "readings": said, "rows": rows}


def tested(view: View) -> list[str]:
    """Forecasts of later surveys: can they tell buyers, do they miss by less than the rate, are they as sure as they may be."""
    if not view.has("repurchase.auc"):
        return []
    record = view.results.get("repurchase.auc")
    if not record.shown:
        return [view.say("repurchase.believed.untested", reason=view.status(record))]
    said = [view.say("repurchase.believed.auc", auc=with_interval(view, record))]
    said += worded_by(view, "repurchase.brier_against_rate", message_tables.PREDICTIONS)
    said += worded_by(view, "repurchase.calibration_slope", message_tables.CALIBRATIONS)
    slope = view.shown("repurchase.calibration_slope")
    if slope and slope.verdict in ("overconfident", "underconfident"):
        said += for_instance(view)
    return [view.sentences(*said, *worded_by(view, "repurchase.forecast_gap", message_tables.FORECAST_LEVELS))]


def worded_by(view: View, key: str, sentences: dict[str, str]) -> list[str]:
    """The sentence of a record's verdict, with its number."""
    record = view.shown(key)
    if record is None or not record.verdict:
        return []
    return [view.say(worded(record, sentences), value=with_interval(view, record))]


def for_instance(view: View) -> list[str]:
    """What was foretold of the customers given the lowest chance, and what they did."""
    pair = {key: view.shown(f"repurchase.{key}", fifth="1") for key in ("observed", "foretold")}
    if not all(pair.values()):
        return []
    bare = {key: view.numbers.bare(record.key, fifth="1") for key, record in pair.items()}
    interval = view.numbers.interval("repurchase.observed", fifth="1")
    return [
        view.say("repurchase.believed.for_instance", fifth=view.say("repurchase.fifth.1"), interval=interval, **bare)
    ]


def intent(view: View) -> list[str]:
    said = {answer: view.shown("repurchase.by_intent", intent=answer) for answer in ("likely", "unlikely")}
    if not all(said.values()):
        return []
    bare = {answer: view.numbers.bare(record.key, **record.group) for answer, record in said.items()}
    bounds = {f"{answer}_interval": view.numbers.interval(r.key, **r.group) for answer, r in said.items()}
    compared = worded_by(view, "repurchase.intent_gap", message_tables.INTENTS)
    if not compared and view.has("repurchase.intent_gap"):
        reason = view.status(view.results.get("repurchase.intent_gap"))
        compared = [view.say("repurchase.believed.intent_hidden", reason=reason)]
    return [view.sentences(view.say("repurchase.believed.intent", **bare, **bounds), *compared)]


def stake(view: View) -> list[str]:
    if not view.has("repurchase.sales_at_risk"):
        return []
    record = view.results.get("repurchase.sales_at_risk")
    if record.shown:
        return [view.say("repurchase.stake", share=with_interval(view, record))]
    if record.status == "not_supplied":
        return []
    return [view.say("repurchase.stake.hidden", reason=reason_of(record, view.language))]


def with_interval(view: View, record: Record) -> Markup:
    """+0.58 percentage points (+0.21 to +0.95)."""
    number, interval = (
        view.numbers.number(record.key, **record.group),
        view.numbers.interval(record.key, **record.group),
    )
    return Markup(view.say("list.named", name=number, value=interval)) if interval else number
