"""What the sampling frame says of a customer: ABC class, tenure, and the segments that survey.yml names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.intake import Clean
from csat_analysis.programme import Programme, Segment

SIZE = "customer_size"  # large: the half with the larger yearly sales


def frame_count(clean: Clean) -> int | NoEstimate:
    """Customers in the frame."""
    customers = clean.tables.get("customers")
    return len(customers) if customers is not None else NoEstimate("not_supplied", "customers was not supplied")


def abc_class(sales: pd.Series, classes: Mapping[str, float]) -> pd.Series:
    """ABC class of each customer by cumulative sales, largest first.

    classes  class → cumulative share of sales up to which it reaches, ascending ({A: .70, B: .90}); whoever is beyond is the
             next letter (C). The customer that crosses a limit belongs to the class before it, so A covers at least 70 %.
    Missing sales give a missing class. Ties keep the order of the index.

    >>> abc_class(pd.Series([70, 20, 10], index=["x", "y", "z"]), {"A": 0.7, "B": 0.9}).to_dict()
    {'x': 'A', 'y': 'B', 'z': 'C'}
    """
    known = sales.dropna().sort_values(ascending=False, kind="stable")
    total = known.sum()
    before = (known.cumsum() - known) / total if total > 0 else pd.Series(1.0, index=known.index)
    limits, names = list(classes.values()), list(classes)
    rest = chr(ord(names[-1]) + 1)
    place = np.searchsorted(limits, before.to_numpy() + 1e-12, side="right")
    named = pd.Series(np.array(names + [rest], dtype=object)[place], index=known.index, dtype=object)
    return named.reindex(sales.index)


def tenure(since: pd.Series, on: dt.date, new_months: int) -> pd.Series:
    """ "new" until `new_months` after the first order, "established" from then on; missing where `since` is."""
    since = pd.to_datetime(since)
    new = since > pd.Timestamp(on) - pd.DateOffset(months=new_months)
    return pd.Series(np.where(new, "new", "established"), index=since.index, dtype=object).where(since.notna())


def customer_segments(
    customers: pd.DataFrame, programme: Programme, on: dt.date, names: Iterable[str] | None = None
) -> pd.DataFrame:
    """One row a customer (index customer_id), one column a segment of survey.yml (or each of `names`) that the frame can tell."""
    frame = customers.set_index("customer_id")
    derived = {
        "customer_class": lambda: abc_class(frame["sales_12m"], programme.classes) if "sales_12m" in frame else None,
        "tenure": lambda: tenure(frame["since"], on, programme.tenure.new_months) if "since" in frame else None,
    }
    columns = {}
    for name in programme.segments if names is None else names:
        found = derived[name]() if name in derived and name not in frame else frame.get(name)
        if found is not None:
            columns[name] = found.map(level_name, na_action="ignore")
    return pd.DataFrame(columns, index=frame.index)


def levels_of(customers: pd.DataFrame, programme: Programme, on: dt.date, column: str) -> pd.Series | None:
    """Level of each customer (index customer_id) in one column of the frame, or in customer_class or tenure; None without it."""
    alone = programme.model_copy(update={"segments": {column: Segment()}})
    return customer_segments(customers, alone, on).get(column)


def customer_size(customers: pd.DataFrame) -> pd.Series:
    """large: yearly sales above the median of the list; small: the others; missing where sales are."""
    sales = customers.set_index("customer_id")["sales_12m"]
    return pd.Series(np.where(sales > sales.median(), "large", "small"), index=sales.index).where(sales.notna())


def with_size(levels: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Levels of segments (index customer_id) with large and small beside them, unless they are there or sales aren't known."""
    known = "sales_12m" in customers and SIZE not in levels
    return levels.assign(**{SIZE: customer_size(customers)}) if known else levels


def level_name(value: object) -> str:
    """A level as survey.yml writes it: 3.0 is 3."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
