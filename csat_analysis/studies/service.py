"""Do the intervals of service hold: complaint rates, waiting times with open cases, scores against waiting, points lost at a stage?

Each draw is a company whose truth is known: customers who differ in how readily they complain (gamma: counts are negative
binomial), in how slowly they are served (cases of one customer are alike) and in what they think. Rates, shares and quantiles of
waits are discrete: too little coverage is a failure, too much isn't. `answers` is what a number is looked up by: customers; of a
gap, customers of the smaller group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.estimators import share
from csat_analysis.metrics.complaints import Rate, correlation_of, gap_bounds
from csat_analysis.metrics.waiting import QUANTILES, kaplan_meier
from csat_analysis.models.effects import coefficient
from csat_analysis.models.lost import lost
from csat_analysis.models.regression import fit_linear
from csat_analysis.studies.repurchase import Layout

FILES = (
    "metrics/complaints.py",
    "metrics/waiting.py",
    "models/effects.py",
    "models/lost.py",
    "models/regression.py",
    "studies/repurchase.py",
    "studies/service.py",
)
DRAWS, SEED = 1000, 20260705
SELDOM = 0.5  # an interval that more than half of the draws don't give says little by those that do
RATES = (0.05, 0.15, 0.4)  # complaints a customer and period
UNEQUAL = (0.5, 2.0)  # gamma shape of customers' readiness to complain; the smaller, the more unequal
CUSTOMERS = (20, 40, 80, 150, 400)
WAITING_CUSTOMERS = CUSTOMERS[:-1]
REPLY = (np.log(7.0), 0.9)  # log hours
ALIKE = (0.35, 0.7)  # log standard deviation between customers
TARGETS = {"hours": 24.0, "days": 7.0}
WAITS = {  # kind of wait → for how many mean waits cases are followed at most; one in so many is still open then
    "hours": 40.0,
    "days": 40.0,
    "hours_open": 4.0,
    "days_open": 4.0,
}
MEAN_DAYS = 5.6
POINTS_A_DOUBLING, POINTS_OF_A_GAP = -1.0, -4.0
SMALLER_GROUPS = (8, 15, 30, 60, 120)


@dataclass(frozen=True)
class Setting:
    """test: kind of number; answers: customers (of the smaller group); what: base, wait or size of the whole; often: cases a customer."""

    test: str
    answers: int
    what: str
    often: float = 1.0


def settings() -> list[Setting]:
    found = [Setting("complaint_rate", n, base) for base in ("time", "orders") for n in CUSTOMERS]
    found += [Setting("complaint_gap", n, against) for against in ("three times as many", "as many") for n in CUSTOMERS]
    found += [Setting("complaint_change", n, "time") for n in CUSTOMERS]
    found += [
        Setting(f"wait_{statistic}" + ("_open" if "open" in wait else ""), n, wait, often)
        for statistic in (*QUANTILES, "within_target")
        for wait in WAITS
        for often in (1.3, 3.5)
        for n in WAITING_CUSTOMERS
    ]
    found += [Setting("waiting_slope", n, "answers") for n in (40, 60, 100, 200)]
    for n in (60, 150, 400):
        sizes = [m for m in SMALLER_GROUPS if m <= n / 3]
        found += [Setting(test, m, str(n)) for test in ("bad_service_gap", "points_lost") for m in sizes]
    return found


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting: mean coverage over what was varied, the lowest, and whether it holds."""
    measured = partial(measure, draws=draws, seed=seed)
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            return pd.DataFrame(list(pool.map(measured, enumerate(settings()))))
    return pd.DataFrame([measured(task) for task in enumerate(settings())])


def measure(task: tuple[int, Setting], *, draws: int, seed: int) -> dict[str, object]:
    place, setting = task
    rng = np.random.default_rng([seed, place])
    found = np.array(list(covered(setting, draws, rng)), dtype=float).reshape(draws, -1)
    by_truth = np.array([own[~np.isnan(own)].mean() if (~np.isnan(own)).any() else 0.0 for own in found.T])
    discrete = setting.test.startswith(("complaint", "wait_"))
    seldom = np.isnan(found).mean() > SELDOM
    within = by_truth.mean() >= BAND[0] if discrete else by_truth.min() >= BAND[0] and by_truth.mean() <= BAND[1]
    return {
        "test": setting.test,
        "answers": setting.answers,
        "what": setting.what,
        "often": setting.often,
        "coverage": float(by_truth.mean()),
        "coverage_lowest": float(by_truth.min()),
        "without_interval": float(np.isnan(found).mean()),
        "holds": bool(within and not seldom),
    }


def covered(setting: Setting, draws: int, rng: np.random.Generator) -> Iterator[list[float]]:
    """For each draw: 1 or 0 for each truth that is varied; NaN where there is no interval."""
    one_draw: Callable = {
        "complaint_rate": rates,
        "complaint_gap": gaps_of_rates,
        "complaint_change": changes_of_rates,
    }.get(setting.test)
    if one_draw is None and setting.test.startswith("wait_"):
        one_draw = waits
    elif one_draw is None:
        one_draw = scores
    for _ in range(draws):
        yield one_draw(setting, rng)


def holds_truth(bounds: tuple[float, float], truth: float) -> float:
    low, high = bounds
    return float("nan") if np.isnan(low) or np.isnan(high) else float(low - 1e-12 <= truth <= high + 1e-12)


def customers_rate(
    n: int, rate: float, shape: float, rng: np.random.Generator, *, orders: bool = False
) -> tuple[Rate, float]:
    """A rate of n customers, one in ten of whom was one for part of the time only, and its truth (per order: by 100)."""
    ready = rng.gamma(shape, 1 / shape, n)
    if not orders:
        base = np.where(rng.random(n) < 0.1, rng.random(n), 1.0)
        return Rate(rng.poisson(rate * ready * base).astype(float), base), rate
    size = rng.normal(0, 0.85, n)
    base = rng.poisson(3 * np.exp(size)) / 100
    count = rng.poisson(rate * ready * np.exp(0.5 * size))
    return Rate(count.astype(float), base), rate * np.exp(0.5**2 * 0.85**2 / 2) / (3 * np.exp(0.85**2 / 2) / 100)


def rates(setting: Setting, rng: np.random.Generator) -> list[float]:
    found = []
    for rate in RATES:
        for shape in UNEQUAL:
            drawn, truth = customers_rate(setting.answers, rate, shape, rng, orders=setting.what == "orders")
            found.append(holds_truth(drawn.interval(CONFIDENCE), truth) if drawn.base.sum() > 0 else np.nan)
    return found


def gaps_of_rates(setting: Setting, rng: np.random.Generator) -> list[float]:
    found, rest = [], setting.answers * (3 if setting.what.startswith("three") else 1)
    for rate, other in ((0.05, 0.05), (0.15, 0.15), (0.4, 0.4), (0.3, 0.15)):
        for shape in UNEQUAL:
            one, two = customers_rate(setting.answers, rate, shape, rng)[0], customers_rate(rest, other, shape, rng)[0]
            found.append(holds_truth(gap_bounds(one, two, 0.0, CONFIDENCE), rate - other))
    return found


def changes_of_rates(setting: Setting, rng: np.random.Generator) -> list[float]:
    """The same customers in both periods, as ready to complain in the second."""
    n, found = setting.answers, []
    for rate, later in ((0.05, 0.05), (0.15, 0.15), (0.4, 0.4), (0.15, 0.3)):
        for shape in UNEQUAL:
            ready = rng.gamma(shape, 1 / shape, n)
            before, now = (Rate(rng.poisson(r * ready).astype(float), np.ones(n)) for r in (rate, later))
            correlation = correlation_of(pd.Series(now.influence), pd.Series(before.influence))
            found.append(holds_truth(gap_bounds(now, before, correlation, CONFIDENCE), later - rate))
    return found


def customers_waits(
    setting: Setting, alike: float, customers: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Waits, whether they were over, and whose: customers with 1 + Poisson cases, followed from when each began."""
    cluster = np.repeat(np.arange(customers), 1 + rng.poisson(setting.often - 1, customers))
    slow = rng.normal(0, 1, customers)[cluster]
    if setting.what.startswith("days"):
        wait = 1.0 + rng.poisson(np.exp(0.2 + alike * slow)) + rng.poisson(np.exp(1.2 + alike * slow))
        followed = np.floor(rng.random(len(wait)) * WAITS[setting.what] * MEAN_DAYS)
        return np.minimum(wait, followed), wait <= followed, cluster
    wait = np.exp(REPLY[0] + alike * slow + rng.normal(0, REPLY[1], len(cluster)))
    followed = rng.random(len(wait)) * WAITS[setting.what] * np.exp(REPLY[0] + REPLY[1] ** 2 / 2)
    return np.minimum(wait, followed), wait <= followed, cluster


@cache
def true_waits(what: str, alike: float) -> tuple[float, float, float]:
    """Median, P90 and share within the target of a company's cases."""
    target = TARGETS[what]
    if what == "hours":
        spread = np.hypot(REPLY[1], alike)
        found = stats.lognorm(spread, scale=np.exp(REPLY[0]))
        return float(found.ppf(0.5)), float(found.ppf(0.9)), float(found.cdf(target))
    slow, weight = np.polynomial.hermite_e.hermegauss(60)
    days = np.arange(200)
    mean = np.exp(0.2 + alike * slow) + np.exp(1.2 + alike * slow)
    below = stats.poisson.cdf(days[:, None] - 1, mean[None, :]) @ (weight / weight.sum())
    reached = [float(days[np.argmax(below >= level)]) for level in QUANTILES.values()]
    return reached[0], reached[1], float(below[int(target)])


def waits(setting: Setting, rng: np.random.Generator) -> list[float]:
    statistic, unit, found = (
        setting.test.removeprefix("wait_").removesuffix("_open"),
        setting.what.removesuffix("_open"),
        [],
    )
    for alike in ALIKE:
        truth = dict(zip((*QUANTILES, "within_target"), true_waits(unit, alike), strict=True))
        curve = kaplan_meier(*customers_waits(setting, alike, setting.answers, rng))
        if statistic == "within_target":
            low, high = curve.within(TARGETS[unit], CONFIDENCE)[1:]
        else:
            low, high = curve.quantile(QUANTILES[statistic], CONFIDENCE)[1:]
        found.append(holds_truth((low, high), truth[statistic]))
    return found


@cache
def layout_of(n: int) -> tuple[Layout, Design, np.ndarray]:
    """Who answers how often, with which weight and in which wave, as in the study of repurchase."""
    layout = Layout.of(n)
    design = Design.of(range(n), weight=layout.weight, unit=layout.unit, stratum=layout.stratum[layout.unit])
    waves = (np.arange(n) - np.searchsorted(layout.unit, layout.unit) + layout.unit) % 5
    return layout, design, (waves[:, None] == np.arange(1, 5)).astype(float)


def scores(setting: Setting, rng: np.random.Generator) -> list[float]:
    """Slope on waiting, gap of the badly served, points lost: from answers with left-skewed noise and a lasting view."""
    whole = setting.answers if setting.test == "waiting_slope" else int(setting.what)
    layout, design, waves = layout_of(whole)
    sales = rng.normal(0, 0.85, len(layout.stratum))[layout.unit]
    view = rng.normal(0, 8.5, len(layout.stratum))[layout.unit]
    noise = 8.5 * (2 - rng.gamma(4.0, 0.5, whole))
    slow = rng.normal(0, 1, whole)
    chance = setting.answers / whole
    bad = (slow > stats.norm.ppf(1 - chance)).astype(float)
    if setting.test != "waiting_slope" and bad.max() == bad.min():
        return [np.nan] * (2 if setting.test == "points_lost" else 1)
    waiting, truth = 3 + 1.3 * slow, POINTS_A_DOUBLING if setting.test == "waiting_slope" else POINTS_OF_A_GAP
    served = waiting if setting.test == "waiting_slope" else bad
    y = 69 + 0.9 * sales + view + noise + waves @ [1.0, 2.0, 3.0, 4.0] + truth * served
    x = pd.DataFrame(np.column_stack([served, sales, waves]), columns=["served", "sales", *"2345"])
    estimate = coefficient(fit_linear(design, y, x), "served")
    if setting.test != "points_lost":
        return [holds_truth(estimate.interval(CONFIDENCE), truth)]
    of_all = share(design, bad).process()
    none = replace(estimate, value=estimate.value - truth)  # what the same draw finds where there is no gap
    return [
        holds_truth(lost(gap, of_all).interval(CONFIDENCE), chance * true)
        for gap, true in ((estimate, truth), (none, 0.0))
    ]
