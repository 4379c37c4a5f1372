"""Amounts that may have been written in 分 where 元 are asked, a hundredfold of the usual: noted, never corrected."""

from __future__ import annotations

import numpy as np
import pandas as pd

FACTOR = (50.0, 200.0)  # around the hundredfold
SPREADS = 5.0  # robust standard deviations above the usual, of the logarithm
FEWEST = 4  # orders of a customer, besides the one judged, that tell what is usual for them
FEWEST_OF_ALL = 20  # orders of the company that do
FILE_FACTOR = 10.0  # a period's orders above so many times the yearly sales of the same customers
FEWEST_CUSTOMERS = 10
TO_SD = 1.4826  # median absolute deviation → standard deviation of a normal


def hundredfold(amount: pd.Series, customer: pd.Series) -> pd.Series:
    """Which amounts are 50 to 200 times the usual and more than five robust standard deviations above it (logarithms)?

    Usual is the median of the customer's amounts where there are five or more, else of all. The spread is that of the same
    group about its median (from the median absolute deviation); a customer's is taken over all customers. Where amounts
    vary so much that a hundredfold is within five standard deviations nothing is suspected: it can't be told.
    """
    positive = amount > 0
    logs = np.log(amount.where(positive))
    if positive.sum() < FEWEST_OF_ALL:
        return pd.Series(False, index=amount.index)
    groups = logs.groupby(customer)
    own = groups.transform("count").fillna(0) > FEWEST
    from_own, from_all = logs - groups.transform("median"), logs - logs.median()
    return above(from_own, from_own[own]) & own | above(from_all, from_all) & ~own


def above(off: pd.Series, like: pd.Series) -> pd.Series:
    """Distances from the usual (logarithms) that are those of a hundredfold and beyond what `like` varies."""
    spread = TO_SD * like.abs().median()
    limit = max(np.log(FACTOR[0]), SPREADS * spread) if np.isfinite(spread) else np.inf
    return (off > limit) & (off < np.log(FACTOR[1]))


def whole_file(amount: pd.Series, customer: pd.Series, yearly_sales: pd.Series) -> float | None:
    """How many times their yearly sales the file's customers ordered (median), where that is FILE_FACTOR or more; else None.

    A part of a year's orders can't be ten times a year's sales; a file in 分 is about fifty times for half a year.
    """
    ordered = amount.groupby(customer).sum()
    sales = yearly_sales.reindex(ordered.index)
    both = (ordered > 0) & (sales > 0)
    if both.sum() < FEWEST_CUSTOMERS:
        return None
    times = float((ordered[both] / sales[both]).median())
    return times if times >= FILE_FACTOR else None
