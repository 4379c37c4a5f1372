"""The satisfaction index of any questionnaire: scores, dimensions, items, satisfied share, CSAT and NPS.

Points are 0–100: 100 (x − min)/(max − min) of the programme's scale (the ACSI form; divided by 100 it is the house's S).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, net_promoter_score, share, share_at_least
from csat_analysis.programme import Programme

POINTS = (0.0, 100.0)
PERSON = "person_score"


def score_answers(responses: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Each answer's scores in points: one column an item, one a dimension, and `person_score`.

    Dimension: mean of its answered items where at least `missing_items.at_least` are answered, else missing.
    person_score: Σ W_d d / Σ W_d over the dimensions a person has; for person-level uses only, since the index is the
    weighted sum of dimension means.
    """
    width = programme.scale.max - programme.scale.min
    items = 100 * (responses[programme.items].astype(float) - programme.scale.min) / width
    dimensions = {}
    for name, dimension in programme.dimensions.items():
        own = items[list(dimension.items)]
        dimensions[name] = own.mean(axis=1).where(own.notna().sum(axis=1) >= programme.items_needed(name))
    scores = pd.DataFrame(dimensions, index=responses.index)
    weight = pd.Series(programme.weights)
    weight_present = (scores.notna() * weight).sum(axis=1)
    person = (scores * weight).sum(axis=1) / weight_present.where(weight_present > 0)
    named = scores.rename(columns={name: dimension_column(programme, name) for name in dimensions})
    return pd.concat([items, named, person.rename(PERSON)], axis=1)


def dimension_column(programme: Programme, dimension: str) -> str:
    """Column of a dimension's score; a dimension that is named as an item has a suffix."""
    return f"{dimension} (dimension)" if dimension in programme.items else dimension


def dimension_means(
    design: Design, scores: pd.DataFrame, programme: Programme, *, inside: np.ndarray | pd.Series | None = None
) -> dict[str, Estimate | NoEstimate]:
    """Weighted mean of each dimension in points; people without the dimension are left out of it.

    A dimension prorated from some of its items counts, but a panel with one is no census.
    """
    return {
        name: mean(
            design,
            scores[dimension_column(programme, name)],
            inside=inside,
            incomplete=scores[list(dimension.items)].isna().mean(axis=1),
            bounds=POINTS,
        )
        for name, dimension in programme.dimensions.items()
    }


def item_means(design: Design, scores: pd.DataFrame, programme: Programme) -> dict[str, Estimate | NoEstimate]:
    """Weighted mean of each item in points."""
    return {item: mean(design, scores[item], bounds=POINTS) for item in programme.items}


def satisfaction_index(dimensions: dict[str, Estimate | NoEstimate], programme: Programme) -> Estimate | NoEstimate:
    """The index S = Σ W_d · mean of dimension d, in points: exactly the sum of its parts, with their joint interval.

    What it tells a manager: how satisfied customers are on the whole, 0–100. Missing where a dimension is.
    Checked against the hand-worked house example and the simulated company's truth (tests/test_satisfaction.py).
    """
    return sum(weight * dimensions[name] for name, weight in programme.weights.items() if weight)


def index_of(
    design: Design, scores: pd.DataFrame, programme: Programme, *, inside: np.ndarray | pd.Series | None = None
) -> Estimate | NoEstimate:
    """The index of a group: its dimension means, weighted."""
    return satisfaction_index(dimension_means(design, scores, programme, inside=inside), programme)


def satisfied_share(
    design: Design, scores: pd.DataFrame, standard: Estimate | NoEstimate | float
) -> Estimate | NoEstimate:
    """Share of customers whose own score reaches the standard. A standard set in this very wave passes its uncertainty on."""
    if isinstance(standard, NoEstimate):
        return standard
    return share_at_least(design, scores[PERSON], standard)


def csat(design: Design, responses: pd.DataFrame, programme: Programme) -> Estimate | NoEstimate:
    """Share of the `satisfied` codes of the overall question (4 and 5 of 1–5), Wilson interval."""
    outcome = programme.outcomes.get("csat")
    if outcome is None or outcome.satisfied is None or "csat" not in responses:
        return NoEstimate("not_supplied", "no overall satisfaction question")
    return share(design, coded(responses["csat"], responses["csat"].isin(outcome.satisfied)))


def nps(
    design: Design, responses: pd.DataFrame, programme: Programme, *, inside: np.ndarray | pd.Series | None = None
) -> Estimate | NoEstimate:
    """Net promoter score −100…100: % promoters − % detractors of the recommendation question."""
    outcome = programme.outcomes.get("nps")
    if outcome is None or outcome.promoter is None or outcome.detractor is None or "nps" not in responses:
        return NoEstimate("not_supplied", "no recommendation question")
    answer = responses["nps"]
    return net_promoter_score(
        design,
        coded(answer, answer.between(*outcome.promoter)),
        coded(answer, answer.between(*outcome.detractor)),
        inside=inside,
    )


def coded(answer: pd.Series, yes: pd.Series) -> pd.Series:
    """1 or 0, missing where the answer is."""
    return yes.astype(float).where(answer.notna())
