"""How many careless answers are found, and how many honest people are suspected, where it is known who was which.

Each draw is a survey of five dimensions of five items. Attentive people answer by their own level, dimension by dimension,
some of them noisily; HONEST_TENS of them mean one answer throughout. The careless give one answer throughout, any answer,
or read the first half only. With a clock, the careless hurry, and so do some who read.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from csat_analysis.programme import Programme
from csat_analysis.survey.careless import careless_signs, suspects_by_chance

FILES = ("survey/careless.py", "studies/careless.py")
DRAWS = 60
SEED = 20260614
ANSWERS = (40, 150, 600)
PLANTED = (0.0, 0.03, 0.15)
STYLES = ("one_answer", "any_answer", "half_read")
HONEST_TENS = 0.03
MISSING = 0.01
INNER_DRAWS = 2  # surveys by which chance is judged within each draw
DIMENSIONS = 5
ITEMS = 5
PROGRAMME = Programme.model_validate(
    {
        "name": "Study",
        "scale": {"min": 0, "max": 10},
        "dimensions": {f"d{d}": {"items": [f"d{d}_{i}" for i in range(ITEMS)]} for d in range(DIMENSIONS)},
    }
)


def run(*, draws: int = DRAWS, seed: int = SEED, processes: int = 2) -> pd.DataFrame:
    """One row a setting: answers, planted share, clock; detection by style and false alarms as shares."""
    settings = list(product(ANSWERS, PLANTED, (True, False)))
    with ProcessPoolExecutor(processes) as pool:
        rows = pool.map(partial(rates, draws=draws, seed=seed), range(len(settings)), settings)
        return pd.DataFrame(list(rows))


def rates(place: int, setting: tuple[int, float, bool], *, draws: int, seed: int) -> dict[str, float | int | bool]:
    """Detection and false alarms of one setting over all draws; None where nobody of the kind was there."""
    answers, planted, clock = setting
    counts = pd.DataFrame([one_survey(*setting, (seed, place, draw)) for draw in range(draws)]).sum()
    return {
        "answers": answers,
        "planted": planted,
        "clock": clock,
        **{f"found_{style}": part(counts[f"found_{style}"], counts[style]) for style in STYLES},
        "false_alarms": part(counts["suspected"], counts["attentive"]),
        "honest_tens_suspected": part(counts["tens_suspected"], counts["tens"]),
        "expected_by_chance": part(counts["expected_by_chance"], answers * draws),
    }


def part(some: float, all_of_them: float) -> float | None:
    return round(float(some / all_of_them), 4) if all_of_them else None


def one_survey(answers: int, planted: float, clock: bool, seed: tuple[int, ...]) -> dict[str, float]:
    """Counts of one simulated survey."""
    rng = np.random.default_rng(seed)
    careless = rng.random(answers) < planted
    style = np.where(careless, rng.choice(STYLES, answers), "")
    tens = ~careless & (rng.random(answers) < HONEST_TENS)
    responses = questionnaires(style, tens, clock, rng)
    suspect = careless_signs(responses, PROGRAMME).suspect.to_numpy()
    chance = suspects_by_chance(responses, PROGRAMME, seed=seed[-1], draws=INNER_DRAWS)
    found = {"attentive": (~careless).sum(), "suspected": (suspect & ~careless).sum(), "tens": tens.sum()}
    found |= {"tens_suspected": (suspect & tens).sum(), "expected_by_chance": chance.mean() if len(chance) else 0.0}
    for name in STYLES:
        found |= {name: (style == name).sum(), f"found_{name}": (suspect & (style == name)).sum()}
    return found


def questionnaires(style: np.ndarray, tens: np.ndarray, clock: bool, rng: np.random.Generator) -> pd.DataFrame:
    """The answers, and the time they took where there is a clock."""
    size, width = len(style), DIMENSIONS * ITEMS
    level = 7.2 + rng.normal(0, 1.2, (size, 1)) + np.repeat(rng.normal(0, 0.9, (size, DIMENSIONS)), ITEMS, axis=1)
    noise = np.exp(rng.normal(0, 0.3, (size, 1))) * rng.normal(0, 1.2, (size, width))
    ticked = np.clip(np.rint(level + noise), 0, 10)
    one = np.repeat(rng.integers(5, 11, (size, 1)), width, axis=1)
    any_answer = rng.integers(0, 11, (size, width))
    ticked = np.where((style == "any_answer")[:, None], any_answer, ticked)
    ticked = np.where((tens | (style == "one_answer"))[:, None], one, ticked)
    unread = (style == "half_read")[:, None] & (np.arange(width) >= width // 2)
    ticked = np.where(unread, one, ticked)
    ticked[rng.random(ticked.shape) < MISSING] = np.nan
    responses = pd.DataFrame(ticked, columns=PROGRAMME.items)
    if clock:
        read, hurried = np.exp(rng.normal(5.0, 0.5, size)), rng.uniform(20, 60, size)
        responses["duration_s"] = np.where(style == "", read, hurried)
    return responses
