"""What was supplied over all periods: events such as orders and tickets, each once, and each period's list of customers."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

KEYS = {
    "orders": "order_id",
    "tickets": "ticket_id",
    "leads": "lead_id",
    "audits": "audit_id",
    "mentions": "mention_id",
}
HOLE = 10  # orders of the usual month from which a month without any is a hole in what was supplied
EARLIEST = 0.01  # share of orders whose days don't say when orders begin: a mistyped year would make most months empty


def events(waves: Mapping[Period, Wave], table: str) -> pd.DataFrame | NoEstimate:
    """A table's events of all periods up to the last, each once by its key, with the `period` whose file it first stood in.

    An event that a later file holds again (a ticket that was open, a lead that went on) is taken from the latest file: what
    is known of it now.
    """
    supplied = [
        wave.clean.tables[table].assign(period=str(period))
        for period, wave in sorted(waves.items())
        if table in wave.clean.tables
    ]
    if not supplied:
        return NoEstimate("not_supplied", f"no table of {table} was supplied")
    found = pd.concat(supplied, ignore_index=True)
    key = KEYS[table]
    if key not in found:
        return found
    first = found.dropna(subset=[key]).groupby(key)["period"].first()
    latest = found[found[key].isna() | ~found[key].duplicated(keep="last")].reset_index(drop=True)
    return latest.assign(period=latest[key].map(first).fillna(latest["period"]))


def event_files(waves: Mapping[Period, Wave], table: str) -> tuple[str, ...]:
    """The raw files, below the root, that a table's events were read from."""
    inputs = [wave.clean.inputs for _, wave in sorted(waves.items())]
    return tuple(file for table_inputs in inputs for file in table_inputs.loc[table_inputs["table"] == table, "file"])


def everyone_listed(wave: Wave) -> pd.DataFrame | NoEstimate:
    """A period's list of customers, those who had left before the survey among them."""
    if "customers" not in wave.clean.tables:
        return NoEstimate("not_supplied", "customers was not supplied")
    return pd.concat([wave.clean.tables["customers"], wave.clean.tables["customers_left"]], ignore_index=True)


def hole_days(ordered_on: pd.Series) -> pd.DatetimeIndex:
    """Days of months without a single order though the usual month has HOLE or more: orders that were never supplied.

    The usual month is the median one since orders begin (EARLIEST).
    """
    known = ordered_on.dropna()
    months = known.dt.to_period("M")
    begin = known.quantile(EARLIEST, interpolation="higher").to_period("M")
    counts = months.value_counts().reindex(pd.period_range(months.min(), months.max(), freq="M"), fill_value=0)
    empty = counts.index[(counts == 0) & (counts[begin:].median() >= HOLE)]
    days = [pd.date_range(month.start_time, month.end_time.normalize()) for month in empty]
    return pd.DatetimeIndex(np.concatenate(days)) if days else pd.DatetimeIndex([])


def touches(days: pd.DatetimeIndex, first: pd.Series, last: pd.Series) -> np.ndarray:
    """Does any of these days (ascending) lie between first and last?"""
    return np.searchsorted(days, last, side="right") > np.searchsorted(days, first, side="left")
