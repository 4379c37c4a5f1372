"""We and our competitors, by the same people: our score less the competitor's, each respondent being their own comparison."""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.disclosure import size, suppressed_groups
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.satisfaction import dimension_column
from csat_analysis.metrics.wave import Number, Wave

ALL = "all"  # every competitor together: of one who rates several, their mean
BOUNDS = (-100.0, 100.0)


def paired_gaps(wave: Wave) -> dict[tuple[str, str], Number]:
    """(competitor, dimension) → our score less the competitor's in points, −100…100, over those who rated both.

    Weighted and designed as the wave's representative sample; the interval is of the process. Competitor "all" comes first.
    """
    ratings = wave.clean.tables.get("competitors")
    if ratings is None or not {"response_id", "competitor", "dimension", "score"} <= set(ratings):
        return {}
    own = ratings.assign(points=points(ratings["score"], wave), competitor=ratings["competitor"].astype(str))
    everybody = own.assign(competitor=ALL)
    found = {}
    for rows in (everybody, own):
        for competitor in sorted(rows["competitor"].unique()):
            for dimension in wave.programme.dimensions:
                theirs = rows[(rows["competitor"] == competitor) & (rows["dimension"] == dimension)]
                if len(theirs):
                    found[competitor, dimension] = gap(wave, theirs.groupby("response_id")["points"].mean(), dimension)
    return found


def points(score: pd.Series, wave: Wave) -> pd.Series:
    scale = wave.programme.scale
    return 100 * (score.astype(float) - scale.min) / (scale.max - scale.min)


def gap(wave: Wave, theirs: pd.Series, dimension: str) -> Number:
    ours = wave.answer_scores[dimension_column(wave.programme, dimension)]
    difference = ours - wave.answers["response_id"].map(theirs)
    rated = difference.notna().to_numpy()
    if not rated.any():
        return NoEstimate("not_estimable", "nobody rated both")
    found = mean(wave.sample.design, np.asarray(difference, dtype=float), inside=rated, bounds=BOUNDS)
    return found if isinstance(found, NoEstimate) else found.process()


def hidden(gaps: dict[tuple[str, str], Number], min_group: int) -> set[tuple[str, str]]:
    """(competitor, dimension) that may not be shown: too few raters, and what would give those away."""
    names = set()
    for dimension in {dimension for _, dimension in gaps}:
        sizes = {c: size(number) for (c, d), number in gaps.items() if d == dimension and c != ALL}
        names |= {(competitor, dimension) for competitor in suppressed_groups(sizes, min_group)}
    return names


def raters(wave: Wave) -> dict[str, int]:
    """Competitor → how many of the representative sample rated it."""
    ratings = wave.clean.tables.get("competitors")
    if ratings is None:
        return {}
    own = ratings[ratings["response_id"].isin(wave.answers["response_id"])]
    return own.groupby("competitor")["response_id"].nunique().sort_index().astype(int).to_dict()
