"""The report's last sections: what the numbers rest on, and what the words mean."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from csat_analysis.report import wording
from csat_analysis.report.sections import BEST, WORST, View
from csat_analysis.results import Record

INTERVALS = {"design": "belief.intervals.text", "own": "belief.intervals.own", "none": "belief.intervals.none"}
SILENCE = {"design": "belief.silence.design", "own": "belief.silence.own", "none": "belief.silence.none"}
ROW_KEYS = ("data.rows_in", "data.rows_kept", "data.rows_set_aside")
VALUE_KEYS = ("data.values_missing", "data.values_repaired")


def belief(view: View) -> dict[str, Any]:
    weights = view.facts["weights"]
    return {
        "answers": answers(view),
        "rows": received(view),
        "values": handled(view),
        "method": method(view),
        "intervals": view.say(INTERVALS[weights], confidence=view.confidence),
        "silence": view.say(SILENCE[weights]),
    }


def answers(view: View) -> str:
    """Answers of each panel, in the order of survey.yml."""
    order = list(view.programme.panels)
    records = sorted(view.records("data.answers"), key=lambda r: order.index(r.group["panel"]) if order else 0)
    found = [view.named(view.numbers.panel(record.group["panel"]), record) for record in records]
    return view.say("belief.answers.reading", items=view.list(found)) if found else ""


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
    """(table, rule, values set to missing, values repaired), where a rule found anything."""
    found = [record for key in VALUE_KEYS for record in view.records(key) if record.value]
    groups = list(dict.fromkeys((record.group["table"], record.group["rule"]) for record in found))
    return [
        (
            view.numbers.table(table),
            view.numbers.rule(rule),
            [
                view.numbers.bare(key, table=table, rule=rule) if view.has(key, table=table, rule=rule) else ""
                for key in VALUE_KEYS
            ],
        )
        for table, rule in groups
    ]


def method(view: View) -> list[str]:
    """What differs from the survey before, what stands in, what was not supplied."""
    facts, said = view.facts, []
    if view.previous is None:
        said.append(view.say("belief.changes.first"))
    else:
        said.append(view.say("belief.changes.changed" if facts["questionnaire_changed"] else "belief.changes.same"))
    if facts["standard_from"] == "fixed":
        said.append(view.say("belief.standard.fixed"))
    elif facts["standard_from"]:
        said.append(view.say("belief.standard.set", period=wording.period_text(facts["standard_from"], view.language)))
    if facts["stand_ins"]:
        said.append(
            view.say(
                "belief.stand_ins", items=view.list([view.say(wording.STAND_INS[name]) for name in facts["stand_ins"]])
            )
        )
    if facts["not_supplied"]:
        said.append(
            view.say(
                "belief.not_supplied", items=view.list([view.numbers.table(name) for name in facts["not_supplied"]])
            )
        )
    return said


def glossary(view: View) -> dict[str, Any]:
    """The terms that occur in this report, each with its meaning for this questionnaire."""
    return {"terms": [(view.say(term), text) for term, text in [*measure_terms(view), *survey_terms(view)]]}


def measure_terms(view: View) -> list[tuple[str, str]]:
    programme, ends = view.programme, {"worst": WORST, "best": BEST}
    weights = [
        view.say(
            "list.named",
            name=programme.label("dimension", name, view.language),
            value=wording.percent_text(weight, view.language),
        )
        for name, weight in programme.weights.items()
    ]
    index = (
        view.say("term.index.equal", **ends)
        if programme.equal_weights
        else view.say("term.index.text", weights=view.list(weights), **ends)
    )
    low, high = (wording.plain_text(end, view.language) for end in (programme.scale.min, programme.scale.max))
    terms = [
        ("term.index", index),
        ("term.dimension", view.say("term.dimension.text")),
        ("term.item", view.say("term.item.text", low=low, high=high, **ends)),
    ]
    if shows(view, "satisfaction.standard"):
        terms.append(("term.standard", view.say("term.standard.text")))
    if shows(view, "satisfaction.satisfied_share"):
        terms.append(("term.satisfied_share", view.say("term.satisfied_share.text")))
    return terms + outcome_terms(view)


def outcome_terms(view: View) -> list[tuple[str, str]]:
    """CSAT and NPS as this questionnaire asks them."""
    terms = []
    if shows(view, "satisfaction.csat"):
        outcome = view.programme.outcomes["csat"]
        codes = view.list([wording.plain_text(code, view.language) for code in outcome.satisfied])
        terms.append(
            (
                "term.csat",
                view.say(
                    "term.csat.text",
                    satisfied=codes,
                    low=wording.plain_text(outcome.min, view.language),
                    high=wording.plain_text(outcome.max, view.language),
                ),
            )
        )
    if shows(view, "satisfaction.nps"):
        outcome = view.programme.outcomes["nps"]
        promoter, detractor = (
            "–".join(wording.plain_text(end, view.language) for end in ends)
            for ends in (outcome.promoter, outcome.detractor)
        )
        terms.append(
            (
                "term.nps",
                view.say(
                    "term.nps.text",
                    promoter=promoter,
                    detractor=detractor,
                    high=wording.plain_text(outcome.max, view.language),
                ),
            )
        )
    return terms


def survey_terms(view: View) -> list[tuple[str, str]]:
    terms = []
    if view.records("satisfaction.panel"):
        panels = view.list([view.numbers.panel(record.group["panel"]) for record in view.records("satisfaction.panel")])
        terms.append(("term.panel", view.say("term.panel.text", panels=panels)))
    terms.append(("term.interval", view.say("term.interval.text", confidence=view.confidence)))
    if shows(view, "satisfaction.change"):
        terms.append(("term.detectable", view.say("term.detectable.text")))
    if view.facts["weights"] != "none":
        terms.append(("term.weight", view.say("term.weight.text")))
    if "customers" not in view.facts["not_supplied"]:
        terms.append(("term.frame", view.say("term.frame.text")))
    terms.append(("term.nonresponse", view.say("term.nonresponse.text")))
    statuses = {record.status for record in view.results.records}
    if "suppressed" in statuses:
        terms.append(("term.suppressed", view.say("term.suppressed.text", count=view.programme.reporting.min_group)))
    if "not_supplied" in statuses or view.facts["not_supplied"]:
        terms.append(("term.not_supplied", view.say("term.not_supplied.text")))
    return terms


def shows(view: View, key: str) -> bool:
    found: list[Record] = view.records(key)
    return any(record.shown for record in found)
