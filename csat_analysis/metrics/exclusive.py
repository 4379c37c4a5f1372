"""Exclusive (专营) customers: how many, what they buy, and whether that grew faster than the others' sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from csat_analysis.certification import holds_at
from csat_analysis.disclosure import dominated
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.books import is_covered, sales_by_customer, sales_days, same_days_before
from csat_analysis.metrics.history import everyone_listed
from csat_analysis.metrics.moved import Moved, log_growth
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

YES, NO = "yes", "no"


@dataclass(frozen=True, eq=False)
class Exclusive:
    """A period's customers by whether they sell only ours, beside the same half a year earlier.

    now, before  index customer_id; exclusive (yes, no, missing), in_frame, sales (CNY of the same days of each period).
                 A customer counts as what the list said of it in each period. `before` is why there is none.
    """

    now: pd.DataFrame
    before: pd.DataFrame | NoEstimate

    @property
    def count(self) -> int:
        """Exclusive customers in the list; a fact."""
        return counted(self.now, YES)

    def hides(self, min_group: int) -> bool:
        """Fewer exclusive customers, or others, than may be shown, or one with more than half of their sales, now or a year earlier.

        The others' count and sales follow from those of exclusive customers and their shares, so they hide both. Nobody on a
        side shows nobody.
        """
        sides = [self.now] if isinstance(self.before, NoEstimate) else [self.now, self.before]
        groups = [(side, kind) for side in sides for kind in (YES, NO)]
        few = any(0 < counted(side, kind) < min_group for side, kind in groups)
        return self.count < min_group or few or any(shows_one(side, kind, min_group) for side, kind in groups)

    @property
    def share(self) -> float | NoEstimate:
        """Share (0–1) of the customers in the list whose kind is known."""
        known = self.count + counted(self.now, NO)
        return self.count / known if known else NoEstimate("not_estimable", "of nobody it is known")

    @property
    def count_before(self) -> int | NoEstimate:
        return self.before if isinstance(self.before, NoEstimate) else counted(self.before, YES)

    @property
    def sales(self) -> float | NoEstimate:
        """CNY of the period's days by exclusive customers; a fact."""
        return sold(self.now, YES) if "sales" in self.now else NoEstimate("not_supplied", "no orders with amounts")

    @property
    def sales_before(self) -> float | NoEstimate:
        if isinstance(self.before, NoEstimate):
            return self.before
        return (
            sold(self.before, YES) if "sales" in self.before else NoEstimate("not_computed", "orders don't reach back")
        )

    @property
    def sales_share(self) -> float | NoEstimate:
        """Share (0–1) of the sales of all customers whose kind is known; a fact."""
        if isinstance(self.sales, NoEstimate):
            return self.sales
        total = self.sales + sold(self.now, NO)
        return self.sales / total if total > 0 else NoEstimate("not_estimable", "nothing was sold")

    @cached_property
    def number_growth(self) -> Moved | NoEstimate:
        """Growth of their number on a year earlier: customers who came, left or changed are what could have gone otherwise."""
        return self._growth([YES], "in_frame", "exclusive_number")

    @cached_property
    def sales_growth(self) -> Moved | NoEstimate:
        """Growth of their sales on the same days a year earlier."""
        return self._growth([YES], "sales", "exclusive_growth")

    @cached_property
    def other_sales_growth(self) -> Moved | NoEstimate:
        return self._growth([NO], "sales", "exclusive_growth")

    @cached_property
    def growth_gap(self) -> Moved | NoEstimate:
        """Ratio of the two growth factors less 1: how much faster exclusive customers' sales grew.

        A customer that changed sides stands on both, so the two aren't independent: their influences are taken together.
        """
        own, others = self.sales_growth, self.other_sales_growth
        for side in (own, others):
            if isinstance(side, NoEstimate):
                return side
        parts = [self._sides([kind], "sales") for kind in (YES, NO)]
        influence = sum(
            sign * (now / now.sum() - before / before.sum()) for sign, (now, before) in zip((1, -1), parts, strict=True)
        )
        mixed = len(influence) * influence.var()
        # the jackknife's variances of the sides, with the covariance that customers on both sides make
        apart = [now / now.sum() - before / before.sum() for now, before in parts]
        shared = 2 * float((apart[0] * apart[1]).sum())
        spread = max(own.se**2 + others.se**2 - shared, mixed)
        freedom = min(own.degrees_of_freedom, others.degrees_of_freedom)
        fewer = min(own.n, others.n)
        return Moved(own.value - others.value, float(np.sqrt(spread)), freedom, fewer, own.holds and others.holds, True)

    def _sides(self, kinds: list[str], column: str) -> tuple[pd.Series, pd.Series]:
        """The column of customers of these kinds, now and before, over everybody of either period; 0 where not of them."""
        everybody = self.now.index.union(self.before.index)
        return tuple(
            side[column].astype(float).where(side["exclusive"].isin(kinds), 0.0).reindex(everybody, fill_value=0.0)
            for side in (self.now, self.before)
        )

    def _growth(self, kinds: list[str], column: str, study: str) -> Moved | NoEstimate:
        if isinstance(self.before, NoEstimate):
            return self.before
        if column not in self.now or column not in self.before:
            return NoEstimate("not_computed", "orders don't cover both periods")
        found = log_growth(*self._sides(kinds, column))
        if isinstance(found, NoEstimate):
            return found
        value, error, size = found
        return Moved(value, error, size - 1, size, holds_at(study, size), logarithmic=True)


def exclusive_customers(
    waves: Mapping[Period, Wave], now: Period, orders: pd.DataFrame | NoEstimate
) -> Exclusive | NoEstimate:
    """Exclusive customers of a period and of the same half a year earlier; NoEstimate where the list doesn't tell them."""
    listed = everyone_listed(waves[now])
    if isinstance(listed, NoEstimate):
        return listed
    if "exclusive" not in listed:
        return NoEstimate("not_supplied", "customers have no column exclusive")
    last = None if isinstance(orders, NoEstimate) or "amount" not in orders else sales_days(orders, now)[1]
    return Exclusive(side(waves[now], orders, now, last), side_before(waves, now, orders, last))


def side_before(
    waves: Mapping[Period, Wave], now: Period, orders: pd.DataFrame | NoEstimate, last: pd.Timestamp | None
) -> pd.DataFrame | NoEstimate:
    earlier = now.year_before()
    if earlier not in waves:
        return NoEstimate("not_computed", f"{earlier} has no files")
    listed = everyone_listed(waves[earlier])
    if isinstance(listed, NoEstimate) or "exclusive" not in listed:
        return NoEstimate("not_computed", f"the list of {earlier} doesn't tell exclusive customers")
    until = None if last is None else same_days_before(last, earlier)
    return side(waves[earlier], orders, earlier, until)


def side(wave: Wave, orders: pd.DataFrame | NoEstimate, period: Period, until: pd.Timestamp | None) -> pd.DataFrame:
    listed = everyone_listed(wave).set_index("customer_id")
    here = listed.index.isin(wave.clean.tables["customers"]["customer_id"])
    found = pd.DataFrame({"exclusive": listed["exclusive"], "in_frame": here}, index=listed.index)
    if until is not None and is_covered(orders[orders["ordered_on"] <= until], period, days=92):
        sales = sales_by_customer(orders, period, until)
        found["sales"] = sales.reindex(found.index).fillna(0.0)
    return found


def counted(side: pd.DataFrame, kind: str) -> int:
    return int(((side["exclusive"] == kind) & side["in_frame"]).sum())


def shows_one(side: pd.DataFrame, kind: str, min_group: int) -> bool:
    """Were the sales of these customers made by fewer than may be shown, or mostly by one?"""
    if "sales" not in side:
        return False
    buying = side.loc[(side["exclusive"] == kind) & (side["sales"] > 0), "sales"]
    return 0 < len(buying) < min_group or dominated(buying)


def sold(side: pd.DataFrame, kind: str) -> float:
    return float(side.loc[side["exclusive"] == kind, "sales"].sum())
