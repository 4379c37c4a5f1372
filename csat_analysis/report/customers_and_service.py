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
REPAIRED = {
    "attainment": "sales.attainment_if_repaired",
    "mean_order": "customers.mean_order_if_repaired",
    "clv": "customers.clv_if_repaired",
}


def customers_and_service(view: View) -> dict[str, Any] | None:
    """Part → what its template shows; a part that nothing was recorded for is None."""
    found = {name: build(view) for name, build in PARTS.items()}
    if not any(found.values()):
        return None
    return found | {"suspected": suspected(view), "groups": group_differences(view)}


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
