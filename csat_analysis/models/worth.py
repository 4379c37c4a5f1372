"""What satisfaction is worth: what customers at each level of satisfaction ordered after they answered."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.amounts import amount_per_unit
from csat_analysis.metrics.history import events
from csat_analysis.metrics.retention import Counted
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.repurchase import Panel
from csat_analysis.models.shape import BANDS, band_of
from csat_analysis.period import Period

DAYS_A_YEAR = 365.25


def value_by_band(
    panel: Panel | NoEstimate, waves: Mapping[Period, Wave], confidence: float = 0.95
) -> dict[str, Counted]:
    """Band of satisfaction → CNY a customer and year, ordered in the window after the answer; all closed windows together.

    Weighted as the answers are, a customer with several answers being one unit: Σ w · sales / Σ w over customers. An association:
    who is satisfied may differ in size. Reason where there are no orders with amounts or no closed window.
    """
    if isinstance(panel, NoEstimate):
        return dict.fromkeys(BANDS, panel)
    orders = events(waves, "orders")
    if isinstance(orders, NoEstimate) or "amount" not in orders:
        return dict.fromkeys(BANDS, NoEstimate("not_supplied", "orders has no amount"))
    table = panel.table.assign(
        sales=sales_after(panel, orders) * DAYS_A_YEAR / panel.window_days,
        weight=panel.design.weight,
        band=band_of(panel.table["satisfaction"]),
    )[panel.usable]
    return {band: of_band(table[table["band"] == band], confidence) for band in BANDS}


def of_band(table: pd.DataFrame, confidence: float) -> Counted:
    by = table.assign(sales=table["sales"] * table["weight"]).groupby("customer_id")[["sales", "weight"]].sum()
    return amount_per_unit(by["sales"].to_numpy(), by["weight"].to_numpy(), confidence)


def sales_after(panel: Panel, orders: pd.DataFrame) -> np.ndarray:
    """CNY that each answer's customer ordered 1 to `window_days` days after it."""
    asked = panel.table.reset_index()[["index", "customer_id", "responded_on"]]
    days = asked.merge(orders[["customer_id", "ordered_on", "amount"]], on="customer_id")
    after = (days["ordered_on"] - days["responded_on"]).dt.days
    inside = days[(after > 0) & (after <= panel.window_days)]
    return inside.groupby("index")["amount"].sum().reindex(panel.table.index).fillna(0).to_numpy()
