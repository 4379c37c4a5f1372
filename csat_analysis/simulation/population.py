"""The customers of the sample company and what each would answer if asked.

Points are index points, 0–100. A customer's score on a dimension is the company's level, which rises slowly, plus what
the dimension, region, industry, size, tenure and manager add, plus the customer's own view (which lasts from period to
period), plus slow service and actions.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.period import Period
from csat_analysis.programme import Programme
from csat_analysis.simulation.setting import SETTING, by_level, last_day, levels, stream, survey_date

FRAME_SIZE = 815
ENTRANTS_A_PERIOD = 54  # mean number; about as many leave
MANAGERS_A_REGION = 3

LEVEL, RISE = 66.0, 1.2  # at the first published period, and per period
REGION_EFFECT = (1.5, -2.5)  # from the first to the last region of survey.yml
INDUSTRY_EFFECT = (0.8, -0.8)
SIZE_EFFECT, NEW_EFFECT = 0.9, -2.0
VIEW_SD, DIMENSION_SD, ITEM_SD = 9.5, 7.0, 11.0
ITEM_OFFSET_SD = 2.5
PERSISTENCE = 0.62  # of a customer's own view from one period to the next
OUTCOME_SD = 9.0  # of an outcome around the overall impression
STAFF_EFFECT = 6.0  # how much higher the company's own people rate it


def draw_customers(programme: Programme, calendar: list[Period], seed: int) -> pd.DataFrame:
    """Every customer the company will ever have: fixed traits, and `arrives`, the place of their first frame."""
    rng = stream(seed, "customers")
    entrants = rng.poisson(ENTRANTS_A_PERIOD, len(calendar) - 1)
    arrives = np.repeat(np.arange(len(calendar)), [FRAME_SIZE, *entrants])
    count, entrant = len(arrives), arrives > 0
    size = rng.normal(np.where(entrant, -0.4, 0.0), 1.0)
    region = rng.choice(levels(programme, "region"), count, p=shares(len(levels(programme, "region"))))
    industry = rng.choice(levels(programme, "industry"), count, p=shares(len(levels(programme, "industry"))))
    return pd.DataFrame(
        {
            "customer_id": [f"C{number:04d}" for number in range(1, count + 1)],
            "name": [firm_name(number, kind) for number, kind in enumerate(industry)],
            "region": region,
            "industry": industry,
            "since": first_orders(arrives, calendar, rng),
            "manager_id": assign_managers(region, size, entrant, levels(programme, "region"), rng),
            "exclusive": rng.random(count) < np.where(entrant, 0.28, 0.15) + 0.05 * (size > 1),
            "acquisition_cost": np.exp(rng.normal(8.0 + 0.3 * size, 0.4)).round(0),
            "competition": rng.choice(["low", "medium", "high"], count, p=[0.3, 0.45, 0.25]),
            "size": size,
            "arrives": arrives,
        }
    )


def shares(count: int) -> np.ndarray:
    """The first level is twice as common as the last."""
    falling = np.linspace(2, 1, count)
    return falling / falling.sum()


def firm_name(number: int, industry: str) -> str:
    firms = SETTING["names"]["firms"]
    return f"示例{firms[number % len(firms)]}{SETTING['names']['kinds'].get(industry, '')}{number // len(firms) + 1}号"


def first_orders(arrives: np.ndarray, calendar: list[Period], rng: np.random.Generator) -> np.ndarray:
    """The first frame's came over ten years; the others between two frames, after the earlier files were drawn."""
    long_ago = survey_date(calendar[0]) - (90 + 3650 * rng.beta(1, 1.3, len(arrives))).astype("timedelta64[D]")
    opens = np.array([last_day(period.previous()) for period in calendar])[arrives]
    closes = np.array([survey_date(period) for period in calendar])[arrives]
    lately = opens + 1 + (rng.random(len(arrives)) * (closes - opens - 2).astype(int)).astype("timedelta64[D]")
    return np.where(arrives == 0, long_ago, lately)


def assign_managers(
    region: np.ndarray, size: np.ndarray, entrant: np.ndarray, regions: list[str], rng: np.random.Generator
) -> list[str]:
    """In a region the first manager keeps the large customers and the last gets the new ones: case mix, not merit."""
    pull = np.column_stack([0.7 * size, np.zeros(len(size)), 0.8 * entrant - 0.3 * size])
    taste = pull + rng.gumbel(size=pull.shape)
    place = np.array([regions.index(name) for name in region]) * MANAGERS_A_REGION + taste.argmax(axis=1)
    return [f"M{number + 1:02d}" for number in place]


def manager_effects(programme: Programme, seed: int) -> pd.DataFrame:
    """manager_id × dimension, points: standardised draws, so that they average to 0."""
    names = [f"M{number + 1:02d}" for number in range(MANAGERS_A_REGION * len(levels(programme, "region")))]
    draw = stream(seed, "managers").normal(size=len(names))
    merit = (draw - draw.mean()) / draw.std()
    rule = SETTING["manager_effect"]
    return pd.DataFrame(
        {
            dimension: merit * (rule["there"] if dimension == rule["dimension"] else rule["elsewhere"])
            for dimension in programme.dimensions
        },
        index=pd.Index(names, name="manager_id"),
    )


def case_mix(customers: pd.DataFrame, is_new: np.ndarray, programme: Programme) -> np.ndarray:
    """What region, industry, size and tenure add to every score of a customer, points."""
    region = customers["region"].map(by_level(levels(programme, "region"), *REGION_EFFECT))
    industry = customers["industry"].map(by_level(levels(programme, "industry"), *INDUSTRY_EFFECT))
    return (region + industry + SIZE_EFFECT * customers["size"] + NEW_EFFECT * is_new).to_numpy(float)


def is_new_customer(since: pd.Series, period: Period, programme: Programme) -> np.ndarray:
    threshold = pd.Timestamp(survey_date(period)) - pd.DateOffset(months=programme.tenure.new_months)
    return (pd.to_datetime(since) > threshold).to_numpy()


def action_gain(customers: pd.DataFrame, period: Period, programme: Programme) -> pd.DataFrame:
    """What the actions begun before the survey add: customer × dimension, points."""
    gain = pd.DataFrame(0.0, index=customers.index, columns=list(programme.dimensions))
    for action in SETTING["actions"]:
        if np.datetime64(action["started_on"]) < survey_date(period):
            gain.loc[customers[action["segment"]] == action["value"], action["dimension"]] += action["effect"]
    return gain


def carry_on(before: np.ndarray | None, shape: tuple[int, ...], sd: float, rng: np.random.Generator) -> np.ndarray:
    """A view that keeps its spread while it drifts: corr(now, before) = PERSISTENCE."""
    fresh = rng.normal(0, sd, shape)
    return fresh if before is None else PERSISTENCE * before + np.sqrt(1 - PERSISTENCE**2) * fresh


def company_level(step: int, programme: Programme) -> np.ndarray:
    """Points by dimension, `step` periods after the first published one."""
    return LEVEL + RISE * step + np.array([SETTING["dimensions"][name]["offset"] for name in programme.dimensions])


def answers(scores: np.ndarray, programme: Programme, seed: int, rng: np.random.Generator) -> pd.DataFrame:
    """What people with these scores (person × dimension, points) tick, in whole numbers of each scale."""
    ticked: dict[str, np.ndarray] = {}
    offsets = stream(seed, "items")
    for column, dimension in enumerate(programme.dimensions.values()):
        for item in dimension.items:
            felt = scores[:, column] + offsets.normal(0, ITEM_OFFSET_SD) + rng.normal(0, ITEM_SD, len(scores))
            ticked[item] = tick(felt, programme.scale.min, programme.scale.max)
    overall = scores @ np.array([SETTING["dimensions"][name]["driver"] for name in programme.dimensions])
    for name, outcome in programme.outcomes.items():
        felt = overall + SETTING["outcomes"][name] + rng.normal(0, OUTCOME_SD, len(scores))
        ticked[outcome.column] = tick(felt, outcome.min, outcome.max)
    return pd.DataFrame(ticked)


def tick(points: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.clip(np.rint(low + (high - low) * points / 100), low, high).astype(int)


def add_scores(ticked: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """The same people with a column of points for each dimension and for the index."""
    scale = programme.scale
    scored = {
        name: 100 * (ticked[list(dimension.items)].mean(axis=1) - scale.min) / (scale.max - scale.min)
        for name, dimension in programme.dimensions.items()
    }
    index = sum(programme.weights[name] * points for name, points in scored.items())
    return ticked.assign(**scored, index=index)
