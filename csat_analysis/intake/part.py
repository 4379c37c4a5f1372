"""One part of the customers, such as a region: every table of a period restricted to them and what hangs on them.

A wave's part are the customers whose column says so in that wave's own list. Answers, invitations, orders and cases follow
their customer, ratings of competitors their answer. Managers, leads and audits follow the manager, where every manager of
these customers has no others; where one has, his leads, audits and sales target can't be split and are taken as not supplied.
Staff, mentions and figures of the past have no customer: not supplied. A row that was set aside is the part's where its
raw customer_id is.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.errors import IntakeError
from csat_analysis.intake.readers import RawTable
from csat_analysis.period import Period
from csat_analysis.programme import Programme

Tables = dict[str, pd.DataFrame]
OF_A_CUSTOMER = ("customers", "customers_left", "responses", "invitations", "orders", "tickets")
OF_A_MANAGER = ("managers", "leads", "audits")
OF_NOBODY = ("mentions", "history")
UNEQUAL = ("pps", "stratified")


def refuse_if_impossible(programme: Programme) -> None:
    """A sample drawn with unequal chances is weighted by the whole list, which a part doesn't have."""
    drawn = [name for name, panel in programme.panels.items() if panel.draw in UNEQUAL]
    if drawn or (programme.design is not None and programme.design.weight):
        what = f"the panel {drawn[0]} is drawn with unequal chances" if drawn else "the survey brings weights"
        raise IntakeError(
            f"a part of the customers can't be reported by itself: {what} that hold for all customers only"
        )


def levels(tables: Mapping[str, pd.DataFrame], column: str, period: Period) -> pd.Series:
    """Each customer's value in a column of the list (index customer_id), those who left included; missing where it is."""
    if "customers" not in tables:
        raise IntakeError(f"data/raw/{period}: without a list of customers there is no column {column} to part them by")
    listed = [tables[name] for name in ("customers", "customers_left") if name in tables]
    customers = pd.concat(listed).drop_duplicates("customer_id").set_index("customer_id")
    if column not in customers:
        raise IntakeError(f"data/raw/{period}: customers has no column {column}; it has {', '.join(customers)}")
    return customers[column].map(written, na_action="ignore")


def written(value: object) -> str:
    """A value as it is written: 3.0 is 3."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def restricted(tables: Tables, programme: Programme, period: Period) -> Tables:
    """The tables of a part's customers; those that can't be split are left out."""
    refuse_if_impossible(programme)
    part = programme.part
    level = levels(tables, part.column, period)
    mine = set(level.index[level == part.value])
    if not mine:
        there = ", ".join(sorted(level.dropna().unique())[:12])
        raise IntakeError(f"data/raw/{period}: no customer has {part.column} {part.value}; there are {there}")
    kept = {name: table[table["customer_id"].isin(mine)] for name, table in tables.items() if name in OF_A_CUSTOMER}
    if kept["responses"].empty:
        raise IntakeError(f"data/raw/{period}: no customer with {part.column} {part.value} answered")
    kept |= of_managers(tables, mine)
    if "competitors" in tables:
        own = tables["competitors"]["response_id"].isin(kept["responses"]["response_id"])
        kept["competitors"] = tables["competitors"][own]
    rest = {name: table for name, table in tables.items() if name not in (*OF_A_CUSTOMER, *OF_A_MANAGER, *OF_NOBODY)}
    return {name: (rest | kept)[name] for name in tables if name in rest | kept}


def of_managers(tables: Tables, mine: set[str]) -> Tables:
    """Managers, leads and audits of these customers' managers; without what can't be split where one has others, too."""
    listed = [tables[name] for name in ("customers", "customers_left") if name in tables]
    customers = pd.concat(listed)
    if "manager_id" not in customers:
        return {}
    own = customers["customer_id"].isin(mine)
    managers = set(customers.loc[own, "manager_id"].dropna())
    split = bool(managers & set(customers.loc[~own, "manager_id"].dropna()))
    kept = {
        name: tables[name][tables[name]["manager_id"].isin(managers)]
        for name in OF_A_MANAGER
        if name in tables and "manager_id" in tables[name] and (name == "managers" or not split)
    }
    if split and "managers" in kept:
        kept["managers"] = kept["managers"].drop(columns="sales_target", errors="ignore")
    return kept


def lines_of(table: pd.DataFrame, raw: RawTable, sources: Mapping[str, str], mine: set[str]) -> pd.Index:
    """Lines of a raw file that are the part's: its rows, and those set aside whose raw customer_id is one of its customers."""
    cells = raw.cells.rename(columns=dict(sources))
    named = cells.index[cells["customer_id"].isin(mine)] if "customer_id" in cells else []
    return table.index.union(pd.Index(named, dtype="int64"))
