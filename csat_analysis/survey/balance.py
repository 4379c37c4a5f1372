"""Do those who answered look like the frame? Standardised differences, before and after weighting, with their noise."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.errors import EstimateError
from csat_analysis.survey.response import MISSING

FLAG = 0.1  # standardised differences above it are worth a look (Austin 2009)
BEYOND_NOISE = 2.0  # and above this many standard deviations of chance they are more than chance
STAGES = ("before", "after")
COLUMNS = ["variable", "level", "frame", "answers", "difference", "noise", "beyond_noise"]


def standardised(frame: pd.DataFrame) -> pd.DataFrame:
    """Every level of every word column as 0 and 1, numbers as they are, each in standard deviations of the frame and less
    its mean; columns are (variable, level), the level "" for a number. A blank word is the level "missing"; a blank number
    counts as the mean. What is the same for the whole frame has no column."""
    columns = {}
    for name, values in frame.items():
        if pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values):
            columns[name, ""] = values.astype(float).fillna(values.mean())
            continue
        levels = values.astype(object).where(values.notna(), MISSING).astype(str)
        columns |= {(name, level): (levels == level).astype(float) for level in sorted(levels.unique())}
    spread = {key: values.std(ddof=0) for key, values in columns.items()}
    kept = {key: (values - values.mean()) / spread[key] for key, values in columns.items() if spread[key] > 0}
    return pd.DataFrame(kept, index=frame.index)


def imbalance(frame: pd.DataFrame, who: pd.Index, design: Design) -> pd.DataFrame:
    """How far those who answered lie from the frame in each trait, in standard deviations of the frame.

    What it tells a manager: which customers the answers hold too many or too few of.

    frame   one row a customer, a column a trait (words or numbers).
    who     the customer of each contact of the design, in its order; weights are the design's.
    Columns variable, level, frame and answers (shares, or means of numbers), difference = (weighted mean of the answers −
    frame mean) / frame standard deviation: an exact fact of these answers. noise: the standard deviation that it would
    have were answering pure chance, √(Σ w² (1 − sampled share)) / Σ w (.16 for 40 of many, Kish 1965); beyond_noise: the
    difference is over FLAG and over BEYOND_NOISE of it.
    Raises EstimateError where a customer isn't in the frame.
    Source: Austin (2009). Checked against hand-worked cases and a public simulated survey (tests/test_balance.py).
    """
    missing = pd.Index(who).difference(frame.index)
    if len(missing):
        raise EstimateError(f"balance: customer {missing[0]!r} answered but isn't in the frame")
    z, weight = standardised(frame), design.weight
    if not weight.sum() > 0:
        raise EstimateError("balance: no answer has a weight above 0")
    difference = pd.Series(weight @ z.loc[who].to_numpy() / weight.sum(), index=z.columns)
    unsampled = 1 - design.sampled_part(design.positions)
    noise = float(np.sqrt((weight**2 * unsampled).sum()) / weight.sum())
    rows = []
    for (variable, level), value in difference.items():
        mean, spread = location(frame[variable], level)
        beyond = abs(value) > FLAG and abs(value) > BEYOND_NOISE * noise
        rows.append((variable, level, mean, mean + spread * value, value, noise, beyond))
    return pd.DataFrame(rows, columns=COLUMNS)


def location(values: pd.Series, level: str) -> tuple[float, float]:
    """Mean and standard deviation in the frame of a number, or of being of a level."""
    if level:
        values = (values.astype(object).where(values.notna(), MISSING).astype(str) == level).astype(float)
    return float(values.mean()), float(values.fillna(values.mean()).std(ddof=0))


def before_and_after(frame: pd.DataFrame, who: Mapping[str, pd.Index], designs: Mapping[str, Design]) -> pd.DataFrame:
    """`imbalance` of each stage ("before", "after"), one below the other, with the column `stage`."""
    return pd.concat(
        [imbalance(frame, who[stage], designs[stage]).assign(stage=stage) for stage in designs], ignore_index=True
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
