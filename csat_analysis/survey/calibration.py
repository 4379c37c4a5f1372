"""From design weights to analysis weights: raking to the frame's margins, or weighting up those unlikely to answer.

What it tells a manager: answers count so that classes, regions … have the shares they have among all customers. It mends
what is known of the silent, never what isn't.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.survey.weighting import rake_codes

SPARSE = 5  # answers that a level needs to be raked to on its own
POOLED = "pooled"  # the level that sparse ones are pooled in
UNKNOWN = "unknown"  # the level of customers of whom the frame doesn't tell
TRIMMING_ROUNDS = 20
WITHIN = 1.001  # a weight this much over the cap has settled


@dataclass(frozen=True, eq=False)
class Weighting:
    """Analysis weights and how they came about.

    design      the answers' design with the final weights.
    before      the design weights, in the order of the answers.
    method      raking, propensity or none.
    margins     the frame's columns that the weights agree with.
    left_out    margin or method that wasn't used → why, in words.
    merged      (margin, level, where it went): levels with fewer than `SPARSE` answers.
    cap         largest weight allowed, trim × the median; infinite where nothing is trimmed.
    trimmed     answers whose weight was cut to the cap on the way.
    iterations  rounds of raking in all.
    """

    design: Design
    before: np.ndarray
    method: str = "none"
    margins: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    merged: tuple[tuple[str, str, str], ...] = ()
    cap: float = np.inf
    trimmed: int = 0
    iterations: int = 0

    @property
    def after(self) -> np.ndarray:
        return self.design.weight


def rake_to_frame(
    design: Design, levels: pd.DataFrame, frame: pd.DataFrame, *, trim: float = np.inf, left_out: Mapping[str, str] = {}
) -> Weighting:
    """The design raked to the frame's margins.

    levels  one row an answer of the design, one column a margin; frame the same of all customers. Missing is a level.
    trim    weights over trim × their median are cut to it, and raked again, until none is.

    Named rules: levels with fewer than 5 answers are pooled, and while the pool has fewer the next smallest level joins it
    (`merged`); a margin with one level left, or whose levels contradict those before it, is left out (`left_out`). Strata
    that answered in full keep their weights, and the margins are those of the others.
    Checked against R survey `rake` and `calibrate` (tests/reference) and by the simulation study of intervals.
    """
    certain = design.in_full[design.stratum]
    sampled, left, merged = np.flatnonzero(~certain), dict(left_out), []
    codes, totals = {}, {}
    for name in levels:
        found = margin(levels[name].to_numpy(), frame[name].to_numpy(), design.weight, certain)
        if len(found.totals) < 2:
            left[name] = "one level is left after pooling"
            continue
        codes[name], totals[name] = found.codes, found.totals
        merged += [(name, level, POOLED) for level in found.pooled]
    raked = raked_and_trimmed(codes, totals, sampled, design.weight[sampled], trim, left)
    if raked is None:
        return Weighting(design, design.weight, left_out=left)
    weight = design.weight.copy()
    weight[sampled] = raked.weight
    return Weighting(
        replace(design, weight=weight, base=design.weight, margins=tuple(codes[name] for name in raked.margins)),
        design.weight,
        "raking",
        raked.margins,
        left,
        tuple(m for m in merged if m[0] in raked.margins),
        raked.cap,
        raked.trimmed,
        raked.iterations,
    )


@dataclass(frozen=True, eq=False)
class Margin:
    """A margin after pooling: each answer's level as a code (certain answers in a level of their own, the last), the
    levels' totals among the customers who aren't certain, and the levels that were pooled.
    """

    codes: np.ndarray
    totals: np.ndarray
    pooled: tuple[str, ...]


def margin(answered: np.ndarray, everybody: np.ndarray, weight: np.ndarray, certain: np.ndarray) -> Margin:
    """One margin of the frame, with its sparse levels pooled. A missing level is one too."""
    everyone, names = pd.factorize(everybody, use_na_sentinel=False)
    own = pd.Index(names).get_indexer(answered)
    totals = np.bincount(everyone, minlength=len(names)) - np.bincount(own[certain], weight[certain], len(names))
    present = totals > WITHIN - 1
    sparse = sparse_levels(np.bincount(own[~certain], minlength=len(names)), present)
    kept = np.flatnonzero(present & ~sparse)
    into = np.full(len(names), len(kept))
    into[kept] = np.arange(len(kept))
    totals = np.bincount(into[present], totals[present])
    pooled = tuple(UNKNOWN if pd.isna(names[place]) else str(names[place]) for place in np.flatnonzero(sparse))
    return Margin(np.where(certain, len(totals), into[own]), totals, pooled)


def sparse_levels(answers: np.ndarray, present: np.ndarray) -> np.ndarray:
    """True for the levels to be pooled: those with fewer than SPARSE answers, and as many of the next smallest as the
    pool needs to have so many.
    """
    sparse = present & (answers < SPARSE)
    while sparse.any() and answers[sparse].sum() < SPARSE and (present & ~sparse).any():
        sparse[np.argmin(np.where(present & ~sparse, answers, np.inf))] = True
    return sparse


@dataclass(frozen=True, eq=False)
class Trimmed:
    """Raked weights of the sampled answers, none much above the cap; how many were cut on the way; the margins used."""

    weight: np.ndarray
    margins: tuple[str, ...]
    cap: float
    trimmed: int
    iterations: int


def raked_and_trimmed(
    codes: Mapping[str, np.ndarray],
    totals: Mapping[str, np.ndarray],
    sampled: np.ndarray,
    base: np.ndarray,
    trim: float,
    left_out: dict[str, str],
) -> Trimmed | None:
    """Raked to all margins; while they contradict each other the last is left out. None where none is left."""
    used = list(codes)
    while used:
        try:
            return trimmed_weights(
                {name: codes[name][sampled] for name in used}, {name: totals[name] for name in used}, base, trim
            )
        except EstimateError as refused:
            left_out[used.pop()] = str(refused)
    return None


def trimmed_weights(
    codes: Mapping[str, np.ndarray], totals: Mapping[str, np.ndarray], base: np.ndarray, trim: float
) -> Trimmed:
    """Rake; cut what exceeds the cap and rake again, until nothing does (or the rounds are used up)."""
    found = rake_codes(codes, totals, base)
    weight, iterations = found.weight, found.iterations
    cap, cut = trim * float(np.median(weight)), np.zeros(len(weight), dtype=bool)
    for _ in range(TRIMMING_ROUNDS):
        over = weight > cap * WITHIN
        if not over.any():
            break
        cut |= over
        found = rake_codes(codes, totals, np.minimum(weight, cap))
        weight, iterations = found.weight, iterations + found.iterations
    return Trimmed(weight, tuple(codes), cap, int(cut.sum()), iterations)


def weight_by_propensity(design: Design, chance: np.ndarray, *, trim: float = np.inf) -> Weighting:
    """The design's weights divided by each contact's estimated chance of answering (0–1), trimmed at trim × the median,
    and scaled so that each stratum keeps its total. The weights are taken as given by the variance.
    """
    if not ((chance > 0) & (chance <= 1)).all():
        raise EstimateError("weighting: a chance of answering is missing, or not above 0 and at most 1")
    weight = design.weight / chance
    cap = trim * float(np.median(weight))
    over = weight > cap
    weight = np.minimum(weight, cap)
    strata = len(design.strata)
    scale = np.bincount(design.stratum, design.weight, strata) / np.bincount(design.stratum, weight, strata)
    weight = weight * scale[design.stratum]
    return Weighting(
        replace(design, weight=weight, base=design.weight),
        design.weight,
        "propensity",
        cap=float(cap * scale.max()),
        trimmed=int(over.sum()),
    )
