"""Do the sales of more satisfied customers grow more? Of those who answered: their growth on a year earlier, by their score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.certification import FEWEST_DEGREES, MAX_DESIGN_EFFECT, design_effect, holds_at
from csat_analysis.design import Design
from csat_analysis.estimate import NOBODY, Estimate, NoEstimate
from csat_analysis.estimators import estimated, mean
from csat_analysis.metrics.books import is_covered, sales_by_customer, sales_days, same_days_before
from csat_analysis.metrics.moved import Moved
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

FEWEST = 20  # answers with a growth and a score


@dataclass(frozen=True, eq=False)
class Growth:
    """table: one row an answer of the representative sample: satisfaction (points), now, before (CNY), growth (−2 … 2), left_out
    (why there is no growth, or ""). design: their weights and strata."""

    table: pd.DataFrame
    design: Design

    @property
    def usable(self) -> np.ndarray:
        return (self.table["growth"].notna() & self.table["satisfaction"].notna()).to_numpy()

    @property
    def left_out(self) -> pd.Series:
        """Why answers have no growth, and how many."""
        return self.table.loc[self.table["left_out"] != "", "left_out"].value_counts()

    @property
    def mean(self) -> Estimate | NoEstimate:
        found = mean(self.design, self.table["growth"], inside=self.usable)
        return found if isinstance(found, NoEstimate) else found.process()

    def slope(self) -> Moved | NoEstimate:
        """How much more sales grew per index point: the weighted least-squares slope of growth on the score.

        Influence (x'wx)⁻¹ w x e/(1 − h): each answer's as if it were predicted from the others, which keeps the interval honest
        in small samples. An association: mostly the sales came before the answer.
        """
        rows = np.flatnonzero(self.usable)
        score, growth = self.table["satisfaction"].to_numpy()[rows], self.table["growth"].to_numpy()[rows]
        if len(rows) < FEWEST or np.ptp(score) == 0:
            return NoEstimate(
                "not_estimable", f"{len(rows)} answers with sales in both years: {FEWEST} are needed", len(rows)
            )
        value, influence = weighted_slope(score, growth, self.design.weight[rows])
        found = estimated(value, influence, rows, self.design, NOBODY).process()
        uneven = design_effect(self.design.weight[rows]) > MAX_DESIGN_EFFECT["raked"]
        tried = holds_at("growth_slope", len(rows)) and not uneven and found.degrees_of_freedom >= FEWEST_DEGREES
        return Moved.of(found, len(rows), tried)


def weighted_slope(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[float, np.ndarray]:
    """Slope of y on x by weighted least squares, and each answer's influence on it."""
    total = weight.sum()
    centred = x - (weight * x).sum() / total
    spread = (weight * centred**2).sum()
    value = (weight * centred * y).sum() / spread
    miss = y - (weight * y).sum() / total - value * centred
    leverage = weight * (1 / total + centred**2 / spread)
    return float(value), weight * centred * miss / (1 - np.minimum(leverage, 0.99)) / spread


def symmetric_growth(now: pd.Series, before: pd.Series) -> pd.Series:
    """(now − before) / their mean, from −2 (stopped) to 2 (began); missing where both are 0 (Davis & Haltiwanger 1992).

    Near 0 it is the growth rate; unlike a logarithm it has a place for customers who bought nothing in one of the two.
    """
    both = (now + before) / 2
    return ((now - before) / both).where(both > 0)


def satisfaction_and_growth(
    waves: Mapping[Period, Wave], now: Period, orders: pd.DataFrame | NoEstimate
) -> Growth | NoEstimate:
    """Growth of each answering customer's sales: this period's days against the same a year earlier.

    Left out, and counted: customers who weren't yet customers when the earlier period ended (theirs is no growth), and those
    who bought nothing in both.
    """
    wave, earlier = waves[now], now.year_before()
    if isinstance(orders, NoEstimate):
        return orders
    if "contact_id" in set(wave.clean.stand_ins["column"]) or wave.answers["customer_id"].isna().all():
        return NoEstimate("not_supplied", "answers don't name customers: orders can't be joined to them")
    until = sales_days(orders, now)[1]
    before_until = same_days_before(until, earlier)
    if not is_covered(orders, now, days=92) or not is_covered(
        orders[orders["ordered_on"] <= before_until], earlier, days=92
    ):
        return NoEstimate("not_computed", f"orders don't cover both {now} and {earlier}")
    who = wave.answers["customer_id"]
    sales = {
        "now": sales_by_customer(orders, now, until).reindex(who).fillna(0.0).to_numpy(),
        "before": sales_by_customer(orders, earlier, before_until).reindex(who).fillna(0.0).to_numpy(),
    }
    table = pd.DataFrame({"satisfaction": wave.answer_scores[PERSON].to_numpy(), **sales})
    began_later = (first_days(wave, orders).reindex(who) > pd.Timestamp(earlier.start)).to_numpy()
    table["growth"] = symmetric_growth(table["now"], table["before"]).mask(began_later)
    silent = (table["now"] + table["before"] == 0) & ~began_later
    table["left_out"] = np.select(
        [began_later, silent], ["customer for less than a year", "bought nothing in both"], ""
    )
    return Growth(table, without_margins(wave))


def first_days(wave: Wave, orders: pd.DataFrame) -> pd.Series:
    """The day each customer began: `since` of the list, else the first order."""
    customers = wave.clean.tables.get("customers")
    if customers is not None and "since" in customers:
        return customers.set_index("customer_id")["since"]
    return orders.groupby("customer_id")["ordered_on"].min()


def without_margins(wave: Wave) -> Design:
    """The wave's weights and strata; what raking takes off a standard error isn't taken off (as in the panel of notebook 06)."""
    design = wave.sample.design
    return Design.of(
        design.contact,
        weight=design.weight,
        stratum=design.strata.index.to_numpy()[design.stratum],
        unit=design.unit_name[design.unit],
        wave=design.wave,
    )
