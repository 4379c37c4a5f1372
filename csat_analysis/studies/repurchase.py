"""Is the effect of satisfaction on buying again found where it is, and where there is none; and a curve where it is curved?

Each draw is a company of its own whose customers answer in one to five waves: scores that drift around a lasting view, sales,
earlier orders, region, tenure, and a lasting leaning to buy that nobody observes. The truth is per *observed* index point:
the weighted mean over all customers of the change in probability. `holds`: mean within TOLERANCE and coverage in BAND.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from csat_analysis import intervals
from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.models.curves import KNOTS
from csat_analysis.models.validation import auc
from csat_analysis.studies import many_logits

FILES = (
    "models/curves.py",
    "models/effects.py",
    "models/regression.py",
    "models/separation.py",
    "models/shape.py",
    "models/validation.py",
    "studies/many_logits.py",
    "studies/repurchase.py",
)
DRAWS, SEED = 2000, 20260706
CHUNK = 200  # companies fitted at once; part of what a seed means
TOLERANCE = 0.0002  # of the mean effect, probability a point
EFFECT, RATE = 0.0058, 0.77
FAR_OUT = (55.0, 70.0, 80.0)  # points at which predictions are tried
ANSWERS_A_CUSTOMER = (1, 2, 1, 3, 1, 2, 1, 5, 1, 2, 1, 4, 1, 2, 3, 1)
KEY_ACCOUNTS = 8  # one customer in so many, each standing for 1.2 customers; the others for 7
WEIGHTS = (1.2, 7.0)
MEDIAN = 69.0  # of the scores: where the named curvature bends


@dataclass(frozen=True)
class Setting:
    """test: effect, prediction, auc or shape; truth: the effect a point, or straight / curved; columns: satisfaction and controls."""

    test: str
    truth: float | str
    n: int
    columns: int


def settings() -> list[Setting]:
    sizes = ((60, 3), (150, 6), (400, 11), (800, 11))
    found = [Setting("effect", truth, n, columns) for truth in (EFFECT, 0.0) for n, columns in sizes]
    found += [Setting("prediction", EFFECT, n, columns) for n, columns in sizes]
    found += [Setting("auc", EFFECT, n, 3) for n in (150, 400, 800)]
    return found + [Setting("shape", truth, n, 3) for truth in ("straight", "curved") for n in (150, 400, 800, 1600)]


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting: draws, bias and spread of the effect, coverage or how often a bend was found, and whether it holds."""
    chunks = -(-draws // CHUNK)
    tasks = [(place, setting, chunk, seed) for place, setting in enumerate(settings()) for chunk in range(chunks)]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    companies = pd.concat(found, keys=[task[0] for task in tasks], names=["setting", "company"])
    return pd.DataFrame([row(setting, companies.loc[place][:draws]) for place, setting in enumerate(settings())])


def row(setting: Setting, companies: pd.DataFrame) -> dict[str, object]:
    common = {"test": setting.test, "truth": str(setting.truth), "answers": setting.n, "columns": setting.columns}
    if setting.test == "shape":
        found = float((companies["p"] < 1 - CONFIDENCE).mean())
        holds = BAND[0] <= 1 - found <= BAND[1] if setting.truth == "straight" else None
        return common | {"found": found, "power_foretold": float(companies["power"].mean()), "holds": holds}
    if setting.test in ("prediction", "auc"):
        covered = companies.mean()
        return common | {
            "coverage": float(covered.mean()),
            "coverage_lowest": float(covered.min()),
            "holds": bool(covered.min() >= BAND[0] and covered.mean() <= BAND[1]),
        }
    truth, gap = float(setting.truth), companies["effect"] - float(setting.truth)
    covered = float((companies["low"].le(truth) & companies["high"].ge(truth)).mean())
    linear = float((companies["linear_low"].le(truth) & companies["linear_high"].ge(truth)).mean())
    found = float(((companies["low"] > 0) | (companies["high"] < 0)).mean())
    return common | {
        "bias": float(gap.mean()),
        "bias_linear": float(companies["linear"].mean() - truth),
        "spread": float(gap.std()),
        "coverage": covered,
        "coverage_linear": linear,
        "found": found,
        "separated": float(companies["separated"].mean()),
        "holds": bool(BAND[0] <= covered <= BAND[1] and abs(gap.mean()) <= TOLERANCE),
    }


def one_chunk(task: tuple[int, Setting, int, int]) -> pd.DataFrame:
    place, setting, chunk, seed = task
    rng = np.random.default_rng([seed, place, chunk])
    layout = Layout.of(setting.n)
    score, controls, leaning = companies(layout, CHUNK, rng)
    bought = (rng.random(score.shape) < special.expit(log_odds(setting.truth, score) + leaning)).astype(float)
    x = np.concatenate([np.ones((*score.shape, 1)), score[..., None], controls[..., : setting.columns - 1]], axis=2)
    both = (bought.min(axis=1) < bought.max(axis=1)) & (x[..., 1:].std(axis=1).min(axis=1) > 0)
    if setting.test == "auc":
        return area_found(score[both], bought[both], layout)
    return {"effect": effect_found, "prediction": predictions_found, "shape": shape_found}[setting.test](
        x[both], bought[both], layout
    )


@dataclass(frozen=True)
class Layout:
    """Who answers how often: the same in every company of a size. unit: a contact's customer; stratum: a customer's."""

    unit: np.ndarray
    stratum: np.ndarray
    weight: np.ndarray

    @classmethod
    def of(cls, n: int) -> Layout:
        often = np.resize(ANSWERS_A_CUSTOMER, n)
        unit = np.repeat(np.arange(n), often)[:n]
        stratum = (np.arange(unit[-1] + 1) % KEY_ACCOUNTS > 0).astype(int)
        weight = np.array(WEIGHTS)[stratum[unit]]
        return cls(unit, stratum, weight / weight.mean())

    @property
    def degrees_of_freedom(self) -> int:
        return len(self.stratum) - len(np.unique(self.stratum))


def companies(layout: Layout, count: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, controls (log sales, bought before, new, classes, regions, competition) and what else moves the log odds."""
    customers, unit = (count, len(layout.stratum)), layout.unit
    size = np.where(layout.stratum == 0, 1.2 + np.abs(rng.normal(0, 0.6, customers)), rng.normal(-0.2, 0.85, customers))
    size, unseen = size[:, unit], rng.normal(0, 0.5, customers)[:, unit]
    new = (rng.random(customers) < 0.12)[:, unit]
    region = rng.choice(4, customers, p=[0.4, 0.3, 0.15, 0.15])[:, unit]
    competition = rng.choice(3, customers, p=[0.45, 0.3, 0.25])[:, unit]
    view = rng.normal(0, 8.5, customers)[:, unit]
    score = np.clip(MEDIAN + 0.9 * size + view + rng.normal(0, 8.5, size.shape), 0, 100)
    sales = 3.6 + 0.8 * size + rng.normal(0, 0.4, size.shape)
    before = rng.random(size.shape) < special.expit(1.6 + 0.6 * size + 0.5 * unseen)
    levels = [new, (sales > 3.6) & (sales <= 4.4), sales <= 3.6]
    levels += [region == level for level in (1, 2, 3)] + [competition == level for level in (1, 2)]
    controls = np.stack([sales, before, *levels], axis=-1).astype(float)
    return score, controls, 0.25 * sales + 0.6 * before + unseen


def log_odds(truth: float | str, score: np.ndarray) -> np.ndarray:
    intercept, slope = coefficients(truth)
    return intercept + slope * carrier(truth, score)


def carrier(truth: float | str, score: np.ndarray) -> np.ndarray:
    """What the slope is on: the score, or for the named curvature what lies above the median."""
    return np.maximum(score - MEDIAN, 0.0) if truth == "curved" else score - MEDIAN


@cache
def coefficients(truth: float | str) -> tuple[float, float]:
    """Intercept and slope that give the rate and the mean effect over a large company's customers."""
    layout = Layout.of(800)
    score, _, leaning = companies(layout, 150, np.random.default_rng(SEED))
    weight = np.broadcast_to(layout.weight, score.shape)
    wanted = EFFECT if isinstance(truth, str) else truth

    def missed(parameters: np.ndarray) -> tuple[float, float]:
        p = special.expit(parameters[0] + parameters[1] * carrier(truth, score) + leaning)
        steepness = 1.0 * (score > MEDIAN) if truth == "curved" else 1.0
        effect = np.average(parameters[1] * steepness * p * (1 - p), weights=weight)
        return np.average(p, weights=weight) - RATE, 100 * (effect - wanted)

    return tuple(optimize.root(missed, [-0.3, 6 * wanted]).x)


def effect_found(x: np.ndarray, bought: np.ndarray, layout: Layout) -> pd.DataFrame:
    fits = many_logits.fit(x, bought, layout.weight)
    far = stats.t.ppf((1 + CONFIDENCE) / 2, layout.degrees_of_freedom)
    value, influence = many_logits.average_marginal_effect(fits)
    half = far * np.sqrt(many_logits.covariance(influence, influence, layout.unit, layout.stratum))
    linear, of_linear = many_logits.linear_slope(x, bought, layout.weight)
    other = far * np.sqrt(many_logits.covariance(of_linear, of_linear, layout.unit, layout.stratum))
    return pd.DataFrame(
        {
            "effect": value,
            "low": value - half,
            "high": value + half,
            "linear": linear,
            "linear_low": linear - other,
            "linear_high": linear + other,
            "separated": fits.separated,
        }
    )


def predictions_found(x: np.ndarray, bought: np.ndarray, layout: Layout) -> pd.DataFrame:
    """At each of FAR_OUT: does the interval of the log odds hold the true mean probability of customers of such a score?"""
    fits, found = many_logits.fit(x, bought, layout.weight), {}
    for at in FAR_OUT:
        value, influence = many_logits.prediction(fits, at)
        se = np.sqrt(many_logits.covariance(influence, influence, layout.unit, layout.stratum))
        found[at] = held(value, se, layout, true_prediction(at))
    return pd.DataFrame(found)


def area_found(score: np.ndarray, bought: np.ndarray, layout: Layout) -> pd.DataFrame:
    """Does the interval of the log odds hold the true area under the curve of a forecast that goes by the score?"""
    design = Design.of(
        range(len(layout.unit)), weight=layout.weight, unit=layout.unit, stratum=layout.stratum[layout.unit]
    )
    areas = [auc(design, outcome, special.expit(own / 10)) for outcome, own in zip(bought, score, strict=True)]
    value, se = np.array([area.value for area in areas]), np.array([area.se for area in areas])
    return pd.DataFrame({"auc": held(value, se, layout, true_area())})


def held(value: np.ndarray, se: np.ndarray, layout: Layout, truth: float) -> np.ndarray:
    """1 where the interval of the log odds holds the truth, else 0; NaN where there is none."""
    bounds = [intervals.logit(v, s, layout.degrees_of_freedom, CONFIDENCE) for v, s in zip(value, se, strict=True)]
    return np.array([np.nan if np.isnan(low) else float(low <= truth <= high) for low, high in bounds])


@cache
def large_company() -> tuple[Layout, np.ndarray, np.ndarray]:
    """Scores and what else moves the log odds, of so many customers that a mean over them is the process's."""
    layout = Layout.of(800)
    score, _, leaning = companies(layout, 400, np.random.default_rng(SEED + 1))
    return layout, score, leaning


@cache
def true_prediction(at: float) -> float:
    layout, score, leaning = large_company()
    p = special.expit(log_odds(EFFECT, np.full_like(score, at)) + leaning)
    return float(np.average(p, weights=np.broadcast_to(layout.weight, p.shape)))


@cache
def true_area() -> float:
    """Chance that of a buyer and a non-buyer the buyer has the higher score."""
    layout, score, leaning = large_company()
    p = special.expit(log_odds(EFFECT, score) + leaning).ravel()
    weight, order = np.tile(layout.weight, len(score)), np.argsort(score.ravel(), kind="stable")
    buyers, others = (weight * p)[order], (weight * (1 - p))[order]
    return float((buyers * (np.cumsum(others) - others / 2)).sum() / (buyers.sum() * others.sum()))


def shape_found(x: np.ndarray, bought: np.ndarray, layout: Layout) -> pd.DataFrame:
    """p of the Wald test of the bends, and the power that the test foretells for the named curvature."""
    bends = spline_bends(x[..., 1])
    x = np.concatenate([x[..., :2], bends, x[..., 2:]], axis=2)
    fits = many_logits.fit(x, bought, layout.weight)
    influence = many_logits.robust_influence(fits)
    count, freedom = bends.shape[2], layout.degrees_of_freedom
    spread = np.empty((len(x), count, count))
    for i in range(count):
        for j in range(count):
            spread[:, i, j] = many_logits.covariance(
                influence[..., 2 + i], influence[..., 2 + j], layout.unit, layout.stratum
            )
    found, named = fits.beta[:, 2 : 2 + count], named_curvature(fits)[:, 2 : 2 + count]
    statistic, size = (np.einsum("di,dij,dj->d", b, np.linalg.inv(spread), b) for b in (found, named))
    beyond = stats.f.isf(1 - CONFIDENCE, count, freedom)
    return pd.DataFrame(
        {"p": stats.f.sf(statistic / count, count, freedom), "power": stats.ncf.sf(beyond, count, freedom, size)}
    )


def spline_bends(score: np.ndarray) -> np.ndarray:
    """The bending columns of each company's restricted cubic spline (models/curves.py), knots at its own quantiles."""
    first, second, before, last = np.quantile(score, KNOTS[4], axis=1)[..., None]
    beyond = {place: np.maximum(score - knot, 0.0) ** 3 for place, knot in enumerate((first, second, before, last))}
    columns = [
        beyond[place] - beyond[2] * (last - knot) / (last - before) + beyond[3] * (before - knot) / (last - before)
        for place, knot in enumerate((first, second))
    ]
    return np.stack(columns, axis=-1) / (last - first)[..., None] ** 2


def named_curvature(fits: many_logits.Fits) -> np.ndarray:
    """Coefficients of the named curvature in each company (models/shape.py)."""
    p, score = fits.probability(), fits.x[..., 1]
    weight = fits.weight * p * (1 - p)
    above = np.maximum(score - np.median(score, axis=1, keepdims=True), 0.0)
    hinge = EFFECT * fits.weight.sum() / (weight * (above > 0)).sum(axis=1, keepdims=True) * above
    moments = np.einsum("dnk,dn->dk", fits.x, weight * hinge)
    return np.linalg.solve(many_logits.information(fits.x, weight), moments[..., None])[..., 0]
