"""Do the intervals of notebook 05a’s numbers hold: retention, its differences, reasons, mean amounts, CLV?

counted_share       Wilson, exact coverage over the binomial, averaged over shares of .80–.97 and of .03–.50.
counted_difference  Newcombe: a group and the rest, and two periods in a row of the same customers (whoever stayed may leave).
amount_<spread>     metrics/amounts' interval (beside it t of the logarithm, and plain t) for means and ratios whose influences have this relative spread:
                    lognormal amounts; the same with three in ten at zero; CNY an order with several orders a customer.
amount_by_rule      amounts as the rule of metrics/amounts shows them, for which the observed spread decides: `coverage` of those
                    shown, and `missed`, the part of all that are shown an interval without the truth in it (at most 7 %).
clv_<spread>        CLV of both forms, yearly purchases × lifetime or margin multiple − cost.
hundredfold         amounts suspected by intake/hundredfold: `found` of those planted, `false_alarms` of the others.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.certification import BAND
from csat_analysis.intake.hundredfold import hundredfold
from csat_analysis.metrics.amounts import MARGIN, SPREADS, skewed_interval
from csat_analysis.metrics.lifetime import lifetime, value_and_bounds

FILES = (
    "studies/customers.py",
    "metrics/counted.py",
    "metrics/amounts.py",
    "metrics/lifetime.py",
    "intake/hundredfold.py",
    "intervals.py",
)
DRAWS, SEED = 4000, 20260605
CONFIDENCE = 0.95
SHARES = {"retention": np.linspace(0.80, 0.97, 35), "reasons": np.linspace(0.03, 0.50, 95)}
COUNTS = (8, 20, 40, 80, 150, 300, 800)
GROUPS = (8, 20, 40, 150, 400)
CUSTOMERS = (20, 40, 80, 150, 300, 600, 1000, 2000)
RETENTIONS = (0.60, 0.80, 0.90, 0.95)
HORIZON, DISCOUNT, ZEROS, COST_CV = 5.0, 0.10, 0.30, 0.6
PLAIN_FORM = "plain form"
MISSED = 1 - BAND[0]
CHUNK = 500  # companies at a time, so that 2,000 customers each fit in memory


def run(draws: int, seed: int, processes: int = 1) -> pd.DataFrame:
    """One row a setting: test, setting, answers (customers), coverage, log_t and t (those of other intervals), shown, missed, found, false_alarms, holds."""
    rng = np.random.default_rng(seed)
    rows = [*shares(), *differences(draws, rng), *amounts(draws, rng)]
    rows += by_rule(rows, draws, rng)
    rows += [*lifetime_values(draws, rng), *hundredfolds(rng)]
    columns = [
        "test",
        "setting",
        "answers",
        "coverage",
        "log_t",
        "t",
        "shown",
        "missed",
        "found",
        "false_alarms",
        "holds",
    ]
    found = pd.DataFrame(rows).reindex(columns=columns)
    return found.astype(object).where(found.notna(), None)


def wilson(p: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    z2 = stats.norm.ppf((1 + CONFIDENCE) / 2) ** 2
    centre, half = (p + z2 / (2 * n)) / (1 + z2 / n), np.sqrt(z2 * (p * (1 - p) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return np.maximum(np.minimum(centre - half, p), 0), np.minimum(np.maximum(centre + half, p), 1)


def shares() -> Iterator[dict]:
    for name, ps in SHARES.items():
        for n in COUNTS:
            k = np.arange(n + 1)
            low, high = wilson(k / n, n)
            covered = [(stats.binom.pmf(k, n, p) * ((low <= p) & (p <= high))).sum() for p in ps]
            coverage = float(np.mean(covered))
            yield {
                "test": "counted_share",
                "setting": name,
                "answers": n,
                "coverage": coverage,
                "holds": coverage >= BAND[0],
            }


def newcombe_held(yes, n, other_yes, other_n, truth) -> np.ndarray:
    p, q = yes / n, other_yes / other_n
    (l, u), (m, v) = wilson(p, n), wilson(q, other_n)
    return (p - q - np.hypot(p - l, v - q) <= truth) & (truth <= p - q + np.hypot(u - p, q - m))


def differences(draws: int, rng: np.random.Generator) -> Iterator[dict]:
    ps = (0.80, 0.85, 0.90, 0.93, 0.97)
    for n in GROUPS:
        for times in (1, 5):
            covered = [
                newcombe_held(rng.binomial(n, p, draws), n, rng.binomial(times * n, q, draws), times * n, p - q)
                for p in ps
                for q in ps
            ]
            coverage = float(np.mean(covered))
            yield {
                "test": "counted_difference",
                "setting": f"group and rest, 1 to {times}",
                "answers": n,
                "coverage": coverage,
                "holds": coverage >= BAND[0],
            }
        covered = [two_periods(n, p, q, draws, rng) for p in ps for q in ps]
        coverage = float(np.mean(covered))
        yield {
            "test": "counted_difference",
            "setting": "two periods in a row",
            "answers": n,
            "coverage": coverage,
            "holds": coverage >= BAND[0],
        }


def two_periods(n: int, p: float, q: float, draws: int, rng: np.random.Generator) -> np.ndarray:
    """Whoever stayed is in the second list with as many new ones as left; truth q − p."""
    stayed = rng.binomial(n, p, draws)
    again = rng.binomial(stayed, q) + rng.binomial(n - stayed, q)
    return newcombe_held(again, n, stayed, n, q - p)


def log_sd(cv: float) -> float:
    return float(np.sqrt(np.log1p(cv**2)))


def lognormal(cv: float, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Mean 1, this coefficient of variation."""
    s = log_sd(cv)
    return np.exp(rng.normal(-(s**2) / 2, s, size))


def with_zeros(cv: float, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Mean 1 and this coefficient of variation with three in ten at zero."""
    inner = np.sqrt((1 + cv**2) * (1 - ZEROS) - 1)
    return np.where(rng.random(size) < ZEROS, 0.0, lognormal(inner, size, rng) / (1 - ZEROS))


def orders_and_sales(cv: float, size: tuple[int, int], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Orders of each customer (one or more) and what they cost: customers differ in their mean order."""
    orders = 1.0 + rng.poisson(2.0, size)
    return orders, orders * lognormal(cv, size, rng)


def estimated(y: np.ndarray, x: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Value, spread and bounds of many companies at once, beside the bounds of t of the logarithm alone."""
    n = y.shape[1]
    x = np.ones_like(y) if x is None else x
    value = y.sum(axis=1) / x.sum(axis=1)
    relative = (y - value[:, None] * x) / (x.mean(axis=1) * value)[:, None]
    spread = np.std(relative, axis=1, ddof=1)
    low, high = skewed_interval(value, relative, CONFIDENCE)
    half = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * spread / np.sqrt(n)
    return {
        "value": value,
        "spread": spread,
        "low": low,
        "high": high,
        "log_low": value * np.exp(-half),
        "log_high": value * np.exp(half),
        "t_low": value * (1 - half),
        "t_high": value * (1 + half),
    }


def held(found: dict[str, np.ndarray], truth: float, which: str = "") -> np.ndarray:
    return (found[f"{which}low"] <= truth) & (truth <= found[f"{which}high"])


def made(kind: str, cv: float, size: tuple[int, int], rng: np.random.Generator) -> tuple[dict[str, np.ndarray], float]:
    """The estimates of many companies of a kind, and their truth."""
    if kind == "lognormal":
        return estimated(lognormal(cv, size, rng)), 1.0
    if kind == "three in ten at zero":
        return estimated(with_zeros(cv, size, rng)), 1.0
    orders, sales = orders_and_sales(cv, size, rng)
    return estimated(sales, orders), 1.0


def kinds_at(cv: float) -> tuple[str, ...]:
    return ("lognormal", "an order") + (("three in ten at zero",) if (1 + cv**2) * (1 - ZEROS) > 1.05 else ())


def chunks(draws: int) -> Iterator[int]:
    for start in range(0, draws, CHUNK):
        yield min(CHUNK, draws - start)


def amounts(draws: int, rng: np.random.Generator) -> Iterator[dict]:
    for cv in SPREADS:
        for kind in kinds_at(cv):
            own = cv / 1.11 if kind == "an order" else cv  # uneven numbers of orders widen the spread of the influences
            for n in CUSTOMERS:
                kinds = {"": [], "log_": [], "t_": []}
                for size in chunks(draws):
                    found, truth = made(kind, own, (size, n), rng)
                    for which, result in kinds.items():
                        result.append(held(found, truth, which))
                coverage, of_log, of_t = (float(np.concatenate(result).mean()) for result in kinds.values())
                yield {
                    "test": f"amount_{cv:g}",
                    "setting": kind,
                    "answers": n,
                    "coverage": coverage,
                    "log_t": of_log,
                    "t": of_t,
                    "holds": BAND[0] <= coverage <= BAND[1],
                }


def holding(rows: list[dict], test: str) -> dict[int, bool]:
    """Number of customers → did all settings of a test hold there?"""
    own = [row for row in rows if row["test"] == test]
    return {n: all(row["holds"] for row in own if row["answers"] == n) for n in CUSTOMERS}


def by_rule(rows: list[dict], draws: int, rng: np.random.Generator) -> Iterator[dict]:
    held_at = {cv: holding(rows, f"amount_{cv:g}") for cv in SPREADS}
    for cv in SPREADS:
        for kind in kinds_at(cv):
            for n in CUSTOMERS:
                shown, right = [], []
                for size in chunks(draws):
                    found, truth = made(kind, cv, (size, n), rng)
                    level = np.searchsorted(SPREADS, MARGIN * found["spread"])
                    shown.append(np.array([place < len(SPREADS) and held_at[SPREADS[place]][n] for place in level]))
                    right.append(held(found, truth))
                shown, right = np.concatenate(shown), np.concatenate(right)
                coverage = float(right[shown].mean()) if shown.any() else None
                yield {
                    "test": "amount_by_rule",
                    "setting": f"{kind}, spread {cv:g}",
                    "answers": n,
                    "coverage": coverage,
                    "shown": float(shown.mean()),
                    "missed": float((shown & ~right).mean()),
                    "holds": bool((shown & ~right).mean() <= MISSED),
                }


def lifetime_values(draws: int, rng: np.random.Generator) -> Iterator[dict]:
    forms = {
        PLAIN_FORM: np.vectorize(lambda r: lifetime(r, HORIZON)),
        "margin form": lambda r: r / (1 + DISCOUNT - r),
    }
    for cv in SPREADS:
        for n in CUSTOMERS:
            results = {name: [] for name in forms}
            for r in RETENTIONS:
                for size in chunks(max(draws // len(RETENTIONS), 1)):
                    yearly, cost = (
                        estimated(lognormal(cv, (size, n), rng)),
                        estimated(0.1 * lognormal(COST_CV, (size, n), rng)),
                    )
                    p = rng.binomial(n, r, size) / n
                    bounds = wilson(p, n)
                    for name, years in forms.items():
                        limit = HORIZON if name == PLAIN_FORM else np.inf
                        parts = (parts_of(yearly), np.array([years(p), *map(years, bounds)]), parts_of(cost))
                        _, low, high = value_and_bounds(*parts, limit)
                        truth = float(years(r)) - 0.1
                        results[name].append((low <= truth) & (truth <= high))
            for name, found in results.items():
                coverage = float(np.concatenate(found).mean())
                holds = BAND[0] <= coverage <= BAND[1]
                yield {"test": f"clv_{cv:g}", "setting": name, "answers": n, "coverage": coverage, "holds": holds}


def parts_of(found: dict[str, np.ndarray]) -> np.ndarray:
    return np.array([found["value"], found["low"], found["high"]])


def hundredfolds(
    rng: np.random.Generator, companies: int = 60, customers: int = 200, orders: int = 6
) -> Iterator[dict]:
    """One order in a hundred is written in 分; the others are as they should be."""
    for between, within in ((1.0, 0.5), (1.0, 1.0), (2.4, 1.0), (1.0, 2.4)):
        found, alarms = [], []
        for _ in range(companies):
            who = np.repeat(np.arange(customers), 1 + rng.poisson(orders, customers))
            usual = lognormal(between, (1, customers), rng)[0] * 1000
            amount = usual[who] * lognormal(within, (1, len(who)), rng)[0]
            wrong = rng.random(len(who)) < 0.01
            suspected = hundredfold(pd.Series(np.where(wrong, 100 * amount, amount)), pd.Series(who)).to_numpy()
            found.append(suspected[wrong])
            alarms.append(suspected[~wrong])
        yield {
            "test": "hundredfold",
            "setting": f"spread between customers {between:g}, within {within:g}",
            "answers": customers * (orders + 1),
            "found": float(np.concatenate(found).mean()),
            "false_alarms": float(np.concatenate(alarms).mean()),
            "holds": bool(np.concatenate(alarms).mean() <= 0.001),
        }
