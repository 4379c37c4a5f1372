"""What the sample company's offices hold: tickets, managers, competitors, audits, mentions, actions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.simulation import comments
from csat_analysis.simulation.setting import SETTING, last_day, survey_date

CATEGORIES = ("quality", "contract", "transport", "service")
UNCATEGORISED = 0.15  # share of complaints
MENTIONS_A_PERIOD = 40
ASKED_ABOUT_COMPETITOR, RATED = 0.35, 0.67  # shares of visits, of mentions


def tickets_between(
    frame: pd.DataFrame, first: np.datetime64, last: np.datetime64, rng: np.random.Generator
) -> pd.DataFrame:
    """Enquiries, complaints and returns of the frame's customers from one day to another (inclusive).

    The dissatisfied complain more; where service is slow, replies and solutions take longer.
    """
    count = rng.poisson(np.exp(-1.0 - 0.025 * (frame["index"] - 68)))
    who = frame.iloc[np.repeat(np.arange(len(frame)), count)]
    opens = np.maximum(first, who["since"].to_numpy("datetime64[D]")).astype("datetime64[h]")
    hours = ((last + 1).astype("datetime64[h]") - opens).astype(int)
    opened_at = (opens + (rng.random(len(who)) * hours).astype("timedelta64[h]")).astype("datetime64[m]")
    opened_at = opened_at + rng.integers(0, 60, len(who)).astype("timedelta64[m]")
    reply = rng.lognormal(np.log(7), 0.9, len(who)) * np.exp(0.35 * who["slow"].to_numpy())
    solve = reply + rng.lognormal(np.log(28), 0.8, len(who)) * np.exp(0.35 * who["slow"].to_numpy())
    kind = rng.choice(["enquiry", "complaint", "return"], len(who), p=[0.45, 0.42, 0.13])
    category = rng.choice(CATEGORIES, len(who), p=[0.3, 0.12, 0.28, 0.3])
    texts = [comments.ticket_text("enquiry" if k == "enquiry" else c, rng) for k, c in zip(kind, category, strict=True)]
    blank = (kind == "enquiry") | (rng.random(len(who)) < UNCATEGORISED)
    drawn_at = (last + 1).astype("datetime64[m]")
    tickets = pd.DataFrame(
        {
            "customer_id": who["customer_id"].to_numpy(),
            "kind": kind,
            "category": np.where(blank, "", category),
            "opened_at": opened_at,
            "first_reply_at": opened_at + (reply * 60).astype("timedelta64[m]"),
            "resolved_at": opened_at + (solve * 60).astype("timedelta64[m]"),
            "text": texts,
        }
    )
    for column in ("first_reply_at", "resolved_at"):  # not yet known when the files are drawn
        tickets[column] = tickets[column].where(tickets[column] < drawn_at)
    return tickets.sort_values("opened_at", ignore_index=True)


def manager_table(frame: pd.DataFrame, effects: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Managers with a sales target: half of their customers' yearly sales, a little more."""
    names, sales = SETTING["names"], frame.groupby("manager_id")["sales_12m"].sum() / 2
    region = frame.groupby("manager_id")["region"].first()
    present = [manager for manager in effects.index if manager in region.index]
    surnames = [names["surnames"][place % len(names["surnames"])] for place in range(len(present))]
    target = (sales[present] * rng.normal(1.06, 0.08, len(present))).round(-3)
    return pd.DataFrame(
        {
            "manager_id": present,
            "name": [surname + names["given"] for surname in surnames],
            "region": region[present].to_numpy(),
            "sales_target": target.to_numpy(),
        }
    )


def competitor_scores(
    responses: pd.DataFrame, frame: pd.DataFrame, programme: Programme, rng: np.random.Generator
) -> pd.DataFrame:
    """How some visited customers rate their main competitor on the same dimensions and scale."""
    visited = responses.merge(frame[["contact_id", *programme.dimensions]], on="contact_id")
    visited = visited[rng.random(len(visited)) < ASKED_ABOUT_COMPETITOR]
    gaps, scale, rows = SETTING["competitors"], programme.scale, []
    for _, answer in visited.iterrows():
        competitor = str(rng.choice(list(gaps)))
        for dimension in programme.dimensions:
            points = 0.5 * answer[dimension] + 0.5 * 68 + gaps[competitor] + rng.normal(0, 11)
            score = np.clip(np.rint(scale.min + (scale.max - scale.min) * points / 100), scale.min, scale.max)
            rows.append((answer["response_id"], competitor, dimension, int(score)))
    return pd.DataFrame(rows, columns=["response_id", "competitor", "dimension", "score"])


def audit_table(effects: pd.DataFrame, period: Period, rng: np.random.Generator) -> pd.DataFrame:
    """Two mystery-shopper visits a manager, five checkpoints each, scored 0–10."""
    rows = []
    for manager, effect in effects.mean(axis=1).items():
        for _ in range(2):
            day = np.datetime64(period.start) + int(rng.integers(10, 150))
            rows += [
                (manager, day, checkpoint, int(np.clip(np.rint(rng.normal(7.2 + 0.3 * effect, 1.2)), 0, 10)))
                for checkpoint in SETTING["checkpoints"]
            ]
    return pd.DataFrame(rows, columns=["manager_id", "visited_on", "checkpoint", "score"])


def mention_table(frame: pd.DataFrame, period: Period, dimensions: list[str], rng: np.random.Generator) -> pd.DataFrame:
    """What is said in public and on the hotline by some customers, with a rating for two in three."""
    voices, rows, first = frame.sample(MENTIONS_A_PERIOD, random_state=rng), [], np.datetime64(period.start)
    for _, voice in voices.iterrows():
        pleased, points = voice["index"] + rng.normal(0, 8) > 70, voice[dimensions].astype(float)
        text = comments.mention_text(points.idxmin(), points.idxmax(), pleased, rng)
        stars = int(np.clip(np.rint(rng.normal(4.3 if pleased else 2.3, 0.7)), 1, 5))
        rating = str(stars) if rng.random() < RATED else ""
        day = first + int(rng.integers(0, (survey_date(period) - first).astype(int)))
        rows.append((day, str(rng.choice(SETTING["mention_sources"])), rating, text))
    return pd.DataFrame(rows, columns=["seen_on", "source", "rating", "text"]).sort_values("seen_on", ignore_index=True)


def action_table(period: Period) -> pd.DataFrame:
    """The improvement plan as it stands at a period: the actions that have begun."""
    columns = [
        "action_id",
        "opened",
        "dimension",
        "item",
        "segment",
        "value",
        "owner",
        "started_on",
        "due_on",
        "status",
        "expected_gain",
    ]
    begun = [action for action in SETTING["actions"] if np.datetime64(action["started_on"]) <= last_day(period)]
    status = ["done" if np.datetime64(action["due_on"]) <= last_day(period) else "running" for action in begun]
    return pd.DataFrame(begun, columns=columns).assign(item="", status=status)
