"""What a customer is worth in a year: sales always, margin where it is known."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.wave import Wave
from csat_analysis.models.repurchase import CNY_COLUMN
from csat_analysis.period import Period

SALES, MARGIN = "sales", "margin"
CLV = "clv"  # margin of the years after this one (later_years.py)
DAYS_OF_A_YEAR = 365


def customer_worth(waves: Mapping[Period, Wave], now: Period) -> pd.DataFrame | NoEstimate:
    """One row a customer of this period's list (index customer_id), CNY: sales (a year's), margin (of it).

    margin  sales × the company's gross margin of the last year's orders, where orders tell it; one rate for all.
    Columns that nobody supplied aren't there; values below 0 count as 0 (nobody can be lost there).
    """
    customers = waves[now].clean.tables.get("customers")
    if customers is None or CNY_COLUMN not in customers or not customers[CNY_COLUMN].sum() > 0:
        return NoEstimate("not_supplied", f"no list of customers with {CNY_COLUMN}: nobody's worth is known")
    frame = customers.set_index("customer_id")
    worth = pd.DataFrame({SALES: frame[CNY_COLUMN].clip(lower=0).fillna(0.0)})
    rate = gross_margin(waves)
    return worth if rate is None else worth.assign(**{MARGIN: worth[SALES] * rate})


def gross_margin(waves: Mapping[Period, Wave]) -> float | None:
    """Gross margin 0–1 of the last year's orders, by amount; None where orders don't tell it."""
    supplied = [wave.clean.tables["orders"] for wave in waves.values() if "orders" in wave.clean.tables]
    tables = [t for t in supplied if {"amount", "gross_margin", "ordered_on"} <= set(t.columns)]
    if not tables:
        return None
    orders = pd.concat(tables, ignore_index=True).dropna(subset=["amount", "gross_margin", "ordered_on"])
    if "order_id" in orders:
        orders = orders[orders["order_id"].isna() | ~orders["order_id"].duplicated()]
    last = orders[orders["ordered_on"] > orders["ordered_on"].max() - pd.Timedelta(days=DAYS_OF_A_YEAR)]
    total = last["amount"].sum()
    return float((last["amount"] * last["gross_margin"]).sum() / total) if total > 0 else None
