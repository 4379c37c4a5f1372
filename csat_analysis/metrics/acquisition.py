"""New customers: how many, and what each cost."""

from __future__ import annotations

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.amounts import amount_per_unit
from csat_analysis.metrics.retention import Counted, Stay


def acquired_count(found: Stay) -> int | NoEstimate:
    """Customers who began between the two surveys, are in the end's list and stood in no earlier one. A count, so exact."""
    if "since" not in found.end.clean.tables["customers"]:
        return NoEstimate("not_supplied", "customers has no since: who is new can't be told from who was listed late")
    return len(found.acquired)


def acquisition_cost(found: Stay, confidence: float = 0.95) -> Counted:
    """Mean acquisition cost of the new customers, CNY, as of the process; those without a cost are left out."""
    costs = costs_of(found.end.clean.tables["customers"])
    if costs is None:
        return NoEstimate("not_supplied", "customers has no acquisition_cost")
    return amount_per_unit(costs.reindex(found.acquired).to_numpy(), confidence=confidence)


def costs_of(customers: pd.DataFrame) -> pd.Series | None:
    """Acquisition cost by customer; None without the column."""
    indexed = customers.set_index("customer_id")
    return indexed["acquisition_cost"] if "acquisition_cost" in indexed else None
