"""Do the intervals of what customers say hold: words that distinguish, categories corrected for errors, shares of themes?

word      two groups of people who each say some of 400 words; with no difference, and with words up to e² times as likely on one side.
          `found` is how often no difference is called one. By how many people say the word, nearest of WORD_SIZES below it.
category  the shares of a period's complaints, some of them uncategorised, of repeated and of new wordings, with a model that
          is right or hardly right. The truth is the share among these very complaints.
theme_gap how much lower those score who say a thing, over comments of several waves by customers with lasting views, key accounts
          with small weights. By how many people say it.
theme     the share of those who comment that say something, by estimators.share with unequal weights.
`holds`: coverage from below (most are counts): at least BAND's lower end.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.estimators import share
from csat_analysis.models.categories import Tested
from csat_analysis.models.category_shares import draw_new, draw_repeated
from csat_analysis.models.distinctive import PRIOR_SHARE, log_odds
from csat_analysis.models.themes import difference

FILES = (
    "models/distinctive.py",
    "models/categories.py",
    "models/category_shares.py",
    "models/themes.py",
    "studies/voice.py",
)
DRAWS, SEED = 1000, 20260708
CHUNK = 250
WORDS, FAR = 400, 1.96
WORD_SIZES = (5, 10, 20, 40, 80, 160, 320, 640)
FEWEST_TRIED = 200  # words that a row needs
SIDES = ((114, 241), (300, 60), (1000, 1000), (300, 5000))
DIFFERENCES = (0.0, 0.5)  # standard deviation of the true δ
COMPLAINTS = (30, 60, 150, 400, 1000)
RIGHT = (0.45, 0.75, 0.9)  # of new wordings, called rightly
THEMES = (0.03, 0.1, 0.25)
COMMENTS = (40, 80, 150)
SAYERS = (5, 8, 12, 20, 40, 80)
CUSTOMERS, KEY_ACCOUNTS = 250, 0.12
COMMENTS_EACH = (0.7, 0.2, 0.1)  # chances of one, two, three
WEIGHTS = (1.2, 6.0)
CATEGORIES = ("a", "b", "c", "d")
INNER_DRAWS = 400


@dataclass(frozen=True)
class Setting:
    test: str
    truth: float
    n: int | tuple[int, int]


def settings() -> list[Setting]:
    words = [Setting("word", spread, sides) for spread in DIFFERENCES for sides in SIDES]
    shares = [Setting("category", right, n) for right in RIGHT for n in COMPLAINTS]
    gaps = [Setting("theme_gap", truth, n) for truth in (0.0, -8.0) for n in SAYERS]
    return words + shares + gaps + [Setting("theme", p, n) for p in THEMES for n in COMMENTS]


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a setting (of words, a row a number of people who say them): coverage, how often found, whether it holds."""
    chunks = -(-draws // CHUNK)
    tasks = [
        (place, setting, chunk, min(CHUNK, draws - chunk * CHUNK), seed)
        for place, setting in enumerate(settings())
        for chunk in range(chunks)
    ]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    both = pd.concat(found)
    places = ["test", "truth", "sides", "answers"]
    rows = both.groupby(places, sort=False).agg(
        tried=("tried", "sum"), covered=("covered", "sum"), found=("found", "sum")
    )
    rows = rows.reset_index()
    rows = rows[rows["tried"] >= min(FEWEST_TRIED, draws)].reset_index(drop=True)
    rows["coverage"], rows["found"] = rows.pop("covered") / rows["tried"], rows["found"] / rows["tried"]
    return rows.assign(holds=rows["coverage"] >= BAND[0])


def one_chunk(task: tuple[int, Setting, int, int, int]) -> pd.DataFrame:
    place, setting, chunk, draws, seed = task
    rng = np.random.default_rng([seed, place, chunk])
    draw = {"word": words, "category": categories, "theme": themes, "theme_gap": theme_gaps}[setting.test]
    found = pd.concat([draw(setting, rng) for _ in range(draws)])
    sides = "/".join(map(str, setting.n)) if setting.test == "word" else ""
    summed = found.groupby("answers", as_index=False).sum()  # of words by how many people say them
    return summed.assign(test=setting.test, truth=setting.truth, sides=sides)


def words(setting: Setting, rng: np.random.Generator) -> pd.DataFrame:
    """Words with their true δ, counted in people; those that fewer than the fewest say are never shown."""
    often = 0.35 / np.arange(1, WORDS + 1) ** 0.8
    shift = rng.normal(0, setting.truth, WORDS) / 2 if setting.truth else np.zeros(WORDS)
    chances = [np.clip(often * np.exp(sign * shift), 0, 0.9) for sign in (1, -1)]
    counts = [rng.binomial(n, p) for n, p in zip(setting.n, chances, strict=True)]
    shares = [p / p.sum() for p in chances]
    truth = np.log(shares[0] / (1 - shares[0])) - np.log(shares[1] / (1 - shares[1]))
    people = counts[0] + counts[1]
    said = people > 0
    found = log_odds(*(side[said] for side in counts), PRIOR_SHARE)
    held = (np.abs(found["delta"] - truth[said]) <= FAR * found["se"]).to_numpy()
    at = np.searchsorted(WORD_SIZES, people[said], side="right") - 1
    sizes = np.array(WORD_SIZES)[at]
    table = pd.DataFrame({"answers": sizes, "covered": held, "found": found["z"].abs() > FAR})[at >= 0]
    return table.assign(tried=1).astype(int)


def categories(setting: Setting, rng: np.random.Generator) -> pd.DataFrame:
    """All categories of one period: those categorised, repeated wordings with mixed labels, new wordings with a model's calls."""
    size, k = setting.n, len(CATEGORIES)
    shares, truth = rng.dirichlet([3, 3, 2, 1]), np.zeros(k)
    wordings = max(size // 15, k)
    own = rng.dirichlet(np.full(k, 0.08), wordings)  # mostly one category a wording
    often = rng.dirichlet(np.full(wordings, 0.5))
    history = rng.choice(wordings, 4 * size, p=often)
    labels = picked(own[history], rng)
    table = np.zeros((wordings, k))
    np.add.at(table, (history, labels), 1)
    counts = pd.DataFrame(table, columns=CATEGORIES)
    counts = counts[counts.sum(axis=1) > 0]
    repeated = rng.choice(counts.index, max(size // 8, 1))
    truth += np.bincount(picked(own[repeated], rng), minlength=k)
    rates = np.full((k, k), (1 - setting.truth) / (k - 1)) + np.eye(k) * (setting.truth - (1 - setting.truth) / (k - 1))
    rates = np.array([rng.dirichlet(20 * row) for row in rates])
    tried = np.concatenate([np.arange(k), np.arange(k), rng.choice(k, wordings, p=rng.dirichlet([3, 3, 3, 3]))])
    model = tested_like(tried, picked(rates[tried], rng))
    new = rng.choice(k, max(size // 10, 1), p=shares)
    called = pd.Series(np.array(CATEGORIES)[picked(rates[new], rng)])
    truth += np.bincount(new, minlength=k)
    given = rng.multinomial(size - len(repeated) - len(new), shares)
    drawn = draw_repeated(pd.Series(repeated), counts, INNER_DRAWS, rng)
    drawn = drawn + draw_new(called, pd.Series(1, index=called.index), counts, model, INNER_DRAWS, rng)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile((given + drawn) / size, [tail, 100 - tail], axis=0)
    whole = (given + truth) / size
    held = (low - 1e-9 <= whole) & (whole <= high + 1e-9)
    return pd.DataFrame({"answers": size, "covered": held, "found": 0, "tried": 1}).astype(int)


def picked(chances: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One place a row, drawn by the row's chances."""
    return (chances.cumsum(axis=1) < rng.random((len(chances), 1))).sum(axis=1).clip(max=chances.shape[1] - 1)


def tested_like(truth: np.ndarray, called: np.ndarray) -> Tested:
    """A tested model whose calls these are."""
    names = np.array(CATEGORIES)
    wordings = pd.DataFrame({"wording": range(len(truth)), "label": names[truth]})
    return Tested(wordings, pd.DataFrame(np.eye(len(names))[called], columns=CATEGORIES), None)


def themes(setting: Setting, rng: np.random.Generator) -> pd.DataFrame:
    """A theme's share among those who comment, weights as unequal as raked ones."""
    weight = rng.gamma(2, 1, setting.n) + 0.5
    said = (rng.random(setting.n) < setting.truth).astype(float)
    low, high = share(Design.of(range(setting.n), weight=weight), said).interval(CONFIDENCE)
    return pd.DataFrame(
        {"answers": [setting.n], "covered": [low <= setting.truth <= high], "found": [0], "tried": [1]}
    ).astype(int)


def theme_gaps(setting: Setting, rng: np.random.Generator) -> pd.DataFrame:
    """Scores of comments by customers with a lasting view, of whom some say a thing (in most of their comments)."""
    key = rng.random(CUSTOMERS) < KEY_ACCOUNTS
    view, speaks = rng.normal(0, 8, CUSTOMERS) + 6 * key, np.zeros(CUSTOMERS, dtype=bool)
    speaks[rng.choice(CUSTOMERS, setting.n, replace=False)] = True
    unit = np.repeat(np.arange(CUSTOMERS), rng.choice([1, 2, 3], CUSTOMERS, p=COMMENTS_EACH))
    said = speaks[unit] & (rng.random(len(unit)) < 0.8)
    first = np.unique(unit, return_index=True)[1]
    said[first] = speaks
    size = 6 + 3 * said  # those who say it differ more among themselves
    score = view[unit] + rng.normal(0, 1, len(unit)) * size + setting.truth * said
    weight = np.where(key, *WEIGHTS)[unit] * rng.gamma(12, 1 / 12, len(unit))
    design = Design.of(range(len(unit)), weight=weight, unit=unit, stratum=key[unit].astype(str))
    found = difference(design, score, said)
    low, high = found.interval(CONFIDENCE)
    row = {
        "answers": [setting.n],
        "covered": [low <= setting.truth <= high],
        "found": [low > 0 or high < 0],
        "tried": [1],
    }
    return pd.DataFrame(row).astype(int)
