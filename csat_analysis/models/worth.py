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
from csat_analysis.models.repurchase import CNY_COLUMN, Panel
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
    return by_band(panel, waves, None, confidence)


def kept_by_band(
    panel: Panel | NoEstimate, waves: Mapping[Period, Wave], confidence: float = 0.95
) -> dict[str, Counted]:
    """Band of satisfaction → purchases a year after the answer for each CNY of the list's yearly sales: Σ w · sales / Σ w · sales_12m.

    Size is taken out: 1.1 means that they bought a tenth more than in the year before.
    """
    if isinstance(panel, Panel) and CNY_COLUMN not in panel.table:
        return dict.fromkeys(BANDS, NoEstimate("not_supplied", "customers has no sales_12m"))
    return by_band(panel, waves, CNY_COLUMN, confidence)


def by_band(
    panel: Panel | NoEstimate, waves: Mapping[Period, Wave], before: str | None, confidence: float
) -> dict[str, Counted]:
    if isinstance(panel, NoEstimate):
        return dict.fromkeys(BANDS, panel)
    orders = events(waves, "orders")
    if isinstance(orders, NoEstimate) or "amount" not in orders:
        return dict.fromkeys(BANDS, NoEstimate("not_supplied", "orders has no amount"))
    weight = panel.design.weight
    table = panel.table.assign(
        after=weight * sales_after(panel, orders) * DAYS_A_YEAR / panel.window_days,
        units=weight * (1.0 if before is None else panel.table[before]),
        band=band_of(panel.table["satisfaction"]),
    )[panel.usable].dropna(subset=["units"])
    sums = table.groupby(["band", "customer_id"])[["after", "units"]].sum()
    found = {}
    for band in BANDS:
        own = sums.loc[[band]] if band in sums.index else sums.iloc[:0]
        found[band] = amount_per_unit(own["after"].to_numpy(), own["units"].to_numpy(), confidence)
    return found


def sales_after(panel: Panel, orders: pd.DataFrame) -> np.ndarray:
    """CNY that each answer's customer ordered 1 to `window_days` days after it."""
    asked = panel.table.reset_index()[["index", "customer_id", "responded_on"]]
    days = asked.merge(orders[["customer_id", "ordered_on", "amount"]], on="customer_id")
    after = (days["ordered_on"] - days["responded_on"]).dt.days
    inside = days[(after > 0) & (after <= panel.window_days)]
    return inside.groupby("index")["amount"].sum().reindex(panel.table.index).fillna(0).to_numpy()
