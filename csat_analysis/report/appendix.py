"""What the numbers rest on: who answered, what came in, what was done to it, and how often the intervals held."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from csat_analysis import certification
from csat_analysis.intake.rules import Rule
from csat_analysis.report import message_tables, wording
from csat_analysis.report.questionnaire import questionnaire
from csat_analysis.report.questions import standard_asked
from csat_analysis.report.sample_bias import sample_bias
from csat_analysis.report.survey_design import survey_design
from csat_analysis.report.view import View

INTERVALS = {
    "raking": "belief.intervals.raking",
    "propensity": "belief.intervals.text",
    "design": "belief.intervals.text",
    "own": "belief.intervals.own",
    "none": "belief.intervals.none",
}
SILENCE = {
    "raking": "belief.silence.raking",
    "propensity": "belief.silence.propensity",
    "design": "belief.silence.design",
    "own": "belief.silence.own",
    "none": "belief.silence.none",
}
ESTIMATORS = {
    name: f"estimator.{name}"
    for name in ("index", "share", "nps", "median", "p90", "difference", "change", "satisfied_share", "alpha", "omega")
}
ROW_KEYS = ("data.rows_in", "data.rows_kept", "data.rows_set_aside")
HANDLED_KEYS = ("data.values_missing", "data.values_repaired", "data.rows_set_aside_by_rule", "data.noted")


def belief(view: View) -> dict[str, Any]:
    weights = view.facts["weights"]
    return {
        "answers": answers(view),
        "questionnaire": questionnaire(view),
        "rows": received(view),
        "values": handled(view),
        "moved": moved_out(view),
        "method": method(view),
        "intervals": view.sentences(view.say(INTERVALS[weights], confidence=view.confidence), *merged(view)),
        "silence": view.say(SILENCE[weights], margins=view.margins),
        "bias": sample_bias(view),
        "certified": certified(view),
        "design": survey_design(view),
    }


def answers(view: View) -> str:
    """Answers of each panel, of how many asked where that is known, in the order of survey.yml."""
    order = list(view.programme.panels)
    records = sorted(view.records("data.answers"), key=lambda r: order.index(r.group["panel"]) if order else 0)
    found = [answers_of(view, record.group["panel"]) for record in records]
    return view.say("belief.answers.reading", items=view.list(found)) if found else ""


def answers_of(view: View, panel: str) -> str:
    count, name = view.numbers.bare("data.answers", panel=panel), view.numbers.panel(panel)
    if view.shown("data.asked", panel=panel):
        asked = view.numbers.bare("data.asked", panel=panel)
        return view.say("belief.answers.of", name=name, answers=count, asked=asked)
    return view.say("list.named", name=name, value=count)


def merged(view: View) -> list[str]:
    """Strata that joined their neighbour, where there are any."""
    count = view.shown("design.merged_strata")
    return [view.say("belief.merged", number=view.numbers.bare(count.key))] if count and count.value else []


def certified(view: View) -> dict[str, Any] | None:
    """How often the intervals held in the simulation study: (estimator, its coverage by number of answers)."""
    records = view.records("certification.coverage")
    if not records:
        return None
    sizes = sorted({int(record.group["answers"]) for record in records})
    estimators = list(dict.fromkeys(record.group["estimator"] for record in records))
    counts = {outcome: view.numbers.bare("certification.cells", outcome=outcome) for outcome in ("tried", "held")}
    return {
        "reading": view.say("belief.certified.reading", **counts, **band(view)),
        "sizes": [
            view.say("belief.certified.size", number=wording.number_text(size, "count", view.language))
            for size in sizes
        ],
        "rows": [(view.say(ESTIMATORS[name]), [coverage(view, name, size) for size in sizes]) for name in estimators],
    }


def band(view: View) -> dict[str, str]:
    """How often an interval of the study's confidence must hold the truth to be called as good as it claims."""
    ends = {"low": certification.BAND[0], "high": certification.BAND[1], "confidence": certification.CONFIDENCE}
    return {name: wording.percent_text(end, view.language) for name, end in ends.items()}


def coverage(view: View, estimator: str, size: int) -> Markup | str:
    tried = view.has("certification.coverage", estimator=estimator, answers=str(size))
    return view.numbers.bare("certification.coverage", estimator=estimator, answers=str(size)) if tried else ""


def received(view: View) -> dict[str, Any] | None:
    """Rows received, kept and set aside of each table."""
    tables = [record.group["table"] for record in view.records("data.rows_in")]
    if not tables:
        return None
    readings = []
    if "responses" in tables:
        rows = {key.removeprefix("data."): view.numbers.bare(key, table="responses") for key in ROW_KEYS}
        readings.append(view.say("belief.rows.reading", **rows))
    if view.has("data.clean_share"):
        readings.append(view.say("belief.rows.clean", share=view.numbers.bare("data.clean_share")))
    return {
        "rows": [
            (view.numbers.table(table), [view.numbers.bare(key, table=table) for key in ROW_KEYS]) for table in tables
        ],
        "readings": readings,
    }


def handled(view: View) -> list[tuple[str, str, list[Markup | str]]]:
    """(table, rule, counts: missing, repaired, set aside, noted and kept), where a rule found anything."""
    found = [record for key in HANDLED_KEYS for record in view.records(key) if record.value]
    order = list(message_tables.TABLES)
    groups = dict.fromkeys((record.group["table"], record.group["rule"]) for record in found)
    return [
        (
            view.numbers.table(table),
            view.numbers.rule(rule),
            [
                view.numbers.bare(key, table=table, rule=rule) if view.has(key, table=table, rule=rule) else ""
                for key in HANDLED_KEYS
            ],
        )
        for table, rule in sorted(groups, key=lambda group: order.index(group[0]))
    ]


def moved_out(view: View) -> str:
    """Customers who left before the survey: a row set aside, yet no fault of the data."""
    group = {"table": "customers", "rule": str(Rule.LEFT_BEFORE_SURVEY)}
    left = view.shown("data.rows_set_aside_by_rule", **group)
    return view.say("belief.values.moved", number=view.numbers.bare(left.key, **group)) if left and left.value else ""


def method(view: View) -> list[str]:
    """What differs from the survey before, what stands in, what was not supplied."""
    facts, said = view.facts, []
    if view.previous is None:
        said.append(view.say("belief.changes.first"))
    else:
        said.append(view.say("belief.changes.changed" if facts["questionnaire_changed"] else "belief.changes.same"))
    said += standard(view)
    if facts["stand_ins"]:
        said.append(
            view.say(
                "belief.stand_ins",
                items=view.list([view.say(message_tables.STAND_INS[name]) for name in facts["stand_ins"]]),
            )
        )
    if facts["not_supplied"]:
        said.append(
            view.say(
                "belief.not_supplied", items=view.list([view.numbers.table(name) for name in facts["not_supplied"]])
            )
        )
    return said


def standard(view: View) -> list[str]:
    """Where the standard comes from; where it couldn't be found, why."""
    source = view.facts["standard_from"]
    if source is None or not view.has("satisfaction.standard"):
        return []
    if source == "fixed":
        return [view.say("belief.standard.fixed")]
    record, period = view.results.get("satisfaction.standard"), wording.period_text(source, view.language)
    if record.shown:
        return [view.say("belief.standard.set", period=period)]
    if record.status == "not_computed":
        why = "belief.standard.questionnaire" if standard_asked(view) else "belief.standard.missing"
        return [view.say(why, period=period)]
    return [view.say("belief.standard.hidden", period=period, reason=view.status(record))]
