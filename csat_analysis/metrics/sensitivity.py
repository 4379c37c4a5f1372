"""Does a number hang on a choice? The index under other defensible choices, and what overlap between waves is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from csat_analysis.estimate import Estimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.change import change
from csat_analysis.metrics.satisfaction import PERSON, index_of
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period


def index_by_choice(wave: Wave) -> pd.DataFrame:
    """The index as reported; weighted by design only; every answer counted alike; complete questionnaires only; and as the mean of people's own scores.

    Columns value, se, n; missing where a choice gives no estimate.
    """
    design, scores, programme = wave.sample.design, wave.answer_scores, wave.programme
    complete = scores[programme.items].notna().all(axis=1)
    by_design = wave.design_sample.design
    alike = replace(by_design, weight=np.ones_like(design.weight))
    choices = {
        "as reported": wave.index,
        "weighted by design only": index_of(by_design, scores, programme),
        "every answer alike": index_of(alike, scores, programme),
        "complete questionnaires only": index_of(design, scores, programme, inside=complete),
        "mean of people's own scores": mean(design, scores[PERSON]),
    }
    return pd.DataFrame({choice: described(number) for choice, number in choices.items()}).T


def overlap(waves: dict[Period, Wave], period: Period, earlier: Period | None) -> pd.DataFrame:
    """Customers in both waves, the change's standard error with them, and the one it would have had between strangers."""
    difference = change(waves, period, earlier, "index")
    if not isinstance(difference, Estimate):
        return pd.DataFrame(columns=["in both", "se", "se if strangers"])
    here, there = waves[period], waves[earlier]
    both = here.sample.design.unit_name.intersection(there.sample.design.unit_name)
    strangers = np.hypot(here.index.process().se, there.index.process().se)
    return pd.DataFrame(
        {"in both": [len(both)], "se": [difference.se], "se if strangers": [strangers]}, index=[f"{period} − {earlier}"]
    )


def described(number: Number) -> dict[str, float]:
    if not isinstance(number, Estimate):
        return {"value": np.nan, "se": np.nan, "n": number.n}
    return {"value": number.value, "se": number.se, "n": number.n}
