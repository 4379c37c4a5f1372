"""The sample company's sales leads: each is created, passes stage after stage or fails at one, and is won or lost after some days.

Leads are created at an even rate, and how one goes doesn't depend on when that was: what is open when a file is drawn is what
happens to be on its way. A new customer is a lead won on the day they began. Between the survey and the drawing of the files
nobody new begins (population.first_orders); then as many a day are won of customers who buy already and take another line.

As many leads are lost a manager in every region, but a region with more customers wins more: so win rates do differ by region
(`true_regional_win_rates`), from 45 % in the first to 29 % in the last.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.simulation.life import Life, following
from csat_analysis.simulation.population import ENTRANTS_A_PERIOD, MANAGERS_A_REGION, shares
from csat_analysis.simulation.setting import SETTING, last_day, stream, survey_date

STAGES = ("lead", "contacted", "needs", "proposal", "negotiation")
LOST_A_MANAGER = 9  # mean number created a period
LOST_AT = (0.28, 0.27, 0.2, 0.15, 0.1)  # share of the lost, by the furthest stage that they reach
DAYS_TO_PASS, DAYS_TO_LOSE, DAYS_SHAPE = 9.0, 22.0, 2.0  # at each stage: means, and the shape of their gamma
LOG_COST, COST_SD = 7.0, 0.5  # CNY, of a lead that brings nobody new
DAY = np.timedelta64(1, "D")


def all_leads(life: Life) -> pd.DataFrame:
    """Every lead created in a published period with its whole way, of which the files show what was known by their day.

    One row a lead: lead_id, period (created in), created_on, closed_on, ending (won, lost), reached (the furthest stage before
    that), manager_id, source, cost, customer_id (blank of the lost), and a column a stage: days from the lead's first to that on
    which it leaves the stage, the last of them its end.
    """
    parts = [won_in(period, life) for period in [*life.published, following(life.published[-1])]]
    parts += [lost_of(period, life) for period in life.published]
    leads = pd.concat(parts, ignore_index=True)
    starts = np.array([np.datetime64(period.start) for period in life.published])
    created = leads["created_on"].to_numpy("datetime64[D]")
    place = np.searchsorted(starts, created, side="right") - 1  # −1: created before the first file's period
    kept = (place >= 0) & (created <= last_day(life.published[-1]))
    names = np.array([str(period) for period in life.published])
    leads = leads.assign(period=names[place])[kept].sort_values(["created_on", "manager_id", "closed_on"])
    number = leads.groupby("period").cumcount() + 1
    ids = [f"L{period}-{at:05d}" for period, at in zip(leads["period"], number, strict=True)]
    return leads.assign(lead_id=ids).reset_index(drop=True)


def won_in(period: Period, life: Life) -> pd.DataFrame:
    """The leads won in a period: those of its new customers, and those of customers of old."""
    rng = stream(life.seed, "leads won", period)
    if period in life.frames:
        frame = life.frames[period]
        new = frame[frame["arrives"] == life.calendar.index(period)]
        began, cost = new["since"].to_numpy("datetime64[D]"), new["acquisition_cost"].to_numpy()
    else:  # still to come when the last files are drawn: nobody learns who they are
        frame = life.frames[life.published[-1]]
        new = frame[frame["arrives"] > 0].sample(rng.poisson(ENTRANTS_A_PERIOD), replace=True, random_state=rng)
        began, cost = rng.choice(days_of_beginning(period), len(new)), new["acquisition_cost"].to_numpy()
    others = days_without_beginners(period)
    more = rng.poisson(wins_a_day(period) * len(others))
    again = frame.iloc[rng.integers(0, len(frame), more)]
    won = pd.concat([new, again])[["manager_id", "customer_id"]].reset_index(drop=True)
    closed_on = np.concatenate([began, rng.choice(others, more)])
    way = way_of(np.full(len(won), len(STAGES)), rng)
    won = won.assign(
        created_on=closed_on - way[STAGES[-1]].to_numpy("timedelta64[D]"),
        closed_on=closed_on,
        ending="won",
        reached=STAGES[-1],
        cost=np.concatenate([cost, cost_of(more, rng)]),
    )
    return won.join(way).assign(source=rng.choice(SETTING["lead_sources"], len(won)))


def lost_of(period: Period, life: Life) -> pd.DataFrame:
    """The leads created in a period that are lost in the end."""
    rng, managers = stream(life.seed, "leads lost", period), list(life.effects.index)
    owner = np.repeat(managers, rng.poisson(LOST_A_MANAGER, len(managers)))
    lost_at = rng.choice(len(STAGES), len(owner), p=LOST_AT)
    way = way_of(lost_at, rng)
    created_on = rng.choice(days_between(period.start, period.end), len(owner))
    lost = pd.DataFrame(
        {
            "manager_id": owner,
            "customer_id": "",
            "created_on": created_on,
            "closed_on": created_on + way.max(axis=1).to_numpy("timedelta64[D]"),
            "ending": "lost",
            "reached": np.array(STAGES)[lost_at],
            "cost": cost_of(len(owner), rng),
        }
    )
    return lost.join(way).assign(source=rng.choice(SETTING["lead_sources"], len(lost)))


def way_of(lost_at: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Day on which each lead leaves each stage, counted from its first; the last stage over again once it is lost.

    lost_at  place of the stage at which it fails; len(STAGES) of a lead that is won.
    """
    stage = np.arange(len(STAGES))
    mean = np.where(stage == lost_at[:, None], DAYS_TO_LOSE, DAYS_TO_PASS)
    days = np.maximum(np.rint(rng.gamma(DAYS_SHAPE, mean / DAYS_SHAPE)), 1).astype(int)
    return pd.DataFrame(np.cumsum(days * (stage <= lost_at[:, None]), axis=1), columns=list(STAGES))


def lead_table(leads: pd.DataFrame, period: Period) -> pd.DataFrame:
    """A period's file: the leads created in it, and those that were open in the file before, as they stand on its last day."""
    first, last = np.datetime64(period.start), last_day(period)
    created, closed = (leads[name].to_numpy("datetime64[D]") for name in ("created_on", "closed_on"))
    leads = leads[(created <= last) & (closed >= first)]
    ways = leads[list(STAGES)].to_numpy()
    passed = (ways <= (last - leads["created_on"].to_numpy("datetime64[D]")).astype(int)[:, None]).sum(axis=1)
    over = (leads["closed_on"] <= pd.Timestamp(last)).to_numpy()
    stands = np.array(STAGES)[np.minimum(passed, len(STAGES) - 1)]
    return leads.assign(
        stage=np.where(over, leads["ending"], stands),
        reached=np.where(over, leads["reached"], stands),
        closed_on=leads["closed_on"].where(over),
        customer_id=leads["customer_id"].where(over, ""),
    ).reset_index(drop=True)


def true_win_rate(period: Period, managers: int) -> float:
    """Share (0–1) of the leads created in a period that are won in the end, as of the process."""
    won = wins_a_day(period) * len(days_between(period.start, period.end))
    return won / (won + LOST_A_MANAGER * managers)


def true_regional_win_rates(period: Period, regions: int) -> list[float]:
    """The same of each region's managers, in survey.yml's order."""
    won = wins_a_day(period) * len(days_between(period.start, period.end)) * shares(regions)
    return list(won / (won + LOST_A_MANAGER * MANAGERS_A_REGION))


def true_conversions(win_rate: float) -> dict[str, float]:
    """Stage → share of the leads that reach it which go beyond it."""
    ends = [*((1 - win_rate) * np.array(LOST_AT)), win_rate]
    return {stage: float(sum(ends[place + 1 :]) / sum(ends[place:])) for place, stage in enumerate(STAGES)}


def true_days_to_close(win_rate: float, drawn: int = 200_000) -> float:
    """Median days from a lead's first day to its last."""
    rng = np.random.default_rng(drawn)
    ends = rng.choice(len(STAGES) + 1, drawn, p=[*((1 - win_rate) * np.array(LOST_AT)), win_rate])
    return float(np.quantile(way_of(ends, rng).max(axis=1), 0.5, method="inverted_cdf"))


def days_between(first: object, last: object) -> np.ndarray:
    """Every day from one to another, both among them."""
    return np.arange(np.datetime64(first), np.datetime64(last) + DAY)


def days_of_beginning(period: Period) -> np.ndarray:
    """The days on which new customers begin (population.first_orders): up to two days before the survey."""
    return days_between(period.start, survey_date(period) - 2 * DAY)


def days_without_beginners(period: Period) -> np.ndarray:
    return days_between(survey_date(period) - DAY, period.end)


def wins_a_day(period: Period) -> float:
    return ENTRANTS_A_PERIOD / len(days_of_beginning(period))


def cost_of(count: int, rng: np.random.Generator) -> np.ndarray:
    return np.exp(rng.normal(LOG_COST, COST_SD, count)).round(0)
