"""Do those who answered look like the frame? Standardised differences, before and after weighting, with their noise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.survey.answering import MISSING

FLAG = 0.1  # standardised differences above it are worth a look (Austin 2009)
BEYOND_NOISE = 2.0  # and above this many standard deviations of chance they are more than chance
STAGES = ("before", "after")
COLUMNS = ["variable", "level", "frame", "answers", "difference", "noise", "beyond_noise"]


def indicators(traits: pd.DataFrame) -> pd.DataFrame:
    """Every level of every word column as 0 and 1, numbers as they are; columns are (variable, level), the level "" for a
    number. A blank word is the level "missing"; a blank number stays blank."""
    columns = {}
    for name, values in traits.items():
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            columns[name, ""] = values.astype(float)
            continue
        levels = values.astype(object).where(values.notna(), MISSING).astype(str)
        columns |= {(name, level): (levels == level).astype(float) for level in sorted(levels.unique())}
    return pd.DataFrame(columns, index=traits.index)


def imbalance(frame: pd.DataFrame, answers: pd.DataFrame, design: Design) -> pd.DataFrame:
    """How far those who answered lie from the frame in each trait, in standard deviations of the frame.

    What it tells a manager: which customers the answers hold too many or too few of.

    frame    one row a customer, a column a trait (words or numbers).
    answers  the same columns for each contact of the design, in its order; weights are the design's.
    Columns variable, level, frame and answers (shares, or means of numbers; a blank number counts as the frame's mean),
    difference = (weighted mean of the answers − frame mean) / frame standard deviation: an exact fact of these answers.
    noise: the standard deviation that it would have were answering pure chance, √(Σ w² (1 − sampled share)) / Σ w (.16 for
    40 of many, Kish 1965); beyond_noise: the difference is over FLAG and over BEYOND_NOISE of it. A trait that is the same
    for the whole frame has no row.
    Raises EstimateError for a level that answers have and the frame lacks, and where no answer has a weight.
    Source: Austin (2009). Checked against hand-worked cases and a public simulated survey (tests/test_balance.py).
    """
    weight, everybody, found = design.weight, indicators(frame), indicators(answers)
    if not weight.sum() > 0:
        raise EstimateError("balance: no answer has a weight above 0")
    if strangers := [key for key in found if key not in everybody]:
        raise EstimateError(f"balance: {strangers[0][0]} is {strangers[0][1]!r} in the answers, which the frame lacks")
    unsampled = 1 - design.sampled_part(design.positions)
    noise = float(np.sqrt((weight**2 * unsampled).sum()) / weight.sum())
    rows = []
    for (variable, level), values in everybody.items():
        mean = values.mean()
        spread = values.fillna(mean).std(ddof=0)
        if not spread > 0:
            continue
        own = found[variable, level].fillna(mean) if (variable, level) in found else np.zeros(len(weight))
        difference = float(weight @ (own - mean) / weight.sum() / spread)
        beyond = abs(difference) > FLAG and abs(difference) > BEYOND_NOISE * noise
        rows.append((variable, level, float(mean), float(mean + spread * difference), difference, noise, beyond))
    return pd.DataFrame(rows, columns=COLUMNS)


def before_and_after(
    frame: pd.DataFrame, answers: Mapping[str, pd.DataFrame], designs: Mapping[str, Design]
) -> pd.DataFrame:
    """`imbalance` of each stage ("before", "after"), one below the other, with the column `stage`."""
    return pd.concat(
        [imbalance(frame, answers[stage], designs[stage]).assign(stage=stage) for stage in designs], ignore_index=True
    )


def weights_summary(weight: np.ndarray) -> dict[str, float]:
    """Kish's design effect n Σw²/(Σw)², answers it leaves (n / deff), and the largest weight in means and in medians.

    What it tells a manager: what unequal weights cost in precision, and whether one answer speaks for very many.
    Weights of 0 are no answers. Source: Kish (1965).
    """
    weight = weight[weight > 0]
    if not len(weight):
        raise EstimateError("weights: no answer has a weight above 0")
    deff = float(len(weight) * (weight**2).sum() / weight.sum() ** 2)
    return {
        "answers": len(weight),
        "deff": deff,
        "n_effective": len(weight) / deff,
        "largest_to_mean": float(weight.max() / weight.mean()),
        "largest_to_median": float(weight.max() / np.median(weight)),
    }
