"""The report's part on sales."""

from __future__ import annotations

from typing import Any

from csat_analysis.report.view import View


def sales(view: View) -> dict[str, Any] | None:
    return None
