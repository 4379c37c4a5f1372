"""What a crosstab can ask: each name's question, in points, NPS points, shares or its own scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis.errors import EstimateError
from csat_analysis.estimators import mean, net_promoter_score, share
from csat_analysis.intake.readers import closest
from csat_analysis.metrics import satisfaction
from csat_analysis.metrics.crosstab_segments import MOST_LEVELS, in_order, levels_in, traits_of_answers
from csat_analysis.metrics.satisfaction import POINTS, coded
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.programme import Outcome

INDEX = "index"
ANSWERS = ":answers"


@dataclass(frozen=True, eq=False)
class Question:
    """A row of a crosstab: its number for everybody (None) or those inside a mask, and who answered it.

    answer  the answer whose share it is; blank where the row is a mean or a score of the whole question.
    kind    index, dimension, item, outcome, answer: which words it goes by.
    """

    name: str
    answer: str
    kind: str
    unit: str
    answered: np.ndarray
    estimate: Callable[[np.ndarray | None], Number]


def questions_of(wave: Wave, name: str) -> list[Question]:
    """The rows that a name asks for: one, or one an answer."""
    programme = wave.programme
    if name == INDEX:
        return [index_question(wave)]
    if name in programme.dimensions:
        return [dimension_question(wave, name)]
    if name in programme.items:
        return [score_question(wave, name, "item", "points", wave.answer_scores[name], POINTS)]
    if name in programme.outcomes and name in wave.answers:
        return [outcome_question(wave, name, programme.outcomes[name])]
    whole, _, suffix = name.rpartition(":")
    categories = categories_of(wave)
    asked = whole if f":{suffix}" == ANSWERS and whole in categories else name
    if asked not in categories:
        raise EstimateError(unknown(f"{wave.period}: no question {name!r}", name, question_names(wave)))
    return answer_questions(wave, asked, categories[asked])


def question_names(wave: Wave) -> list[str]:
    """All names that a crosstab's rows know, the usual ones first; items and outcomes take ":answers" too."""
    programme = wave.programme
    outcomes = [name for name in programme.outcomes if name in wave.answers]
    usual = [INDEX, *programme.dimensions, *outcomes, *programme.items]
    return [*usual, *(name for name in categories_of(wave) if name not in usual)]


def unknown(problem: str, name: str, there: Iterable[str]) -> str:
    """One line that names what there is, the closest matches first."""
    names = list(there)
    near = closest(name, names)
    return f"{problem}; there are {', '.join(near + [other for other in names if other not in near])}"


def index_question(wave: Wave) -> Question:
    design, scores, programme = wave.sample.design, wave.answer_scores, wave.programme
    needed = [satisfaction.dimension_column(programme, name) for name, weight in programme.weights.items() if weight]

    def estimate(inside: np.ndarray | None) -> Number:
        return satisfaction.index_of(design, scores, programme, inside=inside)

    return Question(INDEX, "", "index", "points", scores[needed].notna().all(axis=1).to_numpy(), estimate)


def dimension_question(wave: Wave, name: str) -> Question:
    design, scores, programme = wave.sample.design, wave.answer_scores, wave.programme

    def estimate(inside: np.ndarray | None) -> Number:
        return satisfaction.dimension_means(design, scores, programme, inside=inside)[name]

    answered = scores[satisfaction.dimension_column(programme, name)].notna().to_numpy()
    return Question(name, "", "dimension", "points", answered, estimate)


def score_question(
    wave: Wave, name: str, kind: str, unit: str, values: pd.Series, bounds: tuple[float, float]
) -> Question:
    def estimate(inside: np.ndarray | None) -> Number:
        return mean(wave.sample.design, values, inside=inside, bounds=bounds)

    return Question(name, "", kind, unit, values.notna().to_numpy(), estimate)


def outcome_question(wave: Wave, name: str, outcome: Outcome) -> Question:
    """NPS of a recommendation, the satisfied or likely share where survey.yml says which codes those are, else the mean."""
    answer, design = wave.answers[name], wave.sample.design
    answered = answer.notna().to_numpy()
    if outcome.promoter and outcome.detractor:
        up = coded(answer, answer.between(*outcome.promoter))
        down = coded(answer, answer.between(*outcome.detractor))

        def score(inside: np.ndarray | None) -> Number:
            return net_promoter_score(design, up, down, inside=inside)

        return Question(name, "", "outcome", "nps_points", answered, score)
    if good := outcome.satisfied or outcome.likely:
        return share_question(wave, name, "", "outcome", answer, answer.isin(good))
    return score_question(wave, name, "outcome", "score", answer.astype(float), (outcome.min, outcome.max))


def share_question(wave: Wave, name: str, answer: str, kind: str, given: pd.Series, yes: pd.Series) -> Question:
    values = coded(given, yes)

    def estimate(inside: np.ndarray | None) -> Number:
        return share(wave.sample.design, values, inside=inside)

    return Question(name, answer, kind, "share", given.notna().to_numpy(), estimate)


def categories_of(wave: Wave) -> dict[str, pd.Series]:
    """Every question that can be told in answers: items and outcomes, other columns of few answers, and segments."""
    asked = [name for name in [*wave.programme.items, *wave.programme.outcomes] if name in wave.answers]
    codes = {name: levels_in(wave.answers[name]) for name in asked if wave.answers[name].nunique() <= MOST_LEVELS}
    return codes | {name: levels for name, levels in traits_of_answers(wave).items() if name not in codes}


def answer_questions(wave: Wave, name: str, given: pd.Series) -> list[Question]:
    """The share of each answer among all who answered."""
    return [
        share_question(wave, name, answer, "answer", given, given == answer)
        for answer in in_order(given.dropna().unique(), wave.programme.segments.get(name))
    ]
