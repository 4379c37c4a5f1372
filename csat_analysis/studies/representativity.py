"""Does the R-indicator's interval hold? Companies whose chances of answering are known, asked over and over.

A setting fixes how many are asked and how much their chances differ with what the frame knows. Truth is the spread S(ρ)
of the true chances of those asked. Coverage of the inverted χ² (`RIndicator.interval`) stands beside that of the usual
t interval from influences.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.estimate import NoEstimate
from csat_analysis.survey.answering import answering_model
from csat_analysis.survey.representativity import r_indicator

FILES = ("survey/answering.py", "survey/representativity.py", "studies/representativity.py")
DRAWS = 1000
SEED = 20260701
ASKED = (60, 100, 180, 600)
STRENGTH = (0.0, 0.25, 0.5, 1.0)  # log odds by which regions, classes and tenure differ
COMMON = 1.2  # log odds of answering in the middle: about three quarters
VARIABLES = ("customer_class", "region", "industry", "tenure")


def people_asked(asked: int, strength: float, rng: np.random.Generator) -> tuple[pd.DataFrame, np.ndarray]:
    """Customers with their traits and whether they answered; and their true chances."""
    people = pd.DataFrame(
        {
            "customer_class": rng.choice(list("ABC"), asked, p=[0.2, 0.25, 0.55]),
            "region": rng.choice(list("NSEW"), asked),
            "industry": rng.choice(list("vwxyz"), asked, p=[0.3, 0.25, 0.2, 0.15, 0.1]),
            "tenure": rng.choice(["new", "established"], asked, p=[0.15, 0.85]),
        }
    )
    leaning = people["region"].map({"N": 1.0, "S": 0.3, "E": -0.3, "W": -1.0})
    leaning += 0.6 * (people["customer_class"] == "A") - (people["tenure"] == "new")
    chance = special.expit(COMMON + strength * leaning.to_numpy(dtype=float))
    return people.assign(answered=rng.random(asked) < chance), chance


def cover(setting: tuple[int, float], draws: int, seed: int) -> dict[str, float]:
    """One setting: coverage of both intervals, mean of the estimate with and without correction, and its true value."""
    asked, strength = setting
    rng = np.random.default_rng([seed, asked, round(100 * strength)])
    rows = []
    for _ in range(draws):
        people, chance = people_asked(asked, strength, rng)
        found = r_indicator(answering_model(people, VARIABLES), people["answered"])
        if isinstance(found, NoEstimate):
            continue
        truth = 1 - 2 * chance.std()
        low, high = found.interval()
        t_low, t_high = found.estimate.interval() if found.spread > 0 else (1.0, 1.0)
        rows.append(
            {
                "true_value": truth,
                "estimate": found.value,
                "uncorrected": found.raw,
                "width": high - low,
                "coverage": low - 1e-9 <= truth <= high + 1e-9,
                "coverage_t": t_low - 1e-9 <= truth <= t_high + 1e-9,
            }
        )
    return (
        {"asked": asked, "strength": strength}
        | pd.DataFrame(rows).astype(float).mean().to_dict()
        | {"no_estimate": 1 - len(rows) / draws}
    )


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 2) -> pd.DataFrame:
    """One row a setting. The same seed gives the same table, whatever the number of processes."""
    with ProcessPoolExecutor(processes) as pool:
        return pd.DataFrame(pool.map(partial(cover, draws=draws, seed=seed), product(ASKED, STRENGTH)))
