"""Any question by any segments: weighted numbers with n, intervals and marks against the rest, small groups hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from csat_analysis import verdicts
from csat_analysis.design import Design
from csat_analysis.disclosure import suppressed_columns
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.metrics.crosstab_questions import Question, questions_of
from csat_analysis.metrics.crosstab_segments import TOTAL, Banner, Column, banner_of
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.results import SHOWN, status_of

TIDY = {  # column → the kind of its values
    "question": object,
    "answer": object,
    "segment": object,
    "level": object,
    "unit": object,
    "value": float,
    "low": float,
    "high": float,
    "se": float,
    "n": float,
    "customers": float,
    "n_effective": float,
    "difference": float,
    "p_adjusted": float,
    "verdict": object,
    "status": object,
}


@dataclass(frozen=True, eq=False)
class Crosstab:
    """A table of questions by segments, and what its page and sheet need beside it.

    table      one row a question (and answer) and column, tidy:
               question, answer (of a question in answers, else blank), segment and level (blank: all), unit (points,
               nps_points, share or score), value, low, high, se, n (answers), customers (sampling units; fewer than n where
               a customer has several contacts), n_effective (Kish, by customers), difference (from the rest of the segment),
               p_adjusted (Benjamini–Hochberg), verdict (higher, lower, no_detectable_difference or blank), status (as in
               results.json). Numbers are missing where the status is none of ok and exact, all of them where it is suppressed.
    questions  as asked for, with their answers one by one.
    columns    (segment, level) in the order of the table; the first is all customers.
    estimates  (question, answer, segment, level) → the estimate behind each cell that isn't hidden.
    differences  the same → its difference from the rest of the segment, whether or not it was tested.
    compared   cells whose difference from the rest was tested: the family that p_adjusted is over. Without marks are those
               whose kind of difference no study has shown to hold (as of a survey with weights of its own).
    """

    wave: Wave
    table: pd.DataFrame
    questions: tuple[Question, ...]
    columns: tuple[Column, ...]
    estimates: dict[tuple[str, str, str, str], Number]
    differences: dict[tuple[str, str, str, str], Number]
    compared: int

    @property
    def rows(self) -> list[tuple[Question, list[dict[str, object]]]]:
        """Each question with its cells in the order of the columns."""
        cells, width = self.table.to_dict("records"), len(self.columns)
        return [(question, cells[place * width : (place + 1) * width]) for place, question in enumerate(self.questions)]


def tabulate(wave: Wave, rows: Iterable[str] = ("index",), cols: Iterable[str] = ()) -> Crosstab:
    """Questions by segments, weighted as all of a wave's numbers are.

    What it tells a manager: who answers differently, and whether that is more than chance.

    rows  index, a dimension, an item (means in points 0–100), an outcome of survey.yml (csat: share satisfied, nps: points
          −100…100, a `likely` one: share likely, else the mean on its own scale), a column of answers or a segment (share of
          each answer), and any item or outcome with ":answers" behind it (share of each answer).
    cols  segments of survey.yml, customer_size, and any column of few words of the list of customers or the answers;
          crossed as "region*industry" (× and + do too). All customers stand first.

    Means and shares are those of R's `svyby(…, svymean)` with the sample's final weights, strata and customers (several
    contacts of a customer are one sampling unit); an answer that is missing is in no base. Each group is held against the
    rest of its segment; marks are verdicts after Benjamini–Hochberg over all cells of the table that are shown and whose
    difference's interval was shown to hold. Groups with fewer customers than `reporting.min_group` are hidden, and others
    that would give them away, in crossings by their margins too.

    Raises EstimateError, in one line with the closest names first, for an unknown question or segment.
    Checked against R survey (tests/reference/crosstab.R).
    """
    questions = tuple(question for name in rows for question in questions_of(wave, name))
    banner = banner_of(wave, cols)
    numbers, differences = {}, {}
    for question in questions:
        hidden = hidden_columns(question, banner, wave)
        for column, inside in banner.shown.items():
            place = (question.name, question.answer, *column)
            if column in hidden:
                continue
            numbers[place] = question.estimate(inside)
            if column != TOTAL:
                differences[place] = against_rest(question, numbers[place], banner.rest(column))
    tested = {
        place: difference
        for place, difference in differences.items()
        if status_of(numbers[place], wave.programme) in SHOWN and verdicts.judged(difference)
    }
    words = verdicts.difference_verdicts(tested)
    tried = [place for place, word in words.items() if word]
    adjusted = dict(zip(tried, verdicts.benjamini_hochberg([tested[place].p_value() for place in tried]), strict=True))
    table = pd.DataFrame(
        [
            {"question": question.name, "answer": question.answer, "segment": column[0], "level": column[1]}
            | {"unit": question.unit}
            | cell(numbers.get(place), tested.get(place), wave)
            | {"p_adjusted": adjusted.get(place), "verdict": words.get(place) or ""}
            for question in questions
            for column in banner.shown
            for place in [(question.name, question.answer, *column)]
        ],
        columns=list(TIDY),
    ).astype(TIDY)
    return Crosstab(wave, table, questions, tuple(banner.shown), numbers, differences, len(tried))


def hidden_columns(question: Question, banner: Banner, wave: Wave) -> set[Column]:
    """Columns that a question's row may not show, by the customers who answered it."""
    unit = wave.sample.design.unit
    members = {column: inside & question.answered for column, inside in banner.members.items()}
    least = wave.programme.reporting.min_group
    if 0 < len(np.unique(unit[question.answered])) < least:
        return set(members)
    return suppressed_columns(members, banner.lines, unit, least, banner.never_shown)


def against_rest(question: Question, number: Number, rest: np.ndarray) -> Number:
    """A group less the rest of its segment, as a statement about the process."""
    return (number - question.estimate(rest)).process()


def cell(number: Number | None, difference: Number | None, wave: Wave) -> dict[str, object]:
    """One cell's numbers; a hidden one (None) has none, one without a number that holds has its n."""
    if number is None:
        return {"status": "suppressed"}
    status = status_of(number, wave.programme)
    if status == "suppressed":
        return {"status": status}
    if isinstance(number, NoEstimate):
        return {"status": status, "n": number.n}
    size = {"status": status, "n": number.n} | effective_size(number)
    if status not in SHOWN:
        return size
    low, high = number.interval(wave.programme.reporting.confidence)
    se = 0.0 if status == "exact" else number.se
    found = size | {"value": number.value, "low": low, "high": high, "se": se}
    return found | ({"difference": difference.value} if isinstance(difference, Estimate) else {})


def effective_size(number: Estimate) -> dict[str, float]:
    """Customers behind a number, and Kish's effective number of them: (ΣW)²/ΣW², W the weight of all of a customer's contacts."""
    design: Design = number.design
    weight = np.bincount(design.unit[number.about], design.weight[number.about])
    weight = weight[weight > 0]
    return {"customers": len(weight), "n_effective": float(weight.sum() ** 2 / (weight**2).sum())}
