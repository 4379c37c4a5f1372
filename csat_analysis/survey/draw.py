"""Who is asked: each panel drawn from the frame by its rule in survey.yml; one seed always asks the same customers.

Every panel is drawn from the whole frame, so that it stands for what it says. A customer may thus be asked in two panels
(the house's rule: a visit among the key accounts counts for both, and once in the representative estimate).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.errors import DrawError
from csat_analysis.period import Period
from csat_analysis.programme import Panel
from csat_analysis.survey.allocation import allocate

CHANCE = ("equal_interval", "equal_groups", "pps", "stratified")  # draws in which chance decides
ALL, CERTAIN, DRAWN = "all", "certain", "drawn"  # strata of the draws that don't name their own


@dataclass(frozen=True, eq=False)
class Plan:
    """The draw before chance speaks: the list with every customer's chance, and the interval down it.

    customers  one row a customer of the frame in the list's order, index customer_id; `stratum`, `chance` (0–1, of being
               asked), `size` (what the interval counts: 1 a customer, or `size_by`).
    interval   between two that are asked, in the unit of size; None where the draw has none.
    blank      customers without a value of `order_by`: they stand at the list's end.
    """

    customers: pd.DataFrame
    interval: float | None = None
    blank: int = 0


@dataclass(frozen=True, eq=False)
class Draw:
    """One panel as drawn: ids of those asked in the list's order, the start of the intervals (in size) and the plan."""

    panel: str
    asked: pd.Index
    plan: Plan
    start: float | None = None


def make_plan(
    frame: pd.DataFrame,
    panel: str,
    rule: Panel,
    *,
    strata: pd.Series | None = None,
    spread: Mapping[str, float] | None = None,
) -> Plan:
    """The list and every customer's chance by a panel's rule.

    frame   customers; `order_by` (and `size_by`) a column. Ties are broken by customer_id, blanks stand last.
    strata  level by customer_id, for a stratified draw.
    spread  level → standard deviation of scores in points, for Neyman's allocation.

    equal_interval, equal_groups: n/N each. top: the n first. pps: n × size / Σ size, and 1 for those whose size reaches the
    interval (certainty units; the interval is then that of the others). stratified: n_h/N_h (Cochran 1977, chapters 5, 8
    and 9A). Raises DrawError naming the panel and column.
    """
    listed, blank = in_list_order(frame, panel, rule)
    size = panel_size(panel, rule, len(listed))
    if rule.draw == "pps":
        return proportional_to_size(listed, panel, rule, size, blank)
    if rule.draw == "stratified":
        return by_stratum(listed, panel, rule, size, strata, spread or {})
    in_reach = np.arange(len(listed)) < size if rule.draw == "top" else np.full(len(listed), size / len(listed))
    customers = pd.DataFrame({"stratum": ALL, "chance": in_reach.astype(float), "size": 1.0}, index=listed.index)
    return Plan(customers, len(listed) / size if rule.draw in CHANCE else None, blank)


def draw_panel(plan: Plan, panel: str, rule: Panel, period: Period | str, seed: int) -> Draw:
    """Let chance speak: the same plan, period, panel and seed give the same customers."""
    rng = np.random.default_rng([seed, *map(ord, f"{period} {panel}")])
    if rule.draw not in CHANCE:
        return Draw(panel, plan.customers.index[plan.customers["chance"] == 1], plan)
    if rule.draw == "stratified":
        return Draw(panel, at_random_by_stratum(plan, rng), plan)
    if plan.interval is None:  # every one of them is certain
        return Draw(panel, plan.customers.index[plan.customers["chance"] == 1], plan)
    start = float(rng.uniform(0, plan.interval))
    if rule.draw == "equal_groups":
        return Draw(panel, one_of_each_group(plan, start, rng), plan, start)
    return Draw(panel, at_intervals(plan, start), plan, start)


def in_list_order(frame: pd.DataFrame, panel: str, rule: Panel) -> tuple[pd.DataFrame, int]:
    """Customers by `order_by`, largest first, and how many have no value there."""
    if frame.empty:
        raise DrawError(f"panel {panel}: the frame has no customers to draw from")
    if rule.draw in ("stratified", "all"):
        return frame.sort_values("customer_id").set_index("customer_id"), 0
    if rule.order_by not in frame:
        columns = ", ".join(map(str, frame.columns))
        raise DrawError(f"panel {panel}: customers has no column {rule.order_by} (order_by); its columns are {columns}")
    if rule.order_by == "customer_id" or not pd.api.types.is_numeric_dtype(frame[rule.order_by]):
        raise DrawError(
            f"panel {panel}: {rule.order_by} (order_by) isn't a number of each customer to sort the list by"
        )
    listed = frame.sort_values([rule.order_by, "customer_id"], ascending=[False, True]).set_index("customer_id")
    blank = int(listed[rule.order_by].isna().sum())
    if blank == len(listed):
        raise DrawError(f"panel {panel}: no customer has a value in {rule.order_by} (order_by), so there is no order")
    return listed, blank


def panel_size(panel: str, rule: Panel, customers: int) -> int:
    if rule.draw == "all":
        return customers
    if rule.size is None:
        raise DrawError(f"panel {panel}: survey.yml gives no size (panels: {panel}: size), so it can't be drawn")
    if rule.size > customers:
        raise DrawError(f"panel {panel}: {rule.size} are to be asked, but the frame has {customers} customers")
    return rule.size


def proportional_to_size(listed: pd.DataFrame, panel: str, rule: Panel, size: int, blank: int) -> Plan:
    column = rule.size_by or rule.order_by
    if column not in listed:
        raise DrawError(f"panel {panel}: customers has no column {column} (size_by)")
    sizes = pd.to_numeric(listed[column], errors="coerce").to_numpy(dtype=float)
    empty = ~(sizes > 0)
    if empty.any():
        raise DrawError(
            f"panel {panel}: {empty.sum()} customers (first {listed.index[empty][0]}) have no {column} above 0 and could "
            "never be drawn; fill it in, or draw the panel stratified"
        )
    certain = np.zeros(len(sizes), dtype=bool)
    while True:
        left = size - int(certain.sum())
        interval = sizes[~certain].sum() / left if left else np.inf
        more = ~certain & (sizes >= interval)
        if not more.any() or not left:
            break
        certain |= more
    chance = np.where(certain, 1.0, sizes / interval)
    customers = pd.DataFrame(
        {"stratum": np.where(certain, CERTAIN, DRAWN), "chance": chance, "size": sizes}, index=listed.index
    )
    return Plan(customers, float(interval) if left else None, blank)


def by_stratum(
    listed: pd.DataFrame, panel: str, rule: Panel, size: int, strata: pd.Series | None, spread: Mapping[str, float]
) -> Plan:
    level = strata.reindex(listed.index) if strata is not None else pd.Series(np.nan, index=listed.index)
    if level.isna().any():
        lacking = level.index[level.isna()]
        raise DrawError(
            f"panel {panel}: {len(lacking)} customers (first {lacking[0]}) have no {rule.stratify_by} (stratify_by), so they "
            "are in no stratum; fill it in"
        )
    level = level.astype(str)
    customers = level.value_counts().sort_index()
    if rule.allocation == "neyman":
        without = [h for h in customers.index if h not in spread]
        if without:
            raise DrawError(
                f"panel {panel}: allocation neyman needs the spread of scores in every stratum; {', '.join(without)} has "
                "none (stratum_sd in survey.yml, or a wave before)"
            )
    share = customers * pd.Series(spread).reindex(customers.index) if rule.allocation == "neyman" else customers
    taken = allocate(size, customers, share, panel)
    chance = level.map(taken / customers).astype(float)
    return Plan(pd.DataFrame({"stratum": level, "chance": chance, "size": 1.0}))


def at_intervals(plan: Plan, start: float) -> pd.Index:
    """Certainty units, and whoever the points start, start + interval, … fall on in the cumulated sizes."""
    customers = plan.customers
    open_to_chance = customers[customers["stratum"] != CERTAIN]
    reach = open_to_chance["size"].cumsum().to_numpy()
    points = start + plan.interval * np.arange(round(reach[-1] / plan.interval))
    chosen = open_to_chance.index[np.minimum(np.searchsorted(reach, points, side="right"), len(reach) - 1)]
    return customers.index[customers.index.isin(chosen) | (customers["stratum"] == CERTAIN)]


def group_of(plan: Plan, start: float) -> np.ndarray:
    """Group of each customer: the list is a circle cut at start, start + interval, …; sizes differ by one at most.

    With a random start every customer's chance is exactly n/N, also where N is no multiple of n.
    """
    count = len(plan.customers)
    cuts = np.floor(start + plan.interval * np.arange(round(count / plan.interval)))
    return (np.searchsorted(cuts, np.arange(count), side="right") - 1) % len(cuts)


def one_of_each_group(plan: Plan, start: float, rng: np.random.Generator) -> pd.Index:
    lots = pd.DataFrame({"group": group_of(plan, start), "lot": rng.random(len(plan.customers))})
    return plan.customers.index[np.sort(lots.groupby("group")["lot"].idxmin().to_numpy())]


def at_random_by_stratum(plan: Plan, rng: np.random.Generator) -> pd.Index:
    customers = plan.customers
    lots = pd.Series(rng.random(len(customers)), index=customers.index)
    place = lots.groupby(customers["stratum"]).rank(method="first")
    taken = customers.groupby("stratum")["chance"].transform("sum").round()
    return customers.index[place <= taken]
