"""Panels whose truth is known, made without raw files."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.models.repurchase import Panel, flow, panel_design

PERIODS = ("2024H1", "2024H2", "2025H1")


def panel_of(**columns: object) -> Panel:
    """A panel of these columns; what isn't named is alike for all and known."""
    table = pd.DataFrame(columns)
    size = len(table)
    defaults = {
        "period": "2024H1",
        "contact": [f"C{place}" for place in range(size)],
        "customer_id": [f"C{place}" for place in range(size)],
        "responded_on": pd.Timestamp("2024-06-10"),
        "satisfaction": np.linspace(50, 90, size),
        "intent": np.nan,
        "weight": 1.0,
        "stratum": "others",
        "closed": True,
        "bought": np.arange(size) % 2.0,
        "days_to_order": np.nan,
    }
    table = table.assign(**{name: value for name, value in defaults.items() if name not in table})
    table["bought"] = table["bought"].where(table["closed"])
    return Panel(table, panel_design(table), flow(size, size, table), dt.date(2026, 6, 30), 180, ("orders.csv",))


def simulated(
    customers: int = 400, *, slope: float = 0.04, bend: float = 0.0, lasting: float = 0.0, seed: int = 5
) -> Panel:
    """Customers who answer in three periods. Log odds = slope · (score − 70) + bend · max(score − 70, 0) + sales + leaning.

    lasting  how much a customer's lasting score goes with a leaning to buy that is recorded nowhere.
    """
    rng = np.random.default_rng(seed)
    who = np.tile(np.arange(customers), len(PERIODS))
    lasts = rng.normal(0, 8, customers)
    score = np.clip(70 + lasts[who] + rng.normal(0, 8, len(who)), 0, 100)
    sales = rng.normal(3, 1, customers)[who]
    odds = 0.9 + slope * (score - 70) + bend * np.maximum(score - 70, 0) + 0.3 * (sales - 3) + lasting * lasts[who]
    return panel_of(
        period=np.repeat(PERIODS, customers),
        contact=[f"C{place}" for place in who],
        customer_id=[f"C{place}" for place in who],
        satisfaction=score,
        log_sales=sales,
        competition=np.array(["low", "medium", "high"])[who % 3],
        bought=(rng.random(len(who)) < special.expit(odds)).astype(float),
        weight=np.where(who % 4 == 0, 1.5, 1.0),
    )
