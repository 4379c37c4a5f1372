"""Who ordered again within the window after answering, from orders alone, for a wave whose window has passed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import share
from csat_analysis.metrics.history import hole_days, touches
from csat_analysis.metrics.wave import Wave


def bought_again(answers: pd.DataFrame, orders: pd.DataFrame, window_days: int) -> pd.Series:
    """1 or 0 of each answer: an order 1 to `window_days` days after it by its customer; NaN where the window isn't closed.

    answers  customer_id, responded_on. A window is closed once orders are known of all its days: they reach beyond it, and no
    month of it is a hole.
    """
    days = answers[["customer_id", "responded_on"]].reset_index(drop=True).reset_index()
    joined = days.merge(orders[["customer_id", "ordered_on"]], on="customer_id")
    after = (joined["ordered_on"] - joined["responded_on"]).dt.days
    bought = days["index"].isin(joined.loc[(after > 0) & (after <= window_days), "index"]).astype(float)
    ends = days["responded_on"] + pd.Timedelta(days=window_days)
    known = days["customer_id"].notna() & (ends <= orders["ordered_on"].max())
    known &= ~touches(hole_days(orders["ordered_on"]), days["responded_on"], ends)
    return bought.where(known).set_axis(answers.index)


def repurchase_share(wave: Wave, orders: pd.DataFrame) -> Estimate | NoEstimate:
    """Weighted share (0–1) of a wave's representative answers whose customer bought again; closed windows only."""
    rule, answers = wave.programme.repurchase, wave.answers
    if rule is None:
        return NoEstimate("not_supplied", "survey.yml has no repurchase: {window_days: …}")
    if {"contact_id", "responded_on"} & set(wave.clean.stand_ins["column"]) or "customer_id" not in answers:
        return NoEstimate("not_supplied", "answers name neither customer nor day: orders can't be joined to them")
    bought = bought_again(answers, orders, rule.window_days)
    if not np.isfinite(bought).any():
        return NoEstimate("not_computed", f"no window of {wave.period} has closed")
    return share(wave.sample.design, bought)
