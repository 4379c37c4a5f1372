"""Draws in which customers' chances differ: the strata they make of the frame, and what each answer weighs."""

from __future__ import annotations

import pandas as pd

from csat_analysis.errors import EstimateError
from csat_analysis.intake import Clean
from csat_analysis.programme import Programme
from csat_analysis.survey.draw import DRAWN, make_plan
from csat_analysis.survey.frame import levels_of

UNEQUAL = ("pps", "stratified")
NO_LEVEL = "–"


def frame_strata(clean: Clean, programme: Programme, panel: str) -> pd.DataFrame | None:
    """Every customer of the frame (index customer_id): its `stratum` in a panel's draw, and `base`, 1 / its chance there.

    stratified: the strata are the draw's, base 1 (all chances within a stratum are equal). pps: certainty units are a
    stratum of their own, the others one with base 1/π, so that weights are π-weights (Horvitz and Thompson 1952) made to
    add up to the stratum (Hájek 1971). None where all chances are equal, or without a frame.
    """
    rule, customers = programme.panels[panel], clean.tables.get("customers")
    if rule.draw not in UNEQUAL or customers is None:
        return None
    if rule.draw == "stratified":
        level = levels_of(customers, programme, clean.survey_date, rule.stratify_by)
        if level is None:
            raise EstimateError(f"panel {panel}: customers has no column {rule.stratify_by} (stratify_by)")
        return pd.DataFrame({"stratum": level.fillna(NO_LEVEL).astype(str), "base": 1.0})
    plan = make_plan(customers, panel, rule).customers
    return pd.DataFrame({"stratum": plan["stratum"], "base": 1 / plan["chance"]})


def without_fraction(stratum: str) -> bool:
    """Is a stratum's sampling fraction no part of its variance? With unequal chances it is taken as with replacement."""
    return stratum.endswith(DRAWN)
