"""Customers who are awaited (window open, no order since): how likely each is to buy, and how much of their sales is at stake.

Most who buy again do so soon. Whoever has let days pass without an order is less likely to buy in what is left of the window
than the model of all answers says, so the model here is of earlier answers whose customers had let as many days pass.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special, stats

from csat_analysis.certification import is_certified
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls, controls
from csat_analysis.models.curves import SATISFACTION, Curve, columns_with, straight
from csat_analysis.models.repurchase import CNY_COLUMN, Panel, too_few
from csat_analysis.period import Period


@dataclass(frozen=True, eq=False)
class Waiting:
    """A period's answers whose outcome isn't known yet, and the model of earlier ones that had waited as long.

    rows   of the panel: the window is open, no order came in since, and score, sales and all columns are known.
    days   the median of what they have waited, up to the last day that orders are known of.
    panel  with only those answers closed whose customers hadn't ordered after so many days; `held`, `curve` are of these.
    """

    rows: np.ndarray
    days: int
    panel: Panel
    held: Controls
    curve: Curve

    @property
    def columns(self) -> np.ndarray:
        x = columns_with(self.panel, self.held, self.curve.knots).to_numpy(dtype=float)[self.rows]
        return np.column_stack([np.ones(len(self.rows)), x])

    @property
    def sales(self) -> np.ndarray:
        return self.panel.table[CNY_COLUMN].to_numpy(dtype=float)[self.rows]


def waiting(panel: Panel, period: Period) -> Waiting | NoEstimate:
    """Who of a period's customers is still awaited, with what became of those of earlier surveys who waited as long."""
    table = panel.table
    known = table[CNY_COLUMN].notna() if CNY_COLUMN in table else False
    awaited = (table["period"] == str(period)) & ~table["closed"] & table["days_to_order"].isna()
    awaited = (awaited & known & table[SATISFACTION].notna()).to_numpy()
    nobody = NoEstimate("not_supplied", "no open window of this period with sales")
    if not awaited.any():
        return nobody
    days = int((pd.Timestamp(panel.orders_to) - table.loc[awaited, "responded_on"]).dt.days.median())
    as_long = replace(panel, table=table.assign(closed=table["closed"] & ~(table["days_to_order"] <= days)))
    if (reason := too_few(as_long)) is not None:
        return replace(reason, reason=f"of those who hadn't ordered after {days} days, {reason.reason}")
    held = controls(as_long)
    try:
        curve = straight(as_long, held)
    except EstimateError as reason:
        return NoEstimate("not_estimable", str(reason))
    rows = np.flatnonzero(awaited & held.columns.notna().all(axis=1).to_numpy())
    return Waiting(rows, days, as_long, held, curve) if len(rows) else nobody


def customers_at_risk(awaited: Waiting, confidence: float = 0.95) -> pd.DataFrame:
    """One row an answer awaited, most sales at risk first: customer_id, satisfaction, p_buys (low, high), sales_12m, at_risk.

    p_buys in what is left of the window, with the interval of the expected probability (t on the log odds), missing where no
    study showed it to hold: not of what this one customer will do.
    at_risk = (1 − p_buys) · sales_12m, CNY. For analysts: it names customers.
    """
    x, fit, rows = awaited.columns, awaited.curve.fit, awaited.rows
    spread = effects.covariance([effects.coefficient(fit, name) for name in fit.names])
    odds = x @ fit.beta
    freedom = fit.design.degrees_of_freedom(fit.rows)
    half = stats.t.ppf((1 + confidence) / 2, freedom) * np.sqrt(np.einsum("ij,jk,ik->i", x, spread, x))
    if fit.separated or not is_certified(effects.coefficient(fit, SATISFACTION, "customer")):
        half = np.full(len(rows), np.nan)
    table = awaited.panel.table.iloc[rows][["customer_id", "satisfaction", CNY_COLUMN]].assign(
        p_buys=special.expit(odds), low=special.expit(odds - half), high=special.expit(odds + half)
    )
    table["at_risk"] = (1 - table["p_buys"]) * table[CNY_COLUMN]
    return table.sort_values("at_risk", ascending=False, ignore_index=True)


def sales_at_risk(awaited: Waiting) -> Estimate | NoEstimate:
    """Of the yearly sales of those awaited, the share with customers who are expected not to buy in what is left of the window."""
    return effects.share_at_stake(awaited.curve.fit, awaited.columns, awaited.rows, awaited.sales)
