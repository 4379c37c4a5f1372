"""Who buys again, when and for how much, and who leaves.

logit P(order in the window after the answer) = INTERCEPT + SLOPE · index + SALES · log(1 + sales_12m / 1000)
                                                + BOUGHT · (ordered in a window before the answer)
The index is the one observed, not a latent score, so a regression on these columns finds these coefficients.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.simulation.setting import SETTING

INTERCEPT, SLOPE, SALES, BOUGHT = -2.65, 0.0375, 0.25, 0.6
MORE_ORDERS, ORDERS_BY_SIZE = 1.05, 0.6  # log mean of the orders after the first, and its slope on size
LOG_AMOUNT, AMOUNT_BY_SIZE, AMOUNT_SD = 9.0, 0.85, 0.5
LEAVE_IF_SILENT, LEAVE_IF_ORDERING = 0.19, 0.025
DAY = np.timedelta64(1, "D")


def repurchase_probability(index: pd.Series, sales_12m: pd.Series, bought_before: pd.Series) -> pd.Series:
    """Probability, 0–1, of an order within the window after the answer."""
    score = INTERCEPT + SLOPE * index + SALES * np.log1p(sales_12m / 1000) + BOUGHT * bought_before
    return 1 / (1 + np.exp(-score))


def choose_leavers(
    frame: pd.DataFrame, next_survey: np.datetime64, programme_dimensions: list[str], rng: np.random.Generator
) -> pd.DataFrame:
    """left_on and left_reason of those who leave before the next survey: mostly customers who don't order again.

    The reason is what the worst-rated dimension suggests, or, for three in ten, something else.
    """
    leaves = rng.random(len(frame)) < np.where(frame["repurchased"], LEAVE_IF_ORDERING, LEAVE_IF_SILENT)
    earliest = frame["answers_on"].to_numpy("datetime64[D]") + 30 * DAY
    left_on = earliest + (rng.random(len(frame)) * (next_survey - earliest - DAY).astype(int)).astype("timedelta64[D]")
    worst = frame[programme_dimensions].idxmin(axis=1)
    over = worst.map({name: SETTING["dimensions"][name]["leaves_over"] for name in programme_dimensions})
    other = rng.choice(SETTING["other_reasons"], len(frame))
    reason = np.where(rng.random(len(frame)) < 0.7, over, other)
    return pd.DataFrame({"left_on": left_on, "left_reason": reason}, index=frame.index)[leaves]


def orders_between(waves: pd.DataFrame, window_days: int, rng: np.random.Generator) -> pd.DataFrame:
    """Orders from one answer to the next, by those who order again; whoever doesn't is silent for the whole window.

    `waves` has one row a customer: customer_id, size, slow, since, opens (the answer's day), closes (the next answer's,
    or the day they left), quiet_until, orders_again.
    """
    buyers = waves[waves["orders_again"]]
    opens, closes, quiet_until = (buyers[name].to_numpy("datetime64[D]") for name in ("opens", "closes", "quiet_until"))
    first = np.maximum(opens, quiet_until) + DAY
    last = np.minimum(closes, opens + window_days * DAY)
    days = np.maximum((last - first).astype(int), 0)
    count = 1 + rng.poisson(np.exp(MORE_ORDERS + ORDERS_BY_SIZE * np.minimum(buyers["size"], 2.5)))
    who = np.repeat(np.arange(len(buyers)), count)
    ordered_on = first[who] + (rng.random(len(who)) * (days[who] + 1)).astype("timedelta64[D]")
    return price_and_ship(buyers.iloc[who], ordered_on, rng)


def first_order_of(entrants: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The order on the day a customer began."""
    return price_and_ship(entrants, entrants["since"].to_numpy("datetime64[D]"), rng)


def price_and_ship(who: pd.DataFrame, ordered_on: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Amounts follow the customer's size; where service is slow, processing and delivery take longer."""
    count, slow = len(who), who["slow"].to_numpy()
    processed_on = ordered_on + rng.poisson(np.exp(0.2 + 0.25 * slow)) * DAY
    return pd.DataFrame(
        {
            "customer_id": who["customer_id"].to_numpy(),
            "ordered_on": ordered_on,
            "processed_on": processed_on,
            "delivered_on": processed_on + (1 + rng.poisson(np.exp(1.2 + 0.25 * slow))) * DAY,
            "amount": np.exp(rng.normal(LOG_AMOUNT + AMOUNT_BY_SIZE * who["size"].to_numpy(), AMOUNT_SD)).round(2),
            "gross_margin": rng.normal(0.24, 0.05, count).clip(0.02, 0.6).round(3),
            "product": [f"{number:03d}" for number in rng.zipf(1.6, count) % 24 + 1],
            "first": ordered_on == who["since"].to_numpy(),
        }
    )


def sales_before(orders: pd.DataFrame, customers: pd.Series, day: np.datetime64, days: int) -> np.ndarray:
    """CNY ordered by each customer in the `days` before a day; 0 where nothing was."""
    recent = orders[(orders["ordered_on"] < day) & (orders["ordered_on"] >= day - days * DAY)]
    return customers.map(recent.groupby("customer_id")["amount"].sum()).fillna(0.0).round(2).to_numpy()


def ordered_before(orders: pd.DataFrame, frame: pd.DataFrame, days: int) -> np.ndarray:
    """Whether each customer ordered in the `days` up to the own answer's day."""
    joined = orders[["customer_id", "ordered_on"]].merge(frame[["customer_id", "answers_on"]], on="customer_id")
    waited = joined["answers_on"] - joined["ordered_on"]
    recent = joined[(waited >= pd.Timedelta(0)) & (waited < pd.Timedelta(days=days))]
    return frame["customer_id"].isin(recent["customer_id"]).to_numpy()
