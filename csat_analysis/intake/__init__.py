"""Raw files of a period → clean tables, and a quarantine of all that was set aside, set to missing or repaired."""

from csat_analysis.intake.check import check_table, faultless_share, problems
from csat_analysis.intake.period_tables import Clean, clean_period, periods_available
from csat_analysis.intake.rules import Rule

__all__ = ["Clean", "Rule", "check_table", "clean_period", "faultless_share", "periods_available", "problems"]
