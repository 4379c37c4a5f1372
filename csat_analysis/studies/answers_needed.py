"""What it takes to tell, by the stored studies of simulated companies: answers to name a first driver, points to find an effect."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.detectable import POWER
from csat_analysis.estimate import NoEstimate
from csat_analysis.measured import Measured
from csat_analysis.metrics.counted import counted_share
from csat_analysis.studies import stored

ANSWERING = {"same": "same", "others": "fresh"}  # who answers the second of two surveys, and the study's name of it


def could_rank(answers: int) -> dict[int, Measured]:
    """Answers → share of simulated companies whose first driver could be named, with the interval of so many companies: at the
    nearest number of answers that was tried and isn't above these, and at all larger ones.
    """
    table, companies = stored.table("drivers"), stored.stored("drivers")["draws"]
    said = table[(table["test"] == "rank_importance") & (table["truth"] == "any")].set_index("answers")["said"]
    below = max((n for n in said.index if n <= answers), default=said.index.min())
    shown = said.sort_index()[lambda shares: shares.index >= below]
    return {int(n): counted_share(round(share * companies), companies) for n, share in shown.items()}


def effects_found(answers: int) -> tuple[int, dict[tuple[float, str], Measured]]:
    """Of an action that reaches a quarter of `answers` customers, judged by one survey before and one since: how many answers the
    reached have at the nearest size that was tried and isn't above; (effect in points, who answers the second survey) → share of
    simulated companies in which it was called `worked`, with the interval of so many companies. At an effect of 0: false alarms.
    """
    tried = stored.table("managers")
    tried = tried[(tried["test"] == "worked") & (tried["whom"] == "across") & (tried["waves"] == "1+1")]
    size = max((n for n in tried["n"] if n <= answers), default=tried["n"].min())
    own = tried[tried["n"] == size]
    shares = {
        (float(row.effect), who): counted_share(round(row.rate * row.draws), int(row.draws))
        for who, world in ANSWERING.items()
        for row in own[own["world"] == world].itertuples()
    }
    return round(size / 4), shares


def points_found(shares: dict[tuple[float, str], Measured], who: str, power: float = POWER) -> Measured | NoEstimate:
    """The least effect, in points, that such companies find with this power: on straight lines between the effects that were tried.
    Interval: where the shares' own upper and lower ends reach the power; none where the lower ends never do.
    """
    own = {effect: share for (effect, by), share in shares.items() if by == who}
    ends = {
        end: pd.Series({effect: getattr(share, end) for effect, share in own.items()})
        for end in ("value", "high", "low")
    }
    if ends["low"].max() < power:
        return NoEstimate("not_estimable", f"none of the effects tried is surely found with {power:.0%} power")
    companies = min(share.n for share in own.values())
    return Measured(*(reached_at(rates.sort_index(), power) for rates in ends.values()), companies, True)


def reached_at(rates: pd.Series, power: float) -> float:
    """Where rates, by effect, first reach the power."""
    above = int(np.argmax(rates.to_numpy() >= power))
    if above == 0:
        return float(rates.index[0])
    (low, high), (before, after) = rates.index[above - 1 : above + 1], rates.iloc[above - 1 : above + 1]
    return float(low + (high - low) * (power - before) / (after - before))
