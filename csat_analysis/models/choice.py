"""Which plan, and would asking more people change that: chances over joint draws, and what better knowledge could be worth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from csat_analysis.models.buying import OF_RECORD
from csat_analysis.models.planner import Reckoned
from csat_analysis.models.shrunken_ranks import shrunken_draws

NONE = "no plan"  # gains nothing and costs nothing
CONFIDENCE, SEED = 0.95, 20260703
FURTHEST = 2.0


def gains(plans: Mapping[str, Reckoned], model: str = OF_RECORD) -> pd.DataFrame:
    """Draws × plans, CNY a year: plans whose gain can be reckoned; the first row is the estimate itself."""
    known = {name: plan.gain(model) for name, plan in plans.items() if isinstance(plan, Reckoned)}
    return pd.DataFrame({name: gain for name, gain in known.items() if isinstance(gain, np.ndarray)})


def pays_back(gain: np.ndarray) -> float:
    """Chance that a plan brings more than it costs within a year."""
    return float((gain[1:] > 0).mean())


def best_chances(table: pd.DataFrame, *, seed: int = SEED) -> pd.Series:
    """Plan → chance that its gain is the largest.

    The share of draws in which it is was too sure by .03 (studies/plans.py): the one that looks best often does so by chance. So
    gains' spread is first taken apart into chance and what plans really differ by, as for drivers (models/shrunken_ranks.py);
    that may be up to FURTHEST times as far as any lies from their mean.
    """
    if table.shape[1] < 2:
        return pd.Series(dtype=float)
    drawn = table.iloc[1:].to_numpy()
    value = drawn.mean(axis=0)
    furthest = FURTHEST * np.abs(value - value.mean()).max() or 1.0
    unit = 1 / (furthest * len(value))  # so that the furthest is 1/k, where shrunken_draws ends
    first = shrunken_draws(value * unit, drawn * unit, seed=seed).argmax(axis=1)
    return pd.Series(np.bincount(first, minlength=len(value)) / len(first), index=table.columns)


def most_to_lose(table: pd.DataFrame, confidence: float = CONFIDENCE) -> float:
    """Upper limit of what the truly best choice brings more than the one that looks best now, CNY a year; never below 0.

    What it tells a manager: choosing today may forgo this much at most, so no number of further interviews is worth more.
    The choices are the plans and none of them. Were j the truly best, its lead over each other choice is at most what the draws
    show and d_j standard deviations (Dunnett's d for all others at once, from the draws themselves); the limit is the largest of
    m_j − m_c + d_j s_jc over j, with c today's choice: Hsu's (1984) multiple comparisons with the best, which holds though c was
    picked because it looks best. It is the upper end of a two-sided interval, and carries all that the draws do: answers,
    coefficients, the plans' own ranges.
    """
    if table.empty:
        return 0.0
    means, apart = leads(table)
    limits, today = [0.0], int(means.argmax())
    for best in np.flatnonzero(np.arange(len(means)) != today):
        spread = apart[best].std(axis=1)
        noise = np.divide(apart[best], spread[:, None], out=np.zeros_like(apart[best]), where=spread[:, None] > 0)
        far = np.quantile(noise.max(axis=0), (1 + confidence) / 2)
        limits.append(means[best] - means[today] + far * spread[today])
    return float(max(limits))


def leads(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Mean gain of each choice, none last; and how far its lead over each other choice lies from its mean: choices × choices × draws."""
    drawn = table.iloc[1:].assign(**{NONE: 0.0}).to_numpy().T
    off = drawn - drawn.mean(axis=1, keepdims=True)
    return drawn.mean(axis=1), off[:, None, :] - off[None, :, :]


def most_interviews_are_worth(
    table: pd.DataFrame, interviews: int, customers: int, confidence: float = CONFIDENCE
) -> float:
    """The most that so many more interviews could be worth on top of `customers`, CNY a year: `most_to_lose`, times the chance
    that they change today's choice were as much to be lost, summed over the other choices.

    After n more, f = n/(N + n) of what is open is known: the lead of j over today's choice, m_j − m_c now, becomes normal about
    (1 − f)(m_j − m_c) + f·U with standard deviation s√(f(1 − f)), and j is chosen where that is above 0. Interviews can tell neither
    what the plans' own ranges leave open nor whether association is effect: they tell less than this supposes.
    """
    if table.empty or not customers or not interviews:
        return 0.0
    means, apart = leads(table)
    today, most = int(means.argmax()), most_to_lose(table, confidence)
    known = interviews / (interviews + customers)
    others = np.arange(len(means)) != today
    lead = (means - means[today])[others]
    spread = apart[today].std(axis=1)[others] * np.sqrt(known * (1 - known))
    expected = (1 - known) * lead + known * most
    chance = np.where(spread > 0, stats.norm.cdf(expected / np.where(spread > 0, spread, 1.0)), expected > 0)
    return float(most * min(chance.sum(), 1.0))
