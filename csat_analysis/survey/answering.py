"""How likely each of those asked was to answer: a logit on what the frame tells, in which nothing is estimated that the data can't carry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from csat_analysis.errors import EstimateError
from csat_analysis.survey.frame import level_name

MISSING = "missing"
FEWEST_IN_LEVEL = 5  # people asked that a level needs for a coefficient of its own, some answering and some silent
SILENT_A_COEFFICIENT = 3  # of the answered or the silent, whichever are fewer, for each coefficient
CERTAIN = 1e-6  # a fitted probability this near to 0 or 1 is separation's
NEWTON_STEPS, PRECISION = 40, 1e-10
INTERCEPT = "intercept"
Columns = dict[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class AnsweringModel:
    """How likely each of those asked was to answer, from what the frame knows of them.

    probability   one a person asked, 0–1, in the order given.
    columns       the model's columns (first an intercept), a row a person.
    coefficients  column → log odds of answering, `se`.
    blocks        variable → its columns.
    merged        (variable, level, level it was counted with): too few for a coefficient of its own, or all alike.
    left_out      variable (or variable = level) → why it isn't in the model.
    """

    probability: pd.Series
    columns: pd.DataFrame
    coefficients: pd.DataFrame
    blocks: dict[str, list[str]]
    merged: tuple[tuple[str, str, str], ...]
    left_out: dict[str, str]


def answering_model(people: pd.DataFrame, variables: Iterable[str]) -> AnsweringModel:
    """Logit of `answered` on frame variables, each of those asked counting once.

    What it tells a manager: which kinds of customers answer less readily, the other traits equal.

    people     one row a person asked: `answered` (True, False) and the variables; words become levels (a blank is the
               level "missing"), numbers stay numbers.
    variables  in order of importance: what the data can't carry is dropped from the end.

    Named rules, all reported: a level with fewer than FEWEST_IN_LEVEL people, or where all or none answered, counts with
    the variable's largest level; a constant or a column that follows from others is left out; a variable goes for which there would be
    fewer than SILENT_A_COEFFICIENT silent (or answered) a coefficient; a variable whose fit separates goes too. With
    nothing left, or everybody alike, each has the common probability: nothing distinguishes those who answered.
    Source: Little (1986); Peduzzi et al. (1996) for coefficients in small samples.
    """
    answered = people["answered"].to_numpy(dtype=bool)
    if not len(answered):
        raise EstimateError("answering model: nobody was asked")
    fewer, blocks, left_out, merged = int(min(answered.sum(), (~answered).sum())), {}, {}, []
    columns = {INTERCEPT: np.ones(len(answered))}
    for name in dict.fromkeys(variables):
        if not fewer:
            left_out[name] = f"{'everybody' if answered.all() else 'nobody'} answered"
            continue
        own, mergers = variable_columns(people[name], answered)
        merged += mergers
        own, dropped = independent(columns, own)
        left_out |= dict.fromkeys(dropped, "follows from the columns before it")
        if not own:
            left_out[name] = "the same for everyone, or told by the variables before it"
        elif (len(columns) - 1 + len(own)) * SILENT_A_COEFFICIENT > fewer:
            left_out[name] = f"{fewer} {'silent' if fewer < answered.sum() else 'answers'} are too few for its levels"
        elif fit(answered, columns | own) is None:
            left_out[name] = "separates those who answered from those who didn't"
        else:
            columns, blocks[name] = columns | own, list(own)
    fitted = fit(answered, columns)
    probability, log_odds, se = (
        (np.full(len(answered), answered.mean()), [np.nan], [np.nan]) if fitted is None else fitted
    )
    return AnsweringModel(
        pd.Series(probability, index=people.index),
        pd.DataFrame(columns, index=people.index),
        pd.DataFrame({"log_odds": log_odds, "se": se}, index=list(columns)),
        blocks,
        tuple(merged),
        left_out,
    )


def variable_columns(values: pd.Series, answered: np.ndarray) -> tuple[Columns, list[tuple[str, str, str]]]:
    """A variable's columns: a number in its own standard deviations (a blank is the mean, and a column of its own), or 0
    and 1 for each level but the largest; with the levels that were merged into it."""
    name = str(values.name)
    if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
        numbers, blank = values.to_numpy(dtype=float), values.isna().to_numpy()
        spread = np.nanstd(numbers) if not blank.all() else 0.0
        scaled = np.where(blank, 0.0, numbers - np.nanmean(numbers)) / spread if spread > 0 else np.zeros(len(blank))
        return {name: scaled} | ({f"{name} = {MISSING}": blank.astype(float)} if blank.any() else {}), []
    codes, levels = pd.factorize(values.astype(object).where(values.notna(), MISSING), sort=False)
    names = [level_name(level) for level in levels]
    size, yes = np.bincount(codes), np.bincount(codes, answered)
    largest = int(size.argmax())
    alone = (size < FEWEST_IN_LEVEL) | (yes == 0) | (yes == size)
    own = sorted((names[k], k) for k in range(len(names)) if k != largest and not alone[k])
    merged = [(name, names[k], names[largest]) for k in np.flatnonzero(alone) if k != largest]
    return {f"{name} = {level}": (codes == k).astype(float) for level, k in own}, merged


def independent(known: Columns, new: Columns) -> tuple[Columns, list[str]]:
    """The new columns that those before them don't determine, and the names of the others."""
    kept, dropped = {}, []
    for name, column in new.items():
        before = np.column_stack([*known.values(), *kept.values()])
        rest = column - before @ np.linalg.lstsq(before, column, rcond=None)[0]
        if rest @ rest <= 1e-9 * max(column @ column, 1.0):
            dropped.append(name)
        else:
            kept[name] = column
    return kept, dropped


def fit(answered: np.ndarray, columns: Columns) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Fitted probabilities, coefficients and standard errors of the likeliest logit (Newton's method); None where the
    outcomes are alike, or separated: then the steps never end, or probabilities reach 0 or 1."""
    if answered.all() or not answered.any():
        return None
    x, beta = np.column_stack(list(columns.values())), np.zeros(len(columns))
    for _ in range(NEWTON_STEPS):
        probability = special.expit(x @ beta)
        spread = probability * (1 - probability)
        if spread.min() < CERTAIN:
            return None
        information = x.T @ (spread[:, None] * x)
        step = np.linalg.solve(information, x.T @ (answered - probability))
        beta = beta + step
        if np.abs(step).max() < PRECISION:
            return probability, beta, np.sqrt(np.diag(np.linalg.inv(information)))
    return None
