"""The report's section on customers and service: who stays and what they are worth, how they were served, how sales go."""

from __future__ import annotations

from typing import Any

from csat_analysis.intake import Rule
from csat_analysis.report.customers import customers
from csat_analysis.report.sales import sales
from csat_analysis.report.service import service
from csat_analysis.report.view import View

PARTS = {"customers": customers, "service": service, "sales": sales}


def customers_and_service(view: View) -> dict[str, Any] | None:
    """Part → what its template shows; a part that nothing was recorded for is None."""
    found = {name: build(view) for name, build in PARTS.items()}
    return found | {"suspected": suspected(view)} if any(found.values()) else None


def suspected(view: View) -> str:
    """Orders whose amounts look a hundredfold are in every sum of the section as they were written: said before the sums."""
    if view.shown("data.noted", table="orders", rule=str(Rule.FILE_HUNDREDFOLD)):
        return view.say("customers_and_service.suspected_file")
    group = {"table": "orders", "rule": str(Rule.HUNDREDFOLD)}
    noted = view.shown("data.noted", **group)
    return view.say("customers_and_service.suspected", number=view.numbers.bare(noted.key, **group)) if noted else ""
