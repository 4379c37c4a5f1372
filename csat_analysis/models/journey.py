"""Where on the way satisfaction is lost: from enquiry to order, delivery and after-sales, who was badly served, and what that goes with.

An association: customers who are badly served may differ in what nobody recorded, and the dissatisfied complain more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from csat_analysis import certification
from csat_analysis.estimate import Estimate, NoEstimate
from csat_analysis.estimators import mean, share
from csat_analysis.measured import Compared, Measured
from csat_analysis.metrics.satisfaction import POINTS
from csat_analysis.models.lost import lost
from csat_analysis.models.served import Served, compared, slope_of

Number = Estimate | NoEstimate


@dataclass(frozen=True)
class Stage:
    """A stage: the wait that tells who was there, of which kinds of ticket; badly served: slow, or there at all (`any_case`)."""

    wait: str
    kinds: tuple[str, ...] = ()
    any_case: bool = False


STAGES = {
    "enquiry": Stage("first_reply_hours", ("enquiry",)),
    "order": Stage("processing_days"),
    "delivery": Stage("delivery_days"),
    "after_sales": Stage("resolution_hours", ("complaint", "return")),
    "complaint": Stage("resolution_hours", ("complaint", "return"), any_case=True),
}


@dataclass(frozen=True, eq=False)
class AtStage:
    """What a stage tells; each a number or why there is none.

    satisfaction  mean score (points) of the customers who were there; `items` of what the questionnaire asks of it.
    bad_share     share of them who were badly served: one case or more beyond the target.
    gap           points by which they score lower (−) or higher than the others there; `item_gap` on the stage's items.
    lost          share of all customers who were badly served there × gap: points of the index that go with it.
    """

    satisfaction: Number
    items: Number
    bad_share: Number
    gap: Compared | NoEstimate
    item_gap: Compared | NoEstimate
    lost: Measured | NoEstimate


def journey(
    panel: Served | NoEstimate, items: dict[str, tuple[str, ...]], confidence: float = 0.95
) -> dict[str, AtStage]:
    """Stage → what it tells, in the order of the way. items: stage → the questions that ask of it (survey.yml: journey)."""
    return {name: at_stage(panel, stage, items.get(name, ()), confidence) for name, stage in STAGES.items()}


def at_stage(panel: Served | NoEstimate, stage: Stage, items: tuple[str, ...], confidence: float) -> AtStage:
    if isinstance(panel, NoEstimate) or isinstance(panel.cases[stage.wait], NoEstimate):
        nothing = panel if isinstance(panel, NoEstimate) else panel.cases[stage.wait]
        return AtStage(*[nothing] * 6)
    found = panel.experience(stage.wait, stage.kinds)
    there = (found["cases"] > 0).to_numpy()
    among = found["cases"].notna().to_numpy() if stage.any_case else there
    bad = there.astype(float) if stage.any_case else found["slow"].fillna(0.0).to_numpy()
    columns = pd.DataFrame({"bad": bad}, index=panel.table.index)
    if not stage.any_case:
        columns["cases"] = np.log2(found["cases"].where(there, 1.0))
    asked = panel.table[[f"item {item}" for item in items]].mean(axis=1) if items else None
    gap = slope_of(panel, "index", columns, among)
    return AtStage(
        satisfaction=mean(panel.design, panel.table["index"], inside=there, bounds=POINTS).process(),
        items=not_asked() if asked is None else mean(panel.design, asked, inside=there, bounds=POINTS).process(),
        bad_share=share(panel.design, np.where(among, bad, np.nan)).process(),
        gap=compared(gap, "bad_service_gap", smaller(panel, bad, among), confidence),
        item_gap=not_asked() if asked is None else on_items(panel, asked, columns, bad, among, confidence),
        lost=points_lost(panel, gap, np.where(found["cases"].notna(), bad, np.nan), bad, among, confidence),
    )


def not_asked() -> NoEstimate:
    return NoEstimate("not_supplied", "survey.yml names no item that asks of this stage (journey)")


def on_items(
    panel: Served, asked: pd.Series, columns: pd.DataFrame, bad: np.ndarray, among: np.ndarray, confidence: float
) -> Compared | NoEstimate:
    """The gap on the mean of the stage's own items."""
    with_items = replace(panel, table=panel.table.assign(asked=asked))
    gap = slope_of(with_items, "asked", columns, among)
    return compared(gap, "bad_service_gap", smaller(panel, bad, among), confidence)


def smaller(panel: Served, bad: np.ndarray, among: np.ndarray) -> int:
    """Customers of the smaller of the two groups: a gap is as sure as that."""
    badly = panel.table.loc[among & (bad > 0), "customer_id"].nunique()
    others = panel.table.loc[among & (bad == 0), "customer_id"].nunique()
    return min(badly, others)


def points_lost(
    panel: Served, gap: Number, bad_of_all: np.ndarray, bad: np.ndarray, among: np.ndarray, confidence: float
) -> Measured | NoEstimate:
    """Share of all customers badly served × gap, both uncertain: their influences, each times the other's value; certified only where the gap is."""
    if isinstance(gap, NoEstimate):
        return gap
    of_all = share(panel.design, bad_of_all)
    if isinstance(of_all, NoEstimate):
        return of_all
    fewest = smaller(panel, bad, among)
    found = compared(lost(gap, of_all.process()), "points_lost", fewest, confidence)
    if isinstance(found, NoEstimate):
        return found
    return replace(found.number, holds=found.number.holds and certification.holds_at("bad_service_gap", fewest))
