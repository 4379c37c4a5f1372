"""Are shares of importance, the chances of each rank, and penalty–reward contrasts as sure as they say?

Each draw is a company of its own: five dimensions of five items on 0–10 that share a general view, an overall question on 1–5
that weighs the dimensions in the company's own way (`any`: Dirichlet weights; `house`: the sample company's; `tied`: two first
drivers alike), and buying again that follows a slope a point. People are drawn with replacement from the company's
customers, so its truth is known exactly; weights are unequal (Kish's design effect 1.7) in two strata.

Shares are bounded and noise pulls them together: their intervals must hold from below (`holds`: every rank of true importance
covered in .93 or more), as must Johnson's for items. Chances hold where a driver said to be first with FIRST or more was first
in as many companies; where that was said too seldom to count (FEWEST_SAID), where the likeliest driver was first as often
as foretold on average.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.certification import BAND, CONFIDENCE
from csat_analysis.design import Design
from csat_analysis.measured import Measured
from csat_analysis.models import importance
from csat_analysis.models.derived import derived_means, with_t
from csat_analysis.models.drivers import Importance, drivers_of, shares_of
from csat_analysis.models.penalty_reward import SPLITS, penalty_reward
from csat_analysis.verdicts import FIRST, contrast_verdict

FILES = (
    "models/derived.py",
    "models/drivers.py",
    "models/importance.py",
    "models/penalty_reward.py",
    "models/resampling.py",
    "models/shrunken_ranks.py",
    "studies/drivers.py",
)
DRAWS, SEED = 1000, 20260711
CHUNK = 20  # companies a task; part of what a seed means
RESAMPLES = 200
CUSTOMERS = 4000
EVERY = 3  # company that items and contrasts, which take long, are tried in
DIMENSIONS, ITEMS = 5, 5
SIZES = (40, 60, 100, 150, 300, 600)
SIZES_OF_BUYING = (40, 100, 150, 300, 600)
SIZES_OF_ITEMS = (150, 300, 600)
SIZES_OF_CONTRASTS = (100, 150, 300, 600)
WEIGHTS_OF = {"house": (0.35, 0.10, 0.25, 0.25, 0.05), "tied": (0.35, 0.35, 0.10, 0.10, 0.10)}
DESIGN_EFFECT = 1.7
SLOPE = 0.0375  # log odds a point of the weighted score, as the sample company's customers buy
FEWEST_SAID = 30
SURE = 0.03  # by which chances may be too sure on average where they are seldom near 1


def run(draws: int = DRAWS, seed: int = SEED, processes: int = 1) -> pd.DataFrame:
    """One row a kind of number, truth and number of answers."""
    tasks = [(truth, chunk, seed) for truth in ("any", *WEIGHTS_OF) for chunk in range(chunks(truth, draws))]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(one_chunk, tasks))
    else:
        found = [one_chunk(task) for task in tasks]
    notes = pd.concat(found, ignore_index=True)
    keys = ["test", "truth", "answers"]
    return pd.DataFrame([row(dict(zip(keys, key)), part) for key, part in notes.groupby(keys, sort=False)])


def chunks(truth: str, draws: int) -> int:
    """Tasks a kind of company: a third as many where the truth is one."""
    return -(-(draws if truth == "any" else draws // 3) // CHUNK)


def row(setting: dict[str, object], notes: pd.DataFrame) -> dict[str, object]:
    if str(setting["test"]).startswith("rank"):
        return setting | row_of_ranks(str(setting["truth"]), notes)
    covered = notes.filter(like="covered").mean()
    found = {"coverage": float(covered.mean()), "coverage_lowest": float(covered.min())}
    if setting["test"] == "contrast":
        return setting | found | {"false_kinds": float(notes["false_kinds"].mean()), "holds": in_band(found)}
    if setting["test"] in ("beyond_halo", "derived_index"):
        return setting | found | {"holds": in_band(found)}
    return setting | found | {"holds": bool(covered.min() >= BAND[0])}


def in_band(found: dict[str, float]) -> bool:
    return bool(found["coverage_lowest"] >= BAND[0] and found["coverage"] <= BAND[1])


def row_of_ranks(truth: str, notes: pd.DataFrame) -> dict[str, object]:
    """said: how often a driver was called first; right: how often it was; foretold: the likeliest driver's mean chance."""
    said = notes[notes["chance"] >= FIRST]
    right = float(said["likeliest_is_first"].mean()) if len(said) else None
    foretold, came = float(notes["chance"].mean()), float(notes["likeliest_is_first"].mean())
    holds = None
    if truth == "any":
        holds = right >= FIRST if len(said) >= FEWEST_SAID else foretold <= came + SURE
    return {
        "found_first": float(notes["largest_is_first"].mean()),
        "said": len(said) / len(notes),
        "right": right,
        "foretold": foretold,
        "came_first": came,
        "holds": holds,
    }


def one_chunk(task: tuple[str, int, int]) -> pd.DataFrame:
    truth, chunk, seed = task
    rng = np.random.default_rng([seed, ["any", *WEIGHTS_OF].index(truth), chunk])
    return pd.DataFrame([note for place in range(CHUNK) for note in one_company(truth, place % EVERY == 0, rng)])


def one_company(truth: str, whole: bool, rng: np.random.Generator) -> list[dict[str, object]]:
    items, overall, bought = company(truth, rng)
    scores = items.reshape(CUSTOMERS, DIMENSIONS, ITEMS).mean(axis=2)
    notes: list[dict[str, object]] = []
    outcomes = {"importance": (overall, SIZES), "importance_bought": (bought, SIZES_OF_BUYING)}
    for kind, (outcome, sizes) in outcomes.items():
        right = of_everyone(scores, outcome)
        for n in sizes:
            who, design = asked(n, rng)
            found = reckoned(kind, design, outcome[who], scores[who], rng)
            if isinstance(found, Importance):
                notes += notes_of(kind, truth, n, found, right)
                if truth == "any" and kind == "importance":
                    notes += notes_beside(n, found, right, scores[who], design)
    if truth != "any" or not whole:
        return notes
    right = of_everyone(items, overall, by_items=True)
    for n in SIZES_OF_ITEMS:
        who, design = asked(n, rng)
        found = reckoned("importance_items", design, overall[who], items[who], rng, by_items=True)
        if isinstance(found, Importance) and len(found.names) == DIMENSIONS * ITEMS:
            notes += notes_of("importance_items", truth, n, found, right)
    return notes + notes_of_contrasts(scores, overall, rng)


def company(truth: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Items and the overall answer in points of all customers, and whether they buy again."""
    weights = rng.dirichlet(np.full(DIMENSIONS, 1.5)) if truth == "any" else np.array(WEIGHTS_OF[truth])
    felt = 68 + rng.normal(0, 9.5, (CUSTOMERS, 1)) + rng.normal(0, 7, (CUSTOMERS, DIMENSIONS))
    felt = felt + rng.normal(0, 3, DIMENSIONS)
    items = np.repeat(felt, ITEMS, axis=1) + rng.normal(0, 11, (CUSTOMERS, DIMENSIONS * ITEMS))
    items = 10 * np.clip(np.rint(items / 10), 0, 10)
    noise = rng.uniform(6, 14) if truth == "any" else 9.0
    overall = np.clip(np.rint(1 + 4 * (felt @ weights + rng.normal(0, noise, CUSTOMERS)) / 100), 1, 5)
    score = items.reshape(CUSTOMERS, DIMENSIONS, ITEMS).mean(axis=2) @ weights
    bought = rng.random(CUSTOMERS) < special.expit(1.1 + SLOPE * (score - 68))
    return items, 25 * (overall - 1), bought.astype(float)


def asked(n: int, rng: np.random.Generator) -> tuple[np.ndarray, Design]:
    weight = np.exp(rng.normal(0, np.sqrt(np.log(DESIGN_EFFECT)), n))
    stratum = np.where(np.arange(n) < max(8, n // 8), "key accounts", "others")
    return rng.integers(0, CUSTOMERS, n), Design.of(range(n), weight=weight, stratum=stratum)


def reckoned(
    kind: str, design: Design, y: np.ndarray, x: np.ndarray, rng: np.random.Generator, *, by_items: bool = False
) -> object:
    names = pd.DataFrame(x, columns=[f"d{place}" for place in range(x.shape[1])])
    seed = int(rng.integers(2**31))
    return drivers_of("outcome", design, pd.Series(y), names, kind=kind, by_items=by_items, draws=RESAMPLES, seed=seed)


def of_everyone(x: np.ndarray, y: np.ndarray, *, by_items: bool = False) -> dict[str, np.ndarray]:
    """The company's truth: shares, semipartial correlations, means."""
    covariance, means = importance.covariances(np.column_stack([x, y]), np.ones((1, len(y))))
    share = importance.normalised(shares_of(covariance, by_items))[0]
    return {"share": share, "beyond": importance.beyond_halo(covariance)[0], "mean": means[0, :-1]}


def notes_of(kind: str, truth: str, n: int, found: Importance, right: dict[str, np.ndarray]) -> list[dict[str, object]]:
    first = int(right["share"].argmax())
    chances = found.ranks[:, 0]
    common = {"truth": truth, "answers": n}
    if len(found.names) != len(right["share"]):
        return []
    covered = (found.low <= right["share"]) & (right["share"] <= found.high)
    in_order = covered[np.argsort(-right["share"], kind="stable")]
    if len(in_order) > DIMENSIONS:  # of items: the first, and the others together
        in_order = np.array([in_order[:ITEMS].mean(), in_order[ITEMS:].mean()])
    shares = {f"covered {rank}": float(hit) for rank, hit in enumerate(in_order)}
    ranks = {
        "chance": float(chances.max()),
        "likeliest_is_first": float(chances.argmax() == first),
        "largest_is_first": float(found.share.argmax() == first),
    }
    of_shares = [{"test": kind} | common | shares] if truth == "any" else []
    return [*of_shares, {"test": f"rank_{kind}"} | common | ranks]


def notes_beside(
    n: int, found: Importance, right: dict[str, np.ndarray], scores: np.ndarray, design: Design
) -> list[dict[str, object]]:
    """Semipartial correlations, and the index under derived weights."""
    common = {"truth": "any", "answers": n}
    held = (found.beyond_low <= right["beyond"]) & (right["beyond"] <= found.beyond_high)
    derived = with_t(derived_means(design, scores, found), found.worth, len(found.names), CONFIDENCE)
    true = float(right["share"] @ right["mean"])
    return [
        {"test": "beyond_halo", "covered": float(held.mean())} | common,
        {"test": "derived_index", "covered": float(derived[1] <= true <= derived[2])} | common,
    ]


def notes_of_contrasts(scores: np.ndarray, overall: np.ndarray, rng: np.random.Generator) -> list[dict[str, object]]:
    """Reward − penalty of each driver against that of all customers; and how often a kind is said where effects are straight."""
    names = [f"d{place}" for place in range(DIMENSIONS)]
    everyone = Design.of(range(CUSTOMERS))
    true = {
        split: penalty_reward(everyone, pd.Series(overall), pd.DataFrame(scores, columns=names), split)
        for split in SPLITS
    }
    notes = []
    for n in SIZES_OF_CONTRASTS:
        who, design = asked(n, rng)
        hits, kinds = [], []
        for split in SPLITS:
            drawn = pd.DataFrame(scores[who], columns=names)
            found = penalty_reward(design, pd.Series(overall[who]), drawn, split)
            for name in names:
                one, whole = found[name].difference, true[split][name].difference
                if isinstance(one, Measured) and isinstance(whole, Measured):
                    hits.append(one.low <= whole.value <= one.high)
                    kinds.append(contrast_verdict(found[name], held=True) in ("basic", "excitement"))
        if hits:
            note = {"covered": float(np.mean(hits)), "false_kinds": float(np.mean(kinds))}
            notes.append({"test": "contrast", "truth": "any", "answers": n} | note)
    return notes
