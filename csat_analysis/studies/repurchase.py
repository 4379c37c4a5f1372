"""Is the effect of satisfaction on buying again found where it is, and where there is none; and a curve where it is curved?
And do the intervals of all else that notebook 06 shows hold?

Each draw is a company of its own whose customers answer in one to five waves: scores that drift around a lasting view, sales,
earlier orders, region, tenure, and a lasting leaning to buy that nobody observes. The truth is per *observed* index point:
the weighted mean over all customers of the change in probability. Only companies that the package would fit count: both
outcomes, the rarer at least FEWEST_RARER times (for mere shares: all). `holds`: mean of the effect within TOLERANCE, and coverage in BAND.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.certification import BAND, CONFIDENCE, SHARES_APART
from csat_analysis.models.repurchase import FEWEST_RARER
from csat_analysis.studies import repurchase_world as world
from csat_analysis.studies.repurchase_found import FOUND, Drawn
from csat_analysis.studies.repurchase_world import RATE, Layout, Truth

FILES = (
    "models/curves.py",
    "models/effects.py",
    "models/group_curves.py",
    "models/groups.py",
    "models/regression.py",
    "models/sensitivity.py",
    "models/separation.py",
    "models/shape.py",
    "models/validation.py",
    "studies/many_logits.py",
    "studies/repurchase.py",
    "studies/repurchase_found.py",
    "studies/repurchase_world.py",
)
DRAWS, SEED = 2000, world.SEED
CHUNK = 200  # companies fitted at once; part of what a seed means
TWICE = ("effect", "effect_linear")  # the draws of the numbers of record: their false alarms are told to half a percent
OFTEN = 25  # of the rarer outcome expected in a company
MORE = (1.05, 1.35)  # times as many companies are drawn as must count: the latter where it comes less often than that
TOLERANCE = 0.0002  # of the mean effect, probability a point
SIZES = ((60, 3), (150, 6), (400, 11), (800, 11))  # answers, columns
RARE = ((0.95, 250, 2), (0.95, 600, 5), (0.95, 1600, 11), (0.10, 150, 3), (0.10, 400, 7), (0.10, 1000, 11))
GROUPS = {"calibration": 5, "group_effect": 4, "group_curve": 4}  # in which numbers of a kind are given


@dataclass(frozen=True)
class Setting:
    """test: a kind of number; columns: satisfaction and controls."""

    test: str
    truth: Truth
    n: int
    columns: int = 3


def settings() -> list[Setting]:
    usual, none = Truth(), Truth(0.0)
    found = [Setting("effect", truth, *size) for truth in (usual, none) for size in SIZES]
    found += [
        Setting("effect", truth, n, columns)
        for rate, n, columns in RARE
        for truth in (world.as_steep(rate), Truth(0.0, rate))
    ]
    found += [Setting("effect_linear", s.truth, s.n, s.columns) for s in found if s.test == "effect"]
    for test in ("prediction", "risk_ratio", "customer"):
        found += [Setting(test, usual, *size) for size in SIZES]
        found += [Setting(test, world.as_steep(rate), n, columns) for rate, n, columns in RARE]
    found += [
        Setting(test, world.as_steep(rate), n)
        for test in SHARES_APART
        for n in (60, 150, 400, 800)
        for rate in (RATE, 0.95, 0.10)
    ]
    for test in ("rate_gap", "auc", "auc_gain", "brier", "calibration_slope", "within"):
        found += [Setting(test, usual, n) for n in (60, 150, 400, 800)]
        found += [Setting(test, world.as_steep(rate), n) for rate, n, _ in RARE]
    found += [Setting(test, usual, n) for test in ("group_effect", "group_curve") for n in (400, 800, 1600)]
    curved = Truth(curved=True)
    return found + [Setting("shape", truth, n) for truth in (usual, curved) for n in (150, 400, 800, 1600)]


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting: draws, bias and spread of the effect, coverage or how often a bend was found, and whether it holds."""
    tasks = [
        (place, setting, chunk, seed)
        for place, setting in enumerate(settings())
        for chunk in range(-(-drawn_of(setting, draws) // CHUNK))
    ]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    companies = pd.concat(found, keys=[task[0] for task in tasks], names=["setting", "company"])
    return pd.DataFrame(
        [row(setting, companies.loc[place][: counted_of(setting, draws)]) for place, setting in enumerate(settings())]
    )


def counted_of(setting: Setting, draws: int) -> int:
    return draws * (2 if setting.test in TWICE else 1)


def drawn_of(setting: Setting, draws: int) -> int:
    """More companies than are counted, where some have too few of the rarer outcome."""
    rare = setting.n * min(setting.truth.rate, 1 - setting.truth.rate) < OFTEN
    return int(counted_of(setting, draws) * MORE[rare and setting.test not in SHARES_APART])


def one_chunk(task: tuple[int, Setting, int, int]) -> pd.DataFrame:
    """The companies of a chunk that count: what was found of each, and how many of the rarer outcome it had."""
    place, setting, chunk, seed = task
    rng = np.random.default_rng([seed, place, chunk])
    layout = Layout.of(setting.n)
    hidden = 0.0 if setting.test == "customer" else 0.5
    score, controls, leaning = world.companies(layout, CHUNK, rng, hidden=hidden)
    odds = setting.truth.log_odds(score) + leaning
    bought = (rng.random(score.shape) < special.expit(odds)).astype(float)
    drawn = Drawn(layout, setting.truth, score, controls, leaning, bought, setting.columns)
    rarer = np.minimum(bought.sum(axis=1), (1 - bought).sum(axis=1))
    fewest = 0 if setting.test in SHARES_APART else FEWEST_RARER
    counts = (rarer >= fewest) & (drawn.x[..., 1:].std(axis=1).min(axis=1) > 0)
    found = FOUND[setting.test](drawn.of(counts))
    found.columns = found.columns.map(str)
    return found.assign(rarer=rarer[counts])


def row(setting: Setting, companies: pd.DataFrame) -> dict[str, object]:
    companies = companies.dropna(axis="columns", how="all")  # the other tests' columns
    parts = setting.n / answers_behind(setting)
    common = {
        "test": setting.test,
        "truth": "curved" if setting.truth.curved else f"{setting.truth.effect:g}",
        "rate": setting.truth.rate,
        "answers": answers_behind(setting),
        "rarer": float(companies["rarer"].mean()) / parts,
        "columns": setting.columns,
        "draws": len(companies),
    }
    if setting.test == "shape":
        found = float((companies["p"] < 1 - CONFIDENCE).mean())
        holds = None if setting.truth.curved else BAND[0] <= 1 - found <= BAND[1]
        return common | {"found": found, "power_foretold": float(companies["power"].mean()), "holds": holds}
    if setting.test in ("effect", "effect_linear"):
        return common | effect_row(setting.truth.effect, companies)
    covered = companies.drop(columns="rarer").mean()
    return common | {
        "coverage": float(covered.mean()),
        "coverage_lowest": float(covered.min()),
        "holds": bool(covered.min() >= BAND[0] and (setting.test in SHARES_APART or covered.mean() <= BAND[1])),
    }


def answers_behind(setting: Setting) -> int:
    """Answers that one number of a company rests on: for groups their smallest size, within customers those who returned."""
    if setting.test == "within":
        unit = Layout.of(setting.n).unit
        return int((np.bincount(unit)[unit] > 1).sum())
    return setting.n // GROUPS.get(setting.test, 1)


def effect_row(truth: float, companies: pd.DataFrame) -> dict[str, object]:
    """The bias over all companies; the rest over those with an interval, which a penalised fit doesn't have."""
    own = companies[~companies["separated"].astype(bool)] if "separated" in companies else companies
    bias, covered = (
        float((companies["effect"] - truth).mean()),
        float(own["low"].le(truth).mul(own["high"].ge(truth)).mean()),
    )
    return {
        "bias": bias,
        "spread": float(companies["effect"].std()),
        "coverage": covered,
        "found": float(((own["low"] > 0) | (own["high"] < 0)).mean()),
        "separated": 1 - len(own) / len(companies),
        "holds": bool(BAND[0] <= covered <= BAND[1] and abs(bias) <= TOLERANCE),
    }
