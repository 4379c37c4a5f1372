"""Which words one group of people uses more than another: log-odds with an informative Dirichlet prior.

Monroe, Colaresi & Quinn (2008), "Fightin' Words", Political Analysis 16:372–403, equations 15–22, with people in place of
tokens: a word counts once a person on each side, since one who says it twice is no second witness.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import sparse, stats
from sklearn.feature_extraction.text import CountVectorizer

from csat_analysis.certification import holds_at
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured

PRIOR_SHARE = (
    0.05  # the prior's pseudo-sayings beside those of two groups as large as the smaller one (studies/voice.py)
)
FEWEST_PEOPLE = 10  # on each side


def incidence(terms: Iterable[list[str]]) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Text × term, 1 where a text holds a term; and the terms."""
    counter = CountVectorizer(analyzer=list, binary=True)
    try:
        found = counter.fit_transform(terms)
    except ValueError:  # no text holds a word
        return sparse.csr_matrix((0, 0)), np.array([], dtype=object)
    return found, counter.get_feature_names_out()


def people(said: sparse.csr_matrix, who: Iterable[str]) -> sparse.csr_matrix:
    """Person × term, 1 where any of a person's texts holds the term."""
    codes, names = pd.factorize(pd.Series(list(who), dtype=object))
    gather = sparse.csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))), shape=(len(names), len(codes)))
    return ((gather @ said) > 0).astype(float).tocsr()


def log_odds(ours: np.ndarray, theirs: np.ndarray, prior_share: float = PRIOR_SHARE) -> pd.DataFrame:
    """δ, its standard error and z of every term; above 0 where ours use it more.

    δ_w = log[(y_w + α_w)/(n + α − y_w − α_w)] of ours less the same of theirs; σ² = 1/(y_w + α_w) + 1/(y'_w + α_w);
    α_w in proportion to how often both say w together; in all prior_share × twice the smaller side's sayings, so that a large
    side can't pull a small one to itself (with a prior of all sayings, intervals of 300 beside 5,000 people covered .53–.87).
    ours, theirs  how many people of each side say each term.

    >>> found = log_odds(np.array([8.0, 2.0]), np.array([2.0, 8.0]))
    >>> bool(found["z"].iloc[0] > 0 > found["z"].iloc[1])
    True
    """
    ours, theirs = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    both = ours + theirs
    prior = prior_share * 2 * min(ours.sum(), theirs.sum()) * both / both.sum()
    sides = [(said + prior, said.sum() + prior.sum()) for said in (ours, theirs)]
    logits = [np.log(said / (total - said)) for said, total in sides]
    delta, se = logits[0] - logits[1], np.sqrt(sum(1 / said for said, _ in sides))
    return pd.DataFrame({"delta": delta, "se": se, "z": delta / se})


def distinctive(
    terms: Iterable[list[str]],
    who: Iterable[str],
    ours: np.ndarray,
    theirs: np.ndarray,
    *,
    fewest: int,
    confidence: float = 0.95,
) -> pd.DataFrame | NoEstimate:
    """Terms that at least `fewest` people say, with how much more ours say them than theirs; the strongest first.

    who           the person behind each text; `ours` and `theirs` are True for the texts of each side.
    Returns term, ours, theirs (people who say it), n (of both), delta, se, z, p, low, high (delta's interval; none where it
    wasn't shown to hold). All terms that are returned are one family of comparisons. Of terms that
    stand in just the same texts the longest is listed.
    """
    ours, theirs, who = np.asarray(ours, dtype=bool), np.asarray(theirs, dtype=bool), np.asarray(who, dtype=object)
    sizes = [len(set(who[side])) for side in (ours, theirs)]
    if min(sizes) < FEWEST_PEOPLE:
        return NoEstimate(
            "not_estimable", f"only {min(sizes)} people on one side; {FEWEST_PEOPLE} are needed", min(sizes)
        )
    said, names = incidence(terms)
    if len(names) < 2:
        return NoEstimate("not_estimable", "the texts hold fewer than two different words")
    counts = [np.asarray(people(said[side], who[side]).sum(axis=0)).ravel() for side in (ours, theirs)]
    found = log_odds(*counts).assign(term=names, ours=counts[0].astype(int), theirs=counts[1].astype(int))
    found = found.assign(n=found["ours"] + found["theirs"], p=2 * stats.norm.sf(found["z"].abs()))
    half = stats.norm.ppf((1 + confidence) / 2) * found["se"]
    found = found.assign(low=found["delta"] - half, high=found["delta"] + half)
    found = found[(found["n"] >= fewest) & found["term"].isin(alone(said[ours | theirs], names))]
    columns = ["term", "ours", "theirs", "n", "delta", "se", "z", "p", "low", "high"]
    return found.sort_values(["z", "term"], key=lambda c: -c.abs() if c.name == "z" else c, ignore_index=True)[columns]


def alone(said: sparse.csr_matrix, names: np.ndarray) -> set[str]:
    """Terms without those that stand in just the same texts as a longer one: `窜` where only `窜货` is said."""
    by_texts: dict[bytes, str] = {}
    columns = said.tocsc()
    columns.sort_indices()
    for place, term in enumerate(names):
        texts = columns.indices[columns.indptr[place] : columns.indptr[place + 1]].tobytes()
        by_texts[texts] = max(by_texts.get(texts, ""), term, key=lambda name: (len(name), name))
    return set(by_texts.values())


def as_measured(row: pd.Series) -> Measured:
    """One term's δ as a number to record: certified where the study showed the interval to hold for so many people."""
    return Measured(row["delta"], row["low"], row["high"], int(row["n"]), holds_at("word", int(row["n"])), row["se"])
