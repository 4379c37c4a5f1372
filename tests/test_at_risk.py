"""Customers who are still awaited: what is left to expect of them is less than of everyone who answers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from repurchase_panels import panel_of
from scipy import special

from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.models.at_risk import customers_at_risk, sales_at_risk, waiting
from csat_analysis.models.repurchase import Panel
from csat_analysis.period import Period

WAITED, EARLIER, LATER = 40, 900, 300
NOW = Period.parse("2026H1")
LAST_DAY = pd.Timestamp("2026-06-30")


def awaited_panel(seed: int = 3, *, waited: int = WAITED) -> tuple[Panel, np.ndarray]:
    """Earlier answers whose 180 days are over and later ones that waited `waited` days; and what the later ones will do.

    Who buys does so after 30 days in the mean, whoever it is.
    """
    rng = np.random.default_rng(seed)
    size = EARLIER + LATER
    late = np.arange(size) >= EARLIER
    score = np.clip(rng.normal(70, 11, size), 0, 100)
    buys = rng.random(size) < special.expit(1.2 + 0.04 * (score - 70))
    day = np.where(buys, np.minimum(1 + rng.exponential(30, size).astype(int), 180), np.nan)
    panel = panel_of(
        period=np.where(late, str(NOW), "2025H1"),
        customer_id=[f"C{place}" for place in range(size)],
        responded_on=pd.Series(np.where(late, LAST_DAY - pd.Timedelta(days=waited), pd.Timestamp("2025-06-10"))),
        satisfaction=score,
        sales_12m=np.exp(rng.normal(10, 1, size)),
        closed=~late,
        bought=buys.astype(float),
        days_to_order=np.where(late & (day > waited), np.nan, day),
    )
    return replace(panel, orders_to=LAST_DAY.date()), buys[late]


def test_whoever_let_days_pass_is_foretold_to_buy_as_often_as_those_do_who_let_as_many_pass():
    panel, buys = awaited_panel()
    awaited = waiting(panel, NOW)
    risk = customers_at_risk(awaited)
    left = panel.table["days_to_order"].isna().to_numpy()[EARLIER:]
    assert awaited.days == WAITED and len(risk) == left.sum()
    assert buys[left].mean() < buys.mean() - 0.2  # by how much it would be overstated
    assert risk["p_buys"].mean() == pytest.approx(buys[left].mean(), abs=0.07)


def test_the_share_at_stake_is_of_the_sales_of_those_awaited():
    panel, buys = awaited_panel()
    awaited = waiting(panel, NOW)
    risk, share = customers_at_risk(awaited), sales_at_risk(awaited)
    assert share.value == pytest.approx(risk["at_risk"].sum() / risk["sales_12m"].sum())
    assert isinstance(share, Estimate) and share.n == len(risk)


def test_nobody_awaited_and_too_few_who_waited_as_long_are_said():
    panel, _ = awaited_panel()
    everyone = replace(panel, table=panel.table.assign(days_to_order=1.0))
    assert waiting(everyone, NOW).reason == "no open window of this period with sales"
    assert waiting(replace(panel, table=panel.table.drop(columns="sales_12m")), NOW).status == "not_supplied"
    longest, _ = awaited_panel(waited=179)
    found = waiting(longest, NOW)
    assert isinstance(found, NoEstimate) and "of those who hadn't ordered after 179 days" in found.reason
