"""What the stored study of plans tells a reader of one plan: how far straight lines were off, how often limits held."""

from __future__ import annotations

import pandas as pd
from scipy import stats

from csat_analysis.certification import CONFIDENCE
from csat_analysis.measured import Measured
from csat_analysis.metrics.counted import counted_share
from csat_analysis.studies import stored


def line_overstates(customers: int) -> tuple[int, Measured]:
    """(answers, by what part of the truth the straight line's gains were too large on average), with the interval of so many
    companies.
    """
    answers, row = tried("gain_linear", customers)
    bias, half = row["bias"], stats.norm.isf((1 - CONFIDENCE) / 2) * row["bias_error"]
    return answers, Measured(float(bias), float(bias - half), float(bias + half), companies(), holds=True)


def limit_held(customers: int) -> tuple[int, Measured]:
    """(answers, share of companies that lost no more than the limit said by choosing at once), with the interval of so many."""
    answers, row = tried("information", customers)
    return answers, counted_share(round(row["coverage"] * companies()), companies())


def tried(test: str, customers: int) -> tuple[int, pd.Series]:
    """The setting of the largest number of answers that isn't above these customers; the smallest where all are."""
    table = stored.table("plans")
    own = table[table["test"] == test].set_index("answers").sort_index()
    answers = max((n for n in own.index if n <= customers), default=own.index.min())
    return int(answers), own.loc[answers]


def companies() -> int:
    return int(stored.stored("plans")["draws"])
