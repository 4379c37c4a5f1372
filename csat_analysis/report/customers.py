"""The report's part on customers."""

from __future__ import annotations

from typing import Any

from csat_analysis.report.view import View


def customers(view: View) -> dict[str, Any] | None:
    return None
