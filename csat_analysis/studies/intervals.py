"""The simulation study behind every interval: companies whose truth is known, surveyed thousands of times.

A cell fixes what is estimated, from how many answers, how they were drawn, who answers and how they are weighted. Its
coverage is the share of draws whose 95 % interval holds the cell's own truth: the frame's value for descriptions, the
process's for changes and differences. Each draw is of a company of its own. The estimators are the programme's, unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from csat_analysis import __version__
from csat_analysis.certification import BAND, CONFIDENCE, DISCRETE, answers_behind, design_effect, fingerprint
from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, net_promoter_score, quantile, share, share_at_least
from csat_analysis.survey.answering import answering_model
from csat_analysis.survey.calibration import rake_to_frame, weight_by_propensity
from csat_analysis.survey.reliability import cronbach_alpha, mcdonald_omega

SEED = 20260630
DRAWS = 2000
ANSWERING = 0.6  # share of those asked who answer, wherever not all do
CUSTOMERS_AN_ANSWER = 8  # size of the frame
WHOLE_SAMPLE = 150  # answers of the sample that a small domain is cut from
SMALL = 8  # answers of a small domain
SCORE_MEAN, SCORE_SD = 70.0, 12.0
WEIGHTS = {"product": 0.3, "policy": 0.2, "after_sales": 0.2, "staff": 0.2, "management": 0.1}
ITEM_MISSING = 0.03
TRUE_CHANGE = 2.0
INDUSTRIES = (0.3, 0.25, 0.2, 0.15, 0.1)
TRIM = 5.0
ITEM_ERRORS = (8.0, 10.0, 12.0, 14.0, 16.0)  # points of one standard deviation
TRUE_RELIABILITY: dict[Callable, float] = {}
SHARES = (0.1, 0.9)  # range of p over which shares are averaged
PROMOTERS, DETRACTORS = (0.15, 0.6), (0.05, 0.35)


@dataclass(frozen=True)
class Cell:
    """One setting of the study.

    estimator  alpha, omega (of five items), index, share, nps, median, p90, difference, change, satisfied_share.
    n          expected answers (of each wave of a change); SMALL is a domain of just that many in a sample of WHOLE_SAMPLE.
               A difference is between a group of just n and the rest of a sample of at least WHOLE_SAMPLE.
    draw       list: key accounts all asked, the others at equal intervals over sales; trend: the same, and half of the
               scores' variance goes with sales; strata: three strata by sales, drawn at different rates; simple: at random.
    answering  all; random: 60 %; observed: 60 %, by region and class; uneven: by them and tenure, so strongly that weights
               have a design effect near certification.MAX_DESIGN_EFFECT; satisfaction: 60 %, by the score itself.
    weighting  none: nothing is known of the frame; design; propensity: by the chances of answering; raked: to class, region, industry and tenure, as the programme does.
    customers  same or fresh in the second wave of a change.
    core       True: the interval is meant to hold here. False: measured to show what goes wrong.
    """

    estimator: str
    n: int
    draw: str = "list"
    answering: str = "random"
    weighting: str = "design"
    customers: str = ""
    core: bool = True

    @property
    def is_domain(self) -> bool:
        """Is n the size of a group within a larger sample?"""
        return self.n == SMALL or self.estimator == "difference"


def cells() -> list[Cell]:
    """All settings: those that certify, then those that show what no weighting by design can repair."""
    core = [Cell("index", n) for n in (SMALL, 10, 20, 40, 150, 600)] + [Cell("index", 150, answering="all")]
    core += [Cell("index", n, draw="trend") for n in (40, 150)] + [
        Cell("index", n, draw="strata") for n in (20, 40, 150)
    ]
    for estimator in ("share", "nps"):
        core += [Cell(estimator, n) for n in (SMALL, 10, 20, 40, 150)]
        core += [Cell(estimator, n, draw="strata") for n in (20, 40)]
    core += [Cell(estimator, 40, draw="simple", weighting="none") for estimator in ("index", "share", "nps")]
    core += [Cell("median", n) for n in (20, 40, 150)] + [Cell("p90", n) for n in (40, 150)]
    core += [Cell("difference", n) for n in (SMALL, 20, 40, 150)] + [Cell("satisfied_share", n) for n in (40, 150)]
    core += [Cell("change", n, customers=customers) for customers in ("same", "fresh") for n in (20, 40, 150)]
    core += [Cell(name, n, draw="simple", weighting="none") for name in ("alpha", "omega") for n in (20, 40, 150)]
    raked = partial(Cell, answering="observed", weighting="raked")
    core += [raked("index", n) for n in (SMALL, 40, 60, 150, 600)]
    core += [raked(estimator, n) for estimator in ("share", "nps") for n in (SMALL, 40, 150, 600)]
    core += [raked("difference", n) for n in (SMALL, 20, 40, 150)] + [raked("satisfied_share", n) for n in (40, 150)]
    core += [raked("change", n, customers=customers) for customers in ("same", "fresh") for n in (40, 150)]
    core += [raked(name, n) for name in ("alpha", "omega") for n in (40, 150)]
    core += [Cell(name, 150, answering="uneven", weighting="raked") for name in ("index", "share", "nps", "difference")]
    core += [Cell("index", n, answering="observed", weighting="propensity") for n in (60, 150)]
    shown = [raked("index", 20, core=False)]
    shown += [Cell("index", n, answering="satisfaction", core=False) for n in (20, 40, 150, 600)]
    shown += [Cell("index", n, answering="satisfaction", weighting="raked", core=False) for n in (150, 600)]
    shown += [Cell("index", n, answering="observed", core=False) for n in (40, 150, 600)]
    return core + shown


@dataclass(frozen=True)
class Company:
    """A frame in the order of sales, largest first. y is each customer's score in points."""

    y: np.ndarray
    region: np.ndarray
    size: np.ndarray  # 0, 1, 2: class A, B, C by place in the list
    industry: np.ndarray
    new: np.ndarray
    key_accounts: int

    @property
    def place(self) -> np.ndarray:
        return np.arange(len(self.y))

    @property
    def frame(self) -> pd.DataFrame:
        """What the frame tells of each customer: the margins that are raked to."""
        return pd.DataFrame({"size": self.size, "region": self.region, "industry": self.industry, "new": self.new})


def make_company(cell: Cell, answers: int, rng: np.random.Generator) -> Company:
    """Scores are skewed to the left and bounded; regions and classes differ by a few points."""
    customers = CUSTOMERS_AN_ANSWER * answers
    key_accounts = 0 if cell.draw in ("strata", "simple") else min(20, answers // 8)
    size = np.searchsorted([0.2, 0.5], np.arange(customers) / customers, side="right")
    region = rng.integers(0, 4, customers)
    industry = rng.choice(5, customers, p=INDUSTRIES)
    new = (rng.random(customers) < 0.1 + 0.1 * size).astype(int)
    trend = np.linspace(np.sqrt(3), -np.sqrt(3), customers) * np.sqrt(0.5 if cell.draw == "trend" else 0.0)
    spread = np.sqrt(0.5 if cell.draw == "trend" else 1.0)
    skewed = (4 - rng.gamma(4, 1, customers)) / 2
    z = trend + spread * skewed + 0.3 * (region - 1.5) - 0.2 * (size - 1) + 0.1 * (industry - 2)
    return Company(np.clip(SCORE_MEAN + SCORE_SD * z, 0, 100), region, size, industry, new, key_accounts)


def survey(cell: Cell, company: Company, answers: int, rng: np.random.Generator) -> Design:
    """Draw, let answer, weight: the design of those who answered; `contact` is their place in the list."""
    rate = 1.0 if cell.answering == "all" else ANSWERING
    asked, stratum, drawn = draw(cell, company, round(answers / rate), rng)
    chance = answering(cell, company, rate)[asked]
    rows = rng.random(len(asked)) < chance
    contact, stratum = asked[rows], stratum[rows]
    if cell.weighting == "none":
        return Design.of(contact, wave="now")
    names, answered = np.unique(stratum, return_counts=True)
    population = {name: float(drawn[name][1]) for name in names}
    weight = pd.Series(stratum).map({h: population[h] / n for h, n in zip(names, answered, strict=True)}).to_numpy()
    design = Design.of(
        contact,
        stratum=stratum,
        weight=weight,
        population=population,
        drawn={name: drawn[name][0] for name in names},
        systematic=() if cell.draw == "strata" else ("others",),
        order=contact,
        wave="now",
    )
    if cell.weighting == "raked":
        return rake_to_frame(design, company.frame.iloc[contact], company.frame, trim=TRIM).design
    if cell.weighting == "propensity":
        return weight_by_propensity(design, modelled(company, asked, rows)[rows], trim=TRIM).design
    return design


def modelled(company: Company, asked: np.ndarray, answered: np.ndarray) -> np.ndarray:
    """Chance of answering of each of those asked, as the programme's answering model estimates it from the frame."""
    people = company.frame.iloc[asked].astype(str).assign(answered=answered)
    return answering_model(people, company.frame.columns).probability.to_numpy()


def draw(
    cell: Cell, company: Company, asked: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, dict[str, tuple[int, int]]]:
    """Places of those asked, their strata, and stratum → (asked, population)."""
    customers = len(company.y)
    if cell.draw == "simple":
        return rng.choice(customers, asked, replace=False), np.repeat("all", asked), {"all": (asked, customers)}
    if cell.draw == "strata":
        parts = {name: np.flatnonzero(company.size == code) for code, name in enumerate("ABC")}
        sizes = {name: max(round(asked * part), 4) for name, part in (("A", 0.4), ("B", 0.3), ("C", 0.3))}
        chosen = {name: rng.choice(parts[name], sizes[name], replace=False) for name in parts}
        drawn = {name: (sizes[name], len(parts[name])) for name in parts}
    else:
        others = asked - company.key_accounts
        interval = (customers - company.key_accounts) / others
        at = np.floor(rng.uniform(0, interval) + interval * np.arange(others)).astype(int)
        chosen = {"key": np.arange(company.key_accounts), "others": company.key_accounts + at}
        drawn = {"key": (company.key_accounts,) * 2, "others": (others, customers - company.key_accounts)}
    places = np.concatenate(list(chosen.values()))
    return places, np.repeat(list(chosen), [len(part) for part in chosen.values()]), drawn


def answering(cell: Cell, company: Company, rate: float) -> np.ndarray:
    """Chance of answering if asked."""
    leaning = {
        "all": np.full(len(company.y), np.inf),
        "random": np.full(len(company.y), np.log(rate / (1 - rate)) if rate < 1 else np.inf),
        "observed": 0.45 + 0.5 * (company.region - 1.5) - 0.5 * (company.size - 1),
        "uneven": 0.6 + 1.1 * (company.region - 1.5) - 1.0 * (company.size - 1) - 1.0 * company.new,
        "satisfaction": 0.45 + 0.6 * (company.y - SCORE_MEAN) / SCORE_SD,
    }[cell.answering]
    return 1 / (1 + np.exp(-leaning))


def estimate_and_truth(cell: Cell, rng: np.random.Generator) -> tuple[Estimate | NoEstimate, float]:
    """One draw of a cell: the programme's estimate, and what it should have found."""
    answers = max(WHOLE_SAMPLE, 4 * cell.n) if cell.is_domain else cell.n
    company = make_company(cell, answers, rng)
    try:
        design = survey(cell, company, answers, rng)
    except (
        EstimateError
    ) as refused:  # margins that a small sample can't be raked to: no number, so no coverage to judge
        return NoEstimate("not_estimable", str(refused)), np.nan
    if cell.estimator == "change":
        return change(cell, company, design, answers, rng)
    at = design.contact.to_numpy()
    group = domain_of(cell.n, company, at, rng) if cell.is_domain else np.ones(len(company.y), dtype=bool)
    return ESTIMATORS[cell.estimator](company, design, at, group, rng)


def domain_of(size: int, company: Company, answered: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A group at random that just `size` of those who answered belong to."""
    inside = rng.random(len(company.y)) < size / len(answered)
    inside[answered] = False
    inside[rng.choice(answered, size, replace=False)] = True
    return inside


def index(company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng: np.random.Generator):
    """Five dimensions around the score, each left out now and then, added up by their weights."""
    dimensions = company.y[:, None] + rng.normal(0, 8, (len(company.y), len(WEIGHTS)))
    blank = rng.random(dimensions[at].shape) < ITEM_MISSING
    answered = np.where(blank, np.nan, dimensions[at])
    parts = [w * mean(design, answered[:, d], inside=domain[at]) for d, w in enumerate(WEIGHTS.values())]
    return sum(parts), float((dimensions[domain].mean(axis=0) * list(WEIGHTS.values())).sum())


def a_share(company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng: np.random.Generator):
    yes = (company.y > np.quantile(company.y, rng.uniform(*SHARES))).astype(float)
    return share(design, yes[at], inside=domain[at]), yes[domain].mean()


def a_score(company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng: np.random.Generator):
    up = (company.y > np.quantile(company.y, 1 - rng.uniform(*PROMOTERS))).astype(float)
    down = (company.y < np.quantile(company.y, rng.uniform(*DETRACTORS))).astype(float)
    truth = 100 * (up[domain].mean() - down[domain].mean())
    return net_promoter_score(design, up[at], down[at], inside=domain[at]), truth


def a_reliability(method: Callable, company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng):
    """Five items in whole numbers around the score, with unequal error; the truth is the process's."""
    if method not in TRUE_RELIABILITY:
        large = make_company(Cell("index", 0), 25_000, np.random.default_rng(SEED))
        TRUE_RELIABILITY[method] = method(Design.of(large.place), items_of(large.y, np.random.default_rng(1))).value
    return method(design, items_of(company.y[at], rng)), TRUE_RELIABILITY[method]


def items_of(y: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    answers = y[:, None] + rng.normal(0, ITEM_ERRORS, (len(y), len(ITEM_ERRORS)))
    return pd.DataFrame(np.clip(np.round(answers / 10), 0, 10), columns=[f"item {i}" for i in range(len(ITEM_ERRORS))])


def a_quantile(level: float, company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng):
    """Waiting times: skewed to the right, longer where satisfaction is low."""
    days = rng.gamma(2, 2, len(company.y)) * np.exp((SCORE_MEAN - company.y) / 60)
    return quantile(design, days[at], level), float(np.quantile(days, level, method="inverted_cdf"))


def difference(company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng: np.random.Generator):
    """A group and the rest, which differ by a known step of the process."""
    y = (company.y + TRUE_CHANGE * domain)[at]
    found = mean(design, y, inside=domain[at]) - mean(design, y, inside=~domain[at])
    return found if isinstance(found, NoEstimate) else found.process(), TRUE_CHANGE


def satisfied(company: Company, design: Design, at: np.ndarray, domain: np.ndarray, rng: np.random.Generator):
    """Share at or above a standard that was set in the same wave from the same answers."""
    standard = mean(design, company.y[at])
    return share_at_least(design, company.y[at], standard), float((company.y >= company.y.mean()).mean())


def change(cell: Cell, company: Company, now: Design, answers: int, rng: np.random.Generator):
    """Two waves of one frame; the second has the same customers or others, whose scores moved by a known step."""
    before = replace(now, wave="before") if cell.customers == "same" else None
    while before is None or len(before.contact) < 2:
        before = replace(survey(cell, company, answers, rng), wave="before")
    earlier, later = company.y + rng.normal(0, 7, len(company.y)), company.y + rng.normal(0, 7, len(company.y))
    found = mean(now, later[now.contact] + TRUE_CHANGE) - mean(before, earlier[before.contact])
    return found, TRUE_CHANGE


ESTIMATORS = {
    "index": index,
    "share": a_share,
    "nps": a_score,
    "median": partial(a_quantile, 0.5),
    "p90": partial(a_quantile, 0.9),
    "difference": difference,
    "satisfied_share": satisfied,
    "alpha": partial(a_reliability, cronbach_alpha),
    "omega": partial(a_reliability, mcdonald_omega),
}


def cover(cell: Cell, draws: int = DRAWS, seed: int = SEED) -> dict[str, object]:
    """Coverage of one cell, with its Monte Carlo error, the mean width and how often there was no interval to give."""
    rng = np.random.default_rng([seed, *map(ord, repr(asdict(cell)))])
    held, widths, missed_below, effects = [], [], [], []
    while len(held) < draws:
        estimate, truth = estimate_and_truth(cell, rng)
        if isinstance(estimate, NoEstimate) or estimate.status == "not_estimable":
            held.append(np.nan)
            continue
        low, high = estimate.interval(CONFIDENCE)
        held.append(float(low <= truth <= high))
        missed_below.append(float(truth < low))
        widths.append(high - low)
        effects.append(design_effect(answers_behind(estimate)[0].design.weight))
    given = np.array(held)[~np.isnan(held)]
    coverage = float(given.mean())
    return asdict(cell) | {
        "domain": cell.is_domain,
        "coverage": coverage,
        "monte_carlo_error": float(np.sqrt(coverage * (1 - coverage) / len(given))),
        "truth_below": float(np.mean(missed_below)),
        "mean_width": float(np.mean(widths)),
        "design_effect": float(np.mean(effects)),
        "no_interval": float(np.isnan(held).mean()),
        "draws": draws,
        "holds": bool(holds(cell.estimator, coverage)),
    }


def holds(estimator: str, coverage: float) -> bool:
    """Inside the band; for shares and NPS, which are discrete, the band binds from below."""
    return coverage >= BAND[0] and (estimator in DISCRETE or coverage <= BAND[1])


def run_study(
    settings: Iterable[Cell] | None = None, *, draws: int = DRAWS, seed: int = SEED, processes: int = 2
) -> pd.DataFrame:
    """Coverage of every cell, one a row. The same seed gives the same table, whatever the number of processes."""
    settings = list(cells() if settings is None else settings)
    with ProcessPoolExecutor(processes) as pool:
        rows = list(pool.map(partial(cover, draws=draws, seed=seed), settings, chunksize=1))
    return pd.DataFrame(rows)


def certificate(table: pd.DataFrame, *, draws: int, seed: int) -> str:
    """What is stored with the package (certification.TABLE): the table with its seed, version and the code's fingerprint."""
    stored = {
        "version": __version__,
        "seed": seed,
        "draws": draws,
        "confidence": CONFIDENCE,
        "band": BAND,
        "fingerprint": fingerprint(),
        "cells": table.to_dict("records"),
    }
    return json.dumps(stored, indent=1) + "\n"
