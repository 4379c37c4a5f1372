"""How customers buy: again or once, how recently, how often, for how much, and what."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.amounts import amount_per_unit
from csat_analysis.metrics.counted import counted_share

YEAR_DAYS = 365
QUINTILES = 5
NONE = NoEstimate("not_supplied", "no orders with an amount")


def orders_within(orders: pd.DataFrame, last: dt.date, days: int = YEAR_DAYS) -> pd.DataFrame:
    """Orders of the `days` up to a day, the day itself included."""
    end = pd.Timestamp(last)
    return orders[(orders["ordered_on"] > end - pd.Timedelta(days=days)) & (orders["ordered_on"] <= end)]


def repeat_rate(
    orders: pd.DataFrame, *, distinct_days: bool = False, confidence: float = 0.95
) -> Measured | NoEstimate:
    """Share of the customers with an order who have two or more: rows, or (distinct_days) orders on two or more days."""
    named = orders.dropna(subset=["customer_id"])
    counts = (named.drop_duplicates(["customer_id", "ordered_on"]) if distinct_days else named)["customer_id"]
    counts = counts.value_counts()
    return counted_share(int((counts > 1).sum()), len(counts), confidence)


def bought_after(orders: pd.DataFrame, day: dt.date, confidence: float = 0.95) -> Measured | NoEstimate:
    """Share of the customers with an order up to a day who ordered after it."""
    last = orders.dropna(subset=["customer_id"]).groupby("customer_id")["ordered_on"].agg(["min", "max"])
    known = last[last["min"] <= pd.Timestamp(day)]
    return counted_share(int((known["max"] > pd.Timestamp(day)).sum()), len(known), confidence)


def mean_order(orders: pd.DataFrame, confidence: float = 0.95) -> Measured | NoEstimate:
    """Mean amount an order, CNY; customers are the units, since orders of one customer are alike."""
    by = order_totals(orders)
    return NONE if by is None else amount_per_unit(by["sales"].to_numpy(), by["orders"].to_numpy(), confidence)


def order_totals(orders: pd.DataFrame) -> pd.DataFrame | None:
    """Orders with an amount and their sum by customer; an order without a customer counts as a customer of its own."""
    if "amount" not in orders or orders["amount"].isna().all():
        return None
    known = orders.dropna(subset=["amount"])
    who = known["customer_id"].astype(object).where(known["customer_id"].notna(), known.index.to_series())
    return known.groupby(who)["amount"].agg(orders="size", sales="sum")


def frequency(orders: pd.DataFrame, customers: pd.Index, years: pd.Series, confidence: float = 0.95) -> Measured:
    """Orders per customer and year: Σ orders / Σ years listed; customers who ordered nothing are in it."""
    counts = orders["customer_id"].value_counts().reindex(customers).fillna(0)
    return amount_per_unit(counts.to_numpy(), years.reindex(customers).to_numpy(), confidence)


def rfm(orders: pd.DataFrame, on: dt.date) -> pd.DataFrame:
    """One row a customer with an order: recency (days), frequency (orders), monetary (CNY), and r, f, m from 1 to 5.

    5 is best: most recent, most orders, most money. Equal values get equal scores (`quintile`). A description of the orders
    given: it says nothing of what will be bought.
    """
    named = orders.dropna(subset=["customer_id"])
    by = named.groupby("customer_id")
    found = pd.DataFrame(
        {"recency": (pd.Timestamp(on) - by["ordered_on"].max()).dt.days, "frequency": by.size().astype(float)}
    )
    if "amount" in named:
        found["monetary"] = by["amount"].sum()
    scores = {"r": -found["recency"], "f": found["frequency"]} | (
        {"m": found["monetary"]} if "monetary" in found else {}
    )
    return found.assign(**{name: quintile(values) for name, values in scores.items()})


def quintile(values: pd.Series) -> pd.Series:
    """1 (lowest) to 5 by mean rank, so that ties share a score; where many are equal some scores stay empty.

    >>> quintile(pd.Series([1, 1, 1, 1, 9])).tolist()
    [3, 3, 3, 3, 5]
    """
    middle = (values.rank(method="average") - 0.5) / len(values)
    return (np.floor(middle * QUINTILES) + 1).clip(upper=QUINTILES).astype(int)


def product_mix(orders: pd.DataFrame) -> pd.DataFrame | NoEstimate:
    """One row a product, most sales first: orders, customers, sales (CNY), sales_share, customer_share (of those who ordered),
    largest (share of its largest customer). What was bought is counted, so exact; it stands for what customers need.
    """
    if "product" not in orders or "amount" not in orders:
        return NoEstimate("not_supplied", "orders has no product or no amount")
    known = orders.dropna(subset=["product", "amount"])
    if known.empty:
        return NoEstimate("not_supplied", "no order names a product and an amount")
    by = known.groupby("product")
    each = known.groupby(["product", "customer_id"])["amount"].sum().groupby("product").max()
    found = pd.DataFrame(
        {"orders": by.size(), "customers": by["customer_id"].nunique(), "sales": by["amount"].sum()}
    ).assign(largest=each)
    found["sales_share"] = found["sales"] / found["sales"].sum()
    found["customer_share"] = found["customers"] / known["customer_id"].nunique()
    found["largest"] = (found["largest"] / found["sales"]).fillna(0.0)
    return found.sort_values("sales", ascending=False)
