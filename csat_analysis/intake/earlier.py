"""The history table: figures published before the programme, of which only those that can join its trend are kept."""

from __future__ import annotations

import pandas as pd

from csat_analysis.intake.cleaning import Ledger
from csat_analysis.intake.rules import Rule
from csat_analysis.period import Period
from csat_analysis.programme import Programme

ENDS = {"index": (0.0, 100.0), "nps": (-100.0, 100.0), "csat": (0.0, 1.0)}  # measure → ends of its scale
PREFIX = "satisfaction."  # satisfaction.index, as in results.json, or index
UNIT_FORM = 1.0  # an index up to here is the house's 0–1 form (0.667 for 66.7 points), or nonsense


def earlier_figures(history: pd.DataFrame, ledger: Ledger, programme: Programme, first: Period) -> pd.DataFrame:
    """The rows that name a measure of the trend, a period before the `first` survey and a value on the measure's scale.

    `measure` is added: index, nps or csat. Named rules, first that applies: history_measure, history_period, history_value,
    history_scale.
    """
    measure = history["key"].str.removeprefix(PREFIX)
    if history.empty:
        return history.assign(measure=measure)
    grouped = history["group"].notna() if "group" in history else pd.Series(False, index=history.index)
    unknown = ~measure.isin(measures(programme)) | grouped
    ledger.set_aside(Rule.HISTORY_MEASURE, "key", history.loc[unknown, "key"])
    before = [comes_before(Period.parse(period), first) for period in history["period"]]
    late = ~unknown & ~pd.Series(before, index=history.index, dtype=bool)
    ledger.set_aside(Rule.HISTORY_PERIOD, "period", history.loc[late, "period"])
    value = history["value"]
    lacking = ~unknown & ~late & value.isna()
    ledger.set_aside(Rule.HISTORY_VALUE, "value", value[lacking].astype("str"))
    low, high = (measure.map({name: ends[side] for name, ends in ENDS.items()}) for side in (0, 1))
    beyond = (value < low) | (value > high) | ((measure == "index") & (value <= UNIT_FORM))
    off = ~unknown & ~late & beyond
    ledger.set_aside(Rule.HISTORY_SCALE, "value", value[off].map("{:g}".format).astype("str"))
    return history.assign(measure=measure)[~(unknown | late | lacking | off)]


def measures(programme: Programme) -> list[str]:
    """What the trend shows of this programme: the index, and NPS and CSAT where they are asked."""
    return [name for name in ENDS if name == "index" or name in programme.outcomes]


def comes_before(period: Period, first: Period) -> bool:
    """Is it over before the first survey's period begins, and as long as that? A quarter is no point among half-years."""
    return period.unit == first.unit and period.end < first.start
