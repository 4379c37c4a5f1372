"""What plans would bring, side by side: from recorded results alone."""

from __future__ import annotations

from typing import Any

from csat_analysis.report import drivers_charts, message_tables, wording
from csat_analysis.report.view import View, likeliest_of
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

INTERVIEWS = "100"  # more; the number of them that the page speaks of


def plan_part(view: View) -> dict[str, Any] | None:
    points = largest_gain_first(view, view.records("plan.points"))
    if not points:
        return None
    own = any(record.group["plan"] in view.programme.plans for record in points)
    said = [] if own else [view.say("plans.proposed")]
    return {
        "chart": drivers_charts.plans_chart(view.numbers),
        "rows": [plan_row(view, record) for record in points],
        "money": ends_in_money(view),
        "models": models(view) if ends_in_money(view) else [],
        "line": line(view),
        "readings": [
            *said,
            *without_orders(view),
            *paying(view),
            *best(view),
            *capped(view),
            *costless(view),
            *knowing(view),
        ],
    }


def largest_gain_first(view: View, records: list[Record]) -> list[Record]:
    """Records of plans in the chart's order: what is expected to bring most comes first."""
    plans = [record.group["plan"] for _, _, record in drivers_charts.plan_rows(view.numbers)]
    order = {plan: place for place, plan in enumerate(plans)}
    return sorted(records, key=lambda record: order.get(record.group["plan"], len(order)))


def plan_row(view: View, points: Record) -> dict[str, Any]:
    """A plan's name and records: points, buying again, sales, margin, cost, gain, chance of paying back, margin of the years after."""
    group = points.group
    return {
        "name": view.numbers.plan(group["plan"]),
        "points": points,
        "repurchase": recorded(view, "plan.repurchase", **group),
        "sales": recorded(view, "plan.sales", **group),
        "cost": view.results.get("plan.cost", **group) if view.has("plan.cost", **group) else None,
        "cost_between": cost_between(view, group["plan"]),
        "margin": recorded(view, "plan.margin", **group),
        "gain": view.results.get("plan.gain", **group),
        "chance": view.shown("plan.pays_back", **group),
        "later": recorded(view, "plan.clv", **group),
    }


def cost_between(view: View, plan: str) -> str:
    """The ends of a planned cost; nothing where it is one figure."""
    low, high = (view.shown("plan.cost_end", plan=plan, end=end) for end in ("low", "high"))
    if not low or not high or low.value == high.value:
        return ""
    return view.say(
        "plans.cost.between",
        low=view.numbers.bare(low.key, **low.group),
        high=view.numbers.bare(high.key, **high.group),
    )


def recorded(view: View, key: str, **group: str) -> Record | None:
    by = group | {"model": "logit"}
    return view.results.get(key, **by) if view.has(key, **by) else None


def ends_in_money(view: View) -> bool:
    """Whether what a plan brings was reckoned for any of them, even where it may not be shown."""
    return any(record.shown or record.status == "not_certified" for record in view.records("plan.margin"))


def without_orders(view: View) -> list[str]:
    margins = view.records("plan.margin")
    if ends_in_money(view) or not margins:
        return []
    return [view.say("plans.no_orders", reason=view.status(margins[0]))]


def paying(view: View) -> list[str]:
    rows = drivers_charts.plan_rows(view.numbers)
    said = []
    for word, key in message_tables.PAYBACKS.items():
        found = [name for _, name, record in rows if record.verdict == word]
        if found:
            said.append(view.say(key, items=view.list(found)))
    return said


def best(view: View) -> list[str]:
    records = view.records("plan.best")
    if not records:
        return []
    likeliest = likeliest_of(records)
    if likeliest is None:
        return [view.say("plans.best.hidden")]
    parts = {
        "plan": view.numbers.plan(likeliest.group["plan"]),
        "chance": view.numbers.bare(likeliest.key, **likeliest.group),
    }
    return [view.say(worded(likeliest, message_tables.BEST_PLANS), **parts)]


def capped(view: View) -> list[str]:
    items = [view.named(view.numbers.plan(r.group["plan"]), r) for r in view.records("plan.capped") if r.shown]
    return [view.say("plans.capped", items=view.list(items))] if items else []


def costless(view: View) -> list[str]:
    said = []
    for record in view.records("plan.gain"):
        margin = view.shown("plan.margin", model="logit", **record.group)
        if record.status == "not_supplied" and margin:
            parts = {"margin": view.numbers.number(margin.key, **margin.group)}
            interval = view.numbers.interval(margin.key, **margin.group)
            said.append(
                view.say("plans.without_cost", plan=view.numbers.plan(record.group["plan"]), interval=interval, **parts)
            )
    return said


def knowing(view: View) -> list[str]:
    """What today's choice may lose at most, and what more interviews are worth at most."""
    perfect = view.shown("plan.perfect_information")
    some = {record.group["interviews"]: record for record in view.records("plan.information") if record.shown}
    if not perfect or not some:
        unproven = any(record.status == "not_certified" for record in view.records("plan.perfect_information"))
        return [view.say("plans.knowing.hidden")] if unproven else []
    record = some.get(INTERVIEWS) or next(iter(some.values()))
    parts = {"perfect": view.numbers.number(perfect.key), "some": view.numbers.number(record.key, **record.group)}
    interviews = wording.number_text(int(record.group["interviews"]), "count", view.language)
    return [view.sentences(view.say("plans.knowing", interviews=interviews, **parts), *limit_held(view))]


def limit_held(view: View) -> list[str]:
    """In what share of simulated companies such a limit held."""
    return [
        view.say(
            "plans.knowing.held", share=view.numbers.bare(record.key, **record.group), answers=answers_of(view, record)
        )
        for record in view.records("plan.limit_held")[:1]
    ]


def line(view: View) -> str | None:
    """By how much the straight line overstates gains, where they stand in the table."""
    records = view.records("plan.line_overstates")
    if not records:
        return None
    record = records[0]
    parts = {
        "share": view.numbers.bare(record.key, **record.group),
        "interval": view.numbers.interval(record.key, **record.group),
    }
    return view.say("plans.line", answers=answers_of(view, record), **parts)


def answers_of(view: View, record: Record) -> str:
    return wording.number_text(int(record.group["answers"]), "count", view.language)


def models(view: View) -> list[tuple[str, str, Record]]:
    """Plan × model: the gain under each model of buying again, where it can be shown."""
    found = []
    for record in largest_gain_first(view, view.records("plan.gain")):
        plan = view.numbers.plan(record.group["plan"])
        found.append((plan, view.say("plan.model.logit"), record))
        others = [r for r in view.records("plan.gain_by") if r.group["plan"] == record.group["plan"]]
        found += [(plan, view.say(f"plan.model.{name}"), r) for r in others if (name := r.group["model"])]
    return found
