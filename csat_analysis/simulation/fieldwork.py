"""Who is asked in a wave, who answers, and what is on the questionnaire that comes back.

The draws are those of survey.yml on this period's frame, listed by `order_by` descending (then customer_id): an
equal-interval panel takes every (N/n)th customer from a random start within the first interval, a top panel the
largest. Customers recur because the largest stay on top and a fifth of the list is drawn each time; as sales move and
customers come and go, no start brings back more than about a quarter of the last equal-interval draw. Answering becomes
likelier with satisfaction and differs by region, so the answers alone flatter the company.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Panel, Programme
from csat_analysis.simulation import comments
from csat_analysis.simulation.setting import by_level, levels, stream, survey_date

ANSWERING = {"equal_interval": 0.70, "top": 0.83, None: 0.96}  # share at the company's level, by draw (None: staff)
ANSWERING_BY_POINT = 0.04  # logit a point of the index
ANSWERING_BY_REGION = (0.35, -0.35)  # logit, first to last region
PARTIAL, CARELESS, ITEM_MISSING = 0.05, 0.03, 0.008  # shares of answers, answers, items
CHANNELS = {"equal_interval": (0.8, 0.13, 0.04, 0.03), "top": (0.95, 0.05, 0.0, 0.0), None: (0.0, 0.0, 1.0, 0.0)}
CHANNEL_NAMES = ("visit", "phone", "online", "mail")
NOT_ANSWERED = {"refusal": 0.5, "no_contact": 0.42, "ineligible": 0.08}
FIRST_DAY, LAST_DAY = 2, 24  # days after the survey date on which answers come in
REMINDERS = (10, 17)  # days after which waves 2 and 3 begin


@dataclass(frozen=True)
class Wave:
    invitations: pd.DataFrame
    responses: pd.DataFrame
    careless: frozenset[str]  # response ids


def propensity(frame: pd.DataFrame, draw: str | None, level: float, programme: Programme) -> np.ndarray:
    """Probability of answering if asked."""
    base = ANSWERING[draw]
    region = frame["region"].map(by_level(levels(programme, "region"), *ANSWERING_BY_REGION)).fillna(0.0)
    score = np.log(base / (1 - base)) + ANSWERING_BY_POINT * (frame["index"] - level) + region
    return (1 / (1 + np.exp(-score))).to_numpy(float)


def answering_day(index: pd.Series, level: float, period: Period, rng: np.random.Generator) -> np.ndarray:
    """The day each customer answers if asked; the dissatisfied answer later."""
    days = np.clip(np.rint(rng.normal(11 - 0.15 * (index - level), 5)), FIRST_DAY, LAST_DAY)
    return survey_date(period) + days.astype("timedelta64[D]")


def draw_panel(frame: pd.DataFrame, panel: Panel, rng: np.random.Generator) -> pd.DataFrame:
    """The rows of the frame that a panel takes, in its order."""
    listed = frame.sort_values([panel.order_by, "customer_id"], ascending=[False, True])
    if panel.draw == "top":
        return listed.head(panel.size)
    interval = len(listed) / panel.size
    return listed.iloc[np.floor(rng.uniform(0, interval) + interval * np.arange(panel.size)).astype(int)]


def hold_wave(
    frame: pd.DataFrame, staff: pd.DataFrame, level: float, period: Period, programme: Programme, seed: int
) -> Wave:
    """One period's fieldwork over all panels.

    `frame` and `staff` hold what everybody would answer: contact_id, items, outcomes, points, answers_on; `level` is
    the company's, points.
    """
    rng = stream(seed, "fieldwork", period)
    asked, answered = [], []
    for name, panel in programme.panels.items():
        drawn = draw_panel(frame, panel, rng) if panel.from_frame else staff.head(panel.size)
        invited = invite(drawn, name, panel.draw, level, period, programme, rng)
        asked.append(invited)
        answered.append(invited[invited["outcome"].isin(["complete", "partial"])])
    people = pd.concat(answered).sort_values(["responded_on", "panel", "contact_id"], ignore_index=True)
    people.insert(0, "response_id", [f"{period}-{number:04d}" for number in range(1, len(people) + 1)])
    responses, careless = fill_in(people, programme, rng)
    invitations = pd.concat(asked)[["contact_id", "panel", "invited_on", "channel", "wave", "outcome"]]
    return Wave(invitations.reset_index(drop=True), responses, careless)


def invite(
    drawn: pd.DataFrame,
    name: str,
    draw: str | None,
    level: float,
    period: Period,
    programme: Programme,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """The people asked for one panel, with what came of it; whoever is in two panels is visited a day apart."""
    count = len(drawn)
    answers = rng.random(count) < propensity(drawn, draw, level, programme)
    returned = np.where(rng.random(count) < PARTIAL, "partial", "complete")
    refused = rng.choice(list(NOT_ANSWERED), count, p=list(NOT_ANSWERED.values()))
    day = (drawn["answers_on"].to_numpy("datetime64[D]") - survey_date(period)).astype(int) - (draw == "top")
    reminded = 1 + (day > REMINDERS[0]) + (day > REMINDERS[1])
    given_up = np.where(refused == "no_contact", 3, rng.integers(1, 4, count))
    return drawn.assign(
        panel=name,
        own_staff=draw is None,
        outcome=np.where(answers, returned, refused),
        wave=np.where(answers, reminded, given_up),
        channel=rng.choice(CHANNEL_NAMES, count, p=CHANNELS[draw]),
        invited_on=survey_date(period),
        responded_on=survey_date(period) + day.astype("timedelta64[D]"),
    )


def fill_in(
    people: pd.DataFrame, programme: Programme, rng: np.random.Generator
) -> tuple[pd.DataFrame, frozenset[str]]:
    """The returned questionnaires: some stop early, some skip items, a few are ticked without reading."""
    items, outcomes = programme.items, [outcome.column for outcome in programme.outcomes.values()]
    careless = (rng.random(len(people)) < CARELESS) & ~people["own_staff"].to_numpy()
    ticked = people[items].to_numpy(dtype=float, copy=True)
    ticked[careless] = tick_without_reading(int(careless.sum()), len(items), programme, rng)
    ticked[(rng.random(ticked.shape) < ITEM_MISSING) & ~careless[:, None]] = np.nan
    partial = people["outcome"].eq("partial").to_numpy() & ~careless
    stops_after = rng.integers(len(items) // 3, len(items) - 2, len(people))
    ticked[partial[:, None] & (np.arange(len(items)) >= stops_after[:, None])] = np.nan
    duration = np.exp(rng.normal(6.1, 0.3, len(people))) * np.where(partial, 0.6, 1.0)
    duration = np.where(careless, rng.uniform(22, 48, len(people)), np.maximum(duration, 120))
    voices = comments.write_comments(people, list(programme.dimensions), rng)
    responses = people[["response_id", "contact_id", "panel", "responded_on", "channel"]]
    responses = responses.assign(duration_s=duration.astype(int))
    responses = responses.join(pd.DataFrame(ticked, columns=items, index=people.index).astype("Int64"))
    responses = responses.join(people[outcomes].astype("Int64").mask(pd.Series(partial, index=people.index), axis=0))
    responses["comment"] = np.where(partial | careless, "", voices)
    return responses, frozenset(people.loc[careless, "response_id"])


def tick_without_reading(count: int, items: int, programme: Programme, rng: np.random.Generator) -> np.ndarray:
    """Half give one answer throughout, half any answer."""
    low, high = int(programme.scale.min), int(programme.scale.max)
    same = np.repeat(rng.integers((low + high) // 2, high + 1, (count, 1)), items, axis=1)
    return np.where(rng.random((count, 1)) < 0.5, same, rng.integers(low, high + 1, (count, items)))
