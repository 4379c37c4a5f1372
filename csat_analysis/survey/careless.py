"""Were the questions read? Signs of careless answering, the rule that combines them, and what chance alone would give.

One row an answer, items in the order asked. Nobody is dropped: a suspect is somebody to look at, and the headline is shown
with and without them. All tens can be true, so no single sign makes a suspect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.programme import Programme

SECONDS_AN_ITEM = 2.0  # faster than a question can be read (Huang et al. 2012)
SAME_IN_A_ROW = 0.5  # share of the items in one unbroken run of one answer (Curran 2016)
EVEN_ODD = 0.30  # agreement of the halves of the dimensions, below it inconsistent (Jackson 1976; Curran 2016)
UNLIKELY = 0.001  # p of the Mahalanobis distance (Meade & Craig 2012)
SPREAD = (
    0.25  # within-person SD as a part of the scale's length; guesses at random spread over .29 (Marjanovic et al. 2015)
)
FEWEST_ITEMS = 10  # below it two people give the same answers without a common hand
FEWEST_DIMENSIONS = 3  # for the agreement of halves
SIGNS_NEEDED = 2  # signs of different kinds that make a suspect
SIGNS = ("too_fast", "one_answer", "halves_disagree", "unlikely", "scattered", "duplicate")
FEWEST_IN_A_CLUSTER = 5
NO_CLUSTERS = pd.DataFrame(columns=["answers", "suspects", "share", "p", "stands_out"])


@dataclass(frozen=True, eq=False)
class Carelessness:
    """What each answer looks like.

    measures  seconds_an_item, same_in_a_row, even_odd, distance_p, spread; missing where it can't be told.
    signs     one column a sign, True or False.
    suspect   signs of SIGNS_NEEDED kinds or more.
    untold    sign → why it couldn't be looked for at all.
    """

    measures: pd.DataFrame
    signs: pd.DataFrame
    suspect: pd.Series
    untold: Mapping[str, str]


def careless_signs(responses: pd.DataFrame, programme: Programme) -> Carelessness:
    """Signs of carelessness of each answer, and who has SIGNS_NEEDED of them or more.

    What it tells a manager: whose answers may have been ticked without reading. It is a list to check, not a verdict.
    The signs are of different kinds (time, sameness, agreement within dimensions, agreement with everyone else, spread, a
    copy), so two of them are two witnesses; a straight-liner who took their time has one, and isn't suspected.
    Detection and false alarms are measured on simulated companies (studies/careless.py).
    """
    items = responses[programme.items].astype(float)
    answered = items.notna().sum(axis=1)
    seconds = responses["duration_s"].astype(float) if "duration_s" in responses else pd.Series(np.nan, items.index)
    measures = pd.DataFrame(
        {
            "seconds_an_item": seconds / answered.where(answered > 0),
            "same_in_a_row": longest_run(items) / len(programme.items),
            "even_odd": even_odd(items, programme),
            "distance_p": mahalanobis_p(items),
            "spread": items.std(axis=1, ddof=0) / (programme.scale.max - programme.scale.min),
        }
    )
    signs = pd.DataFrame(
        {
            "too_fast": measures["seconds_an_item"] < SECONDS_AN_ITEM,
            "one_answer": measures["same_in_a_row"] > SAME_IN_A_ROW,
            "halves_disagree": measures["even_odd"] < EVEN_ODD,
            "unlikely": measures["distance_p"] < UNLIKELY,
            "scattered": measures["spread"] > SPREAD,
            "duplicate": duplicated_answers(items),
        }
    )
    many_items = len(programme.items) >= FEWEST_ITEMS
    if not many_items:
        signs["one_answer"] = signs["duplicate"] = False
    suspect = (signs.sum(axis=1) >= SIGNS_NEEDED).rename("suspect")
    return Carelessness(measures, signs, suspect, untold(measures, many_items))


def untold(measures: pd.DataFrame, many_items: bool) -> dict[str, str]:
    """Signs that nobody's answers could be searched for, and why."""
    of = {
        "too_fast": ("seconds_an_item", "no time to answer is recorded"),
        "halves_disagree": ("even_odd", f"fewer than {FEWEST_DIMENSIONS} dimensions of two items or more"),
        "unlikely": ("distance_p", "too few complete answers for so many items, or items that say the same"),
    }
    found = {sign: why for sign, (column, why) in of.items() if measures[column].isna().all()}
    few = dict.fromkeys(("one_answer", "duplicate"), f"fewer than {FEWEST_ITEMS} items")
    return found if many_items else found | few


def longest_run(items: pd.DataFrame) -> pd.Series:
    """The longest unbroken run of one answer; a missing item is skipped."""
    last, run, longest = np.full(len(items), np.nan), np.zeros(len(items)), np.zeros(len(items))
    for answer in items.to_numpy().T:
        given = ~np.isnan(answer)
        run = np.where(given, np.where(answer == last, run + 1, 1), run)
        last, longest = np.where(given, answer, last), np.maximum(longest, run)
    return pd.Series(longest, items.index)


def even_odd(items: pd.DataFrame, programme: Programme) -> pd.Series:
    """Correlation over the dimensions of the means of their even and odd items, stepped up 2r/(1 + r); missing where a
    half is the same in every dimension, −1 where r is −1.
    """
    halves = [
        (items[own[::2]].mean(axis=1), items[own[1::2]].mean(axis=1))
        for own in (list(dimension.items) for dimension in programme.dimensions.values())
        if len(own) > 1
    ]
    if len(halves) < FEWEST_DIMENSIONS:
        return pd.Series(np.nan, items.index)
    even, odd = (pd.concat(half, axis=1) for half in zip(*halves, strict=True))
    even, odd = (half.sub(half.mean(axis=1), axis=0).to_numpy() for half in (even, odd))
    spread = np.sqrt((even**2).sum(axis=1) * (odd**2).sum(axis=1))
    r = np.divide((even * odd).sum(axis=1), spread, out=np.full(len(items), np.nan), where=spread > 1e-12)
    stepped = np.divide(2 * r, 1 + r, out=np.full(len(r), -1.0), where=r > -1 + 1e-9)
    return pd.Series(np.where(np.isnan(r), np.nan, np.clip(stepped, -1, 1)), items.index)


def mahalanobis_p(items: pd.DataFrame) -> pd.Series:
    """p of each complete answer's distance from all complete answers, by χ² with as many degrees as items."""
    complete = items.dropna()
    found = pd.Series(np.nan, items.index)
    covariance = np.cov(complete.to_numpy(), rowvar=False) if len(complete) > 2 * items.shape[1] else np.zeros((1, 1))
    if items.shape[1] < 2 or np.linalg.eigvalsh(np.atleast_2d(covariance))[0] < 1e-10:
        return found
    deviation = complete.to_numpy() - complete.to_numpy().mean(axis=0)
    distance = (deviation @ np.linalg.inv(covariance) * deviation).sum(axis=1)
    found[complete.index] = stats.chi2.sf(distance, items.shape[1])
    return found


def duplicated_answers(items: pd.DataFrame) -> pd.Series:
    """Complete answers that another answer repeats item by item; one answer throughout is no pattern."""
    candidates = items.dropna()
    candidates = candidates[candidates.min(axis=1) < candidates.max(axis=1)]
    return candidates.duplicated(keep=False).reindex(items.index, fill_value=False)


def suspects_by_chance(responses: pd.DataFrame, programme: Programme, *, seed: int, draws: int = 100) -> pd.Series:
    """Suspects of each of `draws` imaginary surveys in which everyone read: as many answers, with the same missing items.

    Answers keep every item's own distribution and the items' rank correlations among those who aren't suspects (a normal
    copula), and people differ in how far they scatter as much as those do (`scatter`). Nobody hurries there, so what is found
    is what attentive people's answers give without their time. That is a lower bound: leaving the suspects out also leaves
    out the most scattered of the attentive (the study sets it beside the true false alarms). Empty where there are too few
    answers to imitate.
    """
    items = responses[programme.items].astype(float)
    attentive = items[~careless_signs(responses, programme).suspect]
    model = attentive if len(attentive.dropna()) > items.shape[1] else items
    if len(model.dropna()) <= items.shape[1]:
        return pd.Series(dtype=float, name="suspects")
    root, unequal = correlation_root(model), scatter(model)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        z = rng.standard_normal(items.shape) @ root.T
        z *= np.exp(rng.normal(0, np.sqrt(np.log1p(unequal)) / 2, (len(items), 1)))
        places = (z.argsort(axis=0).argsort(axis=0) + 0.5) / len(items)
        drawn = pd.DataFrame({name: of_rank(model[name], places[:, j]) for j, name in enumerate(items)}, items.index)
        found.append(int(careless_signs(drawn.where(items.notna()), programme).suspect.sum()))
    return pd.Series(found, name="suspects")


def scatter(items: pd.DataFrame) -> float:
    """How unequally people scatter: the variance of their own squared scale, from Mardia's kurtosis of the normal scores
    against k(k + 2)(n − 1)/(n + 1); 0 where everybody scatters alike.
    """
    complete = items.dropna()
    n, k = complete.shape
    scores = stats.norm.ppf((complete.rank() - 0.5).to_numpy() / n)
    deviation = scores - scores.mean(axis=0)
    inverse = np.linalg.pinv(np.cov(deviation, rowvar=False, ddof=0))
    kurtosis = ((deviation @ inverse * deviation).sum(axis=1) ** 2).mean()
    return float(max(kurtosis / (k * (k + 2) * (n - 1) / (n + 1)) - 1, 0.0))


def correlation_root(items: pd.DataFrame) -> np.ndarray:
    """A matrix whose product with itself transposed is the normal correlation behind the items' rank correlations."""
    pearson = 2 * np.sin(np.pi / 6 * items.corr(method="spearman").fillna(0.0).to_numpy())
    np.fill_diagonal(pearson, 1.0)
    values, vectors = np.linalg.eigh(pearson)
    root = vectors * np.sqrt(np.clip(values, 0, None))
    return root / np.linalg.norm(root, axis=1, keepdims=True)


def of_rank(item: pd.Series, place: np.ndarray) -> np.ndarray:
    """The item's own answers at these places (0–1) of its distribution."""
    answers = np.sort(item.dropna().to_numpy())
    return answers[np.minimum((place * len(answers)).astype(int), len(answers) - 1)] if len(answers) else place * np.nan


def clusters(suspect: pd.Series, group: pd.Series) -> pd.DataFrame:
    """Does one channel, interviewer or manager bring more suspects than the others?

    One row a group of FEWEST_IN_A_CLUSTER answers or more: answers, suspects, share, `p` (one-sided hypergeometric, that so
    many of all suspects fall there by chance), `stands_out` after Benjamini–Hochberg at 5 %.
    """
    found = suspect.groupby(group).agg(answers="size", suspects="sum").query("answers >= @FEWEST_IN_A_CLUSTER")
    if found.empty:
        return NO_CLUSTERS
    total, of_them = len(suspect), int(suspect.sum())
    p = stats.hypergeom.sf(found["suspects"] - 1, total, of_them, found["answers"])
    adjusted = stats.false_discovery_control(np.minimum(p, 1.0), method="bh")
    return found.assign(share=found["suspects"] / found["answers"], p=p, stands_out=adjusted < 0.05)
