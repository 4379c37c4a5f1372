"""What was supplied over all periods: events such as orders and tickets, each once, and each period's list of customers."""

from __future__ import annotations

from collections.abc import Mapping

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
