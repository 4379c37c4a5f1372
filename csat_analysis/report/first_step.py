"""What to do first, in a sentence: the plan that pays, or why none can be named yet. For the first screen and the drivers' section."""

from __future__ import annotations

from csat_analysis.report.drivers_charts import importance_rows, plan_rows
from csat_analysis.report.repurchase import with_interval
from csat_analysis.report.view import View
from csat_analysis.results import Record


def first_step(view: View) -> str | None:
    """None where neither drivers nor plans were recorded."""
    plans = [record for _, _, record in plan_rows(view.numbers) if record.shown]
    if plans:
        return of_plans(view, plans)
    return of_drivers(view) if view.has_any("drivers.explained") else None


def of_plans(view: View, plans: list[Record]) -> str:
    """By what plans gain: the best of those that pay, those that pay, or that none is shown to and which is nearest."""
    paying = [record for record in plans if record.verdict == "pays_back"]
    best = [r.group["plan"] for r in view.records("plan.best") if r.shown and r.verdict == "ranks_first"]
    first = [record for record in paying if record.group["plan"] in best or len(paying) == 1]
    if first:
        record = first[0]
        gain = with_interval(view, record)
        key = "first.plan" if record.group["plan"] in best else "first.only"
        return view.say(key, plan=view.numbers.plan(record.group["plan"]), gain=gain)
    if paying:
        return view.say(
            "first.plans", items=view.list([view.named(view.numbers.plan(r.group["plan"]), r) for r in paying])
        )
    nearest = plans[0]
    if nearest.value <= 0:
        return view.say("first.none")
    parts = {"plan": view.numbers.plan(nearest.group["plan"]), "gain": with_interval(view, nearest)}
    chance = view.shown("plan.pays_back", **nearest.group)
    if chance is None:
        return view.say("first.nearest", **parts)
    return view.say("first.nearest.chance", chance=view.numbers.bare(chance.key, **chance.group), **parts)


def of_drivers(view: View) -> str:
    """Without a plan whose gain is known: the dimension that comes first, those that matter more, or that none can be told."""
    first = [r for r in view.records("drivers.rank_first") if r.shown and r.verdict == "ranks_first"]
    if first:
        chance = view.numbers.bare(first[0].key, **first[0].group)
        named = view.numbers.measure(first[0].group["dimension"])
        outcome = view.numbers.outcome(view.records("drivers.explained")[0].group["outcome"])
        said = view.say("first.dimension", dimension=named, chance=chance, outcome=outcome)
        otherwise = unlike(view, first[0].group["dimension"])
        return view.sentences(said, *([view.say("first.otherwise", items=view.list(otherwise))] if otherwise else []))
    rows = [row for row in importance_rows(view.numbers) if row[2].shown]
    more = [view.named(name, record) for _, name, record in rows if record.verdict == "matters_more"]
    return view.say("first.dimensions", items=view.list(more)) if more else view.say("first.untold")


def unlike(view: View, dimension: str) -> list[str]:
    """The other outcomes for which this dimension isn't told to come first."""
    told = view.records("drivers.rank_first_for")
    outcomes = dict.fromkeys(r.group["outcome"] for r in told if r.shown)
    first = {(r.group["outcome"], r.group["dimension"]) for r in told if r.verdict == "ranks_first"}
    return [view.numbers.outcome(outcome) for outcome in outcomes if (outcome, dimension) not in first]
