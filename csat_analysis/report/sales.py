"""The report's part on sales: the target and its checks, leads, sales against target, what satisfaction goes with."""

from __future__ import annotations

from typing import Any

from csat_analysis.report import message_tables, sales_charts, wording
from csat_analysis.report.service import with_interval_text
from csat_analysis.report.view import BEST, View
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

SAYS_NOTHING = ("not_supplied", "not_computed")


def sales(view: View) -> dict[str, Any] | None:
    """Blocks of the part, each None where nothing of it was supplied; None where that is true of all."""
    blocks = {
        "target": target(view),
        "funnel": funnel(view),
        "attainment": attainment(view),
        "word": word_of_mouth(view),
        "kpis": kpis(view),
    }
    return blocks if any(blocks.values()) else None


def told(view: View, key: str, **group: str) -> Record | None:
    """The record where there is something to say of it: a number, or why it is held back."""
    record = view.results.get(key, **group) if view.has(key, **group) else None
    return None if record is None or record.status in SAYS_NOTHING else record


def target(view: View) -> dict[str, Any] | None:
    readings = [*course(view), *checks(view), *loyalty(view), *exclusive(view)]
    if not readings:
        return None
    return {"readings": readings, "chart": sales_charts.growth_chart(view.numbers)}


def course(view: View) -> list[str]:
    """On course or not, with the chance that the gain reaches the target."""
    record = told(view, "target.on_course")
    if not record:
        return []
    if not record.shown or not record.verdict:
        return [view.say("sales.course.hidden", reason=view.status(record))]
    numbers = view.numbers
    parts = {"gain": numbers.bare("target.gain"), "chance": numbers.bare(record.key)}
    if view.has("target.progress"):
        parts["progress"] = numbers.number("target.progress")
    said = view.say(worded(record, message_tables.COURSES), **parts)
    return [view.sentences(said, view.say("sales.course.said"))]


def checks(view: View) -> list[str]:
    """The target's outcomes by verdict, then those that are held back by reason."""
    records = [record for record in view.records("target.check") if record.status not in SAYS_NOTHING]
    said = []
    for word, sentence in message_tables.CHECKS.items():
        found = [
            view.say(
                "list.named", name=view.say(f"sales.outcome.{r.group['outcome']}"), value=with_interval_text(view, r)
            )
            for r in records
            if r.shown and r.verdict == word
        ]
        if found:
            said.append(view.say(sentence, items=wording.phrases_text(found, view.language)))
    reasons = dict.fromkeys(record.status for record in records if not record.shown)
    for status in reasons:
        names = [view.say(f"sales.outcome.{r.group['outcome']}") for r in records if r.status == status]
        said.append(
            view.say("sales.check.hidden", reason=view.say(message_tables.STATUSES[status]), items=view.list(names))
        )
    return [view.sentences(*said)] if said else []


def loyalty(view: View) -> list[str]:
    record = told(view, "loyalty.index")
    if not record:
        return []
    if not record.shown:
        return [view.say("sales.loyalty.hidden", reason=view.status(record))]
    parts = [view.named(view.say(f"sales.part.{r.group['part']}"), r) for r in view.records("loyalty.part") if r.shown]
    return [
        view.say(
            "sales.loyalty",
            parts=view.list(parts),
            value=view.numbers.bare(record.key),
            interval=view.numbers.interval(record.key),
            best=BEST,
        )
    ]


def exclusive(view: View) -> list[str]:
    keys = ("customers.exclusive_count", "customers.exclusive_share", "customers.exclusive_sales_share")
    if not all(view.shown(key) for key in keys):
        return []
    numbers = view.numbers
    parts = dict(zip(("number", "share", "sales_share"), (numbers.bare(key) for key in keys), strict=True))
    said = [view.say("sales.exclusive", **parts)]
    growth, others = view.shown("customers.exclusive_sales_growth"), view.shown("customers.other_sales_growth")
    if growth and others:
        said.append(
            view.say(
                "sales.exclusive.growth",
                growth=numbers.number(growth.key),
                interval=numbers.interval(growth.key),
                others=numbers.number(others.key),
                others_interval=numbers.interval(others.key),
            )
        )
        gap = view.shown("customers.exclusive_growth_gap")
        if gap and gap.verdict:
            said.append(view.say(worded(gap, message_tables.PACES)))
    return [view.sentences(*said)]


def funnel(view: View) -> dict[str, Any] | None:
    record = told(view, "sales.win_rate")
    if not record:
        return None
    numbers = view.numbers
    states = {state: numbers.bare("sales.leads", state=state) for state in ("all", "won", "lost", "open")}
    readings = [view.say("sales.funnel.leads", **states), win_rate(view, record), *cost(view)]
    readings += [
        *rates(view, "source"),
        *rates(view, "manager"),
        *rates(view, "region"),
        view.say("sales.funnel.stages_untimed"),
    ]
    return {
        "readings": readings,
        "chart": sales_charts.funnel_chart(numbers),
        "rows": sales_charts.funnel_rows(numbers),
    }


def win_rate(view: View, record: Record) -> str:
    if not record.shown:
        return view.say("sales.funnel.hidden", reason=view.status(record))
    numbers = view.numbers
    parts = {"rate": numbers.bare(record.key), "interval": numbers.interval(record.key)}
    days = view.shown("sales.days_to_close")
    if not days:
        return view.say("sales.funnel.win.alone", **parts)
    return view.say("sales.funnel.win", days=numbers.bare(days.key), days_interval=numbers.interval(days.key), **parts)


def cost(view: View) -> list[str]:
    keys = ("sales.cost_per_lead", "sales.cost_per_won")
    if not all(view.shown(key) for key in keys):
        return []
    lead, won = (view.numbers.number(key) for key in keys)
    return [view.say("sales.funnel.cost", lead=lead, won=won)]


def rates(view: View, column: str) -> list[str]:
    """Whether win rates differ by source or manager; only then who is higher or lower, and no order beyond that."""
    record = view.shown("sales.win_rates_equal_p", column=column)
    if not record or not record.verdict:
        return []
    said = [view.say(worded(record, message_tables.RATES), column=view.numbers.trait(column))]
    groups = view.records(f"sales.win_rate_{column}")
    for word in ("higher", "lower"):
        named = [
            (view.numbers.trait(column, r.group[column]) if column == "region" else r.group[column], r) for r in groups
        ]
        found = [rate_named(view, name, r) for name, r in named if r.verdict == word and r.shown]
        if found:
            said.append(view.say(f"sales.rates.{word}", items=view.list(found)))
    return [view.sentences(*said)]


def rate_named(view: View, name: str, record: Record) -> str:
    """A manager or source that is named has the interval and the number of closed leads beside its rate."""
    numbers = view.numbers
    parts = {
        "value": numbers.bare(record.key, **record.group),
        "interval": numbers.interval(record.key, **record.group),
        "n": wording.number_text(record.n, "count", view.language),
    }
    return view.say("sales.rates.item", name=name, **parts)


def attainment(view: View) -> dict[str, Any] | None:
    record = told(view, "sales.attainment_all")
    if not record:
        return None
    if not record.shown:
        return {"readings": [view.say("sales.attainment.hidden", reason=view.status(record))], "rows": []}
    rows = [(r.group["manager"], r) for r in view.records("sales.attainment") if r.shown]
    readings = [view.say("sales.attainment.all", value=view.numbers.bare(record.key))]
    readings += [view.say("sales.attainment.shown")] if rows else []
    if any(r.status == "suppressed" for r in view.records("sales.attainment")):
        readings.append(view.say("sales.attainment.suppressed"))
    readings += outside(view)
    return {"readings": [view.sentences(*readings)], "rows": rows}


def outside(view: View) -> list[str]:
    """Sales of the period that are in no manager's figure, and why."""
    said = []
    for record in view.records("sales.unassigned"):
        count = view.shown("sales.unassigned_count", **record.group)
        if count and count.value:
            parts = {"number": view.numbers.bare(count.key, **count.group)}
            parts["sales"] = view.numbers.number(record.key, **record.group)
            parts["whose"] = view.say(message_tables.GROUPS["whose", record.group["whose"]])
            said.append(view.say("sales.attainment.outside.item", **parts))
    return [view.say("sales.attainment.outside", items=wording.phrases_text(said, view.language))] if said else []


def word_of_mouth(view: View) -> dict[str, Any] | None:
    readings = [*growth(view), *referral(view)]
    return {"readings": readings} if readings else None


def growth(view: View) -> list[str]:
    record = told(view, "sales.growth_slope")
    if not record:
        return []
    if not record.shown or not record.verdict:
        return [view.say("sales.growth.hidden", reason=view.status(record))]
    parts = {"value": view.numbers.number(record.key), "interval": view.numbers.interval(record.key)}
    said = view.say(worded(record, message_tables.GROWTHS), **parts)
    return [view.sentences(said, view.say("sales.growth.caveat"))]


def referral(view: View) -> list[str]:
    said, share = [], view.shown("sales.referred_share")
    if share:
        parts = {"share": view.numbers.bare(share.key), "interval": view.numbers.interval(share.key)}
        said.append(view.say("sales.referred", **parts))
    record = told(view, "sales.refer_difference")
    if record and record.shown and record.verdict:
        parts = {"value": view.numbers.number(record.key), "interval": view.numbers.interval(record.key)}
        said.append(view.say(worded(record, message_tables.REFERRALS), **parts))
    elif record and view.shown("sales.refer_needed"):
        parts = {"answers": view.numbers.bare("sales.refer_answers"), "needed": view.numbers.bare("sales.refer_needed")}
        said.append(view.say("sales.refer.few", **parts))
    elif record:
        said.append(view.say("sales.refer.hidden", reason=view.status(record)))
    return [view.sentences(*said)] if said else []


def kpis(view: View) -> list[tuple[str, Record, Record, Record]] | None:
    """(name, target value, figure, gap) of each figure that survey.yml sets a target value for."""
    rows = []
    for aimed in view.records("kpi.target"):
        group = aimed.group
        found = (view.results.get("kpi.value", **group), view.results.get("kpi.gap", **group))
        rows.append((view.say(f"sales.kpi.{group['measure']}"), aimed, *found))
    return rows or None
