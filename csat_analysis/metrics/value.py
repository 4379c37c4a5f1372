"""What a customer is worth: customer lifetime value by class, by the plain and by the discounted margin form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis import certification
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.acquisition import costs_of
from csat_analysis.metrics.amounts import amount_per_unit, kind_at, relative_spread
from csat_analysis.metrics.history import events
from csat_analysis.metrics.lifetime import lifetime, value_and_bounds
from csat_analysis.metrics.retention import Counted, Stay, stay
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period
from csat_analysis.survey.frame import levels_of

EVERYONE = "all"
HORIZON_YEARS, DISCOUNT_RATE = "horizon_years", "discount_rate"
DEFAULTS = {HORIZON_YEARS: 5.0, DISCOUNT_RATE: 0.10}
LIFETIME_VALUE = "clv"  # the kind that studies/customers.py judges, by relative spread of the purchases
UNKNOWN_DAY = 0.5  # of the time between the lists, for a customer who is no longer listed without a date


@dataclass(frozen=True, eq=False)
class Value:
    """CLV of a class's customers and what it is made of; CNY a customer.

    purchases   CNY ordered a customer and year = mean order × orders a year; margin: the same × gross margin.
    retention   share of the class's customers who stay a year; lifetime: min(1/(1 − retention), horizon), years.
    cost        mean acquisition cost of the class's customers.
    clv         purchases × lifetime − cost.  discounted: margin · r/(1 + d − r) − cost.
    largest     share of the class's purchases that its largest customer made.
    """

    level: str
    purchases: Counted
    mean_order: Counted
    orders_a_year: Counted
    margin: Counted
    retention: Counted
    lifetime: Counted
    cost: Counted
    clv: Counted
    discounted: Counted
    largest: float


def cohort(waves: Mapping[Period, Wave], now: Period) -> Stay | NoEstimate:
    """The list that value is worked out from: that of a year before; without it, that of the period before."""
    start = next((p for p in (now.year_before(), now.previous()) if p in waves), None)
    return stay(waves, start, now)


def classes_at(found: Stay) -> pd.Series | None:
    """customer_id → class on the list at the start; None where it has no yearly sales."""
    start = found.start
    return levels_of(start.clean.tables["customers"], start.programme, start.clean.survey_date, "customer_class")


def years_listed(found: Stay) -> pd.Series:
    """Years from the start's survey until each customer left, or the end's survey."""
    since_start = (found.table["left_on"] - pd.Timestamp(found.start.clean.survey_date)).dt.days / 365.25
    gone = since_start.clip(1 / 365.25, found.years).fillna(UNKNOWN_DAY * found.years)
    return gone.mask(found.table["stayed"].astype(bool), found.years)


def years_since(since: pd.Series, on: dt.date) -> pd.Series:
    """Years of the last one for which each customer has been one: a new customer's purchases are of a part of the year."""
    return ((pd.Timestamp(on) - pd.to_datetime(since)).dt.days / 365.25).clip(30 / 365.25, 1.0)


def purchases_of(waves: Mapping[Period, Wave], found: Stay) -> pd.DataFrame | NoEstimate:
    """One row a customer of the start's list: orders, sales and margin (CNY) between the surveys, years listed.

    An order without a gross margin is given the mean of the others, weighted by amount.
    """
    orders = events(waves, "orders")
    if isinstance(orders, NoEstimate):
        return orders
    if "amount" not in orders:
        return NoEstimate("not_supplied", "orders has no amount")
    first, last = (pd.Timestamp(w.clean.survey_date) for w in (found.start, found.end))
    within = orders[(orders["ordered_on"] > first) & (orders["ordered_on"] <= last)].dropna(subset=["amount"])
    share = within["gross_margin"] if "gross_margin" in within else pd.Series(np.nan, index=within.index)
    known = share.notna()
    usual = (share * within["amount"])[known].sum() / within["amount"][known].sum() if known.any() else np.nan
    by = within.assign(margin=within["amount"] * share.fillna(usual)).groupby("customer_id")
    totals = pd.DataFrame({"orders": by.size(), "sales": by["amount"].sum(), "margin": by["margin"].sum(min_count=1)})
    return (
        totals.reindex(found.table.index)
        .fillna({"orders": 0, "sales": 0, "margin": 0 if known.any() else np.nan})
        .assign(years=years_listed(found))
    )


def values_by_class(waves: Mapping[Period, Wave], now: Period) -> dict[str, Value] | NoEstimate:
    """Value of each class and of all customers, by the list at the start (`cohort`), so that the sales that make a class are
    not those that are then counted for it.
    """
    found = cohort(waves, now)
    if isinstance(found, NoEstimate):
        return found
    bought = purchases_of(waves, found)
    if isinstance(bought, NoEstimate):
        return bought
    frame, classes = found.start.clean.tables["customers"], classes_at(found)
    groups = {EVERYONE: pd.Series(True, index=found.table.index)}
    if classes is not None:
        groups |= {name: classes == name for name in sorted(classes.dropna().unique())}
    costs = costs_of(frame)
    rules = DEFAULTS | waves[now].programme.clv
    confidence = waves[now].programme.reporting.confidence
    return {name: value_of(name, found, bought, costs, inside, rules, confidence) for name, inside in groups.items()}


def value_of(
    level: str,
    found: Stay,
    bought: pd.DataFrame,
    costs: pd.Series | None,
    inside: pd.Series,
    rules: Mapping[str, float],
    confidence: float,
) -> Value:
    own = bought[inside]
    years = own["years"].to_numpy()
    parts = clv_parts(found, bought, costs, inside, rules, confidence)
    margin = (
        amount_per_unit(own["margin"].to_numpy(), years, confidence)
        if own["margin"].notna().any()
        else NoEstimate("not_supplied", "orders has no gross_margin")
    )
    multiple = transformed(parts["retention"], lambda share: share / (1 + rules[DISCOUNT_RATE] - share))
    return Value(
        level,
        mean_order=amount_per_unit(own["sales"].to_numpy(), own["orders"].to_numpy(), confidence),
        orders_a_year=amount_per_unit(own["orders"].to_numpy(), years, confidence),
        margin=margin,
        discounted=lifetime_value(margin, multiple, parts["cost"]),
        largest=float(own["sales"].max() / own["sales"].sum()) if own["sales"].sum() > 0 else 0.0,
        **parts,
    )


def clv_parts(
    found: Stay,
    bought: pd.DataFrame,
    costs: pd.Series | None,
    inside: pd.Series,
    rules: Mapping[str, float],
    confidence: float,
) -> dict[str, Counted]:
    """purchases, retention, lifetime and cost of some of the start's customers, and their clv."""
    own = bought[inside]
    purchases = amount_per_unit(own["sales"].to_numpy(), own["years"].to_numpy(), confidence)
    r = a_year(found.rate("stayed", inside, confidence), found.years)
    life = transformed(r, lambda share: lifetime(share, rules[HORIZON_YEARS]))
    cost = (
        NoEstimate("not_supplied", "customers has no acquisition_cost")
        if costs is None
        else amount_per_unit(costs[inside].to_numpy(), confidence=confidence)
    )
    clv = lifetime_value(purchases, life, cost, rules[HORIZON_YEARS])
    return {"purchases": purchases, "retention": r, "lifetime": life, "cost": cost, "clv": clv}


def a_year(share: Counted, years: float) -> Counted:
    """A retention between two lists as one of a year: r^(1/years), bounds likewise."""
    return transformed(share, lambda r: r ** (1 / years))


def transformed(share: Counted, how: Callable[[float], float]) -> Counted:
    """A number read as an increasing function of a share: value and bounds through the function. No standard error."""
    if isinstance(share, NoEstimate):
        return share
    return replace(share, value=how(share.value), low=how(share.low), high=how(share.high), se=None)


def lifetime_value(yearly: Counted, years: Counted, cost: Counted, limit: float = np.inf) -> Counted:
    """yearly × years − cost with its interval (`value_and_bounds`); certified where those of all parts and this one held."""
    for part in (yearly, years, cost):
        if isinstance(part, NoEstimate):
            return part
    value, low, high = value_and_bounds(*(np.array([p.value, p.low, p.high]) for p in (yearly, years, cost)), limit)
    n = min(yearly.n, years.n, cost.n)
    studied = certification.holds_at(kind_at(relative_spread(yearly), LIFETIME_VALUE), n)
    holds = bool(studied and yearly.holds and years.holds and cost.holds)
    return Measured(float(value), float(low), float(high), n, holds)
