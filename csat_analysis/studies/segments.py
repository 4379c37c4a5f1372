"""Do differences between a group of customers and all others hold: of promises kept, median waits, lifetime value, win rates?

Each draw is a group and a rest of other customers, made as the studies of service, customers and sales make a company; the
interval is that of metrics/against_rest. Waits and shares are discrete: only too little coverage is a failure. `answers`: customers
of the smaller group; of win rates its closed leads.

wait_<statistic>_gap   promises kept, median; the rest as quick or half as quick, customers' cases alike more or less.
clv_gap_<spread>       plain CLV of both, which keep customers alike or not, the rest as large or three times.
conversion_gap         win rates by Aalen–Johansen, of leads that pass each stage alike or not.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.against_rest import Side
from csat_analysis.metrics.closing import OPEN
from csat_analysis.metrics.complaints import gap_bounds
from csat_analysis.metrics.funnel import STAGES, Funnel
from csat_analysis.metrics.lifetime import lifetime, value_and_bounds
from csat_analysis.metrics.waiting import QUANTILES, kaplan_meier
from csat_analysis.studies import customers, sales, service

FILES = (
    "metrics/against_rest.py",
    "metrics/amounts.py",
    "metrics/closing.py",
    "metrics/complaints.py",
    "metrics/funnel.py",
    "metrics/lifetime.py",
    "metrics/waiting.py",
    "design.py",
    "estimate.py",
    "estimators.py",
    "intervals.py",
    "studies/customers.py",
    "studies/sales.py",
    "studies/segments.py",
    "studies/service.py",
)
DRAWS, SEED = 500, 20261120  # each draw has two to six pairs of groups
SELDOM = 0.5  # an interval that more than half of the draws don't give says little by those that do
TIMES = (1, 3)  # as many others as the group has
WAITING_CUSTOMERS, WORTH_CUSTOMERS, LEADS = (20, 60, 150), (20, 60, 150, 600), (30, 90, 250)
KEPT = ((0.9, 0.9), (0.8, 0.9), (0.6, 0.9))  # retention of the group and of the rest
SLOWER = 2.0
HALF_AS_LARGE = 0.5


@dataclass(frozen=True)
class Setting:
    """test: kind of difference; answers: customers (or leads) of the group; what: kind of wait, spread or world; times: size of the rest."""

    test: str
    answers: int
    what: str
    times: int


def settings() -> list[Setting]:
    waits = [
        Setting(f"wait_{statistic}_gap" + ("_open" if "open" in wait else ""), n, wait, times)
        for statistic in ("median", "within_target")
        for wait in service.WAITS
        for times in TIMES
        for n in WAITING_CUSTOMERS
    ]
    worth = [
        Setting(f"clv_gap_{spread:g}", n, f"{spread:g}", times)
        for spread in customers.SPREADS
        for times in TIMES
        for n in WORTH_CUSTOMERS
    ]
    won = [Setting("conversion_gap", n, world, t) for world in sales.DAYS_IN_STAGE for t in TIMES for n in LEADS]
    return waits + worth + won


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
    found, size = {"wait": waits, "clv": worths, "conversion": win_rates}[setting.test.split("_")[0]](
        setting, draws, rng
    )
    known = ~np.isnan(found)
    by_truth = np.array([own[k].mean() if k.any() else 0.0 for own, k in zip(found.T, known.T, strict=True)])
    low = by_truth.mean() >= BAND[0]
    within = low if not setting.test.startswith("clv") else low and by_truth.mean() <= BAND[1]
    return {
        "test": setting.test,
        "answers": size,
        "what": setting.what,
        "times": setting.times,
        "coverage": float(by_truth.mean()),
        "coverage_lowest": float(by_truth.min()),
        "without_interval": float(1 - known.mean()),
        "holds": bool(within and known.mean() >= SELDOM),
    }


def held(one: Side, rest: Side, truth: float) -> float:
    return service.holds_truth(gap_bounds(one, rest, 0.0, CONFIDENCE), truth)


def given(value: float, low: float, high: float, n: int) -> Side:
    """A side whose bounds are known at the study's confidence alone."""
    return Side(value, lambda _: (low, high), n, True)


def waits(setting: Setting, draws: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """The rest's customers are alike otherwise, or as much; in the last two they wait twice as long."""
    kinds = ((0.35, 0.7, 1.0), (0.7, 0.7, 1.0), (0.35, 0.7, SLOWER), (0.7, 0.35, SLOWER))
    found = [[one_wait(setting, *kind, rng) for kind in kinds] for _ in range(draws)]
    return np.array(found), setting.answers


def one_wait(setting: Setting, alike: float, others: float, slower: float, rng: np.random.Generator) -> float:
    statistic = setting.test.removeprefix("wait_").split("_gap")[0]
    unit = setting.what.removesuffix("_open")
    target = service.TARGETS[unit]
    own = service.Setting(f"wait_{statistic}", setting.answers, setting.what, 2.0)
    curves = [
        kaplan_meier(*service.customers_waits(own, likeness, n, rng))
        for likeness, n in ((alike, setting.answers), (others, setting.times * setting.answers))
    ]
    if statistic == "within_target":
        sides = [given(*c.within(t, CONFIDENCE), c.clusters) for c, t in zip(curves, (target, target / slower))]
        return held(*sides, within(unit, alike, target) - within(unit, others, target / slower))
    level = QUANTILES[statistic]
    sides = [given(*(k * v for v in c.quantile(level, CONFIDENCE)), c.clusters) for c, k in zip(curves, (1, slower))]
    return held(*sides, service.true_waits(unit, alike)[0] - slower * service.true_waits(unit, others)[0])


@cache
def within(unit: str, alike: float, target: float) -> float:
    """The true share of waits up to a target."""
    if unit == "hours":
        return float(stats.lognorm(np.hypot(service.REPLY[1], alike), scale=np.exp(service.REPLY[0])).cdf(target))
    slow, weight = np.polynomial.hermite_e.hermegauss(60)
    mean = np.exp(0.2 + alike * slow) + np.exp(1.2 + alike * slow)
    return float(stats.poisson.cdf(int(target) - 1, mean) @ (weight / weight.sum()))


def worths(setting: Setting, draws: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Plain lifetime value of a group and a rest that buy alike or half as much, and stay alike or less."""
    spread, n, found = float(setting.what), setting.answers, []
    for keep, other in KEPT:
        for scale in (1.0, HALF_AS_LARGE):
            ones = worth(spread, n, keep, scale, draws, rng)
            rests = worth(spread, setting.times * n, other, 1.0, draws, rng)
            truth = true_worth(keep, scale) - true_worth(other, 1.0)
            found.append([held(one, rest, truth) for one, rest in zip(ones, rests, strict=True)])
    return np.array(found).T, n


def worth(spread: float, n: int, keep: float, scale: float, draws: int, rng: np.random.Generator) -> list[Side]:
    """The value of as many groups as there are draws."""
    made = customers.estimated(customers.lognormal(spread, (draws, n), rng))
    cost = customers.estimated(0.1 * customers.lognormal(customers.COST_CV, (draws, n), rng))
    p = rng.binomial(n, keep, draws) / n
    years = np.array([[lifetime(r, customers.HORIZON) for r in ends] for ends in (p, *customers.wilson(p, n))])
    ends = value_and_bounds(scale * customers.parts_of(made), years, customers.parts_of(cost), customers.HORIZON)
    return [given(*(float(end) for end in own), n) for own in zip(*ends, strict=True)]


def true_worth(keep: float, scale: float) -> float:
    return scale * lifetime(keep, customers.HORIZON) - 0.1


def win_rates(setting: Setting, draws: int, rng: np.random.Generator) -> tuple[np.ndarray, int]:
    """Win rates of two groups of leads, new on any day of a half-year, some still open; the rest passes alike, or better."""
    found, closed = [], []
    for _ in range(draws):
        passing = rng.uniform(*sales.PASSING, len(STAGES))
        row = []
        for better in (passing, np.sqrt(passing)):
            sizes = ((setting.answers, passing), (setting.times * setting.answers, better))
            sides = [won(n, p, setting.what, rng) for n, p in sizes]
            told = not any(isinstance(side, NoEstimate) for side in sides)
            row.append(held(*sides, passing.prod() - better.prod()) if told else np.nan)
            closed += [min(side.n for side in sides)] if told else []
        found.append(row)
    return np.array(found), round(float(np.mean(closed))) if closed else setting.answers


def won(n: int, passing: np.ndarray, world: str, rng: np.random.Generator) -> Side | NoEstimate:
    days, ending = sales.leads(n, passing, sales.DAYS_IN_STAGE[world], rng)
    watched = rng.integers(0, sales.PERIOD_DAYS, n)
    seen = days <= watched
    leads = pd.DataFrame({"days": np.where(seen, days, watched).astype(float), "ending": np.where(seen, ending, OPEN)})
    rate = Funnel(leads, CONFIDENCE).win_rate
    return rate if isinstance(rate, NoEstimate) else given(rate.value, *rate.interval(CONFIDENCE), rate.n)
