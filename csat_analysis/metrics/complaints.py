"""How often customers complain: rates per customer and half-year and per hundred orders, by category, group and period.

A customer who complains once is likelier to complain again, so complaints are no Poisson count: the interval rests on the
effective number of complaints, by how unequal customers' own counts are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import optimize, stats

from csat_analysis import certification
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.cases import DAY, known_until
from csat_analysis.metrics.history import everyone_listed
from csat_analysis.metrics.wave import Wave

CATEGORIES = ("quality", "contract", "transport", "service")
UNCATEGORISED, ALL = "uncategorised", "all"
COMPLAINT = "complaint"
PER = ("customer", "100_orders")
A_HUNDRED = 100.0


@dataclass(frozen=True, eq=False)
class Exposure:
    """A period's customers with their time and orders under observation, and their complaints.

    table     index customer_id: share (0–1 of the period that the customer was one, as far as files tell), orders, and one
              column of complaints a category, "uncategorised" and "all" among them.
    days      days of the period that the files cover.
    unlisted  complaints and orders whose customer the list lacks: they can't be counted by customer.
    has_orders  whether a table of orders was supplied.
    """

    table: pd.DataFrame
    days: int
    unlisted: dict[str, int]
    has_orders: bool

    def base(self, per: str) -> pd.Series:
        """What complaints are counted by: customers for the time that they were, or hundreds of orders."""
        return self.table["share"] if per == "customer" else self.table["orders"] / A_HUNDRED


def exposure(wave: Wave) -> Exposure | NoEstimate:
    """Complaints opened within a period, by customer.

    Complaints are tickets of the kind `complaint`, counted by the moment they were opened: a first file that reaches further
    back counts for its own period alone. A customer counts from the first order, until leaving; left before the period: not
    at all. Without a list of customers nobody knows how many didn't complain.
    """
    tickets, listed = wave.clean.tables.get("tickets"), everyone_listed(wave)
    if tickets is None:
        return NoEstimate("not_supplied", "no table of tickets was supplied")
    if isinstance(listed, NoEstimate):
        return listed
    start, until = pd.Timestamp(wave.period.start), known_until(wave)
    customers = listed.drop_duplicates("customer_id").set_index("customer_id")
    table = pd.DataFrame({"share": share_of_time(customers, start, until)}, index=customers.index)
    mine = tickets[(tickets["kind"] == COMPLAINT) & tickets["opened_at"].between(start, until, inclusive="left")]
    category = mine["category"] if "category" in mine else pd.Series(index=mine.index, dtype="str")
    sorted_out = mine.assign(category=category.fillna(UNCATEGORISED))
    for name in (*CATEGORIES, UNCATEGORISED):
        counts = sorted_out.loc[sorted_out["category"] == name, "customer_id"].value_counts()
        table[name] = counts.reindex(table.index).fillna(0.0)
    table[ALL] = table[[*CATEGORIES, UNCATEGORISED]].sum(axis=1)
    orders = wave.clean.tables.get("orders")
    placed = pd.Series(dtype="str")
    if orders is not None:
        placed = orders.loc[orders["ordered_on"].between(start, until, inclusive="left"), "customer_id"]
    table["orders"] = placed.value_counts().reindex(table.index).fillna(0.0)
    unlisted = {
        name: int((~who.isin(table.index)).sum())
        for name, who in (("complaints", mine["customer_id"]), ("orders", placed))
    }
    here = (table["share"] > 0) | (table[ALL] > 0) | (table["orders"] > 0)
    return Exposure(table[here], int((until - start) / DAY), unlisted, orders is not None)


def share_of_time(customers: pd.DataFrame, start: pd.Timestamp, until: pd.Timestamp) -> pd.Series:
    """Part of the time from start to until during which each was a customer; all of it where no dates are known."""
    began = customers["since"].fillna(start) if "since" in customers else pd.Series(start, index=customers.index)
    left = customers["left_on"].fillna(until) if "left_on" in customers else pd.Series(until, index=customers.index)
    days = (left.clip(upper=until) - began.clip(lower=start)) / DAY
    return days.clip(lower=0) / ((until - start) / DAY)


@dataclass(frozen=True, eq=False)
class Rate:
    """A rate Σ count / Σ base over customers, with what its interval needs; counts and bases have a row a customer."""

    count: np.ndarray
    base: np.ndarray

    @property
    def value(self) -> float:
        return float(self.count.sum() / self.base.sum())

    @property
    def influence(self) -> np.ndarray:
        return (self.count - self.value * self.base) / self.base.sum()

    @property
    def deff(self) -> float:
        """How many times a Poisson count's variance this one has, customers being clusters; at least 1."""
        n, events = len(self.count), self.count.sum()
        if events == 0 or n < 2:
            return 1.0
        variance = n / (n - 1) * (self.influence**2).sum()
        return max(float(variance * self.base.sum() ** 2 / events), 1.0)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Garwood's (1936) exact interval of a Poisson count, for the effective number of complaints: count / deff."""
        deff, half = self.deff, (1 - confidence) / 2
        events = self.count.sum() / deff
        low = stats.chi2.ppf(half, 2 * events) / 2 if events > 0 else 0.0
        high = stats.chi2.ppf(1 - half, 2 * events + 2) / 2
        return float(low * deff / self.base.sum()), float(high * deff / self.base.sum())


def complaint_rate(
    found: Exposure | NoEstimate, category: str, per: str, *, inside: pd.Series | None = None, confidence: float = 0.95
) -> Measured | NoEstimate:
    """Complaints of a category (or all) per customer and period, or per hundred orders; n are the customers.

    What it tells a manager: how many complaints a customer brings in a period. With no complaint at all it is 0, and the
    interval tells how many could have gone unseen by chance.
    """
    rate = rate_of(found, category, per, inside)
    if isinstance(rate, NoEstimate):
        return rate
    low, high = rate.interval(confidence)
    n = len(rate.count)
    return Measured(rate.value, low, high, n, certification.holds_at("complaint_rate", n))


def rate_of(
    found: Exposure | NoEstimate, category: str, per: str, inside: pd.Series | None = None
) -> Rate | NoEstimate:
    if isinstance(found, NoEstimate):
        return found
    if per != "customer" and not found.has_orders:
        return NoEstimate("not_supplied", "no table of orders was supplied")
    mine = found.table if inside is None else found.table[inside.reindex(found.table.index).fillna(False).astype(bool)]
    base = found.base(per).loc[mine.index]
    if not base.sum() > 0:
        what = "customer" if per == "customer" else "order"
        return NoEstimate("not_estimable", f"no {what} in this period", len(mine))
    return Rate(mine[category].to_numpy(), base.to_numpy())


def gap_bounds(one: Rate, other: Rate, correlation: float, confidence: float) -> tuple[float, float]:
    """Bounds of one − other by the distances of their own bounds (MOVER: Zou and Donner 2008), which keeps their skewness.

    correlation  of the two rates: 0 for different customers.
    """
    (low, high), (low_2, high_2) = one.interval(confidence), other.interval(confidence)
    down, up, down_2, up_2 = one.value - low, high - one.value, other.value - low_2, high_2 - other.value
    left = np.sqrt(max(down**2 + up_2**2 - 2 * correlation * down * up_2, 0.0))
    right = np.sqrt(max(up**2 + down_2**2 - 2 * correlation * up * down_2, 0.0))
    gap = one.value - other.value
    return gap - left, gap + right


def difference(one: Rate, other: Rate, correlation: float, kind: str, confidence: float = 0.95) -> Compared:
    """one − other with its interval; p is 1 less the confidence at which the interval just touches 0."""
    gap = one.value - other.value

    def miss(p: float) -> float:
        low, high = gap_bounds(one, other, correlation, 1 - p)
        return low if gap > 0 else -high

    surest, none = 1e-12, 1 - 1e-9
    if gap == 0 or miss(none) < 0:
        p_value = 1.0
    elif miss(surest) > 0:
        p_value = surest
    else:
        p_value = float(optimize.brentq(miss, surest, none))
    n = min(len(one.count), len(other.count))
    low, high = gap_bounds(one, other, correlation, confidence)
    return Compared(Measured(gap, low, high, n, certification.holds_at(kind, n)), p_value)


def correlation_of(one: pd.Series, other: pd.Series) -> float:
    """Correlation of two rates by the influences (index customer_id) of the customers that they share."""
    size = np.sqrt((one**2).sum() * (other**2).sum())
    return float((one * other).sum() / size) if size > 0 else 0.0


def group_gap(found: Exposure, levels: pd.Series, level: str, confidence: float = 0.95) -> Compared | NoEstimate:
    """Complaints per customer of one group less those of all other customers whose group is known."""
    inside, rest = levels == level, levels.notna() & (levels != level)
    one, other = rate_of(found, ALL, "customer", inside), rate_of(found, ALL, "customer", rest)
    if isinstance(one, NoEstimate) or isinstance(other, NoEstimate):
        return one if isinstance(one, NoEstimate) else other
    return difference(one, other, 0.0, "complaint_gap", confidence)


def change(
    now: Exposure | NoEstimate, before: Exposure | NoEstimate, category: str, per: str, confidence: float = 0.95
) -> Compared | NoEstimate:
    """A rate less that of an earlier period; customers of both are one cluster, which narrows the interval."""
    one, other = rate_of(now, category, per), rate_of(before, category, per)
    if isinstance(one, NoEstimate) or isinstance(other, NoEstimate):
        return one if isinstance(one, NoEstimate) else other
    influences = (pd.Series(one.influence, now.table.index), pd.Series(other.influence, before.table.index))
    return difference(one, other, correlation_of(*influences), "complaint_change", confidence)
