"""Who moved between classes from one list of customers to a later one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.metrics.counted import counted_share
from csat_analysis.metrics.retention import Counted, Stay
from csat_analysis.survey.frame import abc_class

DIRECTIONS = ("up", "same", "down")
GONE, NEW = "gone", "new"


def class_matrix(found: Stay) -> pd.DataFrame | NoEstimate:
    """Customers by class at the start (rows; `new`: not in that list) and at the end (columns; `gone`: not in that one)."""
    both = classes_of(found)
    if isinstance(both, NoEstimate):
        return both
    before, after = both
    index = before.index.union(after.index)
    return pd.crosstab(
        before.reindex(index).fillna(NEW).rename("start"), after.reindex(index).fillna(GONE).rename("end")
    )


def moved(found: Stay, confidence: float = 0.95) -> Mapping[str, Counted]:
    """up, same, down → share of the customers in both lists whose class rose, stayed, fell. Limits are those of each list."""
    both = classes_of(found)
    if isinstance(both, NoEstimate):
        return dict.fromkeys(DIRECTIONS, both)
    before, after = (classes.dropna() for classes in both)
    stayed = before.index.intersection(after.index)
    old, new = before[stayed], after[stayed]
    count = {"up": int((new < old).sum()), "same": int((new == old).sum()), "down": int((new > old).sum())}
    return {name: counted_share(yes, len(stayed), confidence) for name, yes in count.items()}


def classes_of(found: Stay) -> tuple[pd.Series, pd.Series] | NoEstimate:
    """Class of each listed customer at the start and at the end, by cumulative yearly sales of that list."""
    frames = [wave.clean.tables["customers"].set_index("customer_id") for wave in (found.start, found.end)]
    if any("sales_12m" not in frame for frame in frames):
        return NoEstimate("not_supplied", "customers has no sales_12m: no class can be told")
    classes = found.end.programme.classes
    return tuple(abc_class(frame["sales_12m"], classes) for frame in frames)
