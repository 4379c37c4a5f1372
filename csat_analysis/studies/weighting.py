"""What weighting mends and what it can't: companies whose truth is known, surveyed over and over, weighted four ways.

A setting fixes how many customers are asked and what answering depends on: chance alone, what the frame knows (region,
class, tenure), satisfaction itself, or both. Each draw is of a company of its own, whose mean score is the truth. Scores
differ by region, class and tenure, so answering that follows these biases the plain mean, and weighting can mend that.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.survey.answering import answering_model
from csat_analysis.survey.calibration import rake_to_frame, weight_by_propensity

FILES = (
    "design.py",
    "estimate.py",
    "estimators.py",
    "intervals.py",
    "survey/answering.py",
    "survey/calibration.py",
    "survey/weighting.py",
    "studies/weighting.py",
)
DRAWS = 1000
SEED = 20260702
ASKED = (60, 180, 600)
ANSWERING = ("random", "observed", "satisfaction", "both")
METHODS = ("naive", "design", "raked", "propensity")
CUSTOMERS_AN_ASKED = 5
MARGINS = ("customer_class", "region", "tenure")
TRIM = 5.0
COMMON = 0.9  # log odds of answering in the middle: about seven in ten
BY_POINT = 0.05  # log odds a point of the score, where answering depends on satisfaction


@dataclass(frozen=True)
class Setting:
    """How many are asked, and what answering depends on."""

    asked: int
    answering: str


def company(customers: int, rng: np.random.Generator) -> pd.DataFrame:
    """The frame, largest customers first, with everybody's score (points) and their traits."""
    frame = pd.DataFrame(
        {
            "customer_class": np.repeat(["A", "B", "C"], np.diff([0, customers // 5, customers // 2, customers])),
            "region": rng.choice(list("NSEW"), customers),
            "tenure": rng.choice(["new", "established"], customers, p=[0.15, 0.85]),
        }
    )
    own = (4 - rng.gamma(4, 1, customers)) / 2  # skewed to the left, as scores are
    return frame.assign(y=np.clip(70 + 11 * own + 5 * lean(frame), 0, 100))


def lean(frame: pd.DataFrame) -> np.ndarray:
    """What region, class and tenure add, to the score and, where answering is observed, to answering: about −2 … 2."""
    region = frame["region"].map({"N": 1.0, "S": 0.3, "E": -0.3, "W": -1.0})
    return (region + 0.6 * (frame["customer_class"] == "A") - (frame["tenure"] == "new")).to_numpy(dtype=float)


def chance_of_answering(setting: Setting, frame: pd.DataFrame) -> np.ndarray:
    observed = 0.7 * lean(frame) if setting.answering in ("observed", "both") else 0.0
    unseen = BY_POINT * (frame["y"].to_numpy() - 70) if setting.answering in ("satisfaction", "both") else 0.0
    return special.expit(COMMON + observed + unseen + np.zeros(len(frame)))


def survey(setting: Setting, frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Those asked, with `answered` and their stratum: the largest asked in full, of the others every fifth."""
    key_accounts = setting.asked // 8
    others, rest = setting.asked - key_accounts, len(frame) - key_accounts
    at = np.floor(rng.uniform(0, rest / others) + rest / others * np.arange(others)).astype(int)
    asked = frame.iloc[np.concatenate([np.arange(key_accounts), key_accounts + at])]
    return asked.assign(
        answered=rng.random(setting.asked) < chance_of_answering(setting, asked),
        stratum=np.repeat(["key", "others"], [key_accounts, others]),
    )


def design_of(asked: pd.DataFrame, frame: pd.DataFrame) -> Design:
    """Answers weighted by stratum to the frame, as the programme's representative sample is."""
    answers, drawn = asked[asked["answered"]], asked["stratum"].value_counts().to_dict()
    population = {"key": drawn["key"], "others": len(frame) - drawn["key"]}
    answered = answers["stratum"].value_counts()
    return Design.of(
        answers.index,
        stratum=answers["stratum"],
        weight=answers["stratum"].map({name: population[name] / n for name, n in answered.items()}),
        population=population,
        drawn=drawn,
        systematic=("others",),
        order=answers.index,
        wave="now",
    )


def estimates(asked: pd.DataFrame, frame: pd.DataFrame) -> dict[str, Estimate | NoEstimate]:
    """Method → mean score, weighted as the programme weights."""
    design, y = design_of(asked, frame), asked.loc[asked["answered"], "y"]
    margins, chance = list(MARGINS), answering_model(asked, MARGINS).probability[design.contact].to_numpy()
    ways = {
        "naive": Design.of(design.contact, wave="now"),
        "design": design,
        "raked": rake_to_frame(design, asked.loc[design.contact, margins], frame[margins], trim=TRIM).design,
        "propensity": weight_by_propensity(design, chance, trim=TRIM).design,
    }
    return {method: mean(way, y, bounds=(0.0, 100.0)) for method, way in ways.items()}


def measure(setting: Setting, draws: int, seed: int) -> list[dict[str, object]]:
    """Bias, RMSE, coverage and width of each method in one setting."""
    rng = np.random.default_rng([seed, setting.asked, ANSWERING.index(setting.answering)])
    errors, rows = {method: [] for method in METHODS}, []
    for _ in range(draws):
        frame = company(CUSTOMERS_AN_ASKED * setting.asked, rng)
        truth = frame["y"].mean()
        for method, estimate in estimates(survey(setting, frame, rng), frame).items():
            low, high = estimate.interval()
            errors[method].append((estimate.value - truth, low <= truth <= high, high - low))
    for method, found in errors.items():
        error, held, width = (np.array(part, dtype=float) for part in zip(*found, strict=True))
        rows.append(
            {
                "answering": setting.answering,
                "asked": setting.asked,
                "method": method,
                "bias": float(error.mean()),
                "rmse": float(np.sqrt((error**2).mean())),
                "coverage": float(held.mean()),
                "mean_width": float(width.mean()),
                "draws": draws,
            }
        )
    return rows


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 2) -> pd.DataFrame:
    """One row a setting and method. The same seed gives the same table, whatever the number of processes."""
    settings = [Setting(asked, answering) for asked, answering in product(ASKED, ANSWERING)]
    with ProcessPoolExecutor(processes) as pool:
        parts = list(pool.map(partial(measure, draws=draws, seed=seed), settings))
    return pd.DataFrame([row for part in parts for row in part])
