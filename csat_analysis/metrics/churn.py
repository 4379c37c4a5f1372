"""Why customers left, what they had answered before, and who came back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import mean
from csat_analysis.metrics.counted import counted_share
from csat_analysis.metrics.history import events
from csat_analysis.metrics.retention import Counted, Stay
from csat_analysis.metrics.satisfaction import PERSON
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.period import Period

SCORE_BOUNDS = (0.0, 100.0)


def left_customers(found: Stay) -> pd.DataFrame:
    """Customers of the start's list with a known date of leaving who weren't in the end's list."""
    return found.table[found.table["left"] & ~found.table["stayed"]]


def churn_reasons(found: Stay, confidence: float = 0.95) -> dict[str, Counted] | NoEstimate:
    """Reason → share of those who left with a reason, most frequent first. Each share has an interval of its own (Wilson)."""
    counts = reason_counts(found)
    if isinstance(counts, NoEstimate):
        return counts
    return {reason: counted_share(count, sum(counts.values()), confidence) for reason, count in counts.items()}


def reason_counts(found: Stay) -> dict[str, int] | NoEstimate:
    """Reason → customers who left for it, most frequent first."""
    if "left_reason" not in found.end.clean.tables["customers"]:
        return NoEstimate("not_supplied", "customers has no left_reason")
    counts = left_customers(found)["left_reason"].dropna().value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    return {reason: int(count) for reason, count in counts.items()}


def left_less_stayed(found: Stay) -> Number:
    """Mean index at the start of those who have left since, less that of those who stayed; points. Answers of the
    representative sample, weighted; an association: what else differs between them isn't held equal.
    """
    if "customer_id" not in found.start.answers:
        return NoEstimate("not_supplied", "answers name no customer")
    stayed = found.start.answers["customer_id"].map(found.table["stayed"])
    if stayed.isna().all():
        return NoEstimate("not_supplied", "no answer can be joined to the list of customers")
    design, score = found.start.sample.design, found.start.answer_scores[PERSON]
    known = stayed.astype("boolean")
    groups = [
        mean(design, score, inside=(known == value).fillna(False).to_numpy(dtype=bool), bounds=SCORE_BOUNDS)
        for value in (False, True)
    ]
    difference = groups[0] - groups[1]
    return difference if isinstance(difference, NoEstimate) else difference.process()


def scores_by_reason(found: Stay) -> pd.DataFrame:
    """Reason → mean score of each dimension (points) at the start and how many answered; those who stayed as the last row.

    Which dimension did they rate low before they left over it? For analysts: no intervals. Groups of fewer customers than may
    be shown have no scores.
    """
    if "customer_id" not in found.start.answers:
        return pd.DataFrame()
    scores = found.start.answer_scores.assign(customer_id=found.start.answers["customer_id"]).dropna(
        subset=["customer_id"]
    )
    facts = found.table.reindex(scores["customer_id"])
    reason = facts["left_reason"].astype(object).where(~facts["stayed"].astype("boolean").fillna(True).to_numpy(bool))
    reason = reason.where(~facts["stayed"].astype("boolean").fillna(False).to_numpy(bool), "(stayed)")
    dimensions = list(found.start.programme.dimensions)
    groups = scores.assign(reason=reason.to_numpy()).dropna(subset=["reason"]).groupby("reason")
    few = groups["customer_id"].nunique() < found.start.programme.reporting.min_group
    return groups[dimensions].mean().mask(few).assign(answers=groups.size().mask(few))


def win_back(waves: Mapping[Period, Wave], now: Period, confidence: float = 0.95) -> Counted:
    """Of the customers who had left by an earlier period's list, the share that came back by now: listed again, or ordered
    after the day they left. Who came back without having been listed as left can't be known.
    """
    lists = [(period, wave) for period, wave in sorted(waves.items()) if "customers" in wave.clean.tables]
    earlier = [wave.clean.tables["customers_left"].assign(seen=period) for period, wave in lists if period < now]
    if not earlier:
        return NoEstimate("not_computed", f"there is no list of customers before {now}")
    gone = pd.concat(earlier)
    if "left_on" not in gone:
        return NoEstimate("not_supplied", "no earlier list of customers has left_on")
    first = gone.drop_duplicates("customer_id").set_index("customer_id")
    if first.empty:
        return NoEstimate("not_estimable", "no customer had left by an earlier list")
    back = pd.Series(False, index=first.index)
    for period, wave in lists:
        later = first["seen"].map(lambda seen, period=period: seen < period)
        back |= later & first.index.isin(wave.clean.tables["customers"]["customer_id"])
    back |= ordered_after(waves, first["left_on"])
    return counted_share(int(back.sum()), len(back), confidence)


def ordered_after(waves: Mapping[Period, Wave], day: pd.Series) -> np.ndarray:
    """Did each customer (index of `day`) order after their day?"""
    orders = events(waves, "orders")
    if isinstance(orders, NoEstimate):
        return np.zeros(len(day), dtype=bool)
    last = orders.dropna(subset=["customer_id"]).groupby("customer_id")["ordered_on"].max()
    return (last.reindex(day.index) > day).to_numpy()
