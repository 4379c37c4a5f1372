"""ABC by cumulative sales: how many customers bring how much, beside the customary shares; Lorenz curve and Gini."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.survey.frame import abc_class

# Customary ABC of customers: share of customers (from, to) and of sales that each class is expected to have.
CUSTOMARY_CUSTOMERS = {"A": (0.15, 0.20), "B": (0.20, 0.30), "C": (0.50, 0.50)}
CUSTOMARY_SALES = {"A": 0.70, "B": 0.20, "C": 0.10}


def class_table(sales: pd.Series, classes: Mapping[str, float]) -> pd.DataFrame:
    """One row a class: customers, customer_share, sales (CNY), sales_share, largest (share of its largest customer).

    sales  yearly sales a customer, CNY; customers without a figure are left out, those who bought nothing are in the last class.
    A count of this list, so exact.

    >>> class_table(pd.Series([70, 20, 10]), {"A": 0.7, "B": 0.9})["sales_share"].to_dict()
    {'A': 0.7, 'B': 0.2, 'C': 0.1}
    """
    known = sales.dropna()
    groups = known.groupby(abc_class(known, classes))
    found = pd.DataFrame({"customers": groups.size(), "sales": groups.sum()})
    return found.assign(
        customer_share=found["customers"] / len(known),
        sales_share=found["sales"] / known.sum() if known.sum() > 0 else np.nan,
        largest=groups.max() / found["sales"].where(found["sales"] > 0),
    )


def lorenz(sales: pd.Series) -> pd.DataFrame:
    """Cumulative share of customers, smallest first, and of sales: from (0, 0) to (1, 1)."""
    x = np.sort(sales.dropna().to_numpy(dtype=float))
    return pd.DataFrame(
        {"customers": np.arange(len(x) + 1) / max(len(x), 1), "sales": np.r_[0, np.cumsum(x)] / max(x.sum(), 1e-300)}
    )


def sales_of_smallest(sales: pd.Series, share: float) -> float:
    """Share of sales of the smallest customers, up to this share of them: a point of the Lorenz curve."""
    curve = lorenz(sales)
    return float(np.interp(share, curve["customers"], curve["sales"]))


def gini(sales: pd.Series) -> float:
    """Gini coefficient of sales over customers: 0 all alike, towards 1 one customer has all. Σ(2i − n − 1)x_i / (n Σx).

    >>> gini(pd.Series([1, 1, 1, 1])), gini(pd.Series([0, 0, 0, 4]))
    (0.0, 0.75)
    """
    x = np.sort(sales.dropna().to_numpy(dtype=float))
    n = len(x)
    return float(((2 * np.arange(1, n + 1) - n - 1) * x).sum() / (n * x.sum())) if x.sum() > 0 else float("nan")
