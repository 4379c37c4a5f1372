"""Customers whose window is still open: how likely each is to buy again, and how much of their sales is at stake."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special, stats

from csat_analysis.certification import is_certified
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models import effects
from csat_analysis.models.controls import Controls
from csat_analysis.models.curves import SATISFACTION, Curve, columns_with
from csat_analysis.models.repurchase import CNY_COLUMN, Panel
from csat_analysis.period import Period


def open_answers(panel: Panel, held: Controls, period: Period) -> np.ndarray:
    """Rows of a period's answers with all columns and sales, whose outcome isn't known yet: the window is open, and no order
    came in since the answer."""
    x = columns_with(panel, held, ())
    this = (
        (panel.table["period"] == str(period))
        & ~panel.table["closed"]
        & ~panel.table["bought_since"]
        & x.notna().all(axis=1)
    )
    known = panel.table[CNY_COLUMN].notna() if CNY_COLUMN in panel.table else False
    return np.flatnonzero(this & known)


def customers_at_risk(
    panel: Panel, curve: Curve, held: Controls, period: Period, confidence: float = 0.95
) -> pd.DataFrame:
    """One row an answer of the period, most sales at risk first: customer_id, satisfaction, p_buys (low, high), sales_12m, at_risk.

    p_buys with the interval of the expected probability (t on the log odds), missing where no study showed it to hold: not of
    what this one customer will do.
    at_risk = (1 − p_buys) · sales_12m, CNY. For analysts: it names customers.
    """
    rows = open_answers(panel, held, period)
    if not len(rows):
        return pd.DataFrame()
    x = np.column_stack([np.ones(len(rows)), columns_with(panel, held, curve.knots).to_numpy(dtype=float)[rows]])
    spread = effects.covariance([effects.coefficient(curve.fit, name) for name in curve.fit.names])
    odds = x @ curve.fit.beta
    freedom = curve.fit.design.degrees_of_freedom(curve.fit.rows)
    half = stats.t.ppf((1 + confidence) / 2, freedom) * np.sqrt(np.einsum("ij,jk,ik->i", x, spread, x))
    if curve.fit.separated or not is_certified(effects.coefficient(curve.fit, SATISFACTION, "customer")):
        half = np.full(len(rows), np.nan)
    table = panel.table.iloc[rows][["customer_id", "satisfaction", CNY_COLUMN]].assign(
        p_buys=special.expit(odds), low=special.expit(odds - half), high=special.expit(odds + half)
    )
    table["at_risk"] = (1 - table["p_buys"]) * table[CNY_COLUMN]
    return table.sort_values("at_risk", ascending=False, ignore_index=True)


def sales_at_risk(panel: Panel, curve: Curve, held: Controls, period: Period) -> Estimate | NoEstimate:
    """Share of this period's yearly sales with customers who are expected not to buy again in the window."""
    rows = open_answers(panel, held, period)
    if not len(rows):
        return NoEstimate("not_supplied", "no open window of this period with sales")
    x = np.column_stack([np.ones(len(rows)), columns_with(panel, held, curve.knots).to_numpy(dtype=float)[rows]])
    return effects.share_at_stake(curve.fit, x, rows, panel.table[CNY_COLUMN].to_numpy(dtype=float)[rows])
