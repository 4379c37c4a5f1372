"""The report's part on customers: who stays and why others left, how sales are spread, what a customer is worth."""

from __future__ import annotations

from typing import Any

from csat_analysis.metrics.abc import CUSTOMARY_CUSTOMERS, CUSTOMARY_SALES
from csat_analysis.metrics.value import DISCOUNT_RATE, HORIZON_YEARS
from csat_analysis.report import customers_charts, message_tables, wording
from csat_analysis.report.repurchase import with_interval
from csat_analysis.report.view import View
from csat_analysis.report.where import hidden
from csat_analysis.report.wording import worded
from csat_analysis.results import Record

PRODUCTS = 5


def customers(view: View) -> dict[str, Any] | None:
    if not view.has("customers.retention"):
        return None
    return {
        "staying": [*retention(view), *twin(view), *formula(view), *left(view), *acquired(view)],
        "groups": groups(view),
        "reasons": reasons(view),
        "abc": spread(view),
        "value": value(view),
    }


def said(view: View, message: str, key: str, part: str, **group: str) -> list[str]:
    """One sentence with a number and its interval, where there is one."""
    record = view.shown(key, **group)
    if not record:
        return []
    parts = {
        part: view.numbers.number(key, **group),
        "interval": view.numbers.interval(key, **group),
    }
    return [view.say(message, **parts)]


def retention(view: View) -> list[str]:
    record = view.results.get("customers.retention")
    if not record.shown:
        return [view.say("customers.retention.hidden", reason=view.status(record))]
    first = view.say(
        "customers.retention",
        start=view.numbers.number("customers.count", list="start"),
        rate=view.numbers.number(record.key),
        interval=view.numbers.interval(record.key),
    )
    change = view.shown("customers.retention_change")
    if not change or not change.verdict:
        return [first]
    parts = {"change": view.numbers.number(change.key), "interval": view.numbers.interval(change.key)}
    return [view.sentences(first, view.say(worded(change, message_tables.RETENTIONS), **parts))]


def twin(view: View) -> list[str]:
    return said(view, "customers.bought", "customers.bought", "rate")


def formula(view: View) -> list[str]:
    """Whether the formula gives the same as the count by customer, and if not, why."""
    if not view.shown("customers.retention_formula"):
        return []
    number = view.numbers.number("customers.retention_formula")
    gaps = [
        view.named(view.say(message_tables.GROUPS["gap", r.group["gap"]]), r)
        for r in view.records("customers.retention_gap")
        if r.value
    ]
    if gaps:
        return [view.say("customers.differs", formula=number, gaps=view.list(gaps))]
    return [view.say("customers.agrees", formula=number)]


def left(view: View) -> list[str]:
    gap = view.shown("customers.left_index_gap")
    rated = said(view, worded(gap, message_tables.LEFT), gap.key, "gap") if gap and gap.verdict else []
    return [*rated, *said(view, "customers.win_back", "customers.win_back", "rate")]


def acquired(view: View) -> list[str]:
    if not view.shown("customers.acquired"):
        return []
    first = view.say("customers.acquired", number=view.numbers.number("customers.acquired"))
    cost = said(view, "customers.cost", "customers.acquisition_cost", "cost") or said(
        view, "customers.cost.pooled", "customers.acquisition_cost_pooled", "cost"
    )
    return [view.sentences(first, *cost)]


def groups(view: View) -> dict[str, Any] | None:
    rows = customers_charts.group_rows(view.numbers)
    if not rows:
        return None
    readings = [
        view.say(sentence, items=view.list([view.named(name, r) for _, name, r in rows if r.verdict == word]))
        for word, sentence in message_tables.RETENTION_GROUPS.items()
        if any(r.verdict == word for _, _, r in rows)
    ]
    if not readings and any(r.verdict for _, _, r in rows):
        readings = [view.say("customers.groups.none")]
    return {
        "chart": customers_charts.groups_chart(view.numbers),
        "rows": rows,
        "readings": [*readings, *hidden(view, rows)],
    }


def reasons(view: View) -> dict[str, Any] | None:
    records = view.records("customers.churn_reason")
    if not records:
        return None
    rows = customers_charts.reason_rows(view.numbers)
    if not rows:
        return {
            "chart": None,
            "rows": [],
            "readings": [view.say("customers.hidden.reasons", reason=view.status(records[0]))],
        }
    _, name, first = rows[0]
    parts = {
        "share": view.numbers.bare(first.key, **first.group),
        "interval": view.numbers.interval(first.key, **first.group),
    }
    readings = [view.say(worded(first, message_tables.MOST), reason=name, **parts)] if first.verdict else []
    return {
        "chart": customers_charts.reasons_chart(view.numbers),
        "rows": rows,
        "readings": [view.sentences(*readings), *hidden(view, hidden_reasons(view))],
    }


def hidden_reasons(view: View) -> list[tuple[str, str, Record]]:
    """Reasons without a share, which too few customers named."""
    return [
        ("", view.say(message_tables.GROUPS["reason", r.group["reason"]]), r)
        for r in view.records("customers.churn_reason")
        if not r.shown
    ]


def spread(view: View) -> dict[str, Any] | None:
    classes = [r.group["class"] for r in view.records("customers.class_share") if r.shown]
    if not classes:
        return None
    readings = []
    if "A" in classes and view.shown("customers.class_sales", **{"class": "A"}):
        low, high = (wording.percent_text(end, view.language) for end in CUSTOMARY_CUSTOMERS["A"])
        readings.append(
            view.say(
                "customers.abc.reading",
                share=view.numbers.number("customers.class_share", **{"class": "A"}),
                sales=view.numbers.number("customers.class_sales", **{"class": "A"}),
                low=low,
                high=high,
                usual=wording.percent_text(CUSTOMARY_SALES["A"], view.language),
            )
        )
    if view.shown("customers.gini"):
        readings.append(view.say("customers.abc.gini", gini=view.numbers.number("customers.gini")))
    return {
        "chart": customers_charts.lorenz_chart(view.numbers),
        "classes": classes,
        "readings": [view.sentences(*readings), *moved(view), *products(view)],
    }


def moved(view: View) -> list[str]:
    if not all(view.shown("customers.moved", direction=way) for way in ("up", "down")):
        return []
    parts = {way: view.numbers.number("customers.moved", direction=way) for way in ("up", "down")}
    bounds = {f"{way}_interval": view.numbers.interval("customers.moved", direction=way) for way in ("up", "down")}
    return [view.say("customers.moved", **parts, **bounds)]


def products(view: View) -> list[str]:
    shown = [r for r in view.records("customers.product_share") if r.shown]
    first = sorted(shown, key=lambda record: -record.value)[:PRODUCTS]
    items = [view.named(record.group["product"], record) for record in first]
    return [view.say("customers.products", items=view.list(items))] if items else []


def value(view: View) -> dict[str, Any] | None:
    rows = customers_charts.value_rows(view.numbers)
    rules = {name: view.shown("customers.clv_rule", rule_of_value=name) for name in (HORIZON_YEARS, DISCOUNT_RATE)}
    if not rows or not all(rules.values()):
        return None
    shown = [(name, r) for _, name, r in rows if r.shown]
    readings = []
    if shown:
        items = [view.say("list.named", name=name, value=with_interval(view, r)) for name, r in shown]
        readings.append(view.say("customers.value.reading", items=wording.phrases_text(items, view.language)))
    if capped := [name for name, r in shown if is_capped(view, r, rules[HORIZON_YEARS])]:
        readings.append(view.say("customers.value.capped", items=view.list(capped)))
    return {
        "what": view.say(
            "customers.value.what",
            horizon=wording.plain_text(rules[HORIZON_YEARS].value, view.language),
            rate=wording.percent_text(rules[DISCOUNT_RATE].value, view.language),
        ),
        "chart": customers_charts.value_chart(view.numbers),
        "rows": [(name, r, discounted(view, r)) for _, name, r in rows],
        "readings": [*readings, *hidden(view, rows), *worth(view)],
    }


def is_capped(view: View, record: Record, horizon: Record) -> bool:
    years = view.shown("customers.lifetime", **record.group)
    return bool(years and years.value >= horizon.value)


def discounted(view: View, record: Record) -> Record:
    return view.results.get("customers.clv_discounted", **record.group)


def worth(view: View) -> list[str]:
    """What customers at each level of satisfaction bought: CNY, and for each CNY of the year before."""
    found = [
        view.say(message, items=wording.phrases_text(bands(view, key), view.language))
        for key, message in (("customers.value_at", "customers.worth"), ("customers.kept_at", "customers.kept"))
        if bands(view, key)
    ]
    return [view.sentences(*found, view.say("customers.worth.caveat"))] if found else []


def bands(view: View, key: str) -> list[str]:
    return [
        view.say(
            "list.named", name=view.say(message_tables.GROUPS["band", r.group["band"]]), value=with_interval(view, r)
        )
        for r in view.records(key)
        if r.shown
    ]
