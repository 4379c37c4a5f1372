"""The report's part on service."""

from __future__ import annotations

from typing import Any

from csat_analysis.report.view import View


def service(view: View) -> dict[str, Any] | None:
    return None
