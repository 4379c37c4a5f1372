"""The companies of the study of repurchase: who answers, what moves them to buy, and what is true of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy import optimize, special

from csat_analysis.studies import many_logits

SEED = 20260706
EFFECT, RATE = 0.0058, 0.77
ANSWERS_A_CUSTOMER = (1, 2, 1, 3, 1, 2, 1, 5, 1, 2, 1, 4, 1, 2, 3, 1)
KEY_ACCOUNTS = 8  # one customer in so many, each standing for 1.2 customers; the others for 7
WEIGHTS = (1.2, 7.0)
SPREAD_OF_WEIGHTS = 0.42  # standard deviation of their logarithm within a stratum: a design effect of 1.25 altogether
MEDIAN = 69.0  # of the scores: where the named curvature bends
UNSEEN = 0.5  # standard deviation of a customer's lasting leaning to buy, in log odds
LEVELS_OF_COMPETITION = slice(8, 10)  # among the controls: two columns of 0 and 1 against the first level
SALES, BEFORE = 0.25, 0.6  # what log sales and an earlier order add to the log odds


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
        spread = np.exp(SPREAD_OF_WEIGHTS * np.random.default_rng(SEED).normal(size=n))
        weight = np.array(WEIGHTS)[stratum[unit]] * spread
        return cls(unit, stratum, weight / weight.mean())

    @property
    def degrees_of_freedom(self) -> int:
        return len(self.stratum) - len(np.unique(self.stratum))


def companies(
    layout: Layout, count: int, rng: np.random.Generator, *, hidden: float = 0.5
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores, controls (log sales, bought before, new, classes, regions, competition) and what else moves the log odds.

    hidden  how much the unseen leaning moved the earlier order; with 0 nothing observed tells of it.
    """
    customers, unit = (count, len(layout.stratum)), layout.unit
    size = np.where(layout.stratum == 0, 1.2 + np.abs(rng.normal(0, 0.6, customers)), rng.normal(-0.2, 0.85, customers))
    size, unseen = size[:, unit], rng.normal(0, UNSEEN, customers)[:, unit]
    new = (rng.random(customers) < 0.12)[:, unit]
    region = rng.choice(4, customers, p=[0.4, 0.3, 0.15, 0.15])[:, unit]
    competition = rng.choice(3, customers, p=[0.45, 0.3, 0.25])[:, unit]
    view = rng.normal(0, 8.5, customers)[:, unit]
    score = np.clip(MEDIAN + 0.9 * size + view + rng.normal(0, 8.5, size.shape), 0, 100)
    sales = 3.6 + 0.8 * size + rng.normal(0, 0.4, size.shape)
    before = rng.random(size.shape) < special.expit(1.6 + 0.6 * size + hidden * unseen)
    levels = [new, (sales > 3.6) & (sales <= 4.4), sales <= 3.6]
    levels += [region == level for level in (1, 2, 3)] + [competition == level for level in (1, 2)]
    controls = np.stack([sales, before, *levels], axis=-1).astype(float)
    return score, controls, SALES * sales + BEFORE * before + unseen


@dataclass(frozen=True)
class Truth:
    """effect: of a point, on average; rate: of buying again; curved: all of the effect above the median score."""

    effect: float = EFFECT
    rate: float = RATE
    curved: bool = False

    def log_odds(self, score: np.ndarray) -> np.ndarray:
        intercept, slope = coefficients(self)
        return intercept + slope * self.carrier(score)

    def carrier(self, score: np.ndarray) -> np.ndarray:
        """What the slope is on: the score, or for the named curvature what lies above the median."""
        return np.maximum(score - MEDIAN, 0.0) if self.curved else score - MEDIAN


def as_steep(rate: float) -> Truth:
    """The same slope in log odds, about, where buying again is rarer or more usual."""
    return Truth(round(EFFECT * rate * (1 - rate) / (RATE * (1 - RATE)), 5), rate)


@cache
def coefficients(truth: Truth) -> tuple[float, float]:
    """Intercept and slope that give the rate and the mean effect over a large company's customers."""
    layout = Layout.of(800)
    score, _, leaning = companies(layout, 150, np.random.default_rng(SEED))
    weight = np.broadcast_to(layout.weight, score.shape)
    start = special.logit(truth.rate) - leaning.mean()

    def missed(parameters: np.ndarray) -> tuple[float, float]:
        p = special.expit(parameters[0] + parameters[1] * truth.carrier(score) + leaning)
        steepness = 1.0 * (score > MEDIAN) if truth.curved else 1.0
        effect = np.average(parameters[1] * steepness * p * (1 - p), weights=weight)
        return np.average(p, weights=weight) - truth.rate, 100 * (effect - truth.effect)

    found = optimize.root(missed, [start, truth.effect / (truth.rate * (1 - truth.rate))])
    if not found.success:
        raise ArithmeticError(f"no company has {truth}: {found.message}")
    return tuple(found.x)


@dataclass(frozen=True)
class Everybody:
    """So many customers that a mean over them is the process's: flat arrays, and what is true of them."""

    score: np.ndarray
    controls: np.ndarray
    leaning: np.ndarray
    weight: np.ndarray
    customer: np.ndarray

    def probability(self, truth: Truth) -> np.ndarray:
        return special.expit(truth.log_odds(self.score) + self.leaning)

    def mean(self, values: np.ndarray) -> float:
        return float(np.average(values, weights=self.weight))


@cache
def everybody() -> Everybody:
    layout, count = Layout.of(800), 400
    score, controls, leaning = companies(layout, count, np.random.default_rng(SEED + 1))
    customer = (layout.unit + len(layout.stratum) * np.arange(count)[:, None]).ravel()
    weight = np.tile(layout.weight, count)
    return Everybody(score.ravel(), controls.reshape(-1, controls.shape[2]), leaning.ravel(), weight, customer)


@cache
def prediction_at(truth: Truth) -> Callable[[np.ndarray], np.ndarray]:
    """Mean probability were everybody at a score, by score (between the points of a fine grid a straight line)."""
    all_of_them, grid = everybody(), np.arange(20.0, 101.0, 2.5)
    few = slice(None, None, 5)
    intercept, slope = coefficients(truth)
    means = [
        np.average(
            special.expit(intercept + slope * truth.carrier(np.array(at)) + all_of_them.leaning[few]),
            weights=all_of_them.weight[few],
        )
        for at in grid
    ]
    return lambda at: np.interp(at, grid, means)


@cache
def area_under_curve(truth: Truth, forecast: Callable) -> float:
    """Chance that of a buyer and a non-buyer the buyer is given the higher forecast."""
    them = everybody()
    p, given = them.probability(truth), forecast(truth, them.score, them.controls)
    order = np.argsort(given, kind="stable")
    buyers, others = (them.weight * p)[order], (them.weight * (1 - p))[order]
    return float((buyers * (np.cumsum(others) - others / 2)).sum() / (buyers.sum() * others.sum()))


@cache
def share_between(truth: Truth) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Share who buy again among customers whose score lies above one and up to another."""
    them = everybody()
    order = np.argsort(them.score)
    score, weight = them.score[order], them.weight[order]
    buying, size = (np.r_[0.0, np.cumsum(values)] for values in (weight * them.probability(truth)[order], weight))

    def share(low: np.ndarray, high: np.ndarray) -> np.ndarray:
        first, last = np.searchsorted(score, low, side="right"), np.searchsorted(score, high, side="right")
        return (buying[last] - buying[first]) / (size[last] - size[first])

    return share


@cache
def slope_of_forecast(truth: Truth, forecast: Callable) -> float:
    """Slope of the log odds of buying on those of the forecast, among all customers."""
    them = everybody()
    odds = special.logit(forecast(truth, them.score, them.controls))
    x, p = np.column_stack([np.ones(len(odds)), odds])[None], them.probability(truth)[None]
    return float(many_logits.newton(x, p, them.weight, penalised=False, steps=30)[0][0, 1])


@cache
def slope_within(truth: Truth) -> float:
    """Slope of buying on the score, both less the customer's own mean."""
    them = everybody()
    size = np.bincount(them.customer, weights=them.weight)

    def own(values: np.ndarray) -> np.ndarray:
        return values - (np.bincount(them.customer, weights=them.weight * values) / size)[them.customer]

    score = own(them.score)
    return float((them.weight * score * own(them.probability(truth))).sum() / (them.weight * score**2).sum())
