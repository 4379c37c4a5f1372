"""How much customers' scores differ within the strata of a planned draw, from the last wave's answers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from csat_analysis.intake import periods_available
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.wave import Wave, load_wave
from csat_analysis.period import Period
from csat_analysis.survey.frame import levels_of


def last_wave(root: Path, period: Period) -> Wave | None:
    """The latest wave of the same length before a period; None where there is none."""
    earlier = [p for p in periods_available(root) if p.unit == period.unit and p < period]
    return load_wave(root, max(earlier)) if earlier else None


def spread_by_stratum(wave: Wave, column: str, levels: pd.Index) -> dict[str, float]:
    """Level → standard deviation of people's own scores in points, ddof 1; empty where the wave can't tell.

    A level with fewer answers than `min_group` takes the spread of all answers.
    """
    customers = wave.clean.tables.get("customers")
    known = levels_of(customers, wave.programme, wave.clean.survey_date, column) if customers is not None else None
    scores = wave.answer_scores[PERSON]
    if known is None or scores.notna().sum() < 2:
        return {}
    level = wave.answers["customer_id"].map(known)
    own = scores.groupby(level).agg(["std", "count"]).reindex(levels)
    enough = own["count"].fillna(0) >= max(wave.programme.reporting.min_group, 2)
    return own["std"].where(enough & (own["std"] > 0), float(scores.std())).to_dict()
