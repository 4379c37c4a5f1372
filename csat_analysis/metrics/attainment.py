"""Sales of each manager's customers against the manager's target: facts of the books, hidden where one customer would show."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from csat_analysis.disclosure import dominated, suppressed_groups
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.books import sales_by_customer, sales_days, sales_of_nobody
from csat_analysis.metrics.history import everyone_listed
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period


@dataclass(frozen=True)
class Unassigned:
    """Sales of the days counted that are no manager's: CNY, of how many customers (or orders, where no customer is named);
    hidden where these are few or one of them has most of it.
    """

    sales: float
    count: int
    hidden: bool


@dataclass(frozen=True, eq=False)
class Attainment:
    """table: index manager_id; sales (CNY of the manager's customers on the days counted), sales_target, attainment (0–1 and
    above; NaN without a target above 0), customers (who bought), hidden.

    unassigned  by `no_manager` (customers whose manager isn't in the table) and `no_customer` (orders that name no customer). With
                the managers' sales they are all sales of the days counted.
    """

    table: pd.DataFrame
    unassigned: dict[str, Unassigned]
    first: pd.Timestamp
    last: pd.Timestamp

    def of(self, manager: str) -> float | NoEstimate:
        """Attainment of one manager; a fact."""
        found = self.table.at[manager, "attainment"]
        return NoEstimate("not_estimable", "no target above 0") if pd.isna(found) else float(found)

    @property
    def overall(self) -> float | NoEstimate:
        """Sales of all managers with a target ÷ their targets together; a fact."""
        aimed = self.table[self.table["sales_target"] > 0]
        if aimed.empty:
            return NoEstimate("not_supplied", "no manager has a sales target above 0")
        return float(aimed["sales"].sum() / aimed["sales_target"].sum())

    @property
    def customers(self) -> int:
        return int(self.table["customers"].sum())


def attainment(waves: dict[Period, Wave], now: Period, orders: pd.DataFrame | NoEstimate) -> Attainment | NoEstimate:
    """Target attainment of each manager in the table of managers.

    Counted are orders of the period's days, first to last, whose customer the list gives to the manager now: those who left
    since the survey before are in the list too. What of a day isn't supplied isn't counted: `last` is the last day of orders.
    """
    wave = waves[now]
    managers, listed = wave.clean.tables.get("managers"), everyone_listed(wave)
    for found in (orders, listed):
        if isinstance(found, NoEstimate):
            return found
    if managers is None or "sales_target" not in managers:
        return NoEstimate("not_supplied", "no managers with sales targets were supplied")
    if "manager_id" not in listed:
        return NoEstimate("not_supplied", "customers have no manager_id")
    first, last = sales_days(orders, now)
    sales = sales_by_customer(orders, now)
    owner = listed.set_index("customer_id")["manager_id"].reindex(sales.index)
    owner = owner.where(owner.isin(managers["manager_id"]))
    by_manager = managers.set_index("manager_id")
    table = pd.DataFrame(
        {
            "sales": sales.groupby(owner).sum().reindex(by_manager.index, fill_value=0.0),
            "sales_target": by_manager["sales_target"],
            "customers": (sales > 0).groupby(owner).sum().reindex(by_manager.index, fill_value=0).astype(int),
        }
    )
    table["attainment"] = (table["sales"] / table["sales_target"]).where(table["sales_target"] > 0)
    least = wave.programme.reporting.min_group
    hidden = hidden_managers(sales, owner, least)
    unassigned = {
        "no_manager": nobodys(sales[owner.isna()], least),
        "no_customer": nobodys(sales_of_nobody(orders, now), least),
    }
    return Attainment(table.assign(hidden=table.index.isin(hidden)), unassigned, first, last)


def nobodys(amounts: pd.Series, min_group: int) -> Unassigned:
    """Sales of nobody, by customer or by order."""
    bought = amounts[amounts > 0]
    hidden = 0 < len(bought) < min_group or dominated(bought)
    return Unassigned(float(bought.sum()), len(bought), hidden)


def hidden_managers(sales: pd.Series, owner: pd.Series, min_group: int) -> set[object]:
    """Managers whose sales may not be shown: too few customers, or one with more than half of them.

    Since the sales of all managers are shown, hidden ones are joined by the smallest until none could be worked out from the rest.
    """
    buying = sales[sales > 0]
    groups = {manager: buying[owner[buying.index] == manager] for manager in owner.dropna().unique()}
    sizes = {manager: min(len(own), min_group - 1) if dominated(own) else len(own) for manager, own in groups.items()}
    hidden = suppressed_groups(sizes, min_group)
    others = sorted(
        (name for name in sizes if name not in hidden and sizes[name]), key=lambda name: (sizes[name], name)
    )
    while hidden and others and dominated(pd.concat([groups[name] for name in hidden])):
        hidden.add(others.pop(0))
    return hidden
