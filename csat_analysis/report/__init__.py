"""The stakeholders' report: figures, wording, and the page itself."""

from csat_analysis.report.render import Report

__all__ = ["Report"]
