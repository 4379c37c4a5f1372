"""Word of mouth: how many new customers come through another, and whether the more satisfied send more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import share
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.wave import Wave
from csat_analysis.period import Period

FEWEST_RARER = 10  # referring answers on each side together; below it shares aren't compared
WINDOW_DAYS = 180  # after the answer, where survey.yml sets no window


def first_orders(orders: pd.DataFrame | NoEstimate) -> pd.DataFrame | NoEstimate:
    """The first order of each customer among all that were supplied, the first in the file where a day has several."""
    if isinstance(orders, NoEstimate):
        return orders
    if "referred_by" not in orders:
        return NoEstimate("not_supplied", "orders have no column referred_by")
    in_order = orders.sort_values("ordered_on", kind="stable")
    return in_order[~in_order["customer_id"].duplicated()]


def share_referred(
    firsts: pd.DataFrame | NoEstimate, orders: pd.DataFrame, wave: Wave, now: Period
) -> Estimate | NoEstimate:
    """Share (0–1) of the customers who began in the period whose first order names who referred them; Wilson.

    Who began is told by `since` where the list has it, so that an old customer whose first orders weren't supplied isn't new.
    """
    if isinstance(firsts, NoEstimate):
        return firsts
    fresh = firsts[firsts["ordered_on"].between(pd.Timestamp(now.start), pd.Timestamp(now.end))]
    customers = wave.clean.tables.get("customers")
    if customers is not None and "since" in customers:
        since = customers.set_index("customer_id")["since"].reindex(fresh["customer_id"])
        fresh = fresh[(since >= pd.Timestamp(now.start)).to_numpy() | since.isna().to_numpy()]
    elif not (orders["ordered_on"] < pd.Timestamp(now.start) - pd.Timedelta(days=365)).any():
        return NoEstimate("not_computed", "neither `since` nor a year of earlier orders tells who is new")
    if fresh.empty:
        return NoEstimate("not_estimable", f"nobody began in {now}")
    referred = fresh["referred_by"].notna().to_numpy(dtype=float)
    return share(Design.of(fresh["customer_id"]), referred).process()


@dataclass(frozen=True)
class Referring:
    """Answers whose customer was named as referrer within the window after, by whether the score was above the median."""

    above: Estimate | NoEstimate
    below: Estimate | NoEstimate
    difference: Estimate | NoEstimate
    answers: int
    referring: int

    @property
    def few(self) -> bool:
        """Too few to compare."""
        return self.referring < FEWEST_RARER


def do_the_satisfied_refer(
    waves: Mapping[Period, Wave], now: Period, firsts: pd.DataFrame | NoEstimate, reach: pd.Timestamp | None
) -> Referring | NoEstimate:
    """All answers up to `now` whose window has passed, clustered by customer: share referring above less below the median score.

    reach  the last day of orders. Too few who refer: no comparison.
    """
    if isinstance(firsts, NoEstimate):
        return firsts
    rule = waves[now].programme.repurchase
    window = pd.Timedelta(days=rule.window_days if rule else WINDOW_DAYS)
    parts = [answers_of(wave, firsts, window, reach) for wave in waves.values()]
    table = (
        pd.concat([part for part in parts if part is not None], ignore_index=True)
        if any(part is not None for part in parts)
        else pd.DataFrame(columns=["refers"])
    )
    if table.empty:
        return NoEstimate("not_computed", "no window after an answer has passed yet")
    referring = int(table["refers"].sum())
    if referring < FEWEST_RARER:
        reason = f"{referring} of {len(table)} answers were followed by a referral: at least {FEWEST_RARER} are needed"
        none = NoEstimate("not_estimable", reason, len(table))
        return Referring(none, none, none, len(table), referring)
    design = Design.of(table["contact"], weight=table["weight"], unit=table["customer_id"], wave="all")
    high = (table["satisfaction"] > table["satisfaction"].median()).to_numpy()
    above, below = (share(design, table["refers"], inside=side) for side in (high, ~high))
    return Referring(above, below, (above - below).process(), len(table), referring)


def answers_of(wave: Wave, firsts: pd.DataFrame, window: pd.Timedelta, reach: pd.Timestamp) -> pd.DataFrame | None:
    """A wave's answers with a closed window: contact, customer_id, satisfaction, weight and `refers` (1 or 0)."""
    if {"contact_id", "responded_on"} & set(wave.clean.stand_ins["column"]):
        return None
    answers = wave.answers
    named = firsts.dropna(subset=["referred_by"])[["referred_by", "ordered_on"]]
    joined = (
        answers[["customer_id", "responded_on"]]
        .reset_index()
        .merge(named, left_on="customer_id", right_on="referred_by")
    )
    after = joined["ordered_on"] - joined["responded_on"]
    hits = joined.loc[(after > pd.Timedelta(0)) & (after <= window), "index"]
    table = pd.DataFrame(
        {
            "contact": (str(wave.period) + ": " + wave.sample.design.contact.astype(str)),
            "customer_id": answers["customer_id"].to_numpy(),
            "satisfaction": wave.answer_scores[PERSON].to_numpy(),
            "weight": wave.sample.design.weight,
            "refers": answers.index.isin(hits).astype(float),
        }
    )
    closed = (answers["responded_on"] + window <= reach).to_numpy()
    return table[closed & np.isfinite(table["satisfaction"].to_numpy()) & answers["customer_id"].notna().to_numpy()]
