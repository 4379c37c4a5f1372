"""The report's section on customers and service: who stays and what they are worth, how they were served, how sales go."""

from __future__ import annotations

from typing import Any

from csat_analysis.report.customers import customers
from csat_analysis.report.sales import sales
from csat_analysis.report.service import service
from csat_analysis.report.view import View

PARTS = {"customers": customers, "service": service, "sales": sales}


def customers_and_service(view: View) -> dict[str, Any] | None:
    """Part → what its template shows; a part that nothing was recorded for is None."""
    found = {name: build(view) for name, build in PARTS.items()}
    return found if any(found.values()) else None
