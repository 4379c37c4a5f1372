"""The keys of results.json: the unit of each number and what it is recorded by. Extended, never renamed."""

from __future__ import annotations

# key → (unit, names of its group). The unit "measure" is that of the measure named in the group.
KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    # 01 clean data
    "data.rows_in": ("count", ("table",)),
    "data.rows_kept": ("count", ("table",)),
    "data.rows_set_aside": ("count", ("table",)),
    "data.values_missing": ("count", ("table", "rule")),
    "data.values_repaired": ("count", ("table", "rule")),
    "data.rows_set_aside_by_rule": ("count", ("table", "rule")),
    "data.asked": ("count", ("panel",)),
    "data.answers": ("count", ("panel",)),
    "data.clean_share": ("share", ()),
    # 02 survey design
    # 03 sample bias
    # 04 satisfaction
    "design.merged_strata": ("count", ()),
    "certification.cells": ("count", ("outcome",)),
    "certification.coverage": ("share", ("estimator", "answers")),
    "satisfaction.index": ("points", ()),
    "satisfaction.standard": ("points", ()),
    "satisfaction.against_standard": ("points", ()),
    "satisfaction.three_panel_mean": ("points", ()),
    "satisfaction.panel": ("points", ("panel",)),
    "satisfaction.dimension": ("points", ("dimension",)),
    "satisfaction.weight": ("share", ("dimension",)),
    "satisfaction.item": ("points", ("item",)),
    "satisfaction.satisfied_share": ("share", ()),
    "satisfaction.csat": ("share", ()),
    "satisfaction.nps": ("nps_points", ()),
    "satisfaction.segment": ("points", ("segment", "level")),
    "satisfaction.segment_nps": ("nps_points", ("segment", "level")),
    "satisfaction.change": ("measure", ("measure", "from")),
    "satisfaction.trend": ("measure", ("measure", "period")),
    "satisfaction.perception_gap": ("points", ()),
    "target.gain": ("points", ()),
    "target.progress": ("points", ()),
    # 05 customers and service
    # 06 repurchase
    "repurchase.contacts": ("count", ("stage",)),
    "repurchase.rate": ("share", ()),
    "repurchase.rate_in": ("share", ("period",)),
    "repurchase.ame": ("probability", ()),
    "repurchase.ame_linear": ("probability", ()),
    "repurchase.ame_corrected": ("probability", ()),
    "repurchase.ame_within": ("probability", ()),
    "repurchase.benchmark": ("probability", ()),
    "repurchase.benchmark_gap": ("probability", ()),
    "repurchase.published": ("probability", ("at",)),
    "repurchase.predicted": ("probability", ("at",)),
    "repurchase.nonlinearity_p": ("score", ()),
    "repurchase.shape_power": ("share", ()),
    "repurchase.step": ("probability", ("step",)),
    "repurchase.by_competition": ("probability", ("competition",)),
    "repurchase.by_segment": ("probability", ("segment", "level")),
    "repurchase.equal_slopes_p": ("score", ("column",)),
    "repurchase.separation": ("count", ()),
    "repurchase.auc": ("score", ()),
    "repurchase.auc_gain": ("score", ()),
    "repurchase.brier": ("score", ()),
    "repurchase.brier_gain": ("score", ()),
    "repurchase.by_intent": ("share", ("intent",)),
    "repurchase.intent_gap": ("share", ()),
    "repurchase.sales_at_risk": ("share", ()),
    # 07 drivers and plan
    # 08 voice of the customer
    # 09 managers and actions
}
MEASURE_UNITS = {"nps": "nps_points", "csat": "share", "satisfied_share": "share"}
DECIMALS = {"points": 2, "nps_points": 2, "share": 4, "probability": 5, "count": 0}
