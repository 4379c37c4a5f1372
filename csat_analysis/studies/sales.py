"""Are the numbers of the sales part right where the truth is known: funnels with open leads, growth of skewed sales, loyalty?

Each draw is a company of its own. `holds`: coverage in BAND, for shares and medians of whole days, which are discrete, at
least its lower end; of the funnel also a mean miss within TOLERANCE. `answers`: what certification looks a number up by
(closed leads at a stage, customers, answers of the smaller wave). `if_closed` and `if_lost` are the mean misses of what the
funnel doesn't use: shares among the leads that have closed, and open leads counted as lost (as
if they had reached each stage, so the more so the later the stage).
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.estimate import NOBODY, Estimate, NoEstimate
from csat_analysis.estimators import estimated, mean, share
from csat_analysis.metrics.closing import OPEN, median_days
from csat_analysis.metrics.funnel import MOST_OPEN, STAGES, WON, Funnel
from csat_analysis.metrics.growth import weighted_slope
from csat_analysis.metrics.moved import Moved, log_growth

FILES = (
    "design.py",
    "estimate.py",
    "estimators.py",
    "intervals.py",
    "metrics/closing.py",
    "metrics/funnel.py",
    "metrics/growth.py",
    "metrics/moved.py",
    "studies/sales.py",
)
DRAWS, SEED = 2000, 20260705
CHUNK = 250  # companies a task; part of what a seed means
TOLERANCE = 0.015  # of the mean miss of a share of the funnel
DISCRETE = ("conversion", "closing", "exclusive_number")
PERIOD_DAYS = 181
PASSING = (0.5, 0.95)  # range of each stage's true conversion
DAYS_IN_STAGE = {"alike": (10.0, 10.0), "slow to lose": (8.0, 26.0)}  # mean days: to pass a stage, to be lost at it
KEY_ACCOUNTS, WEIGHTS, UNEVEN = 8, (1.2, 7.0), 0.45  # one customer in so many; weights; log SD of what raking adds


@dataclass(frozen=True)
class Setting:
    """test: funnel, exclusive_growth, exclusive_number, growth_slope, loyalty; n: leads, customers, answers a wave."""

    test: str
    world: str
    n: int


def settings() -> list[Setting]:
    funnels = [Setting("funnel", world, n) for world in DAYS_IN_STAGE for n in (15, 30, 60, 180, 500)]
    growth = [Setting("exclusive_growth", world, n) for world in ("even", "skewed") for n in (20, 40, 80, 200, 600)]
    number = [Setting("exclusive_number", "even", n) for n in (20, 40, 80, 200, 600)]
    slopes = [Setting("growth_slope", world, n) for world in ("none", "rising") for n in (40, 60, 120, 400)]
    return funnels + growth + number + slopes + [Setting("loyalty", "rising", n) for n in (20, 40, 120, 400)]


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting and number: mean miss, coverage, and whether it holds."""
    chunks = -(-draws // CHUNK)
    tasks = [(place, setting, chunk, seed) for place, setting in enumerate(settings()) for chunk in range(chunks)]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    companies = pd.concat(found, keys=[task[:3:2] for task in tasks], names=["setting", "chunk", "row"])
    companies = companies[companies["company"] + companies.index.get_level_values("chunk") * CHUNK < draws]
    rows = [row for place, setting in enumerate(settings()) for row in summary(setting, companies.loc[place])]
    return pd.DataFrame(rows).astype(object).where(lambda table: table.notna(), None)


def summary(setting: Setting, companies: pd.DataFrame) -> list[dict[str, object]]:
    """companies: test, what, value, low, high, truth, answers, and of the funnel if_closed, if_lost."""
    rows = []
    for (test, what), own in companies.groupby(["test", "what"], sort=False):
        covered = float((own["low"].le(own["truth"]) & own["high"].ge(own["truth"])).mean())
        miss = float((own["value"] - own["truth"]).mean())
        holds = covered >= BAND[0] if test in DISCRETE else BAND[0] <= covered <= BAND[1]
        if test == "conversion":
            holds = holds and abs(miss) <= TOLERANCE
        others = (
            {name: float((own[name] - own["truth"]).mean()) for name in ("if_closed", "if_lost") if name in own}
            if test == "conversion"
            else {}
        )
        rows.append(
            {
                "test": test,
                "world": setting.world,
                "what": what,
                "n": setting.n,
                "answers": round(own["answers"].mean()),
                "draws": len(own),
                "miss": miss,
                **others,
                "coverage": covered,
                "holds": bool(holds),
            }
        )
    return rows


def one_chunk(task: tuple[int, Setting, int, int]) -> pd.DataFrame:
    place, setting, chunk, seed = task
    rng = np.random.default_rng([seed, place, chunk])
    one = {
        "funnel": funnel_found,
        "exclusive_growth": growth_found,
        "exclusive_number": growth_found,
        "growth_slope": slope_found,
        "loyalty": loyalty_found,
    }[setting.test]
    rows = [found | {"company": company} for company in range(CHUNK) for found in one(setting, rng)]
    return pd.DataFrame(rows)


def funnel_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """A company's leads, new on any day of a half-year, some still open at its end."""
    passing = rng.uniform(*PASSING, len(STAGES))
    days, ending = leads(setting.n, passing, DAYS_IN_STAGE[setting.world], rng)
    watched = rng.integers(0, PERIOD_DAYS, setting.n)
    seen = days <= watched
    found = Funnel(
        pd.DataFrame({"days": np.where(seen, days, watched).astype(float), "ending": np.where(seen, ending, OPEN)}),
        CONFIDENCE,
    )
    if not seen.any() or found.open_beyond > MOST_OPEN:
        return []
    rows = [
        share_row(found.conversion(stage), stage, passing[place], found, place) for place, stage in enumerate(STAGES)
    ]
    rows.append(share_row(found.win_rate, "win rate", passing.prod(), found, 0))
    value, low, high = median_days(found.leads["days"].to_numpy(), found.closed, CONFIDENCE)
    if np.isfinite([value, low, high]).all():
        many, _ = leads(20_000, passing, DAYS_IN_STAGE[setting.world], rng)
        rows.append(
            {"test": "closing", "what": "median", "value": value, "low": low, "high": high}
            | {"truth": float(np.median(many)), "answers": int(found.closed.sum())}
        )
    return [row for row in rows if row]


def leads(count: int, passing: np.ndarray, mean_days: tuple[float, float], rng: np.random.Generator):
    """Whole days to the end and the ending of each lead: it passes stage after stage, or is lost at one."""
    passed = rng.random((count, len(STAGES))) < passing
    on_the_way = np.cumprod(passed, axis=1)
    lost_at = on_the_way.sum(axis=1)
    to_pass, to_lose = (rng.gamma(2.0, mean / 2.0, (count, len(STAGES))) for mean in mean_days)
    losing = np.where(lost_at < WON, to_lose[np.arange(count), np.minimum(lost_at, WON - 1)], 0.0)
    return np.floor((to_pass * on_the_way).sum(axis=1) + losing), lost_at


def share_row(found: Estimate | NoEstimate, what: str, truth: float, funnel: Funnel, place: int) -> dict | None:
    if isinstance(found, NoEstimate) or found.n < 2:
        return None
    low, high = found.interval(CONFIDENCE)
    ending = funnel.leads["ending"].to_numpy()
    reached = (ending == OPEN) | (ending >= place)
    beyond = ending == WON if what == "win rate" else ending > place
    closed = beyond[(ending != OPEN) & (ending >= place)].mean()
    return {"test": "conversion", "what": what, "value": found.value, "low": low, "high": high, "truth": truth} | {
        "answers": found.n,
        "if_closed": closed,
        "if_lost": (beyond & reached).sum() / reached.sum(),
    }


def growth_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """Customers of a kind in two years: who left, came or changed sides has 0 in one."""
    now, before = books(setting.n, setting.world, rng)
    if setting.test == "exclusive_number":
        now, before = (now > 0).astype(float), (before > 0).astype(float)
    found = log_growth(now, before)
    if isinstance(found, NoEstimate):
        return []
    moved = Moved(*found[:2], found[2] - 1, found[2], True, logarithmic=True)
    measured = moved.measured(CONFIDENCE)
    truth = STAYED_NOW / STAYED_BEFORE * (1.0 if setting.test == "exclusive_number" else GROWTH) - 1
    return [
        {"test": setting.test, "what": "growth", "value": measured.value, "low": measured.low, "high": measured.high}
        | {"truth": truth, "answers": found[2]}
    ]


GROWTH, STAYED_NOW, STAYED_BEFORE = 1.08, 0.90, 0.85  # of who is in either year: bought in the later, in the earlier


def books(count: int, world: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sales of two years: a lasting size with a year's own luck; skewed as the sample company's, or much less so."""
    spread = {"even": 0.5, "skewed": 0.95}[world]
    size, side = rng.normal(0, spread, count), rng.random(count)
    luck = np.exp(rng.normal(0, 0.45, (2, count)))
    now = np.where(side < STAYED_NOW, np.exp(size) * luck[0] * GROWTH, 0.0)
    before = np.where(side >= 1 - STAYED_BEFORE, np.exp(size) * luck[1], 0.0)
    return now, before


def layout(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Stratum and weight of each answer: key accounts for themselves, the others for many, made uneven as raking does."""
    stratum = (np.arange(n) % KEY_ACCOUNTS > 0).astype(int)
    return stratum, np.array(WEIGHTS)[stratum] * np.exp(rng.normal(0, UNEVEN, n) * stratum)


def slope_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """Answers whose symmetric growth has its ends (stopped, began) and depends on the score, or not."""
    stratum, weight = layout(setting.n, rng)
    score, growth = growing(stratum, setting.world, rng)
    design = Design.of(range(setting.n), weight=weight, stratum=stratum)
    value, influence = weighted_slope(score, growth, weight)
    moved = Moved.of(estimated(value, influence, np.arange(setting.n), design, NOBODY).process(), setting.n, True)
    measured = moved.measured(CONFIDENCE)
    return [
        {"test": "growth_slope", "what": "growth_slope", "value": value, "low": measured.low, "high": measured.high}
        | {"truth": true_slope(setting.world), "answers": setting.n}
    ]


def growing(stratum: np.ndarray, world: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    size = len(stratum)
    score = np.clip(68 + 4 * (stratum == 0) + rng.normal(0, 12, size), 0, 100)
    rise = 0.01 * (score - 68) if world == "rising" else np.zeros(size)
    growth = np.clip(rise + rng.normal(0, 0.4 + 0.4 * stratum, size) + 0.2 * rng.standard_t(3, size), -2, 2)
    stopped = rng.random(size) < 0.06
    return score, np.where(stopped, -2.0, np.where(rng.random(size) < 0.06, 2.0, growth))


_SLOPES: dict[str, float] = {}


def true_slope(world: str) -> float:
    """The slope over so many customers that it is the process's."""
    if world not in _SLOPES:
        rng = np.random.default_rng(SEED)
        stratum, weight = layout(1_000_000, rng)
        _SLOPES[world] = weighted_slope(*growing(stratum, world, rng), weight)[0] if world == "rising" else 0.0
    return _SLOPES[world]


def loyalty_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """The index of two years from four waves; two in three customers of a wave answer in the next, too."""
    views = rng.normal(0, 1, 2 * setting.n)
    waves = [wave_of(setting.n, place, views, rng) for place in range(4)]
    index = [loyalty_of(waves[place + 1], waves[place]) for place in (0, 2)]
    rows = []
    for test, found, truth in (("loyalty", index[1], TRUE_LOYALTY), ("loyalty_change", index[1] - index[0], 2 * STEP)):
        low, high = found.interval(CONFIDENCE)
        rows.append(
            {"test": test, "what": test, "value": found.value, "low": low, "high": high, "truth": truth}
            | {"answers": setting.n}
        )
    return rows


STEP = 1.0  # points that both questions and the rate rise from wave to wave
TRUE_LOYALTY = (70 + 3 * STEP + 72 + 3 * STEP + 78 + 2 * STEP) / 3  # questions of the fourth wave, rate of the third


def wave_of(n: int, place: int, views: np.ndarray, rng: np.random.Generator) -> tuple:
    """Design, intent and recommendation in points, bought (1 or 0) of a wave; a customer's view lasts."""
    who = place * (n // 3) + np.arange(n)
    stratum = (who % KEY_ACCOUNTS > 0).astype(int)
    view = views[who]
    intent = in_tens(70 + STEP * place + 12 * view + rng.normal(0, 10, n), rng)
    recommend = in_tens(72 + STEP * place + 10 * view + rng.normal(0, 12, n), rng)
    bought = (rng.random(n) < 0.78 + STEP * place / 100 + 0.06 * np.clip(view, -2.5, 2.5)).astype(float)
    design = Design.of(who, weight=np.array(WEIGHTS)[stratum], stratum=stratum, wave=f"wave {place}")
    return design, intent, recommend, bought


def in_tens(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A whole number of tens, right on average: rounded up with the chance of what is over."""
    tens = np.floor(points / 10)
    return 10 * (tens + (rng.random(len(points)) < points / 10 - tens))


def loyalty_of(now: tuple, before: tuple) -> Estimate:
    design, intent, recommend, _ = now
    parts = [mean(design, intent), mean(design, recommend), 100 * share(before[0], before[3])]
    return (sum(parts) / 3).process()
