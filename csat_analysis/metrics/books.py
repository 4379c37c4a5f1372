"""Sales of a period from its orders: which days count, and each customer's sum."""

from __future__ import annotations

import pandas as pd

from csat_analysis.period import Period


def sales_days(orders: pd.DataFrame, period: Period) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The first and last day whose orders count: the period's, as far as orders are known."""
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return first, min(last, orders["ordered_on"].max())


def is_covered(orders: pd.DataFrame, period: Period, days: int = 31) -> bool:
    """Do orders reach from before the period's start to within `days` of its end? A part of a period isn't compared."""
    reach = orders["ordered_on"].min(), orders["ordered_on"].max()
    first, last = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return bool(reach[0] <= first + pd.Timedelta(days=days) and reach[1] >= last - pd.Timedelta(days=days))


def sales_by_customer(orders: pd.DataFrame, period: Period, until: pd.Timestamp | None = None) -> pd.Series:
    """CNY ordered in a period by each customer that ordered; orders without an amount add nothing.

    until  the last day that counts, where a later period is only known so far.
    """
    last = pd.Timestamp(period.end) if until is None else until
    within = orders["ordered_on"].between(pd.Timestamp(period.start), last)
    return orders[within].groupby("customer_id")["amount"].sum()


def sales_of_nobody(orders: pd.DataFrame, period: Period) -> pd.Series:
    """Amounts (CNY) of a period's orders that name no customer: sales that no customer, manager or group has."""
    within = orders["ordered_on"].between(pd.Timestamp(period.start), pd.Timestamp(period.end))
    return orders.loc[within & orders["customer_id"].isna(), "amount"].dropna()


def same_days_before(last: pd.Timestamp, earlier: Period) -> pd.Timestamp:
    """The last day to be counted a year before: the same day, so that a part of a period meets the same part."""
    return min(last - pd.DateOffset(years=1), pd.Timestamp(earlier.end))
