"""Managers beside customers like theirs, without a league table where chance explains it; and what actions changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from csat_analysis.detectable import POWER
from csat_analysis.report import managers_charts, message_tables, wording
from csat_analysis.report.view import View
from csat_analysis.report.where import hidden
from csat_analysis.report.wording import worded
from csat_analysis.results import Record
from csat_analysis.verdicts import SHAPE_ERROR

SPREAD, GAP, SCORE = "managers.spread_p", "managers.against_expected", "managers.score"
ABSENT = ("not_supplied", "not_estimable")


def managers(view: View) -> dict[str, Any] | None:
    if not view.has(SPREAD) and not view.has("actions.effect"):
        return None
    return {
        "caveat": caveat(view) if view.shown(SPREAD) else "",
        "people": people(view),
        "score": scorecard(view),
        "actions": actions(view),
        "next": proposals(view),
    }


def caveat(view: View) -> str:
    names = [view.programme.label("segment", name, view.language) for name in view.programme.segments]
    return view.say("managers.caveat", columns=view.list(names)) if names else view.say("managers.caveat.plain")


def people(view: View) -> dict[str, Any]:
    spread = view.results.get(SPREAD) if view.has(SPREAD) else None
    if spread is None or not spread.shown:
        status = spread.status if spread is not None and spread.status in ABSENT else ABSENT[0]
        return {"readings": [view.say(f"managers.absent.{status}")], "hidden": [], "chart": None, "rows": []}
    numbers = view.numbers
    parts = {"chi2": numbers.bare("managers.spread_chi2"), "freedom": numbers.bare("managers.spread_freedom")}
    said = [view.say(worded(spread, message_tables.SPREADS), p=numbers.bare(SPREAD), **parts)]
    if tau := view.shown("managers.tau"):
        sentence = "managers.tau" if tau.low > 0 else "managers.tau.untold"
        said.append(view.say(sentence, tau=numbers.bare(tau.key), interval=numbers.interval(tau.key)))
    gaps = view.records(GAP)
    rows = [(r.group["manager"], view.results.get("managers.satisfaction", **r.group), r) for r in gaps if r.shown]
    return {
        "readings": [view.sentences(*said), *outside(view), *thirds(view, spread), *counted(view)],
        "hidden": hidden(view, [("", r.group["manager"], r) for r in gaps if not r.shown]),
        "chart": managers_charts.funnel_chart(numbers),
        "rows": rows,
    }


def outside(view: View) -> list[str]:
    """Who stands out, and else that nobody does."""
    said = []
    for word, sentence in message_tables.FUNNELS.items():
        own = [r for r in view.records(GAP) if r.shown and r.verdict == word]
        if own:
            said.append(view.say(sentence, items=view.list([view.named(r.group["manager"], r) for r in own])))
    shown = [r for r in view.records(GAP) if r.shown]
    return said or ([view.say("managers.funnel.none")] if shown else [])


def thirds(view: View, spread: Record) -> list[str]:
    """Chances of the upper third, by number, only where managers differ beyond chance."""
    own = [r for r in view.records("managers.top_third") if r.shown]
    if spread.verdict != "spread_beyond_chance" or not own:
        return []
    return [view.say("managers.thirds", items=view.list([view.named(r.group["manager"], r) for r in own]))]


def counted(view: View) -> list[str]:
    if not view.has("managers.answers", what="counted"):
        return []
    names = {"counted": "counted", "changed": "changed_hands", "nobodys": "nobodys"}
    parts = {part: view.numbers.bare("managers.answers", what=what) for part, what in names.items()}
    return [view.say("managers.counted", **parts)]


def scorecard(view: View) -> dict[str, Any] | None:
    records = [r for r in view.records(SCORE) if r.status != "not_supplied"]
    weights = [r for r in view.records("managers.part_weight") if r.value]
    if not records or not weights:
        return None
    named = [view.named(view.numbers.measure(r.group["measure"]), r) for r in weights]
    said = [view.say("managers.score.what", weights=view.list(named))]
    shown = [r for r in records if r.shown]
    carried = [view.results.get("managers.score_carried", **r.group) for r in shown]
    partly = [view.named(r.group["manager"], r) for r in carried if r.value < 1]
    if partly:
        said.append(view.say("managers.score.missing", items=view.list(partly)))
    said += counted_unshown(view, [r.group["manager"] for r in shown])
    if not shown:
        said.append(view.say("managers.score.untold", reason=view.status(records[0])))
    return {
        "readings": [*said, *hidden(view, [("", r.group["manager"], r) for r in records if not r.shown and shown])],
        "rows": [(r.group["manager"], r, c) for r, c in zip(shown, carried, strict=True)],
    }


def counted_unshown(view: View, managers: list[str]) -> list[str]:
    """Parts that a total counts though no interval was shown to hold for them alone."""
    weighed = {r.group["measure"] for r in view.records("managers.part_weight") if r.value}
    found: dict[str, list[str]] = {}
    for record in view.records("managers.part"):
        if record.status == "not_certified" and record.group["measure"] in weighed:
            found.setdefault(record.group["manager"], []).append(view.numbers.measure(record.group["measure"]))
    items = [
        view.say("list.named", name=manager, value=view.list(parts))
        for manager, parts in found.items()
        if manager in managers
    ]
    return [view.say("managers.score.unshown", items=wording.phrases_text(items, view.language))] if items else []


def actions(view: View) -> dict[str, Any]:
    records = view.records("actions.effect")
    if not records:
        return {"readings": [view.say("managers.actions.none")], "chart": None}
    return {
        "readings": [*(view.sentences(*about(view, record)) for record in records), *power(view)],
        "chart": managers_charts.actions_chart(view.numbers),
    }


def about(view: View, record: Record) -> list[str]:
    """The verdict, what it takes to tell, and what stands beside it."""
    name = managers_charts.about(view.numbers, record.group["action"])
    if not record.shown:
        untold = record.status == "not_certified" and view.has("actions.needed", of="clusters", **record.group)
        said = [view.say("managers.action.untold_bare" if untold else f"managers.action.{record.status}", name=name)]
        return said + until(view, record)
    effect, size = (write(record.key, **record.group) for write in (view.numbers.bare, view.numbers.size))
    parts = {"effect": effect, "size": size}
    parts["interval"] = view.numbers.interval(record.key, **record.group)
    sentence = worded(record, message_tables.ACTIONS) if record.verdict else message_tables.ACTIONS["effect_untold"]
    power = wording.percent_text(POWER, view.language)
    said = [view.say(sentence, name=name, power=power, **parts), *until(view, record)]
    if fell(view, record):
        said.insert(1, view.say("managers.action.fell"))
    if view.shown("actions.expected", **record.group):
        said.append(
            view.say("managers.action.expected", expected=view.numbers.bare("actions.expected", **record.group))
        )
    return [*said, *beside(view, record.group)]


def beside(view: View, group: Mapping[str, str]) -> list[str]:
    """What changed where nothing was done: stated where its interval leaves none out, else left open."""
    said = []
    for key, (above, below, untold) in message_tables.BESIDE.items():
        if found := view.shown(key, **group):
            sentence = above if found.low > 0 else below if found.high < 0 else untold
            numbers = {"number": view.numbers.bare(key, **group), "size": view.numbers.size(key, **group)}
            said.append(view.say(sentence, interval=view.numbers.interval(key, **group), **numbers))
    return said


def fell(view: View, record: Record) -> bool:
    """Customers reached lost on the others beyond chance: a loss must not be read as nothing. Among whole clusters the lot decides."""
    group = record.group
    lot = view.results.get("actions.lot_p", **group).value if view.has("actions.lot_p", **group) else None
    return record.verdict is not None and record.high < 0 and (lot is None or lot <= SHAPE_ERROR)


def until(view: View, record: Record) -> list[str]:
    group, numbers = record.group, view.numbers
    if view.has("actions.needed", of="clusters", **group):
        parts = {
            "clusters": numbers.bare("actions.clusters", **group),
            "smallest": numbers.bare("actions.smallest_p", **group),
            "needed": numbers.bare("actions.needed", of="clusters", **group),
        }
        return [view.say("managers.action.clusters", **parts)]
    if view.has("actions.needed", of="answers", **group):
        return [view.say("managers.action.answers", needed=numbers.bare("actions.needed", of="answers", **group))]
    return []


def power(view: View) -> list[str]:
    """How large an effect simulated companies find; nothing where not even the same customers' answers were enough."""
    found = {r.group["customers"]: r for r in view.records("actions.study_points") if r.shown}
    if "same" not in found:
        return []
    parts = {who: view.numbers.bare(r.key, **r.group) for who, r in found.items()}
    answers = wording.number_text(int(found["same"].group["answers"]), "count", view.language)
    sentence = "managers.actions.power" if "others" in found else "managers.actions.power.same"
    return [view.say(sentence, answers=answers, power=wording.percent_text(POWER, view.language), **parts)]


def proposals(view: View) -> dict[str, Any] | None:
    records = view.records("actions.next_gain")
    if not records:
        return None
    needed = [
        [view.results.get("actions.next_needed", customers=who, **r.group) for who in ("others", "same")]
        for r in records
    ]
    return {"rows": [(view.numbers.plan(r.group["plan"]), r, *two) for r, two in zip(records, needed, strict=True)]}
