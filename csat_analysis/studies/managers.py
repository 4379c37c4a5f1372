"""Are managers judged by merit and not by luck, and is an action that works found, one that doesn't not?

Each draw is a company of its own. Of managers: how often somebody stands out or managers are told apart where all are equal
(`false_alarm`), how often where they differ (`found`), and whether intervals hold the truth. Of actions: coverage, and how often
the word was `worked` or `effect_untold`. `answers` is what certification looks a number up by: customers of a manager, degrees of
freedom between audits' visits, answers of the treated in a wave, clusters.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from math import ceil

import numpy as np
import pandas as pd

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.detectable import detectable_size
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import net_promoter_score
from csat_analysis.intervals import wilson
from csat_analysis.measured import Measured
from csat_analysis.metrics.complaints import Rate
from csat_analysis.models.difference import Effect, Side, cluster_change, difference_in_differences, lot, treated_whole
from csat_analysis.models.manager_spread import spread_of, thirds
from csat_analysis.models.managers import ACTION
from csat_analysis.models.score_points import audit_score, in_points, weighted_total
from csat_analysis.verdicts import SHAPE_ERROR, action_verdict, funnel_verdicts

FILES = (
    "design.py",
    "estimate.py",
    "estimators.py",
    "models/difference.py",
    "models/manager_spread.py",
    "models/score_points.py",
    "studies/managers.py",
)
DRAWS, SEED = 1000, 20260709
CHUNK = 125  # companies a task; part of what a seed means
SD, REGIONS, MIN_GROUP = 11.0, 4, 5  # points between alike customers of one manager
UNEVEN = 0.45  # log SD of the weights
ONE_SIDED = (
    "scorecard",
    "manager_own",
    "manager_tau",
)  # discrete, or too wide where all are alike: only too little coverage is a failure
BY_SIZE = ("manager_gap", "manager_own", "manager_third")
SIZES = (5, 8, 12, 20, 40)  # customers of a manager, from so many on; a manager's numbers are judged among those alike
SEVERAL = 0.625  # of the companies, where an action has several waves before or since
FEWEST = 500  # numbers from which a coverage is judged
JOINT_DRAWS = 1000
FEWEST_SURE = 100  # chances of two thirds and more, from which their honesty is judged
HONEST = 0.05  # by so much may those called two thirds likely, or more, to be in the top third be seldomer there
WEIGHTS = {
    "satisfaction": 0.3,
    "nps": 0.1,
    "retention": 0.2,
    "complaint_rate": 0.1,
    "attainment": 0.15,
    "acquisition": 0.05,
    "conversion": 0.05,
    "audits": 0.05,
}
VIEW, DIMENSION, ANSWER, LASTS, SHOCK = (
    9.5,
    7.0,
    5.0,
    0.62,
    2.0,
)  # points: views of the whole, of a dimension, answers; what lasts of a view; a cluster's wave
EFFECTS = (0.0, 4.0, 7.0, 11.0, 15.0, 20.0)  # points; about 11 show of the 12 of the sample company's working action
EXPECTED = 7.5  # points that an action was to bring to its dimension


@dataclass(frozen=True)
class Setting:
    """test: managers, audits, scorecard, action. n: customers a manager, or answers of a wave. tau: between managers, points.
    whom: across (customers within every manager), managers (3 of 12), region (1 of 4). world same: who answers, answers every wave;
    some: each wave asks anew among four times as many; fresh: nobody twice. waves: before + since the action."""

    test: str
    n: int
    world: str = ""
    managers: int = 12
    tau: float = 0.0
    whom: str = ""
    waves: str = ""


def settings() -> list[Setting]:
    managers = [
        Setting("managers", n, world, count, tau)
        for n, count in ((6, 12), (8, 12), (12, 12), (30, 12), (12, 6), (12, 30))
        for world, tau in (("equal", 0.0), ("alike", 2.0), ("apart", 5.0))
    ]
    audits = [Setting("audits", 2, managers=count) for count in (4, 12)]
    cards = [Setting("scorecard", n) for n in (5, 8, 12, 30)]
    whom = (("across", 48), ("across", 96), ("across", 400), ("managers", 96), ("region", 96))
    actions = [Setting("action", n, world, whom=who, waves="1+1") for who, n in whom for world in ("same", "fresh")]
    several = [("across", 48, "some", "2+3"), ("across", 96, "same", "2+3"), ("across", 96, "some", "2+3")]
    several += [("across", 96, "some", "4+1"), ("managers", 96, "some", "2+3"), ("region", 96, "some", "4+1")]
    actions += [Setting("action", n, world, whom=who, waves=waves) for who, n, world, waves in several]
    return managers + audits + cards + actions


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting and number."""
    tasks = [
        (place, setting, chunk, seed)
        for place, setting in enumerate(settings())
        for chunk in range(-(-companies_of(setting, draws) // CHUNK))
    ]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    companies = pd.concat(found, keys=[task[:3:2] for task in tasks], names=["setting", "chunk", "row"])
    companies = companies[companies["company"] + companies.index.get_level_values("chunk") * CHUNK < draws]
    rows = [row for place, setting in enumerate(settings()) for row in summary(setting, companies.loc[place])]
    return pd.DataFrame(rows).astype(object).where(lambda table: table.notna(), None)


def companies_of(setting: Setting, draws: int) -> int:
    """Several waves take long: fewer companies, and still more than coverage is judged from."""
    return draws if setting.waves in ("", "1+1") else ceil(SEVERAL * draws)


def one_chunk(task: tuple[int, Setting, int, int]) -> pd.DataFrame:
    place, setting, chunk, seed = task
    rng = np.random.default_rng([seed, place, chunk])
    one = {"managers": managers_found, "audits": audits_found, "scorecard": total_found, "action": action_found}[
        setting.test
    ]
    return pd.DataFrame([row | {"company": company} for company in range(CHUNK) for row in one(setting, rng)])


def summary(setting: Setting, companies: pd.DataFrame) -> list[dict[str, object]]:
    """companies: test, value, low, high, truth, answers (of intervals), or said (of words, True or False)."""
    rows = []
    about = {
        "world": setting.world,
        "whom": setting.whom,
        "waves": setting.waves,
        "managers": setting.managers,
        "n": setting.n,
        "tau": setting.tau,
    }
    for (test, effect, _), own in companies.groupby(["test", "effect", "alike"], sort=False):
        row = {
            "test": test,
            **about,
            "effect": effect,
            "answers": round(own["answers"].mean()),
            "draws": int(own["company"].size),
        }
        if own["said"].notna().any():
            row |= {"rate": float(own["said"].astype(float).mean()), "holds": None}
        elif test == "manager_third":
            sure = own[own["value"] >= 2 / 3]
            row |= {"chance": float(sure["value"].mean()), "rate": float(sure["truth"].mean())}
            row["holds"] = bool(row["rate"] >= row["chance"] - HONEST) if len(sure) >= FEWEST_SURE else None
        else:
            covered = float((own["low"].le(own["truth"]) & own["high"].ge(own["truth"])).mean())
            holds = covered >= BAND[0] and (test in ONE_SIDED or covered <= BAND[1])
            row |= {"coverage": covered, "miss": float((own["value"] - own["truth"]).mean())}
            row["holds"] = bool(holds) if len(own) >= FEWEST else None
        rows.append(row)
    return rows


def interval(test: str, value: float, low: float, high: float, truth: float, answers: int) -> dict[str, object]:
    sizes = SIZES if test in BY_SIZE else ()
    alike = max((size for size in sizes if size <= answers), default=0)
    return {
        "test": test,
        "effect": 0.0,
        "alike": alike,
        "value": value,
        "low": low,
        "high": high,
        "truth": truth,
        "answers": alike or answers,
        "said": None,
    }


def word(test: str, said: bool, answers: int, effect: float = 0.0) -> dict[str, object]:
    return {"test": test, "effect": effect, "alike": 0, "said": said, "answers": answers}


def managers_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """A company's answers: managers in regions with books of unequal size and mix; who has fewer than five isn't judged."""
    count, total = setting.managers, setting.managers * setting.n
    owner = rng.choice(count, total, p=rng.dirichlet(np.full(count, 6.0)))
    region = owner % REGIONS
    pull = rng.normal(0, 0.7, count)
    large, new = (
        (rng.random(total) < 1 / (1 + np.exp(1 - pull[owner]))),
        rng.random(total) < 0.15 + 0.1 * (pull[owner] < 0),
    )
    industry = rng.integers(0, 5, total)
    merit = setting.tau * rng.normal(size=count)
    y = (
        70
        + np.linspace(1.5, -2.5, REGIONS)[region]
        + 2 * large
        - 2 * new
        + np.linspace(1, -1, 5)[industry]
        + merit[owner]
    )
    y = np.clip(y + SD * rng.normal(size=total), 0, 100)
    weight = np.exp(rng.normal(0, UNEVEN, total))
    x = np.column_stack(
        [np.ones(total), *(region == r for r in range(1, REGIONS)), large, new, *(industry == i for i in range(1, 5))]
    )
    sizes = np.bincount(owner, minlength=count)
    judged = np.flatnonzero(sizes >= MIN_GROUP)
    place = np.full(count, -1)
    place[judged] = np.arange(len(judged))
    spread = spread_of(y, weight, x.astype(float), place[owner], len(judged))
    if spread is None:
        return []
    truth = true_parts(weight, x.astype(float), owner, merit, judged)
    half = spread.limits(CONFIDENCE)
    own, drawn = spread.own_parts(JOINT_DRAWS, int(rng.integers(2**31)))
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    rows = []
    for at in np.flatnonzero(spread.comparable):
        n = int(spread.sizes[at])
        rows.append(
            interval(
                "manager_gap", spread.value[at], spread.value[at] - half[at], spread.value[at] + half[at], truth[at], n
            )
        )
        rows.append(interval("manager_own", own[at], low[at], high[at], truth[at], n))
    tau = np.sqrt([spread.tau2, *spread.tau2_interval(CONFIDENCE)])
    rows.append(interval("manager_tau", *tau, setting.tau, int(spread.sizes.mean())))
    alike = spread.comparable
    outside = [w != "within_chance" for w in funnel_verdicts(spread.value[alike], spread.limits(ACTION)[alike])]
    own_sd = [
        abs(spread.value[at]) > 3.09 * y[place[owner] == at].std(ddof=1) / np.sqrt(spread.sizes[at])
        for at in range(len(judged))
    ]
    size = int(spread.sizes.mean())
    rows += [word("any_stands_out", any(outside), size), word("any_stands_out_by_own_sd", any(own_sd), size)]
    rows.append(word("spread_beyond_chance", spread.p_value < SHAPE_ERROR, size))
    if setting.tau > 0 and spread.p_value < SHAPE_ERROR:
        top, _ = thirds(drawn[:, alike])
        really = thirds(truth[None, alike])[0]
        rows += [
            interval("manager_third", top[at], 0, 1, really[at], int(n)) for at, n in enumerate(spread.sizes[alike])
        ]
    return rows


def true_parts(
    weight: np.ndarray, x: np.ndarray, owner: np.ndarray, merit: np.ndarray, judged: np.ndarray
) -> np.ndarray:
    """What the judged managers' numbers would be without luck: own merit less what the regression takes for that of such customers.

    Solved by weighted least squares on the merits themselves, apart from the code under study.
    """
    root = np.sqrt(weight)
    fitted = x @ np.linalg.lstsq(x * root[:, None], merit[owner] * root, rcond=None)[0]
    rest = merit[owner] - fitted
    return np.array([np.average(rest[owner == m], weights=weight[owner == m]) for m in judged])


def audits_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    visits, level = visited(setting.managers, setting.n, rng)
    found = audit_score(visits, "0", CONFIDENCE)
    if isinstance(found, NoEstimate):
        return []
    return [interval("audit_score", found.value, found.low, found.high, level, len(visits) - setting.managers)]


def visited(managers: int, times: int, rng: np.random.Generator) -> tuple[pd.DataFrame, float]:
    """Visits a manager, each of five checkpoints in whole points of ten; visits differ beyond their checkpoints. And what is true of
    the first manager, in points."""
    level = rng.normal(7.2, 0.4, managers)
    rows = []
    for manager, own in enumerate(level):
        for visit in range(times):
            scores = np.clip(np.rint(own + rng.normal(0, 0.4) + rng.normal(0, 1.2, 5)), 0, 10)
            rows.append({"manager_id": str(manager), "visited_on": visit, "mean": 10 * scores.mean(), "size": 5})
    return pd.DataFrame(rows), float(10 * level[0])


def total_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """One manager's scorecard: n answers of a book six times as large, leads as many as answers, two visits to each of twelve."""
    n, book = setting.n, 6 * setting.n
    view, liked = rng.uniform(62, 78), rng.uniform(-10, 10)
    scores = np.clip(view + SD * rng.normal(size=n), 0, 100)
    nps = np.clip(np.rint((0.8 * scores + 16 + liked + rng.normal(0, 9, n)) / 10), 0, 10)
    design = Design.of(range(n))
    error = SD / np.sqrt(n)
    stayed, came, won, complained = (
        rng.uniform(0.85, 0.97),
        rng.uniform(0.02, 0.12),
        rng.uniform(0.2, 0.6),
        rng.uniform(0.05, 0.3),
    )
    counts = {
        "retention": (rng.binomial(book, stayed), book),
        "acquisition": (rng.binomial(book, came), book),
        "conversion": (rng.binomial(n, won), n),
    }
    parts = {
        "satisfaction": Measured(
            scores.mean(), scores.mean() - 1.98 * error, scores.mean() + 1.98 * error, n, True, error
        )
    }
    parts["nps"] = net_promoter_score(design, (nps >= 9).astype(float), (nps <= 6).astype(float))
    parts |= {
        name: Measured(yes / of, *wilson(yes / of, of, CONFIDENCE), of, True) for name, (yes, of) in counts.items()
    }
    rate = Rate(rng.poisson(complained * rng.gamma(1.5, 1 / 1.5, book)).astype(float), np.ones(book))
    parts["complaint_rate"] = Measured(rate.value, *rate.interval(CONFIDENCE), book, True)
    parts["attainment"] = reached = float(rng.uniform(0.8, 1.2))
    visits, audited = visited(12, 2, rng)
    parts["audits"] = audit_score(visits, "0", CONFIDENCE)
    told = {part: in_points(found, part, CONFIDENCE) for part, found in parts.items()}
    told = {part: found for part, found in told.items() if isinstance(found, Measured)}
    found = weighted_total(told, WEIGHTS, CONFIDENCE)
    true = {"satisfaction": 0.0, "retention": stayed, "acquisition": came, "conversion": won}
    true = {part: 100 * share for part, share in true.items()} | {"complaint_rate": 100 - 100 * complained}
    true |= {
        "attainment": min(100 * reached, 100.0),
        "nps": 50 + true_nps(round(view, 1), round(liked, 1)) / 2,
        "satisfaction": view,
        "audits": audited,
    }
    truth = sum(WEIGHTS[part] * true[part] for part in told) / sum(WEIGHTS[part] for part in told)
    return [interval("scorecard", found.value, found.low, found.high, truth, n)]


@cache
def true_nps(view: float, liked: float) -> float:
    rng = np.random.default_rng(SEED)
    scores = np.clip(view + SD * rng.normal(size=20_000), 0, 100)
    nps = np.clip(np.rint((0.8 * scores + 16 + liked + rng.normal(0, 9, 20_000)) / 10), 0, 10)
    return float(100 * ((nps >= 9).mean() - (nps <= 6).mean()))


def action_found(setting: Setting, rng: np.random.Generator) -> list[dict[str, object]]:
    """Waves before and after an action that reaches a quarter; views drift, answers are a wave's own, and clusters have their waves.

    Where customers within every manager are treated, what a manager's wave brings is the same for both kinds.
    """
    n, before = setting.n, int(setting.waves.split("+")[0])
    waves = sum(map(int, setting.waves.split("+")))
    people = n * {"same": 1, "some": 4, "fresh": waves}[setting.world]
    manager = np.arange(people) % 12
    region = manager // 3
    cluster = {"across": manager, "managers": manager, "region": region}[setting.whom]
    treated = {"across": rng.random(people) < 0.25, "managers": manager % 4 == 0, "region": region == 3}[setting.whom]
    view, halo = rng.normal(0, VIEW, people), rng.normal(0, DIMENSION, (2, people))
    own, other = [], []
    for wave in range(waves):
        if wave:
            view, halo = drifted(view, VIEW, rng), drifted(halo, DIMENSION, rng)
        first = wave * n if setting.world == "fresh" else 0
        who = rng.choice(people, n, replace=False) if setting.world == "some" else np.arange(first, first + n)
        shock = rng.normal(0, SHOCK, 12)[cluster[who]]
        design = Design.of(who, weight=np.exp(rng.normal(0, UNEVEN, n)), wave=f"wave {wave}")
        for sides, mine, spread in ((own, halo[0], 1.0), (other, halo[1], 0.5)):
            score = 65 + view[who] + shock + spread * mine[who] + rng.normal(0, ANSWER, n)
            sides.append(Side(design, score, treated[who].astype(float), cluster[who].astype(str)))
    found, placebo = (difference_in_differences(sides[:before], sides[before:]) for sides in (own, other))
    if isinstance(found, NoEstimate) or isinstance(placebo, NoEstimate):
        return []
    change = None if found.p_value is None else changes(own[:before], own[before:])
    return [row for effect in EFFECTS for row in told(effect, found, placebo, change)]


def changes(before: list[Side], after: list[Side]) -> pd.Series:
    """Change of each cluster that was treated whole or not at all, by whether it was."""
    treated = treated_whole([*before, *after])
    found = pd.Series({name: cluster_change(before, after, name) for name in treated}).dropna()
    return found.set_axis(found.index.map(treated))


def drifted(view: np.ndarray, sd: float, rng: np.random.Generator) -> np.ndarray:
    """A view half a year later: of the same spread, correlated LASTS with what it was."""
    return LASTS * view + np.sqrt(1 - LASTS**2) * rng.normal(0, sd, view.shape)


def told(effect: float, found: Effect, placebo: Effect, change: pd.Series | None) -> list[dict[str, object]]:
    """What is said with this effect: it adds to the treated after the start, so that the rest of the draw serves every effect."""
    found = replace(found, value=found.value + effect)
    if change is None:
        test, answers = "action_effect", found.treated
    else:
        test, answers = "action_clusters", found.clusters
        chosen = change.index.to_numpy(bool)
        found = replace(found, p_value=lot(change.to_numpy() + effect * chosen, chosen)[0])
    measured = [Measured(e.value, *e.interval(CONFIDENCE), e.treated, True, e.se) for e in (found, placebo)]
    said = action_verdict(
        *measured,
        detectable=detectable_size(found.se, found.freedom),
        expected=EXPECTED,
        smallest_p=found.smallest_p,
        p_value=found.p_value,
        held=True,
    )
    value, (low, high) = found.value, found.interval(CONFIDENCE)
    first = [interval(test, value, low, high, effect, answers)] if effect == 0 else []
    return first + [word(name, said == name, answers, effect) for name in ("worked", "no_effect_seen", "effect_untold")]
