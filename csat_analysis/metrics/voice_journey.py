"""The customer's journey by what was said on the way: how much, how long they waited, how satisfied those are who wrote.

Stages: enquiry, order, delivery, after_sales. A ticket's stage follows from its kind and category; a comment's or a mention's from
the stage that themes.yml gives its themes.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from csat_analysis.design import Design
from csat_analysis.estimate import NoEstimate
from csat_analysis.estimators import quantile
from csat_analysis.metrics.satisfaction import index_of
from csat_analysis.metrics.wave import Number, Wave
from csat_analysis.programme_parts import Theme

STAGES = ("enquiry", "order", "delivery", "after_sales")
OF_CATEGORY = {"contract": "order", "transport": "delivery", "quality": "after_sales", "service": "after_sales"}
UNPLACED = "unplaced"
HOUR = pd.Timedelta(hours=1)


def ticket_stages(tickets: pd.DataFrame, category: pd.Series | None = None) -> pd.Series:
    """Stage of each ticket; `category` where one was found for those without."""
    category = tickets.get("category") if category is None else category
    of_category = pd.Series(UNPLACED, index=tickets.index) if category is None else category.map(OF_CATEGORY)
    return of_category.fillna(UNPLACED).where(tickets["kind"] != "enquiry", "enquiry").astype(object)


def text_stages(said: pd.DataFrame, themes: Mapping[str, Theme]) -> pd.DataFrame:
    """Text × stage, True where a theme of that stage is said; a text may speak of several."""
    return pd.DataFrame(
        {stage: said[[name for name in said if themes[name].stage == stage]].any(axis=1) for stage in STAGES},
        index=said.index,
    )


def waiting(tickets: pd.DataFrame, stage: pd.Series, which: str) -> Number:
    """Median hours from opening a ticket of a stage to the first reply; a customer's tickets count as one unit.

    Tickets without a reply yet are left out: the true median is rather longer.
    """
    mine = tickets[(stage == which).to_numpy()]
    if "first_reply_at" not in mine:
        return NoEstimate("not_supplied", "tickets have no time of the first reply")
    hours = ((mine["first_reply_at"] - mine["opened_at"]) / HOUR).to_numpy(dtype=float)
    answered = ~np.isnan(hours)
    if not answered.any():
        return NoEstimate("not_estimable", "no ticket of this stage has a reply")
    mine = mine[answered]
    found = quantile(Design.of(range(len(mine)), unit=mine["customer_id"].astype(str)), hours[answered], 0.5)
    return found if isinstance(found, NoEstimate) else found.process()


def satisfaction_of(wave: Wave, customers: set[str]) -> tuple[Number, Number, int]:
    """Index of the sample's customers who had a ticket of a stage, that less the others' index, and the smaller group's size."""
    inside = wave.answers["customer_id"].isin(customers).to_numpy()
    own, rest = (
        index_of(wave.sample.design, wave.answer_scores, wave.programme, inside=side) for side in (inside, ~inside)
    )
    difference = own - rest
    difference = difference if isinstance(difference, NoEstimate) else difference.process()
    return own, difference, int(min(inside.sum(), (~inside).sum()))
