"""A change split by its causes: other customers (mix), another way of asking (channel), and other ratings by the same kind of
customers (rate). Kitagawa (1955) and Oaxaca (1973), symmetric, with the influence of every answer on each part.

mix      what the index would have moved by because the customers' groups have other shares than before;
channel  the same of the channels that answers came by;
rate     the rest: customers of one kind, asked in one way, rate otherwise than before.
The three add up to the change exactly. What a group or channel is worth is a coefficient of a weighted regression of each
dimension on all of them together, the mean of the two waves' (of one, where the other has too few answers of a level).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate, aligned
from csat_analysis.estimators import domain, estimated

FEWEST = 5  # answers that a level needs in a wave for a coefficient of its own
ANSWERS_A_COLUMN = 5  # and answers a wave needs for each coefficient
MIX, CHANNEL, RATE = "mix", "channel", "rate"
MOST_UNEQUAL = 1.6  # Kish's design effect; the study of parts has weights up to it
NO_GROUPS = NoEstimate("not_supplied", "nothing is known of both waves' customers that would group them")
NOT_TOLD_APART = NoEstimate(
    "not_estimable", "no channel has enough answers both times, so the way of asking can't be told from other ratings"
)
OTHER = "other"  # levels that are too few in both waves, together


@dataclass(frozen=True, eq=False)
class Side:
    """One wave: its design, and in the design's order a column of scores (points) a dimension, customers' groups, channels."""

    design: Design
    scores: pd.DataFrame
    groups: pd.DataFrame
    channel: pd.Series | None = None

    def factor(self, name: str) -> np.ndarray:
        """The level of each answer; not to know it is a level."""
        found = (self.channel if name == CHANNEL else self.groups[name]).to_numpy(dtype=object)
        return np.where(pd.isna(found), "unknown", found)


@dataclass(frozen=True, eq=False)
class Columns:
    """What the regressions stand on: (factor, level) of each column; of each wave its 0/1 columns, and which it can estimate."""

    names: tuple[tuple[str, str], ...]
    values: tuple[np.ndarray, np.ndarray]
    estimable: tuple[np.ndarray, np.ndarray]

    def of(self, part: str) -> np.ndarray:
        return np.array([(factor == CHANNEL) == (part == CHANNEL) for factor, _ in self.names], dtype=bool)


def split(
    earlier: Side, later: Side, weights: Mapping[str, float], *, by_channel: bool
) -> dict[str, Estimate | NoEstimate]:
    """mix, channel and rate of the change of Σ weight × mean of dimension, in points; they add up to it exactly.

    by_channel  whether the way of asking was changed on purpose; where it wasn't there is no part for it.
    Where the channels of the two waves have none in common, channel and rate can't be told apart, and neither is given; nor are mix
    and rate where nothing is known that would group customers.
    Checked against a hand-worked Kitagawa table and on simulated companies (tests/test_explained.py, studies/explained.py).
    """
    columns = usable_columns(earlier, later, by_channel)
    pieces = [by_dimension(earlier, later, name, weight, columns) for name, weight in weights.items() if weight]
    if missing := next((piece for piece in pieces if isinstance(piece, NoEstimate)), None):
        return dict.fromkeys((MIX, *[CHANNEL] * by_channel, RATE), missing)
    found = added(pieces, (MIX, *[CHANNEL] * by_channel, RATE), earlier, later)
    if by_channel and not columns.of(CHANNEL).any():
        found |= dict.fromkeys((CHANNEL, RATE), NOT_TOLD_APART)
    if not columns.of(MIX).any():
        found |= dict.fromkeys((MIX, RATE), NO_GROUPS)
    return found


NO_COLUMNS = Columns((), ([], []), ([], []))


def usable_columns(earlier: Side, later: Side, by_channel: bool) -> Columns:
    """Columns of channel (where asked for) and of each group in turn, as many as both waves can carry without repeating each other."""
    names, values, estimable = [], ([], []), ([], [])
    for factor in [CHANNEL] * by_channel + list(earlier.groups):
        own = factor_columns(factor, earlier, later)
        tried = [[*before, *new] for before, new in zip(values, own.values, strict=True)]
        can = [[*before, *new] for before, new in zip(estimable, own.estimable, strict=True)]
        if own.names and all(carried(x, e) for x, e in zip(tried, can, strict=True)):
            names, values, estimable = [*names, *own.names], tried, can
    sizes = [len(side.scores) for side in (earlier, later)]
    shaped = [np.array(x, dtype=float).reshape(len(names), n).T for x, n in zip(values, sizes, strict=True)]
    return Columns(tuple(names), tuple(shaped), tuple(np.array(e, dtype=bool) for e in estimable))


def factor_columns(factor: str, earlier: Side, later: Side) -> Columns:
    """A column a level but the commonest, which the others are held against; none where no level has enough answers both times."""
    if factor == CHANNEL and (earlier.channel is None or later.channel is None):
        return NO_COLUMNS
    sizes = (len(earlier.scores), len(later.scores))
    codes, names = pd.factorize(np.concatenate([earlier.factor(factor), later.factor(factor)]))
    halves = np.split(codes, [sizes[0]])
    counts = np.array([np.bincount(half, minlength=len(names)) for half in halves])
    rare = (counts < FEWEST).all(axis=0)
    if rare.any():  # together they are one level, the last
        into = np.where(rare, len(names), np.arange(len(names)))
        halves, names = [into[half] for half in halves], [*names, OTHER]
        counts = np.array([np.bincount(half, minlength=len(names)) for half in halves])
    common = counts.min(axis=0)
    if not len(common) or common.max() < FEWEST:
        return NO_COLUMNS
    kept = [k for k in range(len(names)) if k != common.argmax() and (counts[:, k] >= FEWEST).any()]
    values = tuple([(half == k).astype(float) for k in kept] for half in halves)
    estimable = tuple([bool(counts[place, k] >= FEWEST) for k in kept] for place in (0, 1))
    return Columns(tuple((factor, str(names[k])) for k in kept), values, estimable)


def carried(columns: list[np.ndarray], estimable: list[bool]) -> bool:
    """Can a wave estimate these columns: enough answers for each, and none that repeats the others?"""
    own = [column for column, can in zip(columns, estimable, strict=True) if can]
    if not own:
        return True
    x = np.column_stack([np.ones(len(own[0])), *own])
    return len(x) >= ANSWERS_A_COLUMN * x.shape[1] and np.linalg.matrix_rank(x) == x.shape[1]


def by_dimension(
    earlier: Side, later: Side, name: str, weight: float, columns: Columns
) -> dict[str, tuple[float, tuple[np.ndarray, np.ndarray]]] | NoEstimate:
    """Part → its value in one weighted dimension, and the influence on it of every answer of the earlier and of the later wave.

    A part is Σ_k (x̄_k now − x̄_k before) β_k over its columns, with β the mean of the waves that can estimate it; rate is what is
    left of the dimension's change.
    """
    fits = [fit(side, name, columns, place) for place, side in enumerate((earlier, later))]
    if missing := next((f for f in fits if isinstance(f, NoEstimate)), None):
        return missing
    trust = np.array(columns.estimable, dtype=float) / np.maximum(np.sum(columns.estimable, axis=0), 1)
    beta = sum(trust[place] * f.beta for place, f in enumerate(fits))
    shift = fits[1].shares - fits[0].shares
    signed = [(-1.0, fits[0], trust[0]), (1.0, fits[1], trust[1])]
    left = weight * (fits[1].mean - fits[0].mean)
    influences = [weight * sign * f.of_mean for sign, f, _ in signed]
    parts = {}
    for part in (MIX, CHANNEL):
        mine = columns.of(part)
        value = weight * float((shift * beta)[mine].sum())
        own = tuple(
            weight * (sign * f.of_shares[:, mine] @ beta[mine] + f.of_beta[:, mine] @ (shift * own_trust)[mine])
            for sign, f, own_trust in signed
        )
        parts[part] = (value, own)
        left, influences = left - value, [all_ - some for all_, some in zip(influences, own, strict=True)]
    return parts | {RATE: (left, tuple(influences))}


def added(pieces: list[dict], parts: tuple[str, ...], earlier: Side, later: Side) -> dict[str, Estimate]:
    """Each part over all dimensions: its later wave's half plus its earlier wave's. The halves of all parts are of the same people,
    so the two designs are brought together once.
    """
    first, place, found = None, None, {}
    for part in parts:
        before, after = (half(pieces, part, at, side) for at, side in enumerate((earlier, later)))
        if first is None:
            found[part] = first = after + before
            place = first.design.contact.get_indexer(earlier.design.contact)
            continue
        rows, influence = aligned(after.rows, after.influence, place[before.rows], before.influence)
        terms = ((1.0, after), (1.0, before))
        found[part] = replace(first, value=after.value + before.value, influence=influence, rows=rows, terms=terms)
    return found


def half(pieces: list[dict], part: str, place: int, side: Side) -> Estimate:
    """One wave's half of a part; the part's value stands with the later."""
    influence, in_use = sum(piece[part][1][place] for piece in pieces), side.design.weight > 0
    answered = side.scores.notna().any(axis=1).to_numpy()
    rows, lost = np.flatnonzero(answered & in_use), np.flatnonzero(~answered & in_use)
    return estimated(sum(piece[part][0] for piece in pieces) * place, influence[rows], rows, side.design, lost)


@dataclass(frozen=True, eq=False)
class Fit:
    """One dimension in one wave: its mean, the columns' shares and coefficients, and every answer's influence on each."""

    mean: float
    shares: np.ndarray
    beta: np.ndarray
    of_mean: np.ndarray
    of_shares: np.ndarray
    of_beta: np.ndarray


def fit(side: Side, dimension: str, columns: Columns, place: int) -> Fit | NoEstimate:
    y, everybody = side.scores[dimension].to_numpy(dtype=float), len(side.scores)
    rows, _ = domain(side.design, y, None)
    if not len(rows):
        return NoEstimate("not_estimable", f"nobody answered {dimension}")
    y, w, x, can = y[rows], side.design.weight[rows], columns.values[place][rows], columns.estimable[place]
    total = w.sum()
    mean, shares = float((w * y).sum() / total), (w[:, None] * x).sum(axis=0) / total
    own = np.column_stack([np.ones(len(rows)), x[:, can]])
    inverse = np.linalg.pinv(own.T @ (w[:, None] * own), hermitian=True)
    estimate = inverse @ (own.T @ (w * y))
    beta, of_mean = np.zeros(len(can)), np.zeros(everybody)
    of_shares, of_beta = np.zeros((everybody, len(can))), np.zeros((everybody, len(can)))
    beta[can] = estimate[1:]
    fitted, leverage = own @ estimate, w * ((own @ inverse) * own).sum(axis=1)
    residual = (y - fitted) / np.maximum(1 - leverage, 1e-9)  # as if each answer had no part in its own fit (HC3)
    of_mean[rows], of_shares[rows] = w * (fitted - mean + residual) / total, w[:, None] * (x - shares) / total
    of_beta[np.ix_(rows, can)] = (((w * residual)[:, None] * own) @ inverse)[:, 1:]
    return Fit(mean, shares, beta, of_mean, of_shares, of_beta)
