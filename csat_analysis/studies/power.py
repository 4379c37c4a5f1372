"""Is a planned change's power what it claims? Two waves of a company whose change is known, surveyed thousands of times.

`given`: the spread of scores (12 points) and the correlation (.6) are known, and the true change is 5 points: the share of
draws whose 95 % interval excludes 0 is held against the closed form. `from last wave`: both are estimated from the two waves
before, as notebook 02 does, and the true change is what the plan calls detectable: it should be found in 80 % of draws.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import pandas as pd

from csat_analysis.certification import CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.detectable import POWER
from csat_analysis.estimate import Estimate
from csat_analysis.estimators import mean
from csat_analysis.survey.power import PlannedChange, correlation_between, plan_change

FILES = ("design.py", "estimate.py", "estimators.py", "detectable.py", "survey/power.py", "studies/power.py")
DRAWS = 1000
SEED = 20260630
SD, CORRELATION, TRUE_CHANGE = 12.0, 0.6, 5.0


@dataclass(frozen=True)
class Setting:
    """How the variance is known (given, last wave), answers of each wave, and the share of them by the same customers."""

    known: str
    answers: int
    same: float


def settings() -> list[Setting]:
    given = [Setting("given", n, same) for n in (20, 40, 150) for same in (0.0, 0.5, 1.0)]
    return given + [Setting("from last wave", n, same) for n in (40, 150) for same in (0.0, 0.25, 1.0)]


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 2) -> pd.DataFrame:
    """One row a setting: the true change, the power claimed, the power found with its Monte Carlo error, and the detectable change if all is known."""
    with ProcessPoolExecutor(processes) as pool:
        return pd.DataFrame(list(pool.map(partial(measure, draws=draws, seed=seed), settings())))


def measure(setting: Setting, draws: int, seed: int) -> dict[str, object]:
    rng = np.random.default_rng([seed, *map(ord, repr(asdict(setting)))])
    n = setting.answers
    known = PlannedChange(SD**2 / n, n, n - 1, n, setting.same * n, CORRELATION)
    if setting.known == "given":
        claimed, tried = known.power(TRUE_CHANGE), [(TRUE_CHANGE, known_change(setting, rng)) for _ in range(draws)]
    else:
        claimed, tried = POWER, [planned_change(setting, rng) for _ in range(draws)]
    power = float(np.mean([found for _, found in tried]))
    return asdict(setting) | {
        "true_change": float(np.mean([true for true, _ in tried])),
        "claimed": claimed,
        "found": power,
        "monte_carlo_error": float(np.sqrt(power * (1 - power) / draws)),
        "detectable": known.detectable(),
    }


def known_change(setting: Setting, rng: np.random.Generator) -> bool:
    """Is a change of five points found?"""
    wave = waves(setting, rng)
    return excludes_zero(wave(2, TRUE_CHANGE) - wave(1, 0.0))


def planned_change(setting: Setting, rng: np.random.Generator) -> tuple[float, bool]:
    """The change that the plan from the last waves calls detectable, and whether it is found."""
    wave = waves(setting, rng)
    earlier, last = wave(0, 0.0), wave(1, 0.0)
    n = setting.answers
    plan = plan_change(last, n, overlap=setting.same * n, correlation=correlation_between(earlier, last))
    true = plan.detectable()
    return true, excludes_zero(wave(2, true) - last)


def waves(setting: Setting, rng: np.random.Generator) -> Callable[[int, float], Estimate]:
    """A company's waves 0, 1 and 2, each asking a share of the same customers again; `wave(number, change)` is its mean.

    A customer's scores of two waves correlate by CORRELATION; scores are normal, as the closed form supposes.
    """
    n, again = setting.answers, round(setting.same * setting.answers)
    panel = rng.normal(0, np.sqrt(CORRELATION), again)

    def wave(number: int, change: float) -> Estimate:
        lasting = np.concatenate([panel, rng.normal(0, np.sqrt(CORRELATION), n - again)])
        score = 70 + SD * (lasting + rng.normal(0, np.sqrt(1 - CORRELATION), n)) + change
        names = [f"same {i}" for i in range(again)] + [f"{number} {i}" for i in range(n - again)]
        return mean(Design.of(names, wave=str(number)), score).process()

    return wave


def excludes_zero(change: Estimate) -> bool:
    """Does the interval of the change exclude 0?"""
    low, high = change.interval(CONFIDENCE)
    return bool(low > 0 or high < 0)
