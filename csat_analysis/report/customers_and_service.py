"""The report's section on customers and service: who stays and what they are worth, how they were served, how sales go."""

from __future__ import annotations

from typing import Any

from csat_analysis.intake import Rule
from csat_analysis.report import wording
from csat_analysis.report.customers import customers
from csat_analysis.report.group_differences import group_differences
from csat_analysis.report.repurchase import with_interval
from csat_analysis.report.sales import sales
from csat_analysis.report.service import service
from csat_analysis.report.view import View

PARTS = {"customers": customers, "service": service, "sales": sales}
FAMILIES = {"customers": ("customers.",), "service": ("service.", "journey."), "sales": ("sales.", "loyalty.", "kpi.")}
ASSUMPTION = "customers.clv_rule"  # is there whatever was supplied
REPAIRED = {
    "attainment": "sales.attainment_if_repaired",
    "mean_order": "customers.mean_order_if_repaired",
    "clv": "customers.clv_if_repaired",
}


def customers_and_service(view: View) -> dict[str, Any] | None:
    """Part → what its template shows; a part that nothing was recorded for is None. One of which nothing was supplied is
    named, and no more said of it.
    """
    absent = [name for name in PARTS if not_supplied(view, FAMILIES[name])]
    found = {name: None if name in absent else build(view) for name, build in PARTS.items()}
    if not any(found.values()) and not absent:
        return None
    items = view.list([view.say(f"customers_and_service.part.{name}") for name in absent])
    said = view.say("customers_and_service.absent", items=items) if absent else ""
    return found | {"absent": said, "suspected": suspected(view), "groups": group_differences(view)}


def not_supplied(view: View, families: tuple[str, ...]) -> bool:
    """Whether numbers of these families were recorded, and none has a value for want of its table (or of one before it)."""
    recorded = [r for r in view.results.records if r.key.startswith(families) and r.key != ASSUMPTION]
    statuses = {record.status for record in recorded}
    return "not_supplied" in statuses and statuses <= {"not_supplied", "not_computed"}


def suspected(view: View) -> str:
    """Orders whose amounts look a hundredfold are in every sum of the section as they were written: said before the sums."""
    if view.shown("data.noted", table="orders", rule=str(Rule.FILE_HUNDREDFOLD)):
        return view.sentences(view.say("customers_and_service.suspected_file"), *if_repaired(view))
    group = {"table": "orders", "rule": str(Rule.HUNDREDFOLD)}
    noted = view.shown("data.noted", **group)
    said = [view.say("customers_and_service.suspected", number=view.numbers.bare(noted.key, **group))] if noted else []
    return view.sentences(*said, *if_repaired(view))


def if_repaired(view: View) -> list[str]:
    """How much hangs on suspected amounts: their share of sales, and figures with a hundredth of them; orders of earlier periods
    count in these too.
    """
    share, said = view.shown("sales.suspected_share"), []
    if share and share.value:
        said.append(view.say("customers_and_service.suspected.share", share=view.numbers.bare(share.key)))
    items = [
        view.say(
            "list.named", name=view.say(f"customers_and_service.suspected.{name}"), value=with_interval(view, record)
        )
        for name, key in REPAIRED.items()
        if (record := view.shown(key))
    ]
    if items:
        said.append(
            view.say("customers_and_service.suspected.repaired", items=wording.phrases_text(items, view.language))
        )
    return said
